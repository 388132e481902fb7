-- What our words mean in the ERP, where people said so; without a row they mean what the documentation says.
create table integration.mappings (
  kind text not null,
  code text not null,
  target text not null,
  revision int not null,
  primary key (kind, code),
  constraint ck_mappings_revision check (revision > 0)
);
-- Records of the ERP as they were when they were last read: a copy that may be thrown away. One code is one record of its kind.
create table integration.erp_records (
  system text not null,
  kind text not null,
  code text not null,
  id int not null,
  name text,
  facts jsonb not null,
  changed_at timestamptz,
  primary key (system, kind, code)
);
create index ix_erp_records_id on integration.erp_records (system, kind, id);
