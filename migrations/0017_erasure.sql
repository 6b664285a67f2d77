-- Erasure: what the service may not delete by itself, and the ways to a person's rows.
-- Locks each listed table against writing while its index is built: seconds at a million rows.

CREATE INDEX discovery_request_of_subject ON hip.discovery_request (subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX initiated_link_request_of_subject ON hip.initiated_link_request (subject_id);
CREATE INDEX callback_by_position ON hip.callback (facility_id, received_pos);
CREATE INDEX consent_by_patient ON hip.consent (facility_id, patient) WHERE patient IS NOT NULL;
CREATE INDEX visit_job_of_visit ON hip.visit_job (visit_code);
CREATE INDEX ndhm_trigger_visit_data_of_visit ON intake.ndhm_trigger_visit_data (VisitCode);

-- Who has looked at a person. Few events are of these kinds; to find them the whole log is read once, which
-- takes a second for each million events.
CREATE INDEX event_look ON es.event (shard, subject_id, position)
  WHERE event_type IN ('access.record_read', 'access.person_viewed');

-- Removes the announcements of visits: they say whose they are, so the service may neither read nor
-- delete them one by one.
CREATE FUNCTION intake.forget(p_facility text, p_visit_codes text[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH gone AS (
    DELETE FROM intake.ndhm_trigger_visit_data
     WHERE VisitCode = ANY (ARRAY(SELECT code::numeric FROM unnest(p_visit_codes) AS code
                                   WHERE code ~ '^[0-9]{1,20}$'))
       AND (AbdmFacilityID IS NULL OR lower(AbdmFacilityID) = lower(p_facility))
    RETURNING 1)
  SELECT count(*) FROM gone
$$;

-- Removes a person from read models that were replaced, or whose building was given up: nobody keeps
-- those in step with the log. The readers of the log see to the others.
CREATE FUNCTION hip.forget_retired(p_subject uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t record;
  gone bigint;
  total bigint := 0;
BEGIN
  FOR t IN
    SELECT c.table_schema, c.table_name FROM information_schema.columns c
     WHERE c.column_name = 'subject_id'
       AND (c.table_schema = 'hip_retired'
            OR c.table_schema = 'hip_next' AND NOT EXISTS (
                 SELECT FROM es.projection p JOIN hip.projection_table m ON m.projection = p.name
                  WHERE m.table_name = c.table_name AND p.state = 'building' AND p.lease_until > now()))
  LOOP
    EXECUTE format('DELETE FROM %I.%I WHERE subject_id = $1', t.table_schema, t.table_name) USING p_subject;
    GET DIAGNOSTICS gone = ROW_COUNT;
    total := total + gone;
  END LOOP;
  RETURN total;
END $$;

REVOKE ALL ON FUNCTION intake.forget, hip.forget_retired FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake.forget, hip.forget_retired TO hip_service;
