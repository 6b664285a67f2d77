-- Seals: signed statements of what the log was. They are published outside the database, too, since its
-- owner could write them anew together with the log; here they are at hand for proofs.
-- Locks nothing: the table is new.

CREATE TABLE es.seal (
  shard         smallint    NOT NULL,
  from_position bigint      NOT NULL CHECK (from_position > 0),
  to_position   bigint      NOT NULL,
  merkle_root   bytea       NOT NULL CHECK (octet_length(merkle_root) = 32),
  previous      bytea       NOT NULL CHECK (octet_length(previous) = 32),   -- digest of the seal before
  sealed_at     timestamptz NOT NULL,
  key_id        text        NOT NULL,
  signature     bytea       NOT NULL CHECK (octet_length(signature) = 64),
  PRIMARY KEY (shard, to_position),
  UNIQUE (shard, from_position),     -- of two processes that seal at once, one does
  CHECK (to_position >= from_position)
);

CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON es.seal
  FOR EACH ROW EXECUTE FUNCTION es.refuse();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON es.seal
  FOR EACH STATEMENT EXECUTE FUNCTION es.refuse();

GRANT SELECT ON es.seal TO es_writer, es_projector, es_auditor;
GRANT INSERT ON es.seal TO hip_service;
