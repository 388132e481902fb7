create table returns.returns (
  id uuid primary key,
  order_id uuid,
  external_id text,
  -- The order or 'blind', and the external id: one return per number of the channel and order.
  external_key text,
  payload_hash bytea not null,
  customer_id text,
  currency char(3),
  status text not null,
  policy text not null,
  time_zone text not null,
  returnable_until timestamptz,
  requested_at timestamptz not null,
  requested_by text not null,
  override_reason text,
  override_by text,
  decision_reason text,
  decided_by text,
  revision int not null,
  constraint ck_returns_status check (status in ('requested', 'authorised', 'received', 'inspected', 'rejected', 'cancelled')),
  constraint ck_returns_override check ((override_reason is null) = (override_by is null)),
  constraint ck_returns_revision check (revision > 0)
) with (fillfactor = 80);
create unique index ux_returns_external on returns.returns (external_key);
create index ix_returns_order on returns.returns (order_id);

-- What came in is always somewhere.
create table returns.lines (
  return_id uuid not null references returns.returns,
  line_id int not null,
  order_line_id int,
  sku text not null,
  quantity int not null,
  reason text not null,
  resolution text not null,
  asked_minor bigint,
  received int not null,
  quarantined int not null,
  restocked int not null,
  refurbished int not null,
  liquidated int not null,
  scrapped int not null,
  sent_to_vendor int not null,
  grade text,
  note text,
  disposition text,
  handled_by text[] not null,
  constraint ck_lines_quantity check (quantity > 0),
  constraint ck_lines_asked check (asked_minor >= 0),
  constraint ck_lines_received check (received between 0 and quantity),
  constraint ck_lines_quarantined check (quarantined >= 0),
  constraint ck_lines_disposed check (restocked >= 0 and refurbished >= 0 and liquidated >= 0 and scrapped >= 0 and sent_to_vendor >= 0),
  constraint ck_lines_whole check (received = quarantined + restocked + refurbished + liquidated + scrapped + sent_to_vendor),
  constraint ck_lines_grade check (grade in ('new', 'opened', 'used', 'damaged', 'wrong-item')),
  constraint ck_lines_disposition check (disposition in ('restock', 'refurbish', 'liquidate', 'scrap', 'vendor')),
  primary key (return_id, line_id)
) with (fillfactor = 80);

create table returns.receipts (
  return_id uuid not null references returns.returns,
  receipt_id uuid not null,
  line_id int not null,
  node text not null,
  quantity int not null,
  is_disposed boolean not null,
  received_at timestamptz not null,
  received_by text not null,
  constraint ck_receipts_quantity check (quantity > 0),
  primary key (return_id, receipt_id, line_id)
) with (fillfactor = 80);
