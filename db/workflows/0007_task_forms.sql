-- What a task wants to know beside its outcome; null for nothing in particular.
alter table workflows.tasks add column form jsonb;
create index ix_tasks_due on workflows.tasks (due, id) where status < 2;
