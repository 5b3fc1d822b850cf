-- The log of kept messages (durable=true), version 1. PostgreSQL 13 to 18.
--
-- psql -f pgpubsub-1.sql, Flyway (as V1__pgpubsub.sql) and Liquibase (<sqlFile ... splitStatements="false"/>) run this file as it
-- is. The role that runs it owns the log; it needs CREATE on the database, no more, and no superuser. It may be run again: that changes
-- nothing. It lies in the engine's jar as io/github/pgpubsub/log/pgpubsub-1.sql, in a folder that is not "internal" because people
-- copy it, with its version in its name because a later version comes as one more file, never as a change of this one.
--
-- Another schema: replace "pgpubsub." and "schema pgpubsub" everywhere. The component does so by itself (option logSchema).
-- "pgpubsub.wake_up", "pgpubsub.wake_up_locks" and "pgpubsub.context" are settings and keep their names.

-- Types, operators and functions are looked up here, when tables and views are made. So no search_path of the session may interfere; the
-- last statement puts it back.
do $body$
begin
  perform pg_catalog.set_config('pgpubsub_install.search_path', pg_catalog.current_setting('search_path'), false);
  perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false);
end
$body$;

-- Not "create schema if not exists" alone: that asks for CREATE on the database even where the schema is there.
do $body$
begin
  if to_regnamespace('pgpubsub') is null then
    create schema pgpubsub;
  end if;
end
$body$;

-- Cache 1 (the default) is part of the proof in durable reading: ids rise in the order in which they are drawn.
create sequence if not exists pgpubsub.message_id as bigint cache 1 no cycle;

-- Its last value is the partition that is written.
create sequence if not exists pgpubsub.slot as smallint minvalue 0 start with 0 cache 1;

do $body$
begin
  if pg_sequence_last_value('pgpubsub.slot') is null then
    perform setval('pgpubsub.slot', 0);
  end if;
end
$body$;

-- The columns' order is part of the proof, too: defaults are computed in it, so a transaction has its xid before it draws an id.
create table if not exists pgpubsub.message (
  txid xid8 not null default pg_current_xact_id(),
  id bigint not null default nextval('pgpubsub.message_id'),
  slot smallint not null default pg_sequence_last_value('pgpubsub.slot'),
  channel text collate "C" not null,
  key text collate "C",
  bucket smallint not null generated always as ((coalesce(hashtextextended(key, 0), id) & 1023)::smallint) stored,
  payload text,
  bytes bytea,
  headers jsonb,
  -- Of the process that sends, for consumers that leave out their own messages. A transaction of the application sets it.
  context uuid default nullif(current_setting('pgpubsub.context', true), '')::uuid,
  sender uuid,
  batch bigint,
  for_group text collate "C",
  at timestamptz not null default clock_timestamp(),
  constraint message_channel check (octet_length(channel) between 1 and 63),
  constraint message_text_or_bytes check (payload is null or bytes is null),
  constraint message_headers check (headers is null or jsonb_typeof(headers) = 'object')
) partition by list (slot);

-- Opens a window.
create index if not exists message_by_txid on pgpubsub.message (channel, txid, id);
-- Pages through it.
create index if not exists message_by_id on pgpubsub.message (channel, id);

create table if not exists pgpubsub.message_0 partition of pgpubsub.message for values in (0);
create table if not exists pgpubsub.message_1 partition of pgpubsub.message for values in (1);
create table if not exists pgpubsub.message_2 partition of pgpubsub.message for values in (2);
create table if not exists pgpubsub.message_3 partition of pgpubsub.message for values in (3);

-- When a partition was last opened for writing, and closed again (null: it is being written, or never was).
create table if not exists pgpubsub.slot_opened (
  slot smallint primary key,
  at timestamptz,
  closed timestamptz,
  failures integer not null default 0
);

insert into pgpubsub.slot_opened (slot, at) values (0, clock_timestamp()), (1, null), (2, null), (3, null) on conflict do nothing;

-- Who reads. Every writer's trigger reads this table, so it is written on joining and on taking the lead only: with a snapshot held,
-- a table that is updated all the time is slow to read.
create table if not exists pgpubsub.subscriber (
  no bigint generated always as identity primary key,
  channel text collate "C" not null,
  grp text collate "C" not null,
  shard smallint not null default 0,
  shards smallint not null default 1,
  reader uuid,
  leader text,
  expiry interval,
  joined timestamptz not null default clock_timestamp(),
  constraint subscriber_channel check (octet_length(channel) between 1 and 63),
  constraint subscriber_shard check (shard >= 0 and shard < shards and shards <= 1024),
  unique (channel, grp, shard)
);

-- The server's timeline: another one after each fail-over. Of the WAL that is written: the control file has it only after a checkpoint.
create or replace function pgpubsub.timeline() returns text
language sql volatile set search_path = pg_catalog, pg_temp
as $body$
  select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
$body$;

