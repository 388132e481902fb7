-- Versions of definitions: the document as Elsa writes it.
create table workflows.definitions (
  version_id text primary key,
  definition_id text not null,
  version int not null,
  name text not null,
  document jsonb not null,
  checksum text not null,
  is_latest boolean not null,
  is_published boolean not null,
  origin text not null,
  approved_by text,
  created timestamptz not null default clock_timestamp(),
  unique (definition_id, version)
);
create unique index ux_definitions_latest on workflows.definitions (definition_id) where is_latest;
create unique index ux_definitions_published on workflows.definitions (definition_id) where is_published;

-- Which events a version can wait for or start with: only these become stimuli. Rows go when no instance of an old version lives.
create table workflows.event_names (
  name text not null,
  version_id text not null references workflows.definitions,
  primary key (name, version_id)
);

-- What starts an instance of the published versions.
create table workflows.triggers (
  name text not null,
  version_id text not null references workflows.definitions,
  definition_id text not null,
  activity_id text not null,
  primary key (name, version_id, activity_id)
);

-- singleton_key stands only on living instances; parent_id is who started it. The indexed columns change at birth and at the end, not per burst.
create table workflows.instances (
  id uuid primary key,
  definition_id text not null,
  version_id text not null,
  key text not null,
  start_key text not null,
  singleton_key text,
  parent_id uuid,
  status smallint not null,
  revision int not null,
  bursts int not null default 1,
  state bytea not null,
  created timestamptz not null,
  updated timestamptz not null,
  finished timestamptz
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
create unique index ux_instances_start on workflows.instances (start_key);
create unique index ux_instances_singleton on workflows.instances (singleton_key) where singleton_key is not null;
create index ix_instances_living on workflows.instances (key) where finished is null;
create index ix_instances_finished on workflows.instances using brin (finished);

-- kind: 0 event, 1 timer, 2 the end of a child, 3 a person's answer; the id is the child's or the task's.
create table workflows.bookmarks (
  id uuid primary key,
  instance_id uuid not null,
  key text not null,
  kind smallint not null default 0,
  name text not null,
  activity_id text not null,
  hash text not null,
  created timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index ix_bookmarks_event on workflows.bookmarks (key, name);
create index ix_bookmarks_instance on workflows.bookmarks (instance_id);

-- kind: 0 a bookmark's due time, 1 an incident's next try.
create table workflows.timers (
  id uuid primary key,
  instance_id uuid not null,
  key text not null,
  kind smallint not null,
  due timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index ix_timers_due on workflows.timers (due);
create index ix_timers_instance on workflows.timers (instance_id);

-- kind: 0 event, 1 timer, 2 retry, 3 continue, 4 one target of a split event, 5 start of a child, 6 end of a child, 7 cancel, 8 a person's answer. A dead one stays and holds up its key.
create table workflows.stimuli (
  id bigint generated always as identity primary key,
  lane smallint not null,
  key text not null,
  kind smallint not null,
  name text not null,
  source_id uuid not null,
  instance_id uuid,
  version_id text,
  data jsonb,
  trace text,
  attempts int not null default 0,
  not_before timestamptz not null default '-infinity',
  created timestamptz not null default clock_timestamp(),
  dead timestamptz,
  error text
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index ix_stimuli_lane on workflows.stimuli (lane, id) where dead is null;
create index ix_stimuli_key on workflows.stimuli (key, id);

-- What each claim has in hand: a row here whose stimulus can be locked belongs to a claim whose process died.
create unlogged table workflows.in_flight (
  stimulus_id bigint not null,
  claim uuid not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index ix_in_flight_stimulus on workflows.in_flight (stimulus_id);

-- Stimuli that found no wait. late: nothing of the key lived any more, it is only accounted for.
create table workflows.kept (
  id bigint primary key,
  key text not null,
  kind smallint not null,
  name text not null,
  source_id uuid not null,
  data jsonb,
  trace text,
  late boolean not null,
  kept timestamptz not null default clock_timestamp()
);
create index ix_kept_key on workflows.kept (key) where not late;
create index ix_kept_kept on workflows.kept using brin (kept);

create table workflows.journal (
  instance_id uuid not null,
  sequence int not null,
  activity_id text not null,
  activity_type text not null,
  execution_id uuid not null,
  event text not null,
  message text,
  occurred timestamptz not null,
  primary key (instance_id, sequence)
);
create index ix_journal_occurred on workflows.journal using brin (occurred);

-- status: 0 tried again at its timer, 1 waits for a person, 2 healed.
create table workflows.incidents (
  id uuid primary key,
  instance_id uuid not null,
  key text not null,
  activity_id text not null,
  activity_type text not null,
  error text not null,
  message text not null,
  attempt int not null,
  status smallint not null,
  opened timestamptz not null,
  closed timestamptz
);
create index ix_incidents_open on workflows.incidents (instance_id) where status < 2;

-- What people should do. The id is that of the wait that it answers. status: 0 open, 1 claimed, 2 completed, 3 cancelled.
create table workflows.tasks (
  id uuid primary key,
  instance_id uuid not null,
  key text not null,
  kind text not null,
  title text not null,
  candidates jsonb not null,
  outcomes jsonb not null,
  facts jsonb,
  opened timestamptz not null,
  due timestamptz,
  status smallint not null,
  claimed_by text,
  outcome text,
  answer jsonb,
  closed_by text,
  closed timestamptz,
  revision int not null,
  constraint ck_tasks_claimed check (status <> 1 or claimed_by is not null),
  constraint ck_tasks_closed check ((status < 2) = (closed is null) and (status = 2) = (outcome is not null))
);
create index ix_tasks_open on workflows.tasks (id) where status < 2;
create index ix_tasks_key on workflows.tasks (key, kind);
create index ix_tasks_instance on workflows.tasks (instance_id);

-- Hosts say that they are alive, and whether they would like to be woken.
create unlogged table workflows.hosts (
  id uuid primary key,
  idle boolean not null,
  seen timestamptz not null
);

-- Instances that ended, with their history, and signals that nobody will meet any more, older than a line that is at least a day back.
-- Bounded: the caller repeats it until nothing is deleted.
create function workflows.retire(older_than interval) returns table (what text, deleted bigint)
language plpgsql security definer set search_path = pg_catalog as $$
#variable_conflict use_column
declare
  line timestamptz := clock_timestamp() - greatest(older_than, interval '1 day');
  ended uuid[];
  n bigint;
begin
  insert into platform.retention values ('instances', line) on conflict (what) do update set upto = greatest(retention.upto, excluded.upto);

  ended := array(select i.id from workflows.instances i where i.finished < line limit 5000);
  delete from workflows.journal j where j.instance_id = any (ended);
  get diagnostics n = row_count;
  what := 'journal'; deleted := n; return next;

  delete from workflows.incidents c where c.instance_id = any (ended) and c.status = 2;
  get diagnostics n = row_count;
  what := 'incidents'; deleted := n; return next;

  delete from workflows.tasks t where t.instance_id = any (ended);
  get diagnostics n = row_count;
  what := 'tasks'; deleted := n; return next;

  delete from workflows.instances i where i.id = any (ended);
  get diagnostics n = row_count;
  what := 'instances'; deleted := n; return next;

  delete from workflows.kept k where k.id = any (array(
    select o.id from workflows.kept o
    where o.kept < line and (o.late or not exists (select from workflows.instances i where i.key = o.key and i.finished is null)) limit 5000));
  get diagnostics n = row_count;
  what := 'kept'; deleted := n; return next;

  -- A burst under way may still be starting an instance of the version before: only what was replaced before the line.
  delete from workflows.event_names e using workflows.definitions d
  where d.version_id = e.version_id and not d.is_published
    and exists (select from workflows.definitions p where p.definition_id = d.definition_id and p.is_published and p.created < line)
    and not exists (select from workflows.instances i where i.version_id = e.version_id and i.finished is null)
    and not exists (select from workflows.stimuli s where split_part(s.version_id, '|', 1) = e.version_id);
  get diagnostics n = row_count;
  what := 'event names'; deleted := n; return next;
end $$;
select platform.app_may_call('workflows.retire(interval)');
