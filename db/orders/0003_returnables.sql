-- What each return claimed of an order at first; what became of it stands in the order's lines.
create table orders.return_claims (
  return_id uuid primary key,
  order_id uuid not null references orders.orders,
  lines jsonb not null,
  claimed_at timestamptz not null
);
create index ix_return_claims_order on orders.return_claims (order_id);

-- Money that was kept for refunds; the tenders' counters are its sums.
create table orders.refunds (
  id uuid primary key,
  order_id uuid not null references orders.orders,
  status text not null,
  extra_minor bigint not null,
  amount_minor bigint not null,
  reserved_at timestamptz not null,
  ended_at timestamptz,
  constraint ck_refunds_status check (status in ('reserved', 'settled', 'released')),
  constraint ck_refunds_extra check (extra_minor >= 0),
  constraint ck_refunds_amount check (amount_minor >= extra_minor),
  constraint ck_refunds_ended check ((ended_at is null) = (status = 'reserved'))
) with (fillfactor = 80);
create index ix_refunds_order on orders.refunds (order_id);

create table orders.refund_lines (
  refund_id uuid not null references orders.refunds,
  line_id int not null,
  quantity int not null,
  amount_minor bigint not null,
  tax_minor bigint not null,
  constraint ck_refund_lines_quantity check (quantity > 0),
  constraint ck_refund_lines_amount check (amount_minor >= 0),
  constraint ck_refund_lines_tax check (tax_minor >= 0),
  primary key (refund_id, line_id)
);

create table orders.refund_tenders (
  refund_id uuid not null references orders.refunds,
  tender text not null,
  amount_minor bigint not null,
  constraint ck_refund_tenders_amount check (amount_minor > 0),
  primary key (refund_id, tender)
);
