-- The event log: one append-only table, gapless positions that become visible in order, a hash chain
-- per stream. Nothing else in the system is a truth; everything else can be rebuilt from here.
-- Locks nothing: every table is new.

CREATE SCHEMA es;

-- One row per shard of the log. Its row lock is taken last and held until commit, so it *is* the
-- commit order: a reader that sees position p sees every position before it.
CREATE TABLE es.log_head (
  shard    smallint PRIMARY KEY,
  position bigint   NOT NULL CHECK (position >= 0)
) WITH (fillfactor = 10);
INSERT INTO es.log_head VALUES (0, 0);

CREATE TABLE es.stream (
  shard          smallint NOT NULL,
  stream_id      text     NOT NULL,
  stream_type    text     NOT NULL,
  version        bigint   NOT NULL,
  head_hash      bytea    NOT NULL CHECK (octet_length(head_hash) = 32),
  since_position bigint   NOT NULL,              -- every event of the stream lies after it: prunes partitions
  PRIMARY KEY (shard, stream_id)
) WITH (fillfactor = 70);

CREATE TABLE es.event (
  shard          smallint    NOT NULL,
  position       bigint      NOT NULL,
  stream_id      text        NOT NULL,
  version        bigint      NOT NULL,
  event_id       uuid        NOT NULL,
  event_type     text        NOT NULL,
  schema_version smallint    NOT NULL,
  recorded_at    timestamptz NOT NULL,           -- the writer's clock, to the microsecond; part of the digest
  correlation_id uuid        NOT NULL,
  causation_id   uuid,
  subject_id     uuid,                           -- pseudonymous data principal; selects the key
  codec          smallint    NOT NULL,           -- 0: JSON; 1: clear JSON and an AES-256-GCM envelope
  body           bytea       NOT NULL,           -- the exact bytes that were hashed
  meta           bytea       NOT NULL,           -- likewise; never holds personal data
  hash           bytea       NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (shard, position)
) PARTITION BY RANGE (position);

CREATE TABLE es.event_p0000 PARTITION OF es.event FOR VALUES FROM (0) TO (20000001);
CREATE UNIQUE INDEX ON es.event_p0000 (shard, stream_id, version);   -- one per partition, made with it

-- Idempotency: the first answer wins, later calls with the key get the same answer.
CREATE TABLE es.append_key (
  shard        smallint    NOT NULL,
  key          text        NOT NULL,
  stream_id    text        NOT NULL,
  last_version bigint      NOT NULL,
  recorded_at  timestamptz NOT NULL,
  PRIMARY KEY (shard, key)
);

-- How far each reader has come. A reader writes only under its own fence.
CREATE TABLE es.projection (
  name        text        NOT NULL,
  generation  int         NOT NULL,
  shard       smallint    NOT NULL,
  position    bigint      NOT NULL DEFAULT 0,
  state       text        NOT NULL CHECK (state IN ('building', 'live', 'retired', 'halted')),
  owner       text,
  fence       bigint      NOT NULL DEFAULT 0,
  lease_until timestamptz NOT NULL DEFAULT '-infinity',
  last_error  text,
  PRIMARY KEY (name, generation, shard)
);

-- What is still to be done. A row is written in the transaction of the checkpoint that led to it.
CREATE TABLE es.outbox (
  shard       smallint    NOT NULL,
  dedupe      text        NOT NULL,
  stream_id   text        NOT NULL,
  kind        text        NOT NULL,
  request     bytea       NOT NULL,
  state       text        NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'dead')),
  attempts    int         NOT NULL DEFAULT 0,
  due_at      timestamptz NOT NULL DEFAULT now(),
  lease_until timestamptz NOT NULL DEFAULT '-infinity',
  fence       bigint      NOT NULL DEFAULT 0,    -- grows with each claim: a late worker cannot settle it
  last_error  text,                              -- words without personal data
  PRIMARY KEY (shard, dedupe)
);
CREATE INDEX outbox_due ON es.outbox (due_at) WHERE state = 'due';
