-- "+ 0": see workflows/0002.
drop index platform.ix_deliveries_open;
create index ix_deliveries_open on platform.deliveries (subscriber, key, (id + 0)) where state in (0, 2);
