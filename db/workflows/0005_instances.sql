-- What the list of instances shows, beside the row's other columns: written by the statements that write the row anyway. Null: of an older release.
-- dry: what a dry run would have done; null for an instance that is real.
alter table workflows.instances add column sub_status smallint, add column name text, add column dry jsonb;
create index ix_instances_definition on workflows.instances (definition_id, id);
create index ix_instances_dry on workflows.instances (finished) where dry is not null;

-- What a step was given and gave, where its definition asks for that; beside the journal, since hardly any definition does. An entry of the journal that
-- starts says in its message which execution stands around it: its number, which with the instance's id gives that execution's id.
create table workflows.journal_data (
  instance_id uuid not null,
  sequence int not null,
  data jsonb not null,
  primary key (instance_id, sequence)
);

create index ix_incidents_instance on workflows.incidents (instance_id);

-- stimuli.kind: 9 is the start of an instance that somebody asked for, source_id its id, made beforehand; 10 a failed step that a person takes for done, source_id the incident.

-- Dry runs are gone after a day, and what steps were given when their instance is. Bounded: the caller repeats it until nothing is deleted.
create function workflows.retire_runs(older_than interval) returns table (what text, deleted bigint)
language plpgsql security definer set search_path = pg_catalog as $$
#variable_conflict use_column
declare
  gone uuid[] := array(select i.id from workflows.instances i where i.dry is not null and i.finished < clock_timestamp() - least(older_than, interval '1 day') limit 5000);
  n bigint;
begin
  delete from workflows.journal j where j.instance_id = any (gone);
  get diagnostics n = row_count;
  what := 'journal of dry runs'; deleted := n; return next;

  delete from workflows.incidents c where c.instance_id = any (gone);
  get diagnostics n = row_count;
  what := 'incidents of dry runs'; deleted := n; return next;

  delete from workflows.instances i where i.id = any (gone);
  get diagnostics n = row_count;
  what := 'dry runs'; deleted := n; return next;

  delete from workflows.journal_data d where d.ctid = any (array(
    select o.ctid from workflows.journal_data o where not exists (select from workflows.instances i where i.id = o.instance_id) limit 5000));
  get diagnostics n = row_count;
  what := 'journal data'; deleted := n; return next;
end $$;
select platform.app_may_call('workflows.retire_runs(interval)');
