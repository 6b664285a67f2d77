-- An append of several streams at once: what one task does, what follows from it, and its end are stored together or
-- not at all. The writer computes the versions and the chains of the streams from the heads that it remembers.
-- Older programs call es.append and es.append_with_tasks as before.
-- Locks nothing.
--
-- One call stores everything or nothing. Its arguments, element by element:
--   s_*  the streams, sorted, each once: the version and the head of the chain on which the caller built (version 0 and
--        no hash: the stream does not exist), and those that they become
--   c_*  the commands: their keys, the place of their stream in s_id from 1, the version that they reach
--   e_*  the events, in the order of their positions; versions and hashes are those of their streams
--   k_*  keys of new subjects
--   t_*  the tasks that follow: the place of their event from 1, their place among its tasks from 0, their request before
--        and after the position of the event; t_state 0: any process may claim it, 1: the caller works on it for t_lease,
--        with fence 1, 2: it was done with this call
--   d_*  tasks that the caller has done. One that another process has claimed meanwhile stays; if it is required, nothing
--        is stored
-- The answer is the position before the first event; or nothing, and why:
--   a_stale, a_version, a_hash      streams that are at another version
--   a_known, a_reached, a_answered  commands whose keys were answered before: the version of then, and the stream
--   a_lost                          required tasks that another process has
-- Tasks that are not required have ended in any case. A unique violation (two writers made the same new stream) fails the
-- call; the caller repeats it.
--
-- Locks: the rows of the tasks in order, the rows of the streams in order, then the head row, until commit.

