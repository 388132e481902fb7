-- Governed JSON: policies, profiles, decision tables, score models. The content of a version never changes.
create table platform.documents (
  kind text not null,
  name text not null,
  version int not null,
  status text not null,
  content jsonb not null,
  from_file boolean not null,
  checksum text not null,
  author text not null,
  reason text not null,
  created timestamptz not null,
  decided_by text,
  decision_reason text,
  decided timestamptz,
  retired timestamptz,
  revision int not null,
  primary key (kind, name, version),
  constraint ck_documents_status check (status in ('proposed', 'live', 'retired', 'rejected')),
  constraint ck_documents_version check (version > 0),
  constraint ck_documents_revision check (revision > 0),
  constraint ck_documents_decided check ((decided is null) = (status = 'proposed') and (decided_by is null) = (decided is null)),
  constraint ck_documents_retired check ((retired is not null) = (status = 'retired')),
  constraint ck_documents_four_eyes check (from_file or decided_by is null or status = 'rejected' or decided_by <> author),
  -- Deferred, because one version goes as the next one comes.
  constraint ux_documents_live exclude using btree (kind with =, name with =) where (status = 'live') deferrable initially deferred
);
