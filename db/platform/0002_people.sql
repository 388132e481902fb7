-- People who sign in. Names of accounts, not of customers: personal data of those lives in orders.people only.
create table platform.people (
  id uuid primary key,
  name text not null,
  normalized_name text not null unique,
  password_hash text,
  security_stamp text not null,
  concurrency_stamp text not null,
  roles text[] not null,
  lockout_enabled boolean not null,
  lockout_end timestamptz,
  failed_sign_ins int not null,
  created timestamptz not null default clock_timestamp(),
  constraint ck_people_roles check (roles <@ array[
    'integrator', 'analyst', 'publisher', 'operator', 'returns-agent', 'finance', 'service', 'store', 'planner', 'leader', 'auditor', 'administrator'])
);

-- Keys for what we hand out and read back (cookies, anti-forgery), encrypted under the key file or RETAILOPS_KEY.
create table platform.keys (
  name text primary key,
  document text not null,
  created timestamptz not null default clock_timestamp()
);

-- The host's recurring job calls it.
select platform.app_may_call('platform.retire(interval)');
