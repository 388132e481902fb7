-- Systems and applications that call the API, what their tokens are signed with, and what the OAuth server remembers of them.

-- A name is given once: a client that was deleted keeps its row, because events and idempotency keys stand under it for ever.
create table platform.clients (
  id uuid primary key,
  name text not null unique,
  title text not null,
  kind text not null,
  is_public boolean not null,
  may_ask text[] not null,
  channels text[],
  nodes text[],
  return_to text[] not null,
  after_sign_out text[] not null,
  generation integer not null,
  disabled timestamptz,
  deleted timestamptz,
  revision integer not null,
  created timestamptz not null,
  created_by text not null,
  constraint ck_clients_kind check (kind in ('system', 'app')),
  constraint ck_clients_public check (not is_public or kind = 'app')
);

-- Slow hashes; at most two that are live.
create table platform.client_secrets (
  id uuid primary key,
  client_id uuid not null references platform.clients on delete cascade,
  hash text not null,
  created timestamptz not null
);
create index ix_client_secrets_client on platform.client_secrets (client_id, created);

create table platform.oauth_authorizations (
  id uuid primary key,
  client_id uuid references platform.clients on delete cascade,
  concurrency_token text,
  created timestamptz,
  properties text,
  scopes text,
  status text,
  subject text,
  type text
);
create index ix_oauth_authorizations_client on platform.oauth_authorizations (client_id, subject);

create table platform.oauth_tokens (
  id uuid primary key,
  client_id uuid references platform.clients on delete cascade,
  authorization_id uuid references platform.oauth_authorizations on delete cascade,
  concurrency_token text,
  created timestamptz,
  expires timestamptz,
  redeemed timestamptz,
  payload text,
  properties text,
  reference text unique,
  status text,
  subject text,
  type text
);
create index ix_oauth_tokens_authorization on platform.oauth_tokens (authorization_id);
create index ix_oauth_tokens_client on platform.oauth_tokens (client_id, subject);
create index ix_oauth_tokens_expires on platform.oauth_tokens (expires);

-- What tokens are signed and encrypted with, encrypted under the key file or RETAILOPS_KEY. A key is there before it signs, and longer than what it signed.
create table platform.token_keys (
  id text primary key,
  use text not null check (use in ('sign', 'encrypt')),
  document text not null,
  starts timestamptz not null,
  ends timestamptz not null,
  created timestamptz not null default clock_timestamp()
);

-- Where a person works; null for everywhere. People who were there before have no events of their own: revision 0.
alter table platform.people
  add column nodes text[],
  add column channels text[],
  add column revision integer not null default 0;

create function platform.forget_tokens(older_than interval) returns table (what text, deleted bigint)
language plpgsql security definer set search_path = pg_catalog as $$
begin
  delete from platform.oauth_tokens t where t.expires < clock_timestamp() - greatest(older_than, interval '1 day');
  get diagnostics deleted = row_count;
  what := 'tokens';
  return next;
  delete from platform.oauth_authorizations a
  where a.created < clock_timestamp() - greatest(older_than, interval '1 day')
    and not exists (select from platform.oauth_tokens t where t.authorization_id = a.id);
  get diagnostics deleted = row_count;
  what := 'authorizations';
  return next;
end $$;
select platform.app_may_call('platform.forget_tokens(interval)');
