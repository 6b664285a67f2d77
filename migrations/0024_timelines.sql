-- Which servers have held the log, one after the other. A standby that is promoted, and a database that is
-- restored, go on from an earlier moment: what came after it is lost, and stores beside the database may know
-- more than the log. The service compares where it is with the newest row, and adds one when that has changed.
-- Locks nothing: the table is new.

CREATE TABLE es.timeline (
  epoch             int         PRIMARY KEY CHECK (epoch > 0),
  id                uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  system_identifier bigint      NOT NULL,          -- of the cluster
  wal_timeline      bigint      NOT NULL,          -- grows with each promotion
  database_oid      bigint      NOT NULL,          -- another one when a dump was restored beside
  begins_after      bigint      NOT NULL,          -- the head of the log when the epoch began
  lost_through      bigint      NOT NULL,          -- the last position that is known to be lost; begins_after when none is
  began_at          timestamptz NOT NULL DEFAULT now(),
  CHECK (lost_through >= begins_after)
);

CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON es.timeline
  FOR EACH ROW EXECUTE FUNCTION es.refuse();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON es.timeline
  FOR EACH STATEMENT EXECUTE FUNCTION es.refuse();

GRANT SELECT ON es.timeline TO es_writer, es_projector, es_auditor;
GRANT INSERT ON es.timeline TO hip_service;
