-- What should stand in the books of the ERP, and what became of it. total_minor: with tax, for comparing.
create table integration.postings (
  key text primary key,
  kind text not null,
  document jsonb not null,
  total_minor bigint not null,
  currency text not null,
  status text not null,
  number text,
  words text,
  attempts int not null,
  round int not null,
  requested_at timestamptz not null,
  decided_at timestamptz,
  revision int not null,
  constraint ck_postings_kind check (kind in ('SalesInvoice', 'CreditMemo', 'Shipment', 'InventoryAdjustment')),
  constraint ck_postings_status check (status in ('requested', 'posted', 'refused', 'gave_up')),
  constraint ck_postings_number check ((status = 'posted') = (number is not null)),
  constraint ck_postings_words check (status <> 'refused' or words is not null),
  constraint ck_postings_decided check ((status = 'requested') = (decided_at is null)),
  constraint ck_postings_attempts check (attempts >= 0),
  constraint ck_postings_round check (round > 0),
  constraint ck_postings_revision check (revision > 0)
) with (fillfactor = 70);
create index ix_postings_open on integration.postings (status, key) where status <> 'posted';
