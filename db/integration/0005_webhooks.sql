-- Who wants to hear of what, outside. A secret is encrypted under the host's key; the one before it signs, too, until previous_until.
create table integration.webhooks (
  id uuid primary key,
  url text not null,
  event_types text[] not null,
  needs text[] not null,
  owner text not null,
  channels text[],
  secret_id uuid not null,
  secret text not null,
  previous_secret text,
  previous_until timestamptz,
  state text not null,
  why text,
  created timestamptz not null,
  deleted timestamptz,
  revision int not null,
  constraint ck_webhooks_event_types check (cardinality(event_types) > 0),
  constraint ck_webhooks_state check (state in ('active', 'paused', 'disabled')),
  constraint ck_webhooks_why check ((state = 'disabled') = (why is not null)),
  constraint ck_webhooks_previous check ((previous_secret is null) = (previous_until is null)),
  constraint ck_webhooks_revision check (revision > 0)
) with (fillfactor = 80);
create index ix_webhooks_living on integration.webhooks (id) where deleted is null;

-- How far each has come: what stands in transactions up to upto_xact is on its way or arrived; what stood up to start_xact is from before its time.
-- Machine time: failures in a row, since when nothing arrived, and before when nothing is tried.
create table integration.webhook_progress (
  webhook uuid primary key,
  start_xact bigint not null,
  upto_xact bigint not null,
  failures int not null default 0 check (failures >= 0),
  failing_since timestamptz,
  not_before timestamptz,
  constraint ck_webhook_progress_upto check (upto_xact >= start_xact)
) with (fillfactor = 50);

-- What each is owed, in the order in which it is sent for each key. state: 0 to do, 1 arrived, 2 dead letter. The body is written anew from the event at each try.
create table integration.webhook_deliveries (
  id bigint generated always as identity primary key,
  webhook uuid not null,
  event_id uuid not null,
  type text not null,
  key text not null,
  state smallint not null default 0 check (state in (0, 1, 2)),
  attempts int not null default 0 check (attempts >= 0),
  made timestamptz not null default clock_timestamp(),
  due timestamptz not null default clock_timestamp(),
  leased timestamptz,
  done timestamptz,
  status int,
  milliseconds int,
  error text,
  unique (webhook, event_id),
  constraint ck_webhook_deliveries_done check ((state = 0) = (done is null))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index ix_webhook_deliveries_open on integration.webhook_deliveries (webhook, id) where state = 0;
create index ix_webhook_deliveries_key on integration.webhook_deliveries (webhook, key, id) where state = 0;
create index ix_webhook_deliveries_log on integration.webhook_deliveries (webhook, id);
create index ix_webhook_deliveries_dead on integration.webhook_deliveries (webhook, id) where state = 2;
create index ix_webhook_deliveries_done on integration.webhook_deliveries using brin (done);

-- What arrived goes when it is older than a day count, dead letters after four times that; returns what was deleted.
create function integration.retire_webhook_deliveries(older_than interval) returns table (what text, deleted bigint)
language plpgsql security definer set search_path = pg_catalog as $$
#variable_conflict use_column
declare
  line timestamptz := clock_timestamp() - older_than;
  n bigint;
begin
  delete from integration.webhook_deliveries d where (d.state = 1 and d.done < line) or (d.state = 2 and d.done < clock_timestamp() - 4 * older_than);
  get diagnostics n = row_count;
  insert into platform.retention values ('webhook-deliveries', line) on conflict (what) do update set upto = greatest(retention.upto, excluded.upto);
  what := 'webhook-deliveries'; deleted := n; return next;
end $$;
select platform.app_may_call('integration.retire_webhook_deliveries(interval)');
