-- How a settled refund was paid back, by tender; null before it is settled, and for one without an order.
alter table returns.refunds add column paid_to jsonb;
