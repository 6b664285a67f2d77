-- Append-only, in two layers: triggers that refuse everybody, the owner included, and a service role
-- that was never granted more than es.append and reading. (The third layer is published seals.)
-- Locks nothing that is in use.

CREATE FUNCTION es.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON es.event
  FOR EACH ROW EXECUTE FUNCTION es.refuse();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON es.event
  FOR EACH STATEMENT EXECUTE FUNCTION es.refuse();
-- A truncate trigger does not reach a partition that is addressed directly.
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON es.event_p0000
  FOR EACH STATEMENT EXECUTE FUNCTION es.refuse();

-- Roles belong to the whole cluster, and several databases may be migrated at the same time.
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['es_writer', 'es_projector', 'es_auditor', 'hip_service'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
  BEGIN
    GRANT es_writer, es_projector TO hip_service;
    EXECUTE format('GRANT hip_service TO %I', current_user);         -- whoever migrates may also serve
  EXCEPTION WHEN unique_violation OR SQLSTATE 'XX000' THEN NULL;   -- granted by a neighbour just now
  END;
END $$;

-- A process that may only serve can see that there is nothing to migrate.
GRANT SELECT ON _sqlx_migrations TO hip_service;

REVOKE ALL ON FUNCTION es.append FROM PUBLIC;
GRANT USAGE ON SCHEMA es TO es_writer, es_projector, es_auditor;
GRANT EXECUTE ON FUNCTION es.append TO es_writer;
GRANT SELECT ON es.event, es.stream, es.log_head, es.append_key TO es_writer, es_projector, es_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON es.projection, es.outbox TO es_projector;

GRANT USAGE ON SCHEMA vault TO hip_service;
GRANT SELECT, UPDATE ON vault.key TO hip_service;               -- made by es.append, destroyed by erasure
GRANT SELECT, INSERT ON vault.facility_key TO hip_service;
