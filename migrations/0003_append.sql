-- The only way into the log. One call stores many commands: it is the group commit of one writer.
--
-- The caller sorts the commands by stream and sends at most one per stream and per key; events are
-- grouped by command. Each command gets its own outcome:
--   ok         stored; version and position of its last event
--   duplicate  its key was answered before; version and stream of that answer
--   conflict   the stream is at another version than expected; that version
-- A unique violation (two writers made the same new stream or key) fails the whole call; the caller
-- repeats it.
--
-- Locks: the rows of the streams in order, then the head row, until commit.
CREATE FUNCTION es.append(
  p_shard smallint,
  p_stream text[], p_stream_type text[], p_expected bigint[], p_key text[],
  e_cmd int[], e_id uuid[], e_type text[], e_schema smallint[], e_at timestamptz[],
  e_corr uuid[], e_caus uuid[], e_subject uuid[], e_codec smallint[],
  e_body bytea[], e_meta bytea[], e_digest bytea[],
  k_cmd int[], k_id uuid[], k_wrapped bytea[], k_kek text[]
)
RETURNS TABLE (cmd int, outcome text, version bigint, last_position bigint, stream text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = es, pg_temp
-- The plans are made once, when the tables may still be empty; they must fit when they are not.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  c record;
  j int := 1;
  n bigint := 0;
  total int := cardinality(e_cmd);
  v bigint;
  h bytea;
  base bigint;
  a_outcome text[] := '{}'; a_version bigint[] := '{}'; a_offset bigint[] := '{}'; a_stream text[] := '{}';
  a_hash bytea[] := '{}'; a_fresh boolean[] := '{}';
  r_offset bigint[] := '{}'; r_version bigint[] := '{}'; r_hash bytea[] := '{}';
BEGIN
  FOR c IN
    SELECT p.i, p.stream, p.expected, k.last_version AS answered, k.stream_id AS answered_stream,
           s.version, s.head_hash
      FROM unnest(p_stream, p_expected, p_key) WITH ORDINALITY AS p(stream, expected, key, i)
      LEFT JOIN LATERAL (SELECT d.last_version, d.stream_id FROM append_key d
                          WHERE d.shard = p_shard AND d.key = p.key) k ON true
      LEFT JOIN LATERAL (SELECT t.version, t.head_hash FROM stream t
                          WHERE t.shard = p_shard AND t.stream_id = p.stream FOR UPDATE) s ON true
     ORDER BY p.i
  LOOP
    v := coalesce(c.version, 0);
    IF c.answered IS NOT NULL THEN
      a_outcome := a_outcome || 'duplicate'::text; a_version := a_version || c.answered;
      a_stream := a_stream || c.answered_stream;
    ELSIF c.expected >= 0 AND c.expected <> v THEN
      a_outcome := a_outcome || 'conflict'::text; a_version := a_version || v;
      a_stream := a_stream || c.stream;
    ELSE
      h := coalesce(c.head_hash, sha256(convert_to(c.stream, 'UTF8')));
      WHILE j <= total AND e_cmd[j] = c.i LOOP
        n := n + 1;
        v := v + 1;
        h := sha256(h || int8send(v) || e_digest[j]);
        r_offset := r_offset || n; r_version := r_version || v; r_hash := r_hash || h;
        j := j + 1;
      END LOOP;
      a_outcome := a_outcome || 'ok'::text; a_version := a_version || v; a_stream := a_stream || c.stream;
      a_offset := a_offset || n; a_hash := a_hash || h; a_fresh := a_fresh || (c.version IS NULL);
      CONTINUE;
    END IF;
    a_offset := a_offset || NULL::bigint; a_hash := a_hash || NULL::bytea; a_fresh := a_fresh || NULL::boolean;
    WHILE j <= total AND e_cmd[j] = c.i LOOP
      r_offset := r_offset || NULL::bigint; r_version := r_version || NULL::bigint; r_hash := r_hash || NULL::bytea;
      j := j + 1;
    END LOOP;
  END LOOP;
  IF j <= total THEN RAISE EXCEPTION 'events are not grouped by command'; END IF;

  IF n > 0 THEN
    UPDATE stream t SET version = u.v, head_hash = u.h
      FROM unnest(p_stream, a_version, a_hash, a_fresh) AS u(stream, v, h, fresh)
     WHERE NOT u.fresh AND t.shard = p_shard AND t.stream_id = u.stream;
    INSERT INTO stream
      SELECT p_shard, u.stream, u.stream_type, u.v, u.h, l.position
        FROM unnest(p_stream, p_stream_type, a_version, a_hash, a_fresh) AS u(stream, stream_type, v, h, fresh),
             log_head l
       WHERE u.fresh AND l.shard = p_shard;
    INSERT INTO append_key
      SELECT p_shard, u.key, u.stream, u.v, clock_timestamp()
        FROM unnest(p_key, p_stream, a_version, a_offset) AS u(key, stream, v, o) WHERE u.o IS NOT NULL;
    IF cardinality(k_cmd) > 0 THEN
      INSERT INTO vault.key (key_id, wrapped, kek_id)
        SELECT u.id, u.wrapped, u.kek FROM unnest(k_cmd, k_id, k_wrapped, k_kek) AS u(c, id, wrapped, kek)
         WHERE a_offset[u.c] IS NOT NULL;
    END IF;
    UPDATE log_head l SET position = l.position + n WHERE l.shard = p_shard
      RETURNING l.position - n INTO STRICT base;                   -- the last lock, held until commit
    INSERT INTO event
      SELECT p_shard, base + u.o, p_stream[u.c], u.v, u.id, u.t, u.sv, u.at, u.co, u.ca, u.su, u.cd, u.b, u.m, u.h
        FROM unnest(r_offset, r_version, r_hash, e_cmd, e_id, e_type, e_schema, e_at, e_corr, e_caus, e_subject,
                    e_codec, e_body, e_meta)
          AS u(o, v, h, c, id, t, sv, at, co, ca, su, cd, b, m)
       WHERE u.o IS NOT NULL;
  END IF;
  RETURN QUERY
    SELECT u.i::int, u.outcome, u.v, base + u.o, u.stream
      FROM unnest(a_outcome, a_version, a_offset, a_stream) WITH ORDINALITY AS u(outcome, v, o, stream, i);
END $$;
