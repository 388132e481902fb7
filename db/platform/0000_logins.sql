-- What the application's login may do, table by table and function by function.
-- Scripts call these functions and never name a role: its name differs per installation and stands in platform.app_login.

create table platform.table_limits (
  relation regclass primary key,
  app_may  text not null check (app_may in ('read', 'append'))
);

create view platform.append_only_tables as
  select relation from platform.table_limits where app_may = 'append';

-- Text, because a column of type regprocedure stands in the way of pg_upgrade.
create table platform.app_functions (
  signature text primary key
);

create function platform.apply_limit(target regclass, app_may text) returns void
language plpgsql set search_path = pg_catalog as
$$
declare
  app text := (select name from platform.app_login);
begin
  execute format('revoke all on table %s from %I', target, app);
  execute format('grant %s on table %s to %I', case app_may when 'append' then 'select, insert' else 'select' end, target, app);
end
$$;

-- The application may add rows and read them, and nothing else.
create function platform.append_only(target regclass) returns void
language plpgsql set search_path = pg_catalog as
$$
begin
  insert into platform.table_limits (relation, app_may) values (target, 'append')
    on conflict (relation) do update set app_may = excluded.app_may;
  perform platform.apply_limit(target, 'append');
end
$$;

-- The application may only read: what a security definer function or the migrator writes.
create function platform.read_only(target regclass) returns void
language plpgsql set search_path = pg_catalog as
$$
begin
  insert into platform.table_limits (relation, app_may) values (target, 'read')
    on conflict (relation) do update set app_may = excluded.app_may;
  perform platform.apply_limit(target, 'read');
end
$$;

-- Nobody but the owner may call a function until it is named here.
create function platform.app_may_call(target regprocedure) returns void
language plpgsql set search_path = pg_catalog as
$$
begin
  -- Without a fixed path a caller can put an object of its own before ours and have it run with the owner's rights.
  if exists (select from pg_proc p
             where p.oid = target and p.prosecdef
               and not exists (select from unnest(p.proconfig) setting where setting like 'search_path=%')) then
    raise exception '% is security definer: declare it with "set search_path = pg_catalog" and qualify every name in it', target;
  end if;
  insert into platform.app_functions (signature) values (target::text) on conflict do nothing;
  execute format('grant execute on function %s to %I', target, (select name from platform.app_login));
end
$$;

-- Gives an application login that is new to this database (another name, a restore without rights) what scripts gave the one before.
create function platform.regrant() returns void
language plpgsql set search_path = pg_catalog as
$$
declare
  app text := (select name from platform.app_login);
  item record;
begin
  for item in select distinct split_part(script, '/', 1) as schema_name from platform.schema_versions loop
    execute format('grant usage on schema %I to %I', item.schema_name, app);
    execute format('grant select, insert, update, delete on all tables in schema %I to %I', item.schema_name, app);
    execute format('grant usage, select on all sequences in schema %I to %I', item.schema_name, app);
    -- A restore without rights makes functions everybody's.
    execute format('revoke execute on all functions in schema %I from public', item.schema_name);
  end loop;
  for item in select l.relation, l.app_may from platform.table_limits l join pg_class c on c.oid = l.relation loop
    perform platform.apply_limit(item.relation, item.app_may);
  end loop;
  for item in select to_regprocedure(signature) as target from platform.app_functions where to_regprocedure(signature) is not null loop
    execute format('grant execute on function %s to %I', item.target, app);
  end loop;
end
$$;

select platform.read_only('platform.app_login');
select platform.read_only('platform.schema_versions');
select platform.read_only('platform.table_limits');
select platform.read_only('platform.append_only_tables');
select platform.read_only('platform.app_functions');
