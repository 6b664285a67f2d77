-- A read model is rebuilt beside the one that is being read: the next generation of its tables fills up
-- in a schema of its own, is compared, and takes the place of the live one in one transaction. The one
-- before stays in a third schema until the next rebuild.
-- Locks nothing that is in use. A swap locks the tables of one projection for as long as it takes to
-- rename them.

CREATE SCHEMA hip_next;
CREATE SCHEMA hip_retired;
GRANT USAGE ON SCHEMA hip_next, hip_retired TO hip_service;

-- Which tables a projection writes.
CREATE TABLE hip.projection_table (
  projection  text NOT NULL,
  table_name  text NOT NULL,
  PRIMARY KEY (projection, table_name)
);
INSERT INTO hip.projection_table VALUES
  ('patient_index', 'patient_index'),
  ('care_context', 'care_context'),
  ('consent', 'consent'),
  ('data_flow_request', 'data_flow_request'),
  ('data_flow_request', 'page_push'),
  ('visit', 'visit');
GRANT SELECT ON hip.projection_table TO hip_service;

-- The service may not make tables; it may ask for these.
CREATE FUNCTION hip.begin_generation(p_projection text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT table_name FROM hip.projection_table WHERE projection = p_projection LOOP
    EXECUTE format('DROP TABLE IF EXISTS hip_next.%I', t);
    EXECUTE format('CREATE TABLE hip_next.%I (LIKE hip.%I INCLUDING ALL)', t, t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON hip_next.%I TO hip_service', t);
  END LOOP;
END $$;

-- What two generations hold: the number of rows, and a sum over a hash of each, in any order.
CREATE FUNCTION hip.compare_generations(p_projection text)
RETURNS TABLE (table_name text, live_rows bigint, live_digest numeric, next_rows bigint, next_digest numeric)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT p.table_name FROM hip.projection_table p WHERE projection = p_projection ORDER BY 1 LOOP
    table_name := t;
    EXECUTE format('SELECT count(*), coalesce(sum(hashtextextended(x::text, 0)::numeric), 0) FROM hip.%I x', t)
      INTO live_rows, live_digest;
    EXECUTE format('SELECT count(*), coalesce(sum(hashtextextended(x::text, 0)::numeric), 0) FROM hip_next.%I x', t)
      INTO next_rows, next_digest;
    RETURN NEXT;
  END LOOP;
END $$;

CREATE FUNCTION hip.promote_generation(p_projection text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT table_name FROM hip.projection_table WHERE projection = p_projection ORDER BY 1 LOOP
    EXECUTE format('LOCK TABLE hip.%I IN ACCESS EXCLUSIVE MODE', t);
    EXECUTE format('DROP TABLE IF EXISTS hip_retired.%I', t);
    EXECUTE format('ALTER TABLE hip.%I SET SCHEMA hip_retired', t);
    EXECUTE format('ALTER TABLE hip_next.%I SET SCHEMA hip', t);
  END LOOP;
END $$;

CREATE FUNCTION hip.drop_generation(p_projection text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT table_name FROM hip.projection_table WHERE projection = p_projection LOOP
    EXECUTE format('DROP TABLE IF EXISTS hip_next.%I', t);
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION hip.begin_generation, hip.compare_generations, hip.promote_generation,
                       hip.drop_generation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hip.begin_generation, hip.compare_generations, hip.promote_generation,
                          hip.drop_generation TO hip_service;
