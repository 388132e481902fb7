-- A password that somebody else made and has seen: its owner changes it, until then it opens the page for that and nothing else, and after this time nothing
-- at all. Null when its owner chose it; so are the passwords from before this column, which nobody can tell apart.
alter table platform.people add column password_until timestamptz;
