-- What an approval's hash is over, so that it can be said what changed; null for those that were opened before.
alter table returns.approvals add column subject_text text;

-- Somebody asked who must answer before a person decides; the person who passed his answer on, and to whom.
alter table returns.approvals add column awaits_information boolean not null default false;
alter table returns.approvals add column delegated_by text;
alter table returns.approvals add column delegated_to text;
alter table returns.approvals add constraint ck_approvals_delegated check ((delegated_by is null) = (delegated_to is null) and delegated_by <> delegated_to);
create index ix_approvals_due on returns.approvals (due_at, id) where status = 'open';
create index ix_approvals_amount on returns.approvals (amount_minor desc, id desc) where status = 'open';

-- Who passed the answer on to the person that gave it.
alter table returns.decisions add column on_behalf_of text;

-- What was said about an approval beside its answers.
create table returns.remarks (
  approval_id uuid not null references returns.approvals,
  number int not null,
  kind text not null,
  said_by text not null,
  said_to text,
  words text,
  said_at timestamptz not null,
  constraint ck_remarks_kind check (kind in ('asked', 'told', 'delegated', 'withdrawn')),
  constraint ck_remarks_to check ((said_to is not null) = (kind = 'delegated')),
  primary key (approval_id, number)
);
select platform.append_only('returns.remarks');
