-- One row per fact: outbox, event log, timeline and audit trail in one.
create table platform.events (
  id uuid primary key,
  type text not null,
  occurred timestamptz not null,
  recorded timestamptz not null default clock_timestamp(),
  actor text not null,
  cause uuid,
  trace text,
  aggregate text not null,
  revision int not null check (revision > 0),
  key text not null,
  data jsonb not null
);
create unique index ux_events_aggregate on platform.events (aggregate, revision);
create index ix_events_key on platform.events (key);
create index ix_events_recorded on platform.events using brin (recorded) with (pages_per_range = 16);
select platform.append_only('platform.events');

-- What each subscriber is owed. state: 0 to do, 1 done, 2 dead letter, 3 discarded.
create table platform.deliveries (
  id bigint generated always as identity primary key,
  event_id uuid not null,
  subscriber text not null,
  key text not null,
  state smallint not null default 0,
  attempts int not null default 0,
  due timestamptz not null default clock_timestamp(),
  done timestamptz,
  error text,
  unique (event_id, subscriber)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index ix_deliveries_open on platform.deliveries (subscriber, key, id) where state in (0, 2);
create index ix_deliveries_due on platform.deliveries (id) where state = 0;
-- A lane looks at its own only: another one's backlog costs it nothing.
create index ix_deliveries_lane on platform.deliveries (subscriber, id) where state = 0;
create index ix_deliveries_done on platform.deliveries using brin (done);

create table platform.inbox (
  source text not null,
  message_id text not null,
  received timestamptz not null default clock_timestamp(),
  primary key (source, message_id)
);
create index ix_inbox_received on platform.inbox using brin (received);

create table platform.idempotency (
  client text not null,
  key text not null,
  operation text not null,
  hash bytea not null,
  answer jsonb not null,
  created timestamptz not null,
  primary key (client, key)
);
create index ix_idempotency_created on platform.idempotency using brin (created);

-- How far retention has cleaned up: older rows may be gone.
create table platform.retention (
  what text primary key,
  upto timestamptz not null
);

-- What the recurring watch and the last full check found.
create table platform.watch (
  invariant text primary key,
  holds text not null,
  broken bigint not null,
  examples text[] not null,
  milliseconds double precision not null,
  since timestamptz,
  checked timestamptz not null default clock_timestamp()
);

-- Rows that have done their work and are older than a day count; returns what was deleted, by table.
create function platform.retire(older_than interval) returns table (what text, deleted bigint)
language plpgsql security definer set search_path = pg_catalog as $$
#variable_conflict use_column
declare
  line timestamptz := clock_timestamp() - older_than;
  n bigint;
begin
  delete from platform.deliveries d where d.state in (1, 3) and d.done < line;
  get diagnostics n = row_count;
  insert into platform.retention values ('deliveries', line) on conflict (what) do update set upto = greatest(retention.upto, excluded.upto);
  what := 'deliveries'; deleted := n; return next;

  delete from platform.inbox i where i.received < line
    and not exists (select from platform.deliveries d where d.event_id::text = i.message_id and d.subscriber = i.source);
  get diagnostics n = row_count;
  insert into platform.retention values ('inbox', line) on conflict (what) do update set upto = greatest(retention.upto, excluded.upto);
  what := 'inbox'; deleted := n; return next;

  delete from platform.idempotency k where k.created < line;
  get diagnostics n = row_count;
  insert into platform.retention values ('idempotency', line) on conflict (what) do update set upto = greatest(retention.upto, excluded.upto);
  what := 'idempotency'; deleted := n; return next;
end $$;
select platform.app_may_call('platform.retire(interval)');
