-- An event that names no key is for everybody who waits for it: the name comes first.
drop index workflows.ix_bookmarks_event;
create index ix_bookmarks_event on workflows.bookmarks (name, key);
create index ix_bookmarks_request on workflows.bookmarks (name) where kind = 5;

-- bookmarks.kind, besides: 4 the answer of another machine or of somebody who was asked for a task, 5 a web request (its name is method and path).
-- stimuli.kind, besides: 20 such an answer, 21 a clock or a web request starts an instance, 22 a web request meets a wait, 23 an event for everybody.

-- Clocks that start instances of published versions. due is null until somebody has wound the clock up, and again when it has ticked for the last time.
create table workflows.schedules (
  version_id text not null,
  activity_id text not null,
  definition_id text not null,
  kind text not null,
  rule text not null,
  due timestamptz,
  is_over boolean not null default false,
  primary key (version_id, activity_id)
);
create index ix_schedules_due on workflows.schedules (due) where not is_over;
create index ix_schedules_definition on workflows.schedules (definition_id);

-- Web requests that start instances of published versions. Two definitions cannot have one shape of path for one method.
create table workflows.endpoints (
  method text not null,
  shape text not null,
  path text not null,
  version_id text not null,
  definition_id text not null,
  activity_id text not null,
  primary key (method, shape)
);
create index ix_endpoints_definition on workflows.endpoints (definition_id);

-- What became of a web request. No instance: nothing could be started or met. No reply: the burst gave none.
create table workflows.request_answers (
  id uuid primary key,
  instance_id uuid,
  reply jsonb,
  answered timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create index ix_request_answers_answered on workflows.request_answers (answered);

-- What is sent to other machines; the fact that orders it names only the id. Gone with the answer.
create table workflows.calls (
  id uuid primary key,
  instance_id uuid not null,
  key text not null,
  request jsonb not null,
  ordered timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Which versions of other definitions a version runs as activities: chosen when it is first run, and the same for all its instances.
create table workflows.composites (
  version_id text primary key,
  taken jsonb not null
);
