-- Definitions that people draw, and who answers for what goes live.

-- jsonb forgets the order of members; what people review and export keeps it.
alter table workflows.definitions alter column document type json using document::json;

alter table workflows.definitions
  add column description text,
  add column tool_version text,
  add column is_system boolean not null default false,
  add column usable_as_activity boolean not null default false,
  -- Everybody who has changed what it says since a version of it was last approved.
  add column authors text[] not null default '{}',
  add column reason text,
  add column approved timestamptz,
  -- Counts what was saved into a draft: who saves over what he has not seen is told.
  add column revision int not null default 1,
  add column saved timestamptz not null default clock_timestamp(),
  -- When somebody began to draw it. "created" is since when it starts instances: written anew when it goes live.
  add column drawn timestamptz not null default clock_timestamp(),
  -- Set before it is first run; from then on it says what it said.
  add column has_run boolean not null default false,
  -- Gone for the designer; instances that run it, and their history, still find it.
  add column deleted timestamptz;

update workflows.definitions set description = document ->> 'description', tool_version = document ->> 'toolVersion', saved = created, drawn = created,
  has_run = exists (select from workflows.instances i where i.version_id = definitions.version_id),
  usable_as_activity = coalesce(document -> 'options' ->> 'usableAsActivity', 'false') = 'true';

-- Definitions that go live by two people only. A row stays when the definition is deleted: its name is not free again.
create table workflows.governed (
  definition_id text primary key,
  since timestamptz not null default clock_timestamp()
);
insert into workflows.governed (definition_id) select distinct definition_id from workflows.definitions where origin like 'file:%';

-- What one person wants done with a governed definition, and another decides. action: publish, retract, delete. status: open, approved, rejected.
-- The checksum is that of what was proposed.
create table workflows.proposals (
  id uuid primary key,
  definition_id text not null,
  version_id text not null references workflows.definitions,
  version int not null,
  action text not null,
  checksum text not null,
  proposed_by text not null,
  reason text not null,
  proposed timestamptz not null,
  status text not null,
  decided_by text,
  decision_reason text,
  decided timestamptz,
  revision int not null,
  constraint ck_proposals_decided check ((status = 'open') = (decided is null) and (decided is null) = (decided_by is null)),
  -- Two people, whatever the code above says.
  constraint ck_proposals_four_eyes check (status <> 'approved' or decided_by <> proposed_by)
);
create unique index ux_proposals_open on workflows.proposals (version_id, action) where status = 'open';
create index ix_proposals_definition on workflows.proposals (definition_id, id);
