-- The sandbox ERP: a financial system of its own, which happens to lie on the same server. Nothing here joins anything of ours, and nothing of
-- ours but its adapter and the invariants looks into it. Amounts in minor units of the document's currency.
create table sandbox_erp.accounts (
  code text primary key,
  name text not null,
  kind text not null,
  constraint ck_accounts_kind check (kind in ('asset', 'liability', 'revenue', 'expense'))
);
insert into sandbox_erp.accounts (code, name, kind) values
  ('1200', 'Accounts receivable', 'asset'),
  ('1400', 'Stock', 'asset'),
  ('2200', 'Sales tax payable', 'liability'),
  ('4000', 'Sales', 'revenue'),
  ('4100', 'Shipping income', 'revenue'),
  ('4200', 'Discounts given', 'revenue'),
  ('4300', 'Services', 'revenue'),
  ('4900', 'Sundry income', 'revenue'),
  ('5100', 'Cost of sales', 'expense'),
  ('5210', 'Stock output', 'expense'),
  ('5220', 'Stock adjustments', 'expense');

create table sandbox_erp.parties (
  code text primary key,
  name text not null
);
insert into sandbox_erp.parties (code, name) values ('sundry', 'Sundry customers');

create table sandbox_erp.sequences (
  kind text primary key,
  prefix text not null,
  next bigint not null default 1,
  last_date date not null default '-infinity'
) with (fillfactor = 50);
insert into sandbox_erp.sequences (kind, prefix) values
  ('SalesInvoice', 'INV-'), ('CreditMemo', 'CRN-'), ('Shipment', 'SHP-'), ('InventoryAdjustment', 'ADJ-');

-- Open until somebody closes it. month is its first day.
create table sandbox_erp.closed_periods (
  month date primary key,
  constraint ck_closed_periods_month check (extract(day from month) = 1)
);

create table sandbox_erp.documents (
  id bigint generated always as identity primary key,
  key text not null,
  kind text not null references sandbox_erp.sequences,
  state text not null default 'draft',
  party text not null references sandbox_erp.parties,
  reference text not null,
  origin text,
  business_date date not null,
  posting_date date,
  currency text not null,
  untaxed bigint not null,
  tax bigint not null,
  total bigint not null,
  lines jsonb not null,
  sequence_number bigint,
  number text,
  created timestamptz not null default clock_timestamp(),
  posted timestamptz,
  constraint ux_documents_key unique (key),
  constraint ux_documents_number unique (kind, sequence_number),
  constraint ck_documents_state check (state in ('draft', 'posted')),
  constraint ck_documents_posted check ((state = 'posted') = (number is not null and sequence_number is not null and posting_date is not null and posted is not null)),
  constraint ck_documents_total check (total = untaxed + tax)
);

create table sandbox_erp.moves (
  id bigint generated always as identity primary key,
  document_id bigint not null unique references sandbox_erp.documents,
  date date not null,
  currency text not null,
  description text not null
);
select platform.append_only('sandbox_erp.moves');

create table sandbox_erp.move_lines (
  id bigint generated always as identity primary key,
  move_id bigint not null references sandbox_erp.moves,
  account text not null references sandbox_erp.accounts,
  party text references sandbox_erp.parties,
  debit bigint not null,
  credit bigint not null,
  constraint ck_move_lines_side check (debit >= 0 and credit >= 0 and (debit = 0) <> (credit = 0))
);
create index ix_move_lines_move on sandbox_erp.move_lines (move_id);
select platform.append_only('sandbox_erp.move_lines');

-- A move that does not balance cannot be committed, whoever writes it.
create function sandbox_erp.move_must_balance() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  move bigint := coalesce(new.move_id, old.move_id);
  difference bigint;
begin
  select sum(debit - credit) into difference from sandbox_erp.move_lines where move_id = move;
  if difference <> 0 then
    raise exception 'The move % does not balance: % too much on the debit side.', move, difference using errcode = 'SE001';
  end if;
  return null;
end $$;
create constraint trigger move_balances after insert or update or delete on sandbox_erp.move_lines
  deferrable initially deferred for each row execute function sandbox_erp.move_must_balance();

-- What is posted stays as it is.
create function sandbox_erp.posted_is_final() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'The document % is posted: it can neither be changed nor deleted.', old.number using errcode = 'SE002';
end $$;
create trigger posted_is_final before update or delete on sandbox_erp.documents
  for each row when (old.state = 'posted') execute function sandbox_erp.posted_is_final();

-- Lies to tell: orders to misbehave, for demonstrations and tests. null means all, or always.
create table sandbox_erp.mischief (
  id bigint generated always as identity primary key,
  kind text not null,
  document_kind text,
  key_like text,
  rate double precision not null default 1,
  documents int,
  times int,
  delay_ms int not null default 0,
  words text,
  constraint ck_mischief_kind check (kind in ('slow', 'refuse', 'lose', 'post_and_lose', 'fail_after_posting')),
  constraint ck_mischief_rate check (rate between 0 and 1),
  constraint ck_mischief_documents check (documents > 0),
  constraint ck_mischief_times check (times > 0),
  constraint ck_mischief_delay check (delay_ms between 0 and 600000),
  constraint ck_mischief_words check (kind <> 'refuse' or words is not null)
);
create table sandbox_erp.strikes (
  mischief bigint not null references sandbox_erp.mischief on delete cascade,
  key text not null,
  times int not null,
  primary key (mischief, key)
);
