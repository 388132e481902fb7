-- Comparisons of what we hold to be posted with what stands in the books of the ERP.
create table integration.reconciliations (
  id uuid primary key,
  system text not null,
  from_day date not null,
  to_day date not null,
  status text not null,
  requested_at timestamptz not null,
  ended_at timestamptz,
  trouble text,
  totals jsonb not null,
  found int not null,
  under_way int not null,
  revision int not null,
  constraint ck_reconciliations_status check (status in ('requested', 'done', 'failed')),
  constraint ck_reconciliations_days check (from_day <= to_day and to_day - from_day < 31),
  constraint ck_reconciliations_ended check ((status = 'requested') = (ended_at is null)),
  constraint ck_reconciliations_trouble check ((status = 'failed') = (trouble is not null)),
  constraint ck_reconciliations_counts check (found >= 0 and under_way >= 0),
  constraint ck_reconciliations_revision check (revision > 0)
);
create index ix_reconciliations_system on integration.reconciliations (system, to_day) where status <> 'failed';

-- One row for each thing that differs, as long as it does and for ever after: found by any number of runs, decided once.
create table integration.differences (
  key text primary key,
  system text not null,
  kind text not null,
  subject text not null,
  day date not null,
  says text not null,
  status text not null,
  action text,
  adjusted_by text,
  found_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  reason text,
  revision int not null,
  constraint ck_differences_status check (status in ('open', 'accepted', 'dismissed', 'healed')),
  constraint ck_differences_decided check ((status in ('accepted', 'dismissed')) = (decided_at is not null and decided_by is not null)),
  constraint ck_differences_reason check ((status = 'dismissed') = (reason is not null)),
  constraint ck_differences_action check ((status = 'accepted') = (action is not null)),
  constraint ck_differences_adjusted check (action <> 'adjust' or adjusted_by is not null),
  constraint ck_differences_revision check (revision > 0)
);
create unique index ux_differences_adjusted_by on integration.differences (adjusted_by) where adjusted_by is not null;
create index ix_differences_open on integration.differences (system, day) where status = 'open';

-- What a run has found, as it was then.
create table integration.findings (
  reconciliation_id uuid not null references integration.reconciliations deferrable initially deferred,
  n int not null,
  difference_key text not null references integration.differences deferrable initially deferred,
  says text not null,
  ours jsonb,
  theirs jsonb,
  at_stake_minor bigint,
  currency text,
  proposed jsonb,
  primary key (reconciliation_id, n),
  constraint ck_findings_n check (n > 0),
  constraint ck_findings_stake check ((at_stake_minor is null) = (currency is null))
);

-- A run reads what was decided in its days.
create index ix_postings_decided on integration.postings using brin (decided_at);
