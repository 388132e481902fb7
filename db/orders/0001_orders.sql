create table orders.orders (
  id uuid primary key,
  channel text not null,
  external_id text not null,
  payload_hash bytea not null,
  currency char(3) not null,
  status text not null,
  person_id uuid,
  requested_at timestamptz not null,
  placed_at timestamptz not null,
  total_minor bigint not null,
  revision int not null,
  constraint ck_orders_status check (status in ('placed', 'allocated', 'partly_allocated', 'backordered', 'partly_shipped', 'shipped')),
  constraint ck_orders_revision check (revision > 0)
) with (fillfactor = 80);
create unique index ux_orders_external on orders.orders (channel, external_id);

-- What was ordered is always somewhere: nothing is lost between the states of a line.
create table orders.lines (
  order_id uuid not null references orders.orders,
  line_id int not null,
  sku text not null,
  unit_price_minor bigint not null,
  ordered int not null,
  pending int not null,
  allocated int not null,
  backordered int not null,
  shipped int not null,
  cancelled int not null,
  constraint ck_lines_unit_price check (unit_price_minor >= 0),
  constraint ck_lines_ordered check (ordered > 0),
  constraint ck_lines_pending check (pending >= 0),
  constraint ck_lines_allocated check (allocated >= 0),
  constraint ck_lines_backordered check (backordered >= 0),
  constraint ck_lines_shipped check (shipped >= 0),
  constraint ck_lines_cancelled check (cancelled >= 0),
  constraint ck_lines_whole check (ordered = pending + allocated + backordered + shipped + cancelled),
  primary key (order_id, line_id)
) with (fillfactor = 80);

-- The only place of personal data; everything else holds the id.
create table orders.people (
  id uuid primary key,
  name text not null,
  email text not null,
  ship_to text,
  created timestamptz not null
);
