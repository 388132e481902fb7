-- Who serves a lane that one host serves at a time. held_until is machine time: who falls silent loses it.
create table platform.lanes (
  name text primary key,
  holder uuid not null,
  held_until timestamptz not null
) with (fillfactor = 50);

-- What waits for something else was put off: it is no failure, and no person need look before that is done. woken: how often that was said to be done; who
-- puts off what was woken meanwhile looks again at once.
alter table platform.deliveries
  add column put_off boolean not null default false,
  add column woken int not null default 0;

-- Times in which a system did not answer: since when, when it did again, and when nothing from before waited any more.
create table platform.outages (
  lane text not null,
  began timestamptz not null,
  answered timestamptz,
  caught_up timestamptz,
  error text not null,
  constraint pk_outages primary key (lane, began),
  constraint ck_outages_order check (answered >= began and caught_up >= answered and (answered is not null or caught_up is null))
);
create unique index ux_outages_open on platform.outages (lane) where answered is null;
