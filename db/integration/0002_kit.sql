-- Which ERP a document is or was for; what an ERP keeps no documents of is set aside. All canonical kinds may be asked for.
alter table integration.postings
  add column system text not null default 'sandbox',
  drop constraint ck_postings_kind,
  drop constraint ck_postings_status,
  add constraint ck_postings_kind check (kind in (
    'SalesInvoice', 'CreditMemo', 'Payment', 'PaymentRefund', 'GoodsReceipt', 'Shipment', 'InventoryAdjustment', 'Transfer', 'PurchaseOrder')),
  add constraint ck_postings_status check (status in ('requested', 'posted', 'refused', 'gave_up', 'set_aside'));
-- Reconciliation and counts by time.
create index ix_postings_requested on integration.postings using brin (requested_at);
-- What waits for a document that is posted now.
create index ix_postings_corrects on integration.postings ((document->>'corrects')) where status = 'requested' and document->>'corrects' is not null;
