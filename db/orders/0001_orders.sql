create table orders.orders (
  id uuid primary key,
  channel text not null,
  external_id text not null,
  payload_hash bytea not null,
  currency char(3) not null,
  status text not null,
  person_id uuid,
  customer_id text,
  shipping_method text,
  backorder text not null,
  reservation_id uuid,
  holds text[] not null,
  requested_at timestamptz not null,
  placed_at timestamptz not null,
  total_minor bigint not null,
  revision int not null,
  constraint ck_orders_status check (status in ('placed', 'allocated', 'partly_allocated', 'backordered', 'partly_shipped', 'shipped', 'delivered', 'closed', 'cancelled')),
  constraint ck_orders_backorder check (backorder in ('allow', 'never')),
  constraint ck_orders_total check (total_minor >= 0),
  constraint ck_orders_revision check (revision > 0)
) with (fillfactor = 80);
create unique index ux_orders_external on orders.orders (channel, external_id);
create index ix_orders_customer on orders.orders (customer_id, id) where customer_id is not null;

-- What was ordered is always somewhere: nothing is lost between the states of a line. What can come back and be paid back ends here too.
create table orders.lines (
  order_id uuid not null references orders.orders,
  line_id int not null,
  sku text not null,
  unit_price_minor bigint not null,
  discount_minor bigint not null,
  tax_minor bigint not null,
  ordered int not null,
  pending int not null,
  allocated int not null,
  backordered int not null,
  shipped int not null,
  cancelled int not null,
  delivered int not null,
  invoiced int not null,
  return_open int not null,
  returned int not null,
  refund_units int not null,
  refund_minor bigint not null,
  refund_tax_minor bigint not null,
  constraint ck_lines_unit_price check (unit_price_minor >= 0),
  constraint ck_lines_discount check (discount_minor >= 0 and discount_minor <= unit_price_minor * ordered),
  constraint ck_lines_tax check (tax_minor >= 0),
  constraint ck_lines_ordered check (ordered > 0),
  constraint ck_lines_pending check (pending >= 0),
  constraint ck_lines_allocated check (allocated >= 0),
  constraint ck_lines_backordered check (backordered >= 0),
  constraint ck_lines_shipped check (shipped >= 0),
  constraint ck_lines_cancelled check (cancelled >= 0),
  constraint ck_lines_whole check (ordered = pending + allocated + backordered + shipped + cancelled),
  constraint ck_lines_delivered check (delivered >= 0 and delivered <= shipped),
  constraint ck_lines_invoiced check (invoiced >= 0 and invoiced <= shipped),
  constraint ck_lines_returned check (return_open >= 0 and returned >= 0 and return_open + returned <= shipped),
  constraint ck_lines_refund_units check (refund_units >= 0 and refund_units <= returned),
  constraint ck_lines_refunded check (refund_minor >= 0 and refund_minor <= unit_price_minor * ordered - discount_minor),
  constraint ck_lines_refunded_tax check (refund_tax_minor >= 0 and refund_tax_minor <= tax_minor),
  primary key (order_id, line_id)
) with (fillfactor = 80);
-- Who waits for an item; a line that got its stock at once never enters.
create index ix_lines_backordered on orders.lines (sku, order_id) where backordered > 0;

create table orders.charges (
  order_id uuid not null references orders.orders,
  position int not null,
  kind text not null,
  amount_minor bigint not null,
  tax_minor bigint not null,
  description text,
  constraint ck_charges_kind check (kind in ('shipping', 'discount', 'service')),
  constraint ck_charges_amount check (kind = 'discount' or amount_minor >= 0),
  primary key (order_id, position)
);

-- The ceiling of all refunds: born here, so it stands here.
create table orders.tenders (
  order_id uuid not null references orders.orders,
  tender text not null,
  reference text,
  captured_minor bigint not null,
  refunding_minor bigint not null,
  refunded_minor bigint not null,
  constraint ck_tenders_captured check (captured_minor >= 0),
  constraint ck_tenders_refunding check (refunding_minor >= 0),
  constraint ck_tenders_refunded check (refunded_minor >= 0),
  constraint ck_tenders_ceiling check (refunding_minor + refunded_minor <= captured_minor),
  primary key (order_id, tender)
) with (fillfactor = 80);

-- The only place of personal data; everything else holds the id.
create table orders.people (
  id uuid primary key,
  name text,
  email text,
  ship_to text,
  created timestamptz not null
);
