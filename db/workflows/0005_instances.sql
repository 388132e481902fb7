-- What the list of instances shows, beside the row's other columns: written by the statements that write the row anyway. Null: of an older release.
-- dry: what a dry run would have done; null for an instance that is real.
alter table workflows.instances add column sub_status smallint, add column name text, add column dry jsonb;
create index ix_instances_definition on workflows.instances (definition_id, id);
create index ix_instances_dry on workflows.instances (finished) where dry is not null;

-- parent: the number of the execution around one that starts; with the instance's id it gives that execution's id.
-- data: what a step was given and gave, where its definition asks for that.
alter table workflows.journal add column parent int, add column data jsonb;

create index ix_incidents_instance on workflows.incidents (instance_id);

-- stimuli.kind: 9 is the start of an instance that somebody asked for; source_id is its id, made beforehand.

-- Dry runs are gone after a day. Bounded: the caller repeats it until nothing is deleted.
create function workflows.retire_dry(older_than interval) returns table (what text, deleted bigint)
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
end $$;
select platform.app_may_call('workflows.retire_dry(interval)');
