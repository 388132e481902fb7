-- Who signs in at another service is known here by that service's word for the person: the issuer, a blank, the subject. The name may change.
alter table platform.people add column external text;
create unique index ux_people_external on platform.people (external);
