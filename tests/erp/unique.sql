-- One key of ours, one document: no field of the ERP is unique by itself. What the ERP's own people write stays free.
create unique index if not exists retailops_invoice on account_invoice (company, type, reference) where reference like 'ORC:%' and state <> 'cancelled';
create unique index if not exists retailops_move on account_move (company, description) where description like 'ORC:%';
