-- Sign-ins that ended by signing out. A cookie lives in browsers, out of our reach: what must not outlive its session asks here, on whichever host.
create table platform.ended_sessions (
  id uuid primary key,
  ended timestamptz not null default clock_timestamp()
);
select platform.append_only('platform.ended_sessions');

-- No cookie of theirs lives as long as a day.
create function platform.forget_sessions(older_than interval) returns table (what text, deleted bigint)
language plpgsql security definer set search_path = pg_catalog as $$
begin
  delete from platform.ended_sessions s where s.ended < clock_timestamp() - greatest(older_than, interval '1 day');
  get diagnostics deleted = row_count;
  what := 'ended sessions';
  return next;
end $$;
select platform.app_may_call('platform.forget_sessions(interval)');
