-- "+ 0": what asks for stimuli by id alone must not find this index. PostgreSQL 18 can skip through an index whose later column is asked for,
-- key by key; for a table that was empty when the statement was planned that looks as cheap as the primary key, and reads the whole queue later.
drop index workflows.ix_stimuli_key;
create index ix_stimuli_key on workflows.stimuli (key, (id + 0));