-- How far each has come. Hot; read by nobody but its leader and whoever asks for the lag. Columns but the key have no index, so updates
-- stay in the page.
create table if not exists pgpubsub.place (
  no bigint primary key references pgpubsub.subscriber on delete cascade,
  done pg_snapshot not null,
  done_max_id bigint not null,
  done_xid xid8 not null,
  upto pg_snapshot,
  upto_max_id bigint,
  upto_xid xid8,
  last_id bigint not null default 0,
  epoch bigint not null default 0,
  owner uuid,
  redelivered_id bigint not null default 0,
  missed bigint not null default 0,
  missed_told bigint not null default 0,
  timeline text collate "C" not null default pgpubsub.timeline(),
  constraint place_window check ((upto is null) = (upto_max_id is null) and (upto is null) = (upto_xid is null))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- When a member of the group was last there.
create table if not exists pgpubsub.seen (
  no bigint primary key references pgpubsub.subscriber on delete cascade,
  at timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

-- A batch of a publisher is inserted only by the incarnation that stands here.
create table if not exists pgpubsub.sender (
  id uuid primary key,
  incarnation bigint not null,
  at timestamptz not null default clock_timestamp()
);

-- Messages that a group has set aside, with the error.
create table if not exists pgpubsub.parked (
  channel text collate "C" not null,
  grp text collate "C" not null,
  id bigint not null,
  at timestamptz not null,
  key text collate "C",
  payload text,
  bytes bytea,
  headers jsonb,
  context uuid,
  error text,
  attempts integer not null default 1,
  parked_at timestamptz not null default clock_timestamp(),
  primary key (channel, grp, id, at)
);

-- One row. The system identifier says whose transaction ids these are.
create table if not exists pgpubsub.version (
  one_row boolean primary key default true check (one_row),
  number integer not null,
  system_id bigint not null,
  installed timestamptz not null default clock_timestamp()
);

-- Advisory locks belong to a database; logs in several schemas do not meet. Any role can take advisory locks: who may connect can
-- hold up rotation, one sender or the sleep of a reader, and nothing else.
create or replace function pgpubsub.lock_key(what text) returns bigint
language sql stable set search_path = pg_catalog, pg_temp
as $body$
  select hashtextextended('pgpubsub/' || what || '/' || 'pgpubsub.message'::regclass::oid::text, 0)
$body$;

-- What is committed, and never the transaction that asks: to pg_current_snapshot() its own xid looks committed as soon as a later one is.
create or replace function pgpubsub.snapshot() returns pg_snapshot
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $body$
declare
  now_ pg_snapshot := pg_current_snapshot();
  own xid8 := pg_current_xact_id_if_assigned();
begin
  if own is null or not pg_visible_in_snapshot(own, now_) then
    return now_;
  end if;
  return (
    select least(pg_snapshot_xmin(now_)::text::numeric, own::text::numeric) || ':' || pg_snapshot_xmax(now_) || ':'
      || string_agg(x::text, ',' order by x)
    from (select own as x union select pg_snapshot_xip(now_)) as running)::pg_snapshot;
end
$body$;

-- Refuses a log whose transaction ids are another cluster's: they would be compared with this one's and lose messages in silence.
create or replace function pgpubsub.check_cluster() returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  here bigint := (select system_identifier from pg_control_system());
  written bigint := (select system_id from pgpubsub.version);
  ahead bigint;
begin
  if here <> written then
    raise exception 'The log was written by another database cluster (system identifier %, this one is %)', written, here
      using errcode = '55000', hint = 'After a restore of a dump call rebase() of the log''s schema; after pg_upgrade rebase(keep => true).';
  end if;
  select count(*) into ahead from pgpubsub.place
  where greatest(pg_snapshot_xmax(done)::text::numeric, pg_snapshot_xmax(upto)::text::numeric)
    > pg_snapshot_xmax(pg_current_snapshot())::text::numeric;
  if ahead > 0 then
    raise exception '% places of the log lie in the future: their transaction ids are another database cluster''s', ahead
      using errcode = '55000', hint = 'Call rebase() of the log''s schema.';
  end if;
end
$body$;

-- A statement's trigger, so that INSERT and COPY are all that a writer needs. A reader that sleeps holds the exclusive lock of its
-- (reader, channel), and has looked once more after taking it. The writer tries the same lock, shared: if it can't get it, the reader sleeps
-- or is about to look, and is notified; if it gets it, it keeps the reader from going to sleep until this transaction's rows are visible.
-- More than 8 readers to a channel, or 64 locks to a transaction: notified without locks, which are the server's common memory.
-- Each writer pays for it, so there are few queries: assignments and loops cost a tenth of one.
create or replace function pgpubsub.wake_up() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  held text := current_setting('pgpubsub.wake_up_locks', true);
  locks integer := 0;
  written_to text[];
  readers uuid[];
  channels text[];
  sleepers text[];
begin
  if current_setting('pgpubsub.wake_up', true) = 'none' then
    return null;
  end if;
  if held ~ '^[0-9]{1,6}$' then
    locks := held::integer;
  end if;
  written_to := array(select distinct w.channel from written w);
  if cardinality(written_to) > 64 then
    written_to := array(select distinct s.channel from pgpubsub.subscriber s where s.channel = any (written_to) and s.reader is not null);
  end if;
  for c in 1 .. cardinality(written_to) loop
    readers := array(select distinct s.reader from pgpubsub.subscriber s where s.channel = written_to[c] and s.reader is not null);
    if cardinality(readers) > 8 or locks + cardinality(readers) > 64 then
      channels := channels || written_to[c];
      sleepers := sleepers || 'all'::text;
    else
      for r in 1 .. cardinality(readers) loop
        if pg_try_advisory_xact_lock_shared(hashtextextended('pgpubsub/sleep/' || readers[r] || '/' || written_to[c], 0)) then
          locks := locks + 1;
        else
          channels := channels || written_to[c];
          sleepers := sleepers || readers[r]::text;
        end if;
      end loop;
    end if;
  end loop;
  if locks > 0 then
    held := set_config('pgpubsub.wake_up_locks', locks::text, true);
  end if;
  -- A full queue would fail the writer's commit. Asking costs, so it is asked only when there is something to say.
  if sleepers is not null and pg_notification_queue_usage() <= 0.5 then
    perform pg_notify('pgpubsub/wake/' || sleeper, case when channels[1] = all (channels) then channels[1] else '' end)
    from unnest(sleepers) as sleeper;
  end if;
  return null;
end
$body$;

do $body$
begin
  if not exists (select from pg_trigger where tgrelid = 'pgpubsub.message'::regclass and tgname = 'wake_up') then
    create trigger wake_up after insert on pgpubsub.message referencing new table as written
      for each statement execute function pgpubsub.wake_up();
  end if;
end
$body$;

-- Sends one message with the caller's own rights; returns its id as CamelPgPubSubMessageId has it.
create or replace function pgpubsub.publish(channel text, payload text, key text default null, headers jsonb default null) returns text
language sql volatile set search_path = pg_catalog, pg_temp
as $body$
  insert into pgpubsub.message (channel, payload, key, headers)
  values (publish.channel, publish.payload, publish.key, publish.headers)
  returning id || '-' || (extract(epoch from at) * 1000000)::bigint
$body$;

-- Ends what a publisher's former connection may still try: returns the incarnation with which to send from now on. Waits for a
-- transaction of the former one that is at work.
create or replace function pgpubsub.fence(sender uuid) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  result bigint;
begin
  perform pg_advisory_xact_lock(pgpubsub.lock_key('sender/' || fence.sender));
  insert into pgpubsub.sender as s (id, incarnation) values (fence.sender, (extract(epoch from clock_timestamp()) * 1000)::bigint)
  on conflict (id) do update set incarnation = greatest(s.incarnation + 1, excluded.incarnation), at = clock_timestamp()
  returning incarnation into result;
  return result;
end
$body$;

-- Inserts a batch, in the order of the arrays; no rows: fenced, another incarnation has taken over. The lock is taken by a statement of its
-- own, so that the next one sees what its former holder has committed.
create or replace function pgpubsub.send(
  sender uuid, incarnation bigint, batch bigint, context uuid,
  channels text[], keys text[], payloads text[], bytes bytea[], headers text[]
) returns table (id bigint, at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $body$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'A batch is sent in READ COMMITTED, not %', current_setting('transaction_isolation') using errcode = '25000';
  end if;
  perform pg_advisory_xact_lock(pgpubsub.lock_key('sender/' || send.sender));
  return query
    insert into pgpubsub.message as m (channel, key, payload, bytes, headers, context, sender, batch)
    select b.channel, b.key, b.payload, b.bytes, b.headers::jsonb, send.context, send.sender, send.batch
    from pgpubsub.sender s,
      unnest(send.channels, send.keys, send.payloads, send.bytes, send.headers) with ordinality
        as b (channel, key, payload, bytes, headers, n)
    where s.id = send.sender and s.incarnation = send.incarnation
    order by b.n
    returning m.id, m.at;
end
$body$;

-- What of a batch is in the log. Ask after fence() has committed, in a transaction of its own.
create or replace function pgpubsub.sent(sender uuid, batch bigint, after_id bigint, channels text[])
returns table (id bigint, at timestamptz)
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $body$
  select m.id, m.at
  from (select distinct c from unnest(sent.channels) as c) as of(channel)
    join pgpubsub.message m on m.channel = of.channel and m.id > sent.after_id
  where m.sender = sent.sender and m.batch = sent.batch
  order by m.id
$body$;

-- Payloads of plain channels that are too long for a notification (oversize=store) are rows of the log on a channel of their own, which no group
-- may have, so they go with the partition they are in. Their key is the plain channel. What proves that a reference to such a row was made
-- here is of the owner alone.
create table if not exists pgpubsub.secret (
  one_row boolean primary key default true check (one_row),
  value bytea not null
);

-- Default privileges of the owner may say otherwise.
revoke all on pgpubsub.secret from public;

insert into pgpubsub.secret (value)
select decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex') on conflict do nothing;

-- The notification that stands for a stored payload. Who may send to the channel but has not stored anything can repeat a reference that has
-- been sent there, and can't make one: neither of another channel's payload nor of a row by its id.
create or replace function pgpubsub.reference(channel text, id bigint, token uuid) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $body$
  select 'pgpubsub/stored/' || reference.id || '/' || reference.token || '/' || encode(sha256(s.value || sha256(s.value
    || convert_to(reference.id || '/' || reference.token || '/' || reference.channel, getdatabaseencoding()))), 'hex')
  from pgpubsub.secret s
$body$;

-- Keeps a payload, and returns what to notify in its place, in the same transaction. The token tells the row from one that gets the same id
-- after an asynchronous fail-over.
create or replace function pgpubsub.store(channel text, payload text) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  kept record;
  made text;
begin
  insert into pgpubsub.message as m (channel, key, payload, sender)
  values ('pgpubsub/stored', store.channel, coalesce(store.payload, ''), gen_random_uuid())
  returning m.id, m.key, m.sender into kept;
  made := pgpubsub.reference(kept.key, kept.id, kept.sender);
  if made is null then
    -- pg_notify() takes null for the empty payload.
    raise exception 'The table % has lost its row, so no reference to a stored payload can be made', 'pgpubsub.secret'::regclass
      using errcode = '55000', hint = 'Apply the log''s file again: it makes the row. References from before are then plain text.';
  end if;
  return made;
end
$body$;

-- The payload that a notification of a channel refers to. Not genuine: it is no reference of this log, but a payload that looks like one.
-- Genuine and null: the row is gone.
create or replace function pgpubsub.stored(channel text, reference text, out genuine boolean, out payload text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $body$
declare
  parts text[] := regexp_match(stored.reference,
    '^pgpubsub/stored/([0-9]{1,18})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/[0-9a-f]{64}$');
begin
  genuine := false;
  if parts is null then
    return;
  end if;
  if pgpubsub.reference(stored.channel, parts[1]::bigint, parts[2]::uuid) is distinct from stored.reference then
    return;
  end if;
  genuine := true;
  payload := (select m.payload from pgpubsub.message m where m.channel = 'pgpubsub/stored' and m.id = parts[1]::bigint
    and m.key = stored.channel and m.sender = parts[2]::uuid);
end
$body$;

-- The first id of a channel that was written at or after a time. Times rise with ids but for what lies between drawing an id and reading
-- the clock, so the search ends a second early and the rest is looked at one by one.
create or replace function pgpubsub.id_at(channel text, since timestamptz) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $body$
declare
  low bigint := 1;
  high bigint := coalesce(pg_sequence_last_value('pgpubsub.message_id'), 0) + 1;
  middle bigint;
  found_id bigint;
  found_at timestamptz;
begin
  while low < high loop
    middle := low + (high - low) / 2;
    select m.id, m.at into found_id, found_at from pgpubsub.message m
    where m.channel = id_at.channel and m.id >= middle and m.id < high order by m.id limit 1;
    if found_id is null or found_at >= id_at.since - interval '1 second' then
      high := middle;
    else
      low := found_id + 1;
    end if;
  end loop;
  select m.id into found_id from pgpubsub.message m
  where m.channel = id_at.channel and m.id >= low and m.at >= id_at.since order by m.id limit 1;
  return coalesce(found_id, coalesce(pg_sequence_last_value('pgpubsub.message_id'), 0) + 1);
end
$body$;

-- A place from which to read on: "now", "earliest", an ISO 8601 time or a message id. The caller holds the rotator's lock.
-- From a message on is one window from nothing to now, begun before that message.
create or replace function pgpubsub.start_at(
  channel text, start_from text, out done pg_snapshot, out done_max_id bigint, out done_xid xid8,
  out upto pg_snapshot, out upto_max_id bigint, out upto_xid xid8, out last_id bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $body$
declare
  has_written boolean := pg_current_xact_id_if_assigned() is not null;
  visible pg_snapshot := pgpubsub.snapshot();
  -- After the snapshot, and the xid after both.
  max_id bigint := coalesce(pg_sequence_last_value('pgpubsub.message_id'), 0);
  xid xid8 := pg_current_xact_id();
begin
  -- The caller's transaction had its xid before. A writer with a higher one may have drawn an id by now, and would be missed. A subtransaction
  -- that is given up draws an xid now, above all that were drawn before the sequence was read, and lifts the next snapshot's xmax above it.
  if has_written then
    begin
      perform from pgpubsub.version for no key update;
      raise exception 'given up';
    exception
      when raise_exception then
        xid := pg_snapshot_xmax(pg_current_snapshot())::text::xid8;
    end;
  end if;
  last_id := 0;
  if start_from = 'now' then
    done := visible;
    done_max_id := max_id;
    done_xid := xid;
    return;
  end if;
  if start_from ~ '^[0-9]{1,18}(-[0-9]+)?$' then
    last_id := split_part(start_from, '-', 1)::bigint - 1;
  elsif start_from <> 'earliest' then
    last_id := pgpubsub.id_at(channel, start_from::timestamptz) - 1;
  end if;
  done := '3:3:';
  done_max_id := 0;
  done_xid := '3';
  upto := visible;
  upto_max_id := max_id;
  upto_xid := xid;
end
$body$;

-- Refuses channels that the component has for itself.
create or replace function pgpubsub.check_channel(channel text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $body$
begin
  if coalesce(octet_length(channel), 0) not between 1 and 63 then
    raise exception 'The channel has % bytes; it must have 1 to 63', coalesce(octet_length(channel), 0) using errcode = '22023';
  elsif channel = 'pgpubsub-kept' or channel ~ '^pgpubsub/(control/|own/|wake/|stored)' then
    raise exception 'The channel % is reserved', channel using errcode = '42939';
  end if;
end
$body$;

-- Makes the group's places unless they are there. One row for each shard. A group has its number of shards from its first member.
create or replace function pgpubsub.join_group(
  channel text, grp text, start_from text default 'now', shards integer default 1, expiry interval default null)
returns table (no bigint, shard smallint, created boolean)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  s record;
  p record;
begin
  perform pgpubsub.check_channel(join_group.channel);
  if coalesce(join_group.grp, '') = '' then
    raise exception 'The group is empty' using errcode = '22023';
  elsif strpos(join_group.grp, E'\x01') > 0 then
    -- As reshard() names places for a moment.
    raise exception 'The group % is reserved: it has the character 1', to_json(join_group.grp) using errcode = '42939';
  end if;
  perform pgpubsub.check_cluster();
  -- Rotation must not forget what this group is about to begin with; and members that join at once wait for each other.
  perform pg_advisory_xact_lock_shared(pgpubsub.lock_key('rotate'));
  perform pg_advisory_xact_lock(pgpubsub.lock_key('join/' || join_group.channel || '/' || join_group.grp));
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'A group is joined in READ COMMITTED, not %', current_setting('transaction_isolation') using errcode = '25000';
  end if;
  for s in select * from pgpubsub.subscriber e where e.channel = join_group.channel and e.grp = join_group.grp order by e.shard loop
    if s.shards <> join_group.shards then
      raise exception 'Group % of channel % has % shards, not %', s.grp, s.channel, s.shards, join_group.shards
        using errcode = '22023', hint = 'Call reshard() of the log''s schema when no member of the group runs.';
    end if;
    no := s.no;
    shard := s.shard;
    created := false;
    insert into pgpubsub.seen as e (no) values (s.no) on conflict on constraint seen_pkey do update set at = excluded.at;
    return next;
  end loop;
  if created is not null then
    return;
  end if;
  select * into p from pgpubsub.start_at(join_group.channel, join_group.start_from);
  created := true;
  for s in select generate_series(0, join_group.shards - 1) as shard loop
    shard := s.shard;
    insert into pgpubsub.subscriber as e (channel, grp, shard, shards, expiry)
      values (join_group.channel, join_group.grp, s.shard, join_group.shards, join_group.expiry) returning e.no into no;
    insert into pgpubsub.place values (no, p.done, p.done_max_id, p.done_xid, p.upto, p.upto_max_id, p.upto_xid, p.last_id);
    insert into pgpubsub.seen values (no);
    return next;
  end loop;
end
$body$;

-- Sends a group elsewhere: "now", "earliest", an ISO 8601 time or a message id. Its leader finds another owner in its place, delivers
-- nothing more, and takes the lead anew.
create or replace function pgpubsub.seek(channel text, grp text, start_from text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  p record;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'A group is sent elsewhere in READ COMMITTED, not %', current_setting('transaction_isolation') using errcode = '25000';
  end if;
  perform pgpubsub.check_cluster();
  perform pg_advisory_xact_lock_shared(pgpubsub.lock_key('rotate'));
  select * into p from pgpubsub.start_at(seek.channel, seek.start_from);
  update pgpubsub.place as e
  set done = p.done, done_max_id = p.done_max_id, done_xid = p.done_xid,
    upto = p.upto, upto_max_id = p.upto_max_id, upto_xid = p.upto_xid, last_id = p.last_id,
    redelivered_id = greatest(e.redelivered_id, e.done_max_id, e.upto_max_id),
    epoch = greatest(e.epoch + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint), owner = gen_random_uuid()
  from pgpubsub.subscriber s
  where s.no = e.no and s.channel = seek.channel and s.grp = seek.grp;
  if not found then
    raise exception 'No group % of channel %', seek.grp, seek.channel using errcode = '02000';
  end if;
  perform pg_notify('pgpubsub/wake/' || r.reader, seek.channel)
  from (select distinct s.reader from pgpubsub.subscriber s
    where s.channel = seek.channel and s.grp = seek.grp and s.reader is not null) as r;
end
$body$;

-- Changes a group's number of shards and keeps the order of each key. All members have stopped: a place without an owner was given back
-- complete. If the new number is a multiple of the old one, each shard is split, and each part goes on where the whole stood. Otherwise the
-- shards get one common place: now if everything was read, else before the first unread message; what comes again is marked. Returns how many
-- messages come again. With force => true also after members have died; what they had in hand comes again, marked.
create or replace function pgpubsub.reshard(channel text, grp text, shards integer, force boolean default false) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $body$
declare
  old integer;
  former text := reshard.grp || E'\x01reshard';
  led text;
  p record;
  s record;
  new_no bigint;
  first_unread bigint;
  marked bigint := 0;
  again bigint := 0;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'Shards are changed in READ COMMITTED, not %', current_setting('transaction_isolation') using errcode = '25000';
  end if;
  if reshard.shards is null or reshard.shards not between 1 and 1024 then
    raise exception 'The number of shards is 1 to 1024, not %', reshard.shards using errcode = '22023';
  end if;
  perform pgpubsub.check_cluster();
  perform pg_advisory_xact_lock_shared(pgpubsub.lock_key('rotate'));
  perform pg_advisory_xact_lock(pgpubsub.lock_key('join/' || reshard.channel || '/' || reshard.grp));
  perform from pgpubsub.place e join pgpubsub.subscriber o on o.no = e.no
    where o.channel = reshard.channel and o.grp = reshard.grp order by e.no for update of e;
  select max(o.shards), string_agg(o.shard || ' by ' || coalesce(o.leader, 'a member'), ', ' order by o.shard) filter (where e.owner is not null)
  into old, led
  from pgpubsub.subscriber o join pgpubsub.place e on e.no = o.no where o.channel = reshard.channel and o.grp = reshard.grp;
  if old is null then
    raise exception 'No group % of channel %', reshard.grp, reshard.channel using errcode = '02000';
  elsif old = reshard.shards then
    return 0;
  elsif led is not null and not reshard.force then
    raise exception 'Group % of channel % is led, or was by a member that has died: shard %', reshard.grp, reshard.channel, led
      using errcode = '55000', hint = 'Stop all members. After one has died, start and stop the group, or call reshard(..., force => true).';
  end if;

  -- The former places go with their numbers: a member that still believes in them finds none.
  update pgpubsub.subscriber o set grp = former where o.channel = reshard.channel and o.grp = reshard.grp;
  if reshard.shards % old <> 0 then
    select * into p from pgpubsub.start_at(reshard.channel, 'now');
    select min(m.id), -count(*) into first_unread, again
    from pgpubsub.subscriber o join pgpubsub.place e on e.no = o.no
      join pgpubsub.message m on m.channel = o.channel
        and (m.txid >= pg_snapshot_xmax(e.done) or m.txid = any (array(select pg_snapshot_xip(e.done))))
        and (e.upto is null or m.id > e.last_id or not pg_visible_in_snapshot(m.txid, e.upto))
        and (old = 1 or m.bucket % old = o.shard)
    where o.channel = reshard.channel and o.grp = former and pg_visible_in_snapshot(m.txid, p.done)
      and (m.for_group is null or m.for_group = reshard.grp);
    if first_unread is not null then
      marked := p.done_max_id;
      again := again + (select count(*) from pgpubsub.message m where m.channel = reshard.channel and m.id >= first_unread
        and pg_visible_in_snapshot(m.txid, p.done) and (m.for_group is null or m.for_group = reshard.grp));
    end if;
  end if;
  for s in
    select n as shard, o.no, o.expiry, o.joined, e.* from generate_series(0, reshard.shards - 1) as n
      join pgpubsub.subscriber o on o.channel = reshard.channel and o.grp = former and o.shard = n % old
      join pgpubsub.place e on e.no = o.no
    order by n
  loop
    insert into pgpubsub.subscriber as o (channel, grp, shard, shards, expiry, joined)
      values (reshard.channel, reshard.grp, s.shard, reshard.shards, s.expiry, s.joined) returning o.no into new_no;
    insert into pgpubsub.seen (no) values (new_no);
    if reshard.shards % old = 0 then
      insert into pgpubsub.place values (new_no, s.done, s.done_max_id, s.done_xid, s.upto, s.upto_max_id, s.upto_xid, s.last_id);
    elsif first_unread is null then
      insert into pgpubsub.place values (new_no, p.done, p.done_max_id, p.done_xid);
    else
      insert into pgpubsub.place values (new_no, '3:3:', 0, '3', p.done, p.done_max_id, p.done_xid, first_unread - 1);
    end if;
    update pgpubsub.place e set
      epoch = greatest(s.epoch + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint), timeline = s.timeline,
      owner = case when s.owner is not null then gen_random_uuid() end,
      redelivered_id = case when again > 0 then greatest(s.redelivered_id, marked) else s.redelivered_id end,
      missed = case when s.shard < old then s.missed else 0 end, missed_told = case when s.shard < old then s.missed_told else 0 end
    where e.no = new_no;
  end loop;
  -- What was given up and is not told yet of shards that are no more.
  update pgpubsub.place e set missed = e.missed + f.untold
  from (select sum(g.missed - g.missed_told) as untold from pgpubsub.place g join pgpubsub.subscriber o on o.no = g.no
      where o.channel = reshard.channel and o.grp = former and o.shard >= reshard.shards) f, pgpubsub.subscriber t
  where t.channel = reshard.channel and t.grp = reshard.grp and t.shard = 0 and e.no = t.no and f.untold > 0;
  delete from pgpubsub.subscriber o where o.channel = reshard.channel and o.grp = former;
  return again;
end
$body$;

-- Removes a group with its place and its parked messages. Whether it was there.
create or replace function pgpubsub.drop_group(channel text, grp text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  was_there boolean;
begin
  perform pg_advisory_xact_lock(pgpubsub.lock_key('join/' || drop_group.channel || '/' || drop_group.grp));
  -- The places first, as everybody else does; whoever is parking a message has locked one.
  perform from pgpubsub.place p join pgpubsub.subscriber s on s.no = p.no
    where s.channel = drop_group.channel and s.grp = drop_group.grp order by p.no for update of p;
  delete from pgpubsub.subscriber s where s.channel = drop_group.channel and s.grp = drop_group.grp;
  was_there := found;
  delete from pgpubsub.parked p where p.channel = drop_group.channel and p.grp = drop_group.grp;
  return was_there or found;
end
$body$;

-- Writes parked messages to the log again, for their group alone. How many. After an asynchronous fail-over an id may have been drawn twice;
-- micros, the second number of CamelPgPubSubMessageId, tells which message is meant.
create or replace function pgpubsub.requeue(channel text, grp text, id bigint default null, micros bigint default null) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  result bigint;
begin
  if not exists (select from pgpubsub.subscriber s where s.channel = requeue.channel and s.grp = requeue.grp) then
    raise exception 'No group % of channel %', requeue.grp, requeue.channel using errcode = '02000';
  end if;
  with back as (
    delete from pgpubsub.parked p
    where p.channel = requeue.channel and p.grp = requeue.grp and (requeue.id is null or p.id = requeue.id)
      and (requeue.micros is null or (extract(epoch from p.at) * 1000000)::bigint = requeue.micros)
    returning p.*
  )
  insert into pgpubsub.message (channel, key, payload, bytes, headers, context, for_group)
  select b.channel, b.key, b.payload, b.bytes, b.headers, b.context, b.grp from back b order by b.id;
  get diagnostics result = row_count;
  return result;
end
$body$;

-- Of each place, how many rows of a partition it has not read (at most so many are counted). A row is unread unless "done" sees it, or
-- the open window does and last_id has passed it. "Before last_id" alone would take unread stragglers for read.
create or replace function pgpubsub.unread(slot smallint, at_most bigint) returns table (no bigint, rows bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $body$
declare
  p record;
  late bigint;
begin
  for p in
    select e.*, s.channel, s.grp, s.shard, s.shards, array(select pg_snapshot_xip(e.done)) as done_xip, array(select pg_snapshot_xip(e.upto)) as upto_xip
    from pgpubsub.place e join pgpubsub.subscriber s on s.no = e.no order by e.no
  loop
    no := p.no;
    if p.upto is null then
      execute $sql$
        select count(*) from (
          select from pgpubsub.message m
          where m.slot = $1 and m.channel = $2 and (m.txid >= pg_snapshot_xmax($3) or m.txid = any ($4))
            and ($6 = 1 or m.bucket % $6 = $7) and (m.for_group is null or m.for_group = $8) limit $5) as found
        $sql$ into rows using unread.slot, p.channel, p.done, p.done_xip, at_most, p.shards, p.shard, p.grp;
    else
      -- Without the window's help: what it does not see, by txid.
      execute $sql$
        select count(*) from (
          select from pgpubsub.message m
          where m.slot = $1 and m.channel = $2 and (m.txid >= pg_snapshot_xmax($3) or m.txid = any ($4))
            and ($6 = 1 or m.bucket % $6 = $7) and (m.for_group is null or m.for_group = $8) limit $5) as found
        $sql$ into rows using unread.slot, p.channel, p.upto, p.upto_xip, at_most, p.shards, p.shard, p.grp;
      -- What it sees and has yet to read: after last_id. In two parts that are each a range of an index: transactions which ran when
      -- "done" was stored, and later ones, whose ids all lie above done_max_id.
      if rows < at_most then
        execute $sql$
          select count(*) from (
            select from pgpubsub.message m
            where m.slot = $1 and m.channel = $2 and m.id > $3 and pg_visible_in_snapshot(m.txid, $4)
              and (m.txid >= pg_snapshot_xmax($5) and m.txid <= $6 or m.txid = any ($7))
              and ($9 = 1 or m.bucket % $9 = $10) and (m.for_group is null or m.for_group = $11) limit $8) as found
          $sql$ into late using unread.slot, p.channel, p.last_id, p.upto, p.done, p.done_xid, p.done_xip, at_most, p.shards, p.shard, p.grp;
        rows := rows + late;
      end if;
      if rows < at_most then
        execute $sql$
          select count(*) from (
            select from pgpubsub.message m
            where m.slot = $1 and m.channel = $2 and m.id > $3 and pg_visible_in_snapshot(m.txid, $4) and m.txid > $5
              and ($7 = 1 or m.bucket % $7 = $8) and (m.for_group is null or m.for_group = $9) limit $6) as found
          $sql$ into late using unread.slot, p.channel, greatest(p.last_id, p.done_max_id), p.upto, p.done_xid, at_most, p.shards, p.shard, p.grp;
        rows := rows + late;
      end if;
    end if;
    if rows > 0 then
      rows := least(rows, at_most);
      return next;
    end if;
  end loop;
end
$body$;

-- Forgets and moves on; to be called every few seconds, by anyone, in a transaction of its own. Expired groups are given up. One partition that
-- was closed long enough ago and that every group has read is emptied. If the partition that is written is old or large enough and the
-- next one is empty, the writers move on.
--
-- outcome: "idle" (nothing to do), "emptied", "moved", "held" (groups have not read it), "busy" (somebody uses the partition, or
-- rotates, joins or seeks). given_up: unread messages that were older than retention_max.
create or replace function pgpubsub.rotate(
  retention interval default '7 days', retention_max interval default null, group_expiry interval default '30 days',
  slot_bytes bigint default null,
  out outcome text, out slot smallint, out given_up bigint, out groups text[], out expired text[])
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
as $body$
declare
  now_ timestamptz := clock_timestamp();
  writing smallint;
  following smallint;
  n integer := (select count(*) from pgpubsub.slot_opened);
  candidate record;
  holders text[];
  part text;
  force boolean;
  has_rows boolean;
  full_ boolean;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'The log is rotated in READ COMMITTED, not %', current_setting('transaction_isolation') using errcode = '25000';
  end if;
  given_up := 0;
  outcome := 'busy';
  perform pgpubsub.check_cluster();
  if not pg_try_advisory_xact_lock(pgpubsub.lock_key('rotate')) then
    return;
  end if;
  with gone as (
    -- All shards of a group, or none. After an outage, whoever has a short expiry gets that time to come back.
    delete from pgpubsub.subscriber s where not exists (
      select from pgpubsub.subscriber o left join pgpubsub.seen e on e.no = o.no
      where o.channel = s.channel and o.grp = s.grp and (e.at is null or e.at >= now_ - coalesce(o.expiry, group_expiry)
        or pg_postmaster_start_time() >= now_ - o.expiry))
    returning s.channel, s.grp
  )
  select array_agg(distinct g.channel || '/' || g.grp) into expired from gone g;
  delete from pgpubsub.sender s where s.at < now_ - greatest(group_expiry, interval '1 day');

  writing := pg_sequence_last_value('pgpubsub.slot');
  -- The sequence moved and its transaction failed: setval is never rolled back.
  update pgpubsub.slot_opened o set at = now_, closed = null where o.slot = writing and (o.at is null or o.closed is not null);
  update pgpubsub.slot_opened o set closed = now_ where o.slot <> writing and o.at is not null and o.closed is null;

  outcome := 'idle';
  for candidate in
    select o.slot, o.closed, o.failures from pgpubsub.slot_opened o
    where o.slot <> writing and o.closed <= now_ - least(retention, retention_max) order by o.closed
  loop
    part := (select c.oid::regclass::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'pgpubsub.message'::regclass and c.relname = 'message_' || candidate.slot);
    execute 'select exists (select from ' || part || ')' into has_rows;
    continue when not has_rows;
    force := coalesce(candidate.closed <= now_ - retention_max, false);
    holders := null;
    if not force then
      select array_agg(s.channel || '/' || s.grp order by s.no) into holders
      from pgpubsub.unread(candidate.slot, 1) u join pgpubsub.subscriber s on s.no = u.no;
      if holders is not null then
        outcome := 'held';
        slot := coalesce(slot, candidate.slot);
        groups := coalesce(groups, holders);
        continue;
      end if;
    end if;
    begin
      -- It empties what an open writer is about to commit to, or what a dump is about to read, only when nobody is there. To stand in
      -- the queue for a lock stops everybody behind, so that is tried only when not standing in it has failed often.
      if candidate.failures < 20 then
        execute 'lock table only ' || part || ' in access exclusive mode nowait';
      else
        execute 'lock table only ' || part || ' in access exclusive mode';
      end if;
      if force then
        -- The places, so that nobody moves on while what is given up is counted.
        perform from pgpubsub.place p order by p.no for update;
        with gone as (
          update pgpubsub.place p set missed = p.missed + u.rows
          from pgpubsub.unread(candidate.slot, 9223372036854775807) u where p.no = u.no returning p.no, u.rows
        )
        select coalesce(sum(g.rows), 0), array_agg(s.channel || '/' || s.grp order by s.no) into given_up, holders
        from gone g join pgpubsub.subscriber s on s.no = g.no;
      else
        -- Again, in a statement of its own: what was committed before the lock was taken is seen only now.
        select array_agg(s.channel || '/' || s.grp order by s.no) into holders
        from pgpubsub.unread(candidate.slot, 1) u join pgpubsub.subscriber s on s.no = u.no;
        if holders is not null then
          raise lock_not_available;
        end if;
      end if;
      execute 'truncate table only ' || part;
    exception
      when lock_not_available or deadlock_detected then
        given_up := 0;
        update pgpubsub.slot_opened o set failures = least(o.failures + 1, 1000) where o.slot = candidate.slot;
        outcome := case when holders is null or force then 'busy' else 'held' end;
        slot := coalesce(slot, candidate.slot);
        groups := coalesce(groups, holders);
        continue;
    end;
    groups := holders;
    slot := candidate.slot;
    update pgpubsub.slot_opened o set failures = 0 where o.slot = candidate.slot;
    outcome := 'emptied';
    -- One at a time: the lock lasts until the end of the transaction.
    return;
  end loop;

  if not exists (select from pgpubsub.slot_opened o where o.slot = writing
      and (o.at <= now_ - greatest(retention / (n - 2), interval '1 second') or slot_bytes is not null)) then
    return;
  end if;
  part := (select c.oid::regclass::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'pgpubsub.message'::regclass and c.relname = 'message_' || writing);
  execute 'select exists (select from ' || part || ')' into has_rows;
  select o.at <= now_ - greatest(retention / (n - 2), interval '1 second') or pg_total_relation_size(part) >= slot_bytes into full_
  from pgpubsub.slot_opened o where o.slot = writing;
  if not has_rows or not full_ then
    return;
  end if;
  following := (writing + 1) % n;
  part := (select c.oid::regclass::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'pgpubsub.message'::regclass and c.relname = 'message_' || following);
  execute 'select exists (select from ' || part || ')' into has_rows;
  if has_rows then
    return;
  end if;
  update pgpubsub.slot_opened o set closed = clock_timestamp() where o.slot = writing;
  update pgpubsub.slot_opened o set at = clock_timestamp(), closed = null, failures = 0 where o.slot = following;
  perform setval('pgpubsub.slot', following);
  slot := following;
  outcome := 'moved';
end
$body$;

-- The log's transaction ids are another cluster's: a dump was restored. In one transaction each group is put before its first unread message,
-- by the old values, and all rows and places get values of this cluster; what comes again is marked. With keep => true, after pg_upgrade,
-- whose transaction ids go on, only the cluster's identifier is stamped.
create or replace function pgpubsub.rebase(keep boolean default false) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  visible pg_snapshot;
  max_id bigint;
  restored bigint;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'The log is rebased in READ COMMITTED, not %', current_setting('transaction_isolation') using errcode = '25000';
  end if;
  perform pg_advisory_xact_lock(pgpubsub.lock_key('rotate'));
  if keep then
    -- Fails below where the transaction ids have not gone on.
    update pgpubsub.version set system_id = (select system_identifier from pg_control_system());
    perform pgpubsub.check_cluster();
    return;
  end if;
  begin
    perform pgpubsub.check_cluster();
    raise notice 'The log''s transaction ids are this cluster''s: nothing to do';
    return;
  exception
    when object_not_in_prerequisite_state then null;
  end;
  lock table pgpubsub.message, pgpubsub.place, pgpubsub.subscriber in exclusive mode;
  -- After the locks: no writer is at work, so all that is in the log is seen.
  visible := pgpubsub.snapshot();
  max_id := coalesce(pg_sequence_last_value('pgpubsub.message_id'), 0);
  -- Rows that were written since the restore have this cluster's ids, which the old snapshots can't judge. They come after the last row
  -- that is surely restored: a transaction of this cluster has brought rows of several, or one whose id is still to come.
  restored := coalesce((
    select max(m.last_id) from (
      select max(id) as last_id from pgpubsub.message group by tableoid, xmin::text having count(distinct txid::text) > 1
      union all
      select max(id) from pgpubsub.message where txid >= pg_snapshot_xmax(visible)
    ) as m), 0);
  update pgpubsub.place as p
  set last_id = coalesce((
      select min(m.id) - 1 from pgpubsub.message m
      where m.channel = s.channel and (m.id > restored
        or not pg_visible_in_snapshot(m.txid, p.done)
          and (p.upto is null or m.id > p.last_id or not pg_visible_in_snapshot(m.txid, p.upto)))), max_id)
  from pgpubsub.subscriber s where s.no = p.no;
  update pgpubsub.message set txid = '3';
  update pgpubsub.place
  set done = '3:3:', done_max_id = 0, done_xid = '3', upto = visible, upto_max_id = max_id, upto_xid = pg_current_xact_id(),
    redelivered_id = max_id, epoch = greatest(epoch + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint),
    owner = gen_random_uuid();
  update pgpubsub.version set system_id = (select system_identifier from pg_control_system());
end
$body$;

-- One row for each shard of each group. Lag is counted, so a long one takes a while.
create or replace view pgpubsub.groups as
select s.channel, s.grp, s.shard, s.shards, unread.lag, coalesce(extract(epoch from clock_timestamp() - unread.oldest), 0)::bigint as lag_seconds,
  s.leader, s.reader, p.owner, p.epoch,
  (select count(*) from pgpubsub.parked k where k.channel = s.channel and k.grp = s.grp) as parked,
  p.missed, e.at as seen, s.joined, s.no
from pgpubsub.subscriber s
  join pgpubsub.place p on p.no = s.no
  left join pgpubsub.seen e on e.no = s.no
  cross join lateral (
    select count(*) as lag, min(m.at) as oldest
    from pgpubsub.message m
    where m.channel = s.channel
      and (m.txid >= pg_snapshot_xmax(p.done) or m.txid = any (array(select pg_snapshot_xip(p.done))))
      and (p.upto is null or m.id > p.last_id or not pg_visible_in_snapshot(m.txid, p.upto))
      and (m.for_group is null or m.for_group = s.grp)
      and (s.shards = 1 or m.bucket % s.shards = s.shard)
  ) as unread;

-- ---- changes of tables

-- A row as JSON. Null where that takes more than 8 MiB, so that a message with an old and a new row stays below 16 MiB, or more than
-- PostgreSQL can hold.
create or replace function pgpubsub.row_json(changed anyelement) returns json
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $body$
declare
  result json;
begin
  if pg_column_size(row_json.changed) <= 8388608 then
    result := row_to_json(row_json.changed);
  end if;
  return case when octet_length(result::text) <= 8388608 then result end;
exception
  when program_limit_exceeded or out_of_memory or internal_error then
    return null;
end
$body$;

-- The statement of changed() for rows that may be too large for a message: of those it gives the columns of the primary key, which stand
-- in it by their names, so it is made for each statement of a writer. $1: the channel, $2: the end of the payload.
create or replace function pgpubsub.large_changes(operation text, keys text[]) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $body$
declare
  -- Of one row, called "r".
  key text;
  object text;
  rows constant text := 'select row_number() over () as i, %s(r.*)::text as j, %s as key, %s as keys from %s as r';
  nothing constant text := 'select null::bigint as i, null::text as j, null::text as key, null::text as keys where false';
begin
  select case count(*) when 0 then 'null::text' when 1 then min(format('to_json(r.%I) #>> %L', k.name, '{}'))
      else format('%L || %s || %L', '[', string_agg(format('to_json(r.%I)', k.name), ' || '','' || ' order by k.n), ']') end,
    format('%L || %s%L', '{', coalesce(
      string_agg(format('%L || to_json(r.%I)', to_json(k.name) || ':', k.name), ' || '','' || ' order by k.n) || ' || ', ''), '}')
  into key, object
  from unnest(coalesce(large_changes.keys, '{}')) with ordinality as k (name, n);
  return format($sql$
    insert into %3$s (channel, key, payload)
    select $1, c.key, c.payload || case when c.cut then ',"oversize":true' else '' end || $2
    from (%1$s) as b full join (%2$s) as a on a.i = b.i
    cross join lateral (
      select 1 as n, a.key, '{"op":"u","before":' || coalesce(b.j, b.keys) || ',"after":' || coalesce(a.j, a.keys) as payload,
        a.j is null or b.j is null as cut
      where a.key = b.key
      union all
      select 2, b.key, '{"op":"d","before":' || coalesce(b.j, b.keys) || ',"after":null', b.j is null
      where (a.key = b.key) is not true and b.i is not null
      union all
      select 3, a.key, '{"op":"c","before":null,"after":' || coalesce(a.j, a.keys), a.j is null
      where (a.key = b.key) is not true and a.i is not null
    ) as c
    order by (c.n = 2) desc, coalesce(a.i, b.i), c.n
  $sql$,
    case when operation = 'INSERT' then nothing else format(rows, 'pgpubsub.row_json'::regproc, key, object, 'pgpubsub_old') end,
    case when operation = 'DELETE' then nothing else format(rows, 'pgpubsub.row_json'::regproc, key, object, 'pgpubsub_new') end,
    'pgpubsub.message'::regclass);
end
$body$;

-- The trigger of watch(): writes the changes of a statement to the log, in the statement's transaction and in the order of its rows. Old and
-- new rows of an UPDATE come in the same order, so they are paired by their number; it is one change if their keys are equal, and otherwise
-- a deletion and a creation. All deletions come first: the key that one row gives up may be another row's new key.
--
-- It runs with the rights of the table's owner: where that is not the log's owner, watch() makes a copy of this function that is the
-- table's owner's. A row becomes JSON by casts which the owners of its types may have defined, so the log's owner must not run them.
-- Conversely the copy runs large_changes() and row_json() and inserts into the log, all of which the log's owner may replace. So that role can
-- act as the table's owner, and a superuser's table is refused unless the log is a superuser's, too.
--
-- All settings that the text of a value depends on are set: four with the function; each of these costs every statement, so the five that
-- hardly anybody changes are looked at first. Names in a query are names of columns first, and the rows are a subquery of their own,
-- so columns of any name do no harm. No plan depends on the number of rows that the first statement has changed. Without
-- enable_seqscan = off the small pg_index would be read as a whole.
create or replace function pgpubsub.changed() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set timezone = 'UTC' set lc_monetary = 'C'
as $body$
#variable_conflict use_column
<<watch>>
declare
  -- Names of the primary key's columns.
  keys text[];
  columns integer;
  largest integer;
  tail text;
  settings constant text[] := '{datestyle,intervalstyle,bytea_output,extra_float_digits,quote_all_identifiers}';
  -- The writer's, if they differ.
  former text[];
begin
  if to_regclass('pgpubsub.message') is null then
    -- The log was dropped, and the table goes on.
    return null;
  end if;
  tail := ',"source":{"schema":' || to_json(tg_table_schema::text) || ',"table":' || to_json(tg_table_name::text) || '},"ts_ms":'
    || (extract(epoch from clock_timestamp()) * 1000)::bigint || '}';
  if tg_op = 'TRUNCATE' then
    insert into pgpubsub.message (channel, payload) values (tg_argv[0], '{"op":"t","before":null,"after":null' || watch.tail);
    return null;
  end if;
  if tg_op <> 'INSERT' then
    select max(pg_column_size(o.*)) into watch.largest from pgpubsub_old as o;
  end if;
  if tg_op <> 'DELETE' then
    select greatest(watch.largest, max(pg_column_size(n.*))) into watch.largest from pgpubsub_new as n;
  end if;
  if largest is null then
    return null;
  end if;
  select array[a.attname::text], i.indnkeyatts into watch.keys, watch.columns
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = tg_relid and i.indisprimary;
  if columns > 1 then
    keys := array(
      select a.attname::text
      from pg_index i cross join generate_series(1, i.indnkeyatts) as n
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[n - 1]
      where i.indrelid = tg_relid and i.indisprimary order by n);
  end if;
  if current_setting('datestyle') !~ '^ISO' or current_setting('intervalstyle') <> 'postgres' or current_setting('bytea_output') <> 'hex'
      or current_setting('extra_float_digits')::integer < 1 or current_setting('quote_all_identifiers') <> 'off' then
    former := array(select current_setting(s.name) from unnest(watch.settings) with ordinality as s (name, n) order by s.n);
    perform set_config(s.name, s.value, true)
    from unnest(watch.settings, '{"ISO, YMD",postgres,hex,1,off}'::text[]) as s (name, value);
  end if;

  if largest > 4096 or columns > 4 then
    execute pgpubsub.large_changes(tg_op, watch.keys) using tg_argv[0], watch.tail;
  elsif tg_op = 'INSERT' then
    insert into pgpubsub.message (channel, key, payload)
    select tg_argv[0],
      case when watch.keys[2] is null then c.j ->> watch.keys[1] else '[' || (c.j -> watch.keys[1]) || ',' || (c.j -> watch.keys[2])
        || coalesce(',' || (c.j -> watch.keys[3]), '') || coalesce(',' || (c.j -> watch.keys[4]), '') || ']' end,
      '{"op":"c","before":null,"after":' || c.j || watch.tail
    from (select row_to_json(n.*) as j from pgpubsub_new as n offset 0) as c;
  elsif tg_op = 'DELETE' then
    insert into pgpubsub.message (channel, key, payload)
    select tg_argv[0],
      case when watch.keys[2] is null then c.j ->> watch.keys[1] else '[' || (c.j -> watch.keys[1]) || ',' || (c.j -> watch.keys[2])
        || coalesce(',' || (c.j -> watch.keys[3]), '') || coalesce(',' || (c.j -> watch.keys[4]), '') || ']' end,
      '{"op":"d","before":' || c.j || ',"after":null' || watch.tail
    from (select row_to_json(o.*) as j from pgpubsub_old as o offset 0) as c;
  else
    insert into pgpubsub.message (channel, key, payload)
    select tg_argv[0], c.key, c.payload
    from (select row_number() over () as i, row_to_json(o.*) as j from pgpubsub_old as o) as b
    full join (select row_number() over () as i, row_to_json(n.*) as j from pgpubsub_new as n) as a on a.i = b.i
    cross join lateral (
      select case when watch.keys[2] is null then b.j ->> watch.keys[1] else '[' || (b.j -> watch.keys[1]) || ',' || (b.j -> watch.keys[2])
        || coalesce(',' || (b.j -> watch.keys[3]), '') || coalesce(',' || (b.j -> watch.keys[4]), '') || ']' end as b,
        case when watch.keys[2] is null then a.j ->> watch.keys[1] else '[' || (a.j -> watch.keys[1]) || ',' || (a.j -> watch.keys[2])
        || coalesce(',' || (a.j -> watch.keys[3]), '') || coalesce(',' || (a.j -> watch.keys[4]), '') || ']' end as a
      offset 0
    ) as key
    cross join lateral (
      select 1 as n, key.a as key, '{"op":"u","before":' || b.j || ',"after":' || a.j || watch.tail as payload where key.a = key.b
      union all
      select 2, key.b, '{"op":"d","before":' || b.j || ',"after":null' || watch.tail
      where (key.a = key.b) is not true and b.j is not null
      union all
      select 3, key.a, '{"op":"c","before":null,"after":' || a.j || watch.tail
      where (key.a = key.b) is not true and a.j is not null
    ) as c
    order by (c.n = 2) desc, coalesce(a.i, b.i), c.n;
  end if;

  if former is not null then
    perform set_config(s.name, s.value, true) from unnest(watch.settings, watch.former) as s (name, value);
  end if;
  return null;
end
$body$;

-- The trigger of watch(durable => false): notifies of the primary keys of the rows that a statement has changed, in as many notifications as
-- it takes to stay below PostgreSQL's limit for each. Rows that can't be named are one notification with null. It uses nothing
-- of the log, and runs with the rights of the writer: where the table's owner is not the log's owner, watch() makes a copy of it, too, so
-- that the log's owner can't change what writers run.
create or replace function pgpubsub.notified() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
  set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set bytea_output = 'hex' set extra_float_digits = 1
  set lc_monetary = 'C' set quote_all_identifiers = off
as $body$
declare
  head text := '{"op":"' || case tg_op when 'INSERT' then 'c' when 'UPDATE' then 'u' when 'DELETE' then 'd' else 't' end || '","keys":';
  tail text := ',"source":{"schema":' || to_json(tg_table_schema::text) || ',"table":' || to_json(tg_table_name::text) || '}}';
  room integer := 7999 - octet_length(head) - octet_length(tail) - 2;
  expression text;
  key text;
  list text;
  unnamed boolean := tg_op = 'TRUNCATE';
begin
  -- A transaction that is to be prepared must not notify, and a full queue would fail the commit.
  if current_setting('pgpubsub.wake_up', true) = 'none' or pg_notification_queue_usage() > 0.5 then
    return null;
  end if;
  if tg_op <> 'TRUNCATE' then
    select case count(*) when 0 then 'null::text' when 1 then min(format('to_json(r.%I)::text', a.attname))
        else format('%L || %s || %L', '[', string_agg(format('to_json(r.%I)', a.attname), ' || '','' || ' order by k.n), ']') end
    into expression
    from pg_index i cross join generate_series(1, i.indnkeyatts) as k (n)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[k.n - 1]
    where i.indrelid = tg_relid and i.indisprimary;
    for key in execute format(case tg_op when 'INSERT' then 'select %1$s from pgpubsub_new as r'
        when 'DELETE' then 'select %1$s from pgpubsub_old as r'
        else 'select %1$s from pgpubsub_new as r union all (select %1$s from pgpubsub_old as r except select %1$s from pgpubsub_new as r)'
      end, expression)
    loop
      if key is null or octet_length(key) > room then
        unnamed := true;
      elsif octet_length(list) + octet_length(key) + 1 > room then
        perform pg_notify(tg_argv[0], head || '[' || list || ']' || tail);
        list := key;
      else
        list := concat_ws(',', list, key);
      end if;
    end loop;
    if list is not null then
      perform pg_notify(tg_argv[0], head || '[' || list || ']' || tail);
    end if;
  end if;
  if unnamed then
    perform pg_notify(tg_argv[0], head || 'null' || tail);
  end if;
  return null;
end
$body$;

-- A trigger's name, of at most 63 bytes.
create or replace function pgpubsub.watch_trigger(operation text, channel text, durable boolean) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $body$
  select case when octet_length(w.name) <= 63 then w.name else 'pgpubsub_' || operation || '_' || md5(w.name) end
  from (
    select n.nspname || case when durable then '_' else '_notify_' end || operation || '_' || channel as name
    from pg_namespace n where n.oid = 'pgpubsub'::regnamespace) as w
$body$;

-- A table with its partitions and the tables that inherit from it. A statement fires the triggers of the table that it names, and no others.
create or replace function pgpubsub.watch_tables("table" regclass) returns setof regclass
language sql stable set search_path = pg_catalog, pg_temp
as $body$
  with recursive t (oid) as (
    select "table"::oid union select i.inhrelid from pg_inherits i join t on i.inhparent = t.oid
  )
  select t.oid::regclass from t
$body$;

-- What is to be done so that a table is watched: nulls where that is nothing. Refuses tables that can't be.
create or replace function pgpubsub.watch_plan(
  "table" regclass, channel text, operations text[], durable boolean, out make_function text, out drops text[], out creates text[])
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $body$
declare
  root record;
  refused record;
  original pg_proc;
  copy pg_proc;
  log text := (select n.nspname from pg_namespace n where n.oid = 'pgpubsub'::regnamespace);
  place text;
  name text;
begin
  select c.*, n.nspname into root
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = watch_plan."table";
  select r.* into refused
  from (
    select c.oid::regclass as name, case
        when c.relkind not in ('r', 'p') then 'is a ' || case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
          when 'f' then 'foreign table' else 'relation of kind ' || c.relkind::text end
        when c.relpersistence = 't' then 'is temporary'
        when c.relnamespace = 'pgpubsub'::regnamespace then 'belongs to the log of kept messages'
        when c.relnamespace in ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace) then 'belongs to the system'
        when c.relowner <> root.relowner then 'belongs to ' || c.relowner::regrole || ' and not to ' || root.relowner::regrole
        when s.super and not l.super then 'belongs to the superuser ' || c.relowner::regrole || ', and the log''s owner '
          || l.name || ' is none, but may replace functions that watching runs as ' || c.relowner::regrole
          || '. Give the table another owner, or have a superuser own the log'
      end as why
    from pgpubsub.watch_tables(watch_plan."table") as t (oid) join pg_class c on c.oid = t.oid
      cross join lateral (select o.rolsuper as super from pg_roles o where o.oid = c.relowner) as s
      cross join lateral (
        select o.rolsuper as super, o.oid::regrole as name
        from pg_proc f join pg_roles o on o.oid = f.proowner where f.oid = 'pgpubsub.changed()'::regprocedure) as l
  ) as r
  where r.why is not null order by r.name = watch_plan."table" desc, r.name::text limit 1;
  if refused.why is not null then
    raise exception 'Table % can''t be watched: % %', watch_plan."table",
        case when refused.name = watch_plan."table" then 'it' else refused.name::text end, refused.why
      using errcode = '42809';
  end if;

  select * into original from pg_proc p
  where p.oid = case when durable then 'pgpubsub.changed()'::regprocedure else 'pgpubsub.notified()'::regprocedure end;
  copy := original;
  place := log;
  if root.relowner <> original.proowner then
    place := root.nspname;
    name := case when octet_length(log) <= 50 then log || '_' || original.proname
      else 'pgpubsub_' || original.proname || '_' || md5(log) end;
    select * into copy from pg_proc p where p.oid = to_regprocedure(format('%I.%I()', place, name));
    if copy.proowner <> root.relowner then
      name := 'pgpubsub_' || original.proname || '_' || md5(log || '/' || root.relowner);
      select * into copy from pg_proc p where p.oid = to_regprocedure(format('%I.%I()', place, name));
    end if;
    if (copy.proowner, copy.prosrc, copy.prosecdef, copy.proconfig) is distinct from
        (root.relowner, original.prosrc, original.prosecdef, original.proconfig) then
      make_function := format('CREATE OR REPLACE FUNCTION %I.%I()', place, name)
        || substr(pg_get_functiondef(original.oid), length(format('CREATE OR REPLACE FUNCTION %I.%I()', log, original.proname)) + 1)
        || format(E';\nrevoke all on function %I.%I() from public', place, name);
    end if;
  else
    name := original.proname;
  end if;

  with wanted as (
    select t.name as relation, o.*, pgpubsub.watch_trigger(o.operation, watch_plan.channel, watch_plan.durable) as trigger,
      o.operation = any (watch_plan.operations) as wanted
    from pgpubsub.watch_tables(watch_plan."table") as t (name),
      (values ('insert', 4, null, 'pgpubsub_new'), ('update', 16, 'pgpubsub_old', 'pgpubsub_new'), ('delete', 8, 'pgpubsub_old', null),
        ('truncate', 32, null, null)) as o (operation, type, old, new)
  ), found as (
    select w.*, g.oid is not null as is_there, w.wanted and g.tgfoid = copy.oid and g.tgtype = w.type and g.tgqual is null
      and g.tgoldtable is not distinct from w.old and g.tgnewtable is not distinct from w.new and g.tgnargs = 1
      and g.tgargs = convert_to(watch_plan.channel, getdatabaseencoding()) || decode('00', 'hex') as is_equal
    from wanted w left join pg_trigger g on g.tgrelid = w.relation and g.tgname = w.trigger and not g.tgisinternal
  )
  select array_agg(format('drop trigger %I on %s', f.trigger, f.relation)) filter (where f.is_there and f.is_equal is not true),
    array_agg(format('create trigger %I after %s on %s%s for each statement execute function %I.%I(%L)', f.trigger, f.operation, f.relation,
      case when coalesce(f.old, f.new) is not null then concat(' referencing', ' old table as ' || f.old, ' new table as ' || f.new) end,
      place, name, watch_plan.channel)) filter (where f.wanted and f.is_equal is not true)
  into drops, creates
  from found f;
end
$body$;

-- Runs DDL on tables as their owner. Waits for their locks only for a moment at a time: everybody who wants to write to a table stands
-- behind who waits for its lock.
create or replace function pgpubsub.watch_run(tables regclass[], owner oid, mode text, statements text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '300ms'
as $body$
declare
  role text := current_setting('role');
  differs boolean := pg_get_userbyid(owner) <> current_user;
  attempts integer := 0;
  each regclass;
  statement text;
begin
  if differs then
    perform set_config('role', pg_get_userbyid(owner), true);
  end if;
  loop
    begin
      foreach each in array tables loop
        execute format('lock table only %s in %s mode', each, mode);
      end loop;
      exit;
    exception
      when lock_not_available or deadlock_detected then
        attempts := attempts + 1;
        if attempts = 20 then
          raise exception 'Table % is in use: no lock for its triggers in % attempts. Try again when no long transaction uses it', each, attempts
            using errcode = '55P03';
        end if;
    end;
    perform pg_sleep(0.1);
  end loop;
  foreach statement in array statements loop
    execute statement;
  end loop;
  if differs then
    perform set_config('role', role, true);
  end if;
end
$body$;

-- Installs triggers that write each change of a table to a kept channel, or, with durable => false, notify a plain one of the changed rows'
-- keys. Whether there was anything to do. The caller must be the table's owner, a member of that role or a superuser. All is done with the
-- owner's rights, so the caller can do nothing with it that the table's owner could not do. It does give the log's owner those rights, see
-- changed().
create or replace function pgpubsub.watch(
  "table" regclass, channel text, operations text[] default '{insert,update,delete,truncate}', durable boolean default true
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '10s'
as $body$
declare
  wanted text[];
  plan record;
  owner oid := (select c.relowner from pg_class c where c.oid = watch."table");
  namespace regnamespace := (select c.relnamespace from pg_class c where c.oid = watch."table");
  missing text;
begin
  perform pgpubsub.check_channel(channel);
  wanted := (select array_agg(distinct lower(trim(o)) order by lower(trim(o))) from unnest(operations) as o);
  if wanted is null or not wanted <@ '{insert,update,delete,truncate}' then
    raise exception 'The operations are %; they must be some of insert, update, delete, truncate', coalesce(operations::text, 'null')
      using errcode = '22023';
  end if;
  durable := coalesce(durable, true);
  if owner is null then
    raise exception 'There is no such table' using errcode = '42P01';
  end if;
  plan := pgpubsub.watch_plan("table", channel, wanted, durable);
  if plan.make_function is null and plan.drops is null and plan.creates is null then
    return false;
  end if;

  -- From PostgreSQL 16 on a member may be kept from SET ROLE.
  if not pg_has_role(current_user, owner, case when current_setting('server_version_num')::integer < 160000 then 'MEMBER' else 'SET' end) then
    raise exception 'Table % is not watched as it should be, and the role % may not change that. Its owner % calls: %', "table",
        quote_ident(current_user), owner::regrole,
        format('select %s(%L, %L, %L, %L);', 'pgpubsub.watch'::regproc, "table", channel, wanted, durable)
      using errcode = '42501';
  end if;
  select string_agg('grant ' || r.right || ' to ' || owner::regrole || ';', ' ' order by r.n) into missing
  from (values
    (1, has_schema_privilege(owner, 'pgpubsub'::regnamespace, 'usage'), 'usage on schema ' || 'pgpubsub'::regnamespace),
    (2, has_column_privilege(owner, 'pgpubsub.message', 'channel', 'insert')
        and has_column_privilege(owner, 'pgpubsub.message', 'key', 'insert')
        and has_column_privilege(owner, 'pgpubsub.message', 'payload', 'insert'),
      'insert (channel, key, payload) on ' || 'pgpubsub.message'::regclass),
    (3, has_sequence_privilege(owner, 'pgpubsub.message_id', 'usage'), 'usage on sequence ' || 'pgpubsub.message_id'::regclass),
    (4, has_sequence_privilege(owner, 'pgpubsub.slot', 'usage'), 'usage on sequence ' || 'pgpubsub.slot'::regclass),
    (5, has_function_privilege(owner, 'pgpubsub.large_changes(text, text[])', 'execute'),
      'execute on function ' || 'pgpubsub.large_changes(text, text[])'::regprocedure),
    (6, has_function_privilege(owner, 'pgpubsub.row_json(anyelement)', 'execute'),
      'execute on function ' || 'pgpubsub.row_json(anyelement)'::regprocedure)
  ) as r (n, granted, "right")
  where durable and not r.granted;
  if missing is not null then
    raise exception 'Table % can''t be watched: its owner may not send kept messages. The log''s owner calls: %', "table", missing
      using errcode = '42501';
  end if;

  if plan.make_function is not null and not has_schema_privilege(owner, namespace, 'create') then
    raise exception 'Table % can''t be watched: its owner may not make the triggers'' function in the table''s schema. The schema''s owner calls: %',
        "table", 'grant create on schema ' || namespace || ' to ' || owner::regrole || ';'
      using errcode = '42501';
  end if;

  -- One at a time; the others find what they wanted.
  perform pg_advisory_xact_lock(hashtextextended('pgpubsub/watch', 0));
  plan := pgpubsub.watch_plan("table", channel, wanted, durable);
  perform pgpubsub.watch_run(array(select t from pgpubsub.watch_tables("table") as t), owner,
    case when plan.drops is null then 'share row exclusive' else 'access exclusive' end,
    array_remove(array[plan.make_function] || plan.drops || plan.creates, null));
  return true;
end
$body$;

-- Removes the triggers of watch(): those of a channel, or of all. Whether there were any.
create or replace function pgpubsub.unwatch("table" regclass, channel text default null, durable boolean default null) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '10s'
as $body$
declare
  owner oid := (select c.relowner from pg_class c where c.oid = unwatch."table");
  drops text[];
begin
  perform pg_advisory_xact_lock(hashtextextended('pgpubsub/watch', 0));
  select array_agg(format('drop trigger %I on %s', g.tgname, g.tgrelid::regclass)) into drops
  from pgpubsub.watch_tables("table") as t (relation) join pg_trigger g on g.tgrelid = t.relation and g.tgnargs = 1
    cross join lateral (select convert_from(substr(g.tgargs, 1, length(g.tgargs) - 1), getdatabaseencoding()) as name offset 0) as c
  where (unwatch.channel is null or c.name = unwatch.channel) and g.tgname in (
    select pgpubsub.watch_trigger(o, c.name, d.durable)
    from unnest('{insert,update,delete,truncate}'::text[]) as o, (values (true), (false)) as d (durable)
    where unwatch.durable is null or d.durable = unwatch.durable);
  if drops is null then
    return false;
  end if;
  -- From PostgreSQL 16 on a member may be kept from SET ROLE.
  if not pg_has_role(current_user, owner, case when current_setting('server_version_num')::integer < 160000 then 'MEMBER' else 'SET' end) then
    raise exception 'The role % may not change how table % is watched. Its owner % calls: %', quote_ident(current_user), "table",
        owner::regrole, format('select %s(%L, %L, %L);', 'pgpubsub.unwatch'::regproc, "table", channel, durable)
      using errcode = '42501';
  end if;
  perform pgpubsub.watch_run(array(select t from pgpubsub.watch_tables("table") as t), owner, 'access exclusive', drops);
  -- Copies of changed() and notified() that no trigger uses any more.
  select array_agg(format('drop function %I.%I()', n.nspname, p.proname)) into drops
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_proc p on p.pronamespace = c.relnamespace and p.proowner = c.relowner
    join pg_proc o on o.oid in ('pgpubsub.changed()'::regprocedure, 'pgpubsub.notified()'::regprocedure) and o.prosrc = p.prosrc
  where c.oid = unwatch."table" and p.oid <> o.oid
    and not exists (select from pg_trigger g where g.tgfoid = p.oid);
  perform pgpubsub.watch_run('{}', owner, '', coalesce(drops, '{}'));
  return true;
end
$body$;

insert into pgpubsub.version (number, system_id) select 1, system_identifier from pg_control_system() on conflict do nothing;

do $body$
begin
  revoke all on all functions in schema pgpubsub from public;
  perform set_config('search_path', current_setting('pgpubsub_install.search_path'), false);
end
$body$;
