-- What customers are told, once per fact. No personal data but in message, which is encrypted and forgotten after 30 days, or with the customer.
create table integration.notices (
  id uuid primary key,
  order_id uuid not null,
  channel text not null,
  template text not null,
  subject text not null,
  facts jsonb,
  state text not null,
  language text,
  template_version int,
  reason text,
  message text,
  erased boolean not null default false,
  copy_of uuid,
  asked_because text,
  requested timestamptz not null,
  decided timestamptz,
  attempts int not null default 0 check (attempts >= 0),
  revision int not null,
  constraint ck_notices_state check (state in ('asked', 'sent', 'no-address', 'refused', 'gave-up')),
  constraint ck_notices_decided check ((state = 'asked') = (decided is null)),
  constraint ck_notices_reason check (reason is null or state in ('refused', 'gave-up')),
  constraint ck_notices_copy check ((copy_of is null) = (asked_because is null)),
  constraint ck_notices_revision check (revision > 0)
) with (fillfactor = 70);
create index ix_notices_order on integration.notices (order_id, id);
create index ix_notices_open on integration.notices (id) where state = 'asked';
create index ix_notices_kept on integration.notices (decided) where message is not null;
create index ix_notices_trouble on integration.notices (id) where state in ('refused', 'gave-up');

-- Texts that were sent are forgotten 30 days after; that and when they were sent stays. The age of other things does not matter here.
create function integration.forget_messages(older_than interval) returns table (what text, deleted bigint)
language plpgsql security definer set search_path = pg_catalog as $$
declare
  n bigint;
begin
  update integration.notices set message = null where message is not null and decided < clock_timestamp() - greatest(older_than, interval '30 days');
  get diagnostics n = row_count;
  what := 'messages to customers'; deleted := n; return next;
end $$;
select platform.app_may_call('integration.forget_messages(interval)');
