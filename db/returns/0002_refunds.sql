create table returns.refunds (
  id uuid primary key,
  return_id uuid,
  order_id uuid,
  grant_key uuid not null,
  -- The caller's own name of a credit without an order.
  credit_key text,
  kind text not null,
  status text not null,
  amount_minor bigint not null,
  currency char(3) not null,
  reason text not null,
  reference text not null,
  customer_id text,
  -- Whose refunds are added up beside the order's: a customer's, or the requester's where there is neither order nor customer.
  account text,
  policy text not null,
  -- With what was given back before within the window of the policy, and what stood against it; no limit: the policy names none in this currency.
  cumulative_minor bigint not null,
  counted_since timestamptz not null,
  limit_minor bigint,
  second_limit_minor bigint,
  tier int not null,
  requested_by text not null,
  -- Who must not approve it: who asked, permitted, overrode or graded.
  barred text[] not null,
  granted_at timestamptz not null,
  settled_at timestamptz,
  business_date date,
  -- The one that it corrects.
  invoice_id uuid,
  voided_at timestamptz,
  void_reason text,
  revision int not null,
  constraint ck_refunds_kind check (kind in ('return', 'sundry')),
  constraint ck_refunds_status check (status in ('granted', 'settled', 'voided')),
  constraint ck_refunds_amount check (amount_minor > 0),
  constraint ck_refunds_cumulative check (cumulative_minor >= amount_minor),
  constraint ck_refunds_tier check (tier between 0 and 2),
  constraint ck_refunds_settled check ((status = 'settled') = (settled_at is not null and business_date is not null)),
  constraint ck_refunds_voided check ((status = 'voided') = (voided_at is not null)),
  constraint ck_refunds_subject check ((kind = 'return') = (return_id is not null) and (kind = 'sundry') = (credit_key is not null)),
  constraint ck_refunds_revision check (revision > 0)
) with (fillfactor = 80);
create unique index ux_refunds_key on returns.refunds (return_id, grant_key);
create unique index ux_refunds_credit on returns.refunds (credit_key);
-- Two who grant at once make one refund.
create unique index ux_refunds_alive on returns.refunds (return_id) where status <> 'voided';
create index ix_refunds_order on returns.refunds (order_id, granted_at);
create index ix_refunds_account on returns.refunds (account, granted_at);

create table returns.refund_lines (
  refund_id uuid not null references returns.refunds,
  number int not null,
  sku text,
  quantity int not null,
  amount_minor bigint not null,
  tax_minor bigint not null,
  constraint ck_refund_lines_quantity check (quantity > 0),
  constraint ck_refund_lines_amount check (amount_minor >= 0 and tax_minor >= 0),
  primary key (refund_id, number)
);

create table returns.approvals (
  id uuid primary key,
  refund_id uuid not null references returns.refunds,
  -- SHA-256 over refund, payee, amount and lines: another amount is another approval.
  subject bytea not null,
  status text not null,
  amount_minor bigint not null,
  currency char(3) not null,
  tier int not null,
  requested_by text not null,
  opened_at timestamptz not null,
  due_at timestamptz not null,
  decided_at timestamptz,
  revision int not null,
  constraint ck_approvals_status check (status in ('open', 'approved', 'rejected')),
  constraint ck_approvals_decided check ((status = 'open') = (decided_at is null)),
  constraint ck_approvals_tier check (tier in (1, 2)),
  constraint ck_approvals_revision check (revision > 0)
) with (fillfactor = 80);
create unique index ux_approvals_subject on returns.approvals (refund_id, subject);
create index ix_approvals_open on returns.approvals (id) where status = 'open';

create table returns.decisions (
  approval_id uuid not null references returns.approvals,
  number int not null,
  decided_by text not null,
  is_approved boolean not null,
  comment text,
  decided_at timestamptz not null,
  primary key (approval_id, number)
);
create unique index ux_decisions_person on returns.decisions (approval_id, decided_by);
select platform.append_only('returns.decisions');
