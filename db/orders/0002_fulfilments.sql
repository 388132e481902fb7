-- The part of an order that one node ships; its id is the shipment's.
create table orders.fulfilments (
  id uuid primary key,
  order_id uuid not null references orders.orders,
  node text not null,
  status text not null,
  carrier text,
  tracking_number text,
  released_at timestamptz not null,
  shipped_at timestamptz,
  delivered_at timestamptz,
  revision int not null,
  constraint ck_fulfilments_status check (status in ('released', 'shipped', 'delivered', 'cancelled')),
  constraint ck_fulfilments_shipped check ((shipped_at is not null) = (status in ('shipped', 'delivered'))),
  constraint ck_fulfilments_delivered check ((delivered_at is not null) = (status = 'delivered')),
  constraint ck_fulfilments_revision check (revision > 0)
) with (fillfactor = 80);
create index ix_fulfilments_order on orders.fulfilments (order_id);
create index ix_fulfilments_released on orders.fulfilments (node, id) where status = 'released';

create table orders.fulfilment_lines (
  fulfilment_id uuid not null references orders.fulfilments,
  line_id int not null,
  sku text not null,
  quantity int not null,
  constraint ck_fulfilment_lines_quantity check (quantity > 0),
  primary key (fulfilment_id, line_id)
);

-- Why these nodes: one row for each time that an order was sourced.
create table orders.sourcing_decisions (
  order_id uuid not null references orders.orders,
  attempt int not null,
  decided_at timestamptz not null,
  profile text not null,
  is_whole boolean not null,
  candidates jsonb not null,
  plan jsonb not null,
  constraint ck_sourcing_decisions_attempt check (attempt > 0),
  primary key (order_id, attempt)
);

-- One invoice for a shipment, one without a shipment for an order without goods.
create table orders.invoices (
  id uuid primary key,
  order_id uuid not null references orders.orders,
  fulfilment_id uuid references orders.fulfilments,
  issued_at timestamptz not null,
  total_minor bigint not null
);
create unique index ux_invoices_shipment on orders.invoices (order_id, fulfilment_id) nulls not distinct;

create table orders.invoice_lines (
  invoice_id uuid not null,
  position int not null,
  kind text not null,
  line_id int,
  sku text,
  quantity int not null,
  amount_minor bigint not null,
  tax_minor bigint not null,
  description text,
  constraint ck_invoice_lines_kind check (kind in ('goods', 'shipping', 'discount', 'service')),
  constraint ck_invoice_lines_goods check ((kind = 'goods') = (line_id is not null and sku is not null)),
  constraint ck_invoice_lines_quantity check (quantity > 0),
  primary key (invoice_id, position)
);
