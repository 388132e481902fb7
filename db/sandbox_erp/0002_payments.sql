-- Money that is paid back with a credit memo. paid: of the total.
insert into sandbox_erp.accounts (code, name, kind) values ('1100', 'Bank', 'asset');
alter table sandbox_erp.documents
  add column paid bigint not null default 0,
  add constraint ck_documents_paid check (paid between 0 and greatest(total, 0));
create index ix_documents_posting_date on sandbox_erp.documents (posting_date) where state = 'posted';
