-- Other systems that send to us. secrets: sealed under the key of keys, newest first, each behind its id.
create table integration.sources (
  name text primary key,
  adapter text not null,
  channel text,
  mapping text,
  enabled boolean not null,
  secrets text[] not null,
  changed_at timestamptz not null,
  revision int not null,
  constraint ck_sources_secrets check (cardinality(secrets) between 1 and 2),
  constraint ck_sources_revision check (revision > 0)
);
create index ix_sources_channel on integration.sources (channel) where channel is not null;

-- What they sent, and what became of it. payload: headers and body as they came, sealed; null when it was emptied. due: machine time.
create table integration.inbox (
  id uuid primary key,
  source text not null references integration.sources,
  delivery text not null,
  topic text not null,
  key text not null,
  received_at timestamptz not null,
  happened_at timestamptz,
  payload bytea,
  size int not null,
  state text not null,
  code text,
  reason text,
  made text[] not null default '{}',
  order_id uuid,
  read_by text,
  released boolean not null default false,
  repeats int not null default 0,
  attempts int not null default 0,
  due timestamptz not null default clock_timestamp(),
  recorded timestamptz not null default clock_timestamp(),
  decided_at timestamptz,
  constraint ck_inbox_state check (state in ('received', 'mapped', 'parked', 'unmatched', 'late', 'quarantined', 'failed', 'discarded')),
  constraint ck_inbox_code check (state in ('received', 'mapped') or (code is not null and reason is not null)),
  constraint ck_inbox_made check (state <> 'mapped' or made <> '{}'),
  constraint ck_inbox_decided check ((state = 'received') = (decided_at is null)),
  constraint ck_inbox_payload check (payload is not null or state in ('mapped', 'parked', 'late', 'discarded')),
  constraint ck_inbox_counts check (repeats >= 0 and attempts >= 0 and size >= 0)
) with (fillfactor = 80);
create unique index uq_inbox_delivery on integration.inbox (source, delivery);
create index ix_inbox_due on integration.inbox (due, id) where state in ('received', 'unmatched');
create index ix_inbox_key on integration.inbox (key, id);
create index ix_inbox_open on integration.inbox (state, id) where state <> 'mapped';
create index ix_inbox_order on integration.inbox (order_id) where order_id is not null;
create index ix_inbox_payload on integration.inbox (decided_at) where payload is not null and state in ('mapped', 'parked', 'late', 'discarded');

-- What carriers say of a shipment, in one language. Without places, names and messages: those may be personal.
create table integration.tracking (
  id uuid primary key,
  fulfilment_id uuid not null,
  message_id uuid not null references integration.inbox,
  carrier text not null,
  number text not null,
  state text not null,
  said text not null,
  rank int not null,
  happened_at timestamptz not null,
  received_at timestamptz not null
);
create unique index uq_tracking_event on integration.tracking (fulfilment_id, said, happened_at);
