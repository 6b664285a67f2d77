-- Partitions of the log are made before they are needed: without one, every append is refused. The service
-- calls es.make_partitions_ahead regularly; it runs as the owner and can do nothing else.
-- Locks es.event with SHARE UPDATE EXCLUSIVE for a moment: reading and appending go on.

-- The last position for which there is a partition.
CREATE FUNCTION es.last_partitioned_position() RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''?(\d+)''?\)')::bigint) - 1
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent = 'es.event'::regclass
$$;

-- Makes partitions until at least two whole ones lie ahead of the newest event. Returns the last position
-- for which there is a partition. It is made apart and then attached: CREATE TABLE ... PARTITION OF would
-- lock out every reader.
CREATE FUNCTION es.make_partitions_ahead() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = es, pg_temp
SET lock_timeout = '2s'
AS $$
DECLARE
  size CONSTANT bigint := 20000000;
  head bigint;
  last bigint;
  partition text;
BEGIN
  SELECT max(l.position) INTO STRICT head FROM log_head l;
  last := last_partitioned_position();
  IF last >= head + 2 * size THEN RETURN last; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('es.make_partitions_ahead', 0));
  last := last_partitioned_position();                             -- another process may have made them
  WHILE last < head + 2 * size LOOP
    partition := 'event_p' || lpad((last / size)::text, 4, '0');
    EXECUTE format('CREATE TABLE es.%I (LIKE es.event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
    EXECUTE format('CREATE UNIQUE INDEX ON es.%I (shard, stream_id, version)', partition);
    EXECUTE format('CREATE TRIGGER append_only_all BEFORE TRUNCATE ON es.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION es.refuse()', partition);
    EXECUTE format('ALTER TABLE es.event ATTACH PARTITION es.%I FOR VALUES FROM (%s) TO (%s)',
                   partition, last + 1, last + 1 + size);
    last := last + size;
  END LOOP;
  RETURN last;
END $$;

REVOKE ALL ON FUNCTION es.make_partitions_ahead() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION es.make_partitions_ahead() TO hip_service;

SELECT es.make_partitions_ahead();
