-- An event that a reader cannot apply is put aside, with all that follows it in its stream, and the
-- reader goes on with the other streams. What was put aside is tried again in order: on request, and
-- whenever a process takes up the reader.
-- Locks es.projection for a moment.

CREATE TABLE es.parked (
  name        text        NOT NULL,
  generation  int         NOT NULL,
  shard       smallint    NOT NULL,
  position    bigint      NOT NULL,
  stream_id   text        NOT NULL,
  attempts    int         NOT NULL,              -- 0: it only waits behind one of its stream
  reason      text,                              -- of the last attempt; words without personal data
  parked_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, generation, shard, position),
  FOREIGN KEY (name, generation, shard) REFERENCES es.projection ON DELETE CASCADE
);
CREATE INDEX parked_by_stream ON es.parked (name, generation, shard, stream_id, position);
GRANT SELECT, INSERT, UPDATE, DELETE ON es.parked TO es_projector;

-- Set by an operator; whoever holds the lease tries again and clears it.
ALTER TABLE es.projection ADD COLUMN retry_parked boolean NOT NULL DEFAULT false;
