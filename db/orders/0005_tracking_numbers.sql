-- What carriers ask for.
create index ix_fulfilments_tracking on orders.fulfilments (tracking_number) where tracking_number is not null;
