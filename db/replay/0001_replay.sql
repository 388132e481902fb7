-- A database that a replay plays in has a time of its own. Elsewhere these tables are empty, and the time is the machine's.

create table replay.clock (
  only_one boolean primary key default true check (only_one),
  now      timestamptz not null
);

create table replay.place (
  only_one  boolean primary key default true check (only_one),
  source    text not null,
  played_to timestamptz not null,
  seconds   double precision not null default 0 check (seconds >= 0)
);
