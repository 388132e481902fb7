-- What a person should look at: one open row per business key and cause; found again, it counts once more.
create table platform.exceptions (
  id uuid primary key,
  key text not null,
  cause text not null,
  severity text not null,
  message text not null,
  at_stake_minor bigint,
  currency char(3),
  proposed jsonb,
  status text not null,
  count int not null,
  opened timestamptz not null,
  last_found timestamptz not null,
  taken_by text,
  taken timestamptz,
  closed_by text,
  closed timestamptz,
  resolution text,
  revision int not null,
  constraint ck_exceptions_severity check (severity in ('low', 'medium', 'high')),
  constraint ck_exceptions_status check (status in ('open', 'taken', 'resolved', 'healed')),
  constraint ck_exceptions_stake check ((at_stake_minor is null) = (currency is null)),
  constraint ck_exceptions_count check (count > 0),
  constraint ck_exceptions_taken check (status <> 'taken' or taken_by is not null),
  constraint ck_exceptions_closed check ((closed is not null) = (status in ('resolved', 'healed'))),
  constraint ck_exceptions_resolution check (status <> 'resolved' or resolution is not null),
  constraint ck_exceptions_revision check (revision > 0)
) with (fillfactor = 80);
create unique index ux_exceptions_open on platform.exceptions (key, cause) where status in ('open', 'taken');
create index ix_exceptions_queue on platform.exceptions (id) where status in ('open', 'taken');
create index ix_exceptions_key on platform.exceptions (key);
