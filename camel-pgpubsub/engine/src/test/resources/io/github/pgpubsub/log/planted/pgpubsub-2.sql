-- A later version, for tests: what an update may do.
alter table pgpubsub.parked add column if not exists planted text;
update pgpubsub.version set number = 2 where number = 1;
