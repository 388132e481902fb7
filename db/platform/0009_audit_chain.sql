-- In which transaction a row was written. Transactions commit in another order than they begin; but below the oldest one that is still open everything is
-- settled, and what has been linked up to there is complete for ever. Rows from before have 0 and come first.
alter table platform.events add column xact bigint not null default 0 constraint ck_events_xact check (xact >= 0);
alter table platform.events alter column xact set default pg_current_xact_id()::text::bigint;
create index ix_events_chain on platform.events (xact, id);

-- The chain over the events: head = SHA-256(head before || hashes of the rows), 32 zero bytes before the first. A link covers the rows behind the link
-- before it up to (upto_xact, upto_id), in that order; ids and hashes (32 bytes each) name the row that is not as it was.
create table platform.chain (
  sequence  bigint primary key check (sequence > 0),
  head      bytea not null check (length(head) = 32),
  rows      int not null check (rows > 0),
  total     bigint not null check (total >= rows),
  upto_xact bigint not null,
  upto_id   uuid not null,
  ids       uuid[] not null,
  hashes    bytea not null check (length(hashes) = 32 * rows),
  linked    timestamptz not null default clock_timestamp()
);
-- Hashes do not shrink, and trying costs.
alter table platform.chain alter column hashes set storage external;
create index ix_chain_upto on platform.chain (upto_xact, upto_id);
create index ix_chain_linked on platform.chain using brin (linked);
select platform.append_only('platform.chain');

-- What is added to the numbers of this server's transactions. A dump that is read into another server brings rows with numbers that are still to come there.
create table platform.chain_base (
  only_one boolean primary key default true check (only_one),
  base     bigint not null
);
insert into platform.chain_base (base) values (0);
select platform.read_only('platform.chain_base');

-- Called when rows stand there with numbers that this server has not given yet: from now on it counts from above them. What was written since the restore moves
-- up, too. A second call does nothing.
create function platform.rebase_chain() returns boolean
language plpgsql security definer set search_path = pg_catalog as $$
declare
  old bigint;
  new bigint;
  here bigint;
begin
  lock table platform.events in access exclusive mode;
  old := (select c.base from platform.chain_base c);
  here := old + pg_current_xact_id()::text::bigint;
  new := (select max(e.xact) from platform.events e);
  new := greatest(new, (select c.upto_xact from platform.chain c order by c.sequence desc limit 1));
  if new is null or new < here then
    return false;
  end if;

  new := new + 1;
  update platform.events e set xact = e.xact - old + new
   where e.xact between 1 and here and not exists (select from platform.chain c, unnest(c.ids) i where i = e.id);
  execute format('alter table platform.events alter column xact set default pg_current_xact_id()::text::bigint + %s', new);
  update platform.chain_base set base = new;
  return true;
end $$;
select platform.app_may_call('platform.rebase_chain()');

-- The trail of a person or a client, by time; whoever asks says the same condition. What the engine does is found by its object.
create index ix_events_actor on platform.events (actor, id) where actor ~ '^(person|client):';
