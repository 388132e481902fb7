-- What a model said, once per model, subject and attempt: what went in, what came out, and why. Never changed.
create table intelligence.decisions (
  id uuid not null,
  model text not null,
  version int not null,
  subject text not null,
  attempt uuid not null,
  features jsonb not null,
  points numeric(5, 2) not null,
  reasons jsonb not null,
  decided timestamptz not null,
  recorded timestamptz not null default clock_timestamp(),
  primary key (model, subject, attempt),
  constraint ck_decisions_version check (version > 0),
  constraint ck_decisions_points check (points between 0 and 100)
);
create unique index ux_decisions_id on intelligence.decisions (id);
create index ix_decisions_subject on intelligence.decisions (subject);
create index ix_decisions_recorded on intelligence.decisions using brin (recorded);
select platform.append_only('intelligence.decisions');
