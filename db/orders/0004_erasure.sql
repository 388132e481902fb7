-- What is known of a buyer can be erased. The event of the order keeps SHA-256(salt || name || 0 || email || 0 || ship_to), which says nothing without the salt, and
-- that goes with the rest.
alter table orders.people add column salt bytea;
alter table orders.people add column erased timestamptz;
alter table orders.people add constraint ck_people_erased check (erased is null or (name is null and email is null and ship_to is null and salt is null));