CREATE FUNCTION es.append_groups(
  p_shard smallint,
  s_id text[], s_type text[], s_version bigint[], s_hash bytea[], s_new_version bigint[], s_new_hash bytea[],
  c_key text[], c_stream int[], c_version bigint[],
  e_stream int[], e_version bigint[], e_hash bytea[], e_id uuid[], e_type text[], e_schema smallint[], e_at timestamptz[],
  e_corr uuid[], e_caus uuid[], e_subject uuid[], e_codec smallint[], e_body bytea[], e_meta bytea[],
  k_id uuid[], k_wrapped bytea[], k_kek text[],
  t_event int[], t_ordinal int[], t_kind text[], t_before bytea[], t_after bytea[], t_lane smallint[],
  t_priority smallint[], t_due_at timestamptz[], t_state smallint[], t_lease interval,
  d_dedupe text[], d_fence bigint[], d_is_required boolean[],
  OUT a_base bigint,
  OUT a_stale int[], OUT a_version bigint[], OUT a_hash bytea[],
  OUT a_known int[], OUT a_reached bigint[], OUT a_answered text[],
  OUT a_lost int[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = es, pg_temp
-- As in 0003: the plans are made once, when the tables may still be empty. Each row is reached down an index by its whole
-- key, one after the other.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
  event_count int := cardinality(e_id);
BEGIN
  FOR i IN 1 .. cardinality(d_dedupe) LOOP
    IF d_is_required[i] THEN
      PERFORM FROM outbox WHERE shard = p_shard AND dedupe = d_dedupe[i] AND fence = d_fence[i] AND state = 'due' FOR UPDATE;
      IF NOT FOUND THEN a_lost := a_lost || i; END IF;
    ELSE
      UPDATE outbox SET state = 'done', lease_until = '-infinity', last_error = NULL, waits_for = NULL
       WHERE shard = p_shard AND dedupe = d_dedupe[i] AND fence = d_fence[i];
    END IF;
  END LOOP;
  IF event_count = 0 THEN RETURN; END IF;

  SELECT array_agg(f.i), array_agg(f.version), array_agg(f.head_hash) INTO a_stale, a_version, a_hash
    FROM (
      SELECT p.i, coalesce(s.version, 0) AS version, s.head_hash
        FROM generate_series(1, cardinality(s_id)) AS p(i)
        LEFT JOIN LATERAL (SELECT t.version, t.head_hash FROM stream t
                            WHERE t.shard = p_shard AND t.stream_id = s_id[p.i] OFFSET 0
                              FOR UPDATE) s ON true
       ORDER BY p.i
    ) f
   WHERE f.version <> s_version[f.i] OR f.head_hash IS DISTINCT FROM s_hash[f.i];
  -- Once the streams are locked: another writer may have stored a command while they were waited for.
  SELECT array_agg(p.i), array_agg(k.last_version), array_agg(k.stream_id) INTO a_known, a_reached, a_answered
    FROM generate_series(1, cardinality(c_key)) AS p(i)
   CROSS JOIN LATERAL (SELECT d.last_version, d.stream_id FROM append_key d
                        WHERE d.shard = p_shard AND d.key = c_key[p.i] OFFSET 0) k;
  IF a_stale IS NOT NULL OR a_known IS NOT NULL OR a_lost IS NOT NULL THEN RETURN; END IF;

  IF 0 < ANY (s_version) THEN
    -- They are there and locked: this updates. A join could be planned from the side of the table.
    INSERT INTO stream
      SELECT p_shard, s_id[i], s_type[i], s_new_version[i], s_new_hash[i], 0
        FROM generate_series(1, cardinality(s_id)) AS p(i) WHERE s_version[i] > 0
    ON CONFLICT (shard, stream_id) DO UPDATE SET version = excluded.version, head_hash = excluded.head_hash;
  END IF;
  IF 0 = ANY (s_version) THEN
    SELECT l.position INTO STRICT a_base FROM log_head l WHERE l.shard = p_shard;
    INSERT INTO stream
      SELECT p_shard, s_id[i], s_type[i], s_new_version[i], s_new_hash[i], a_base
        FROM generate_series(1, cardinality(s_id)) AS p(i) WHERE s_version[i] = 0;
  END IF;
  INSERT INTO append_key
    SELECT p_shard, c_key[i], s_id[c_stream[i]], c_version[i], clock_timestamp()
      FROM generate_series(1, cardinality(c_key)) AS p(i);
  IF cardinality(k_id) > 0 THEN
    INSERT INTO vault.key (key_id, wrapped, kek_id)
      SELECT k_id[i], k_wrapped[i], k_kek[i] FROM generate_series(1, cardinality(k_id)) AS p(i);
  END IF;
  FOR i IN 1 .. cardinality(d_dedupe) LOOP
    CONTINUE WHEN NOT d_is_required[i];
    UPDATE outbox SET state = 'done', lease_until = '-infinity', last_error = NULL, waits_for = NULL
     WHERE shard = p_shard AND dedupe = d_dedupe[i];
  END LOOP;
  UPDATE log_head l SET position = l.position + event_count WHERE l.shard = p_shard
    RETURNING l.position - event_count INTO STRICT a_base;           -- the last lock, held until commit
  INSERT INTO event
    SELECT p_shard, a_base + j, s_id[e_stream[j]], e_version[j], e_id[j], e_type[j], e_schema[j],
           e_at[j], e_corr[j], e_caus[j], e_subject[j], e_codec[j], e_body[j], e_meta[j], e_hash[j]
      FROM generate_series(1, event_count) AS p(j);
  IF cardinality(t_event) > 0 THEN
    INSERT INTO outbox (shard, dedupe, stream_id, kind, request, state, lane, priority, due_at, attempts, fence, lease_until)
      SELECT p_shard, 'pm:' || (a_base + t_event[k]) || ':' || t_ordinal[k], s_id[e_stream[t_event[k]]], t_kind[k],
             t_before[k] || convert_to((a_base + t_event[k])::text, 'UTF8') || t_after[k],
             CASE t_state[k] WHEN 2 THEN 'done' ELSE 'due' END,
             t_lane[k], t_priority[k], t_due_at[k], (t_state[k] > 0)::int, (t_state[k] > 0)::int,
             CASE t_state[k] WHEN 1 THEN clock_timestamp() + t_lease ELSE '-infinity' END
        FROM generate_series(1, cardinality(t_event)) AS p(k)
    ON CONFLICT DO NOTHING;
  END IF;
  PERFORM pg_notify('hip_log', (a_base + event_count)::text);
END $$;

REVOKE ALL ON FUNCTION es.append_groups FROM PUBLIC;
GRANT EXECUTE ON FUNCTION es.append_groups TO es_writer;
