-- es.append that stores the tasks which follow from its events, and ends tasks that are done. The one without tasks
-- (0033) stays for older programs; for their events the reader `reactions` stores the tasks.
-- Locks nothing.
--
-- Beside the arguments of 0003:
--   t_event    of each task: its event, by its place in e_id, from 1
--   t_ordinal  its place among the tasks of that event, from 0
--   t_before, t_after  its request, before and after the position of the event, which is not known earlier
--   t_leased   whether the caller works on it at once; its claim then lasts for t_lease, with fence 1
--   d_dedupe, d_fence  tasks that the caller has done; one that another process has claimed meanwhile stays
-- A call may have tasks to end and no commands. Each call that stores events notifies `hip_log` of the newest position.

CREATE FUNCTION es.append(
  p_shard smallint,
  p_stream text[], p_stream_type text[], p_expected bigint[], p_key text[],
  e_cmd int[], e_id uuid[], e_type text[], e_schema smallint[], e_at timestamptz[],
  e_corr uuid[], e_caus uuid[], e_subject uuid[], e_codec smallint[],
  e_body bytea[], e_meta bytea[], e_digest bytea[],
  k_cmd int[], k_id uuid[], k_wrapped bytea[], k_kek text[],
  t_event int[], t_ordinal int[], t_kind text[], t_before bytea[], t_after bytea[], t_lane smallint[],
  t_priority smallint[], t_due_at timestamptz[], t_leased boolean[], t_lease interval,
  d_dedupe text[], d_fence bigint[],
  OUT a_version bigint[], OUT a_position bigint[], OUT a_answered text[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = es, pg_temp
-- The plans are made once, when the tables may still be empty; they must fit when they are not. So no
-- statement here leaves a choice: each row is reached down an index by its whole key, for one command
-- after the other. A plain join is planned on an empty table as "all keys of the shard, then compare",
-- and then each call reads the whole table.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
  command_count int := cardinality(p_stream);
  event_count int := cardinality(e_cmd);
  e int := 1;                                                      -- the next event
  n bigint := 0;                                                   -- events to store so far
  v bigint;
  answer bigint;                                                   -- of a key that was stored meanwhile
  answered text;
  h bytea;
  base bigint;
  any_fresh boolean := false;
  any_known boolean := false;
  -- Of each command: its key's first answer, whether its stream is new, the head of its stream's
  -- chain; how many events are stored up to it, nothing when it is not stored.
  c_answer bigint[]; c_fresh boolean[]; c_hash bytea[]; c_offset bigint[] := '{}';
  -- Of each event: its place among those that are stored, nothing when it is not; version and hash.
  r_offset bigint[] := '{}'; r_version bigint[] := '{}'; r_hash bytea[] := '{}';
BEGIN
  FOR i IN 1 .. cardinality(d_dedupe) LOOP
    UPDATE outbox SET state = 'done', lease_until = '-infinity', last_error = NULL, waits_for = NULL
     WHERE shard = p_shard AND dedupe = d_dedupe[i] AND fence = d_fence[i];
  END LOOP;

  -- OFFSET 0 keeps each lookup to itself, by its own key.
  SELECT array_agg(f.answer), coalesce(array_agg(f.answered), '{}'), array_agg(f.version IS NULL),
         coalesce(array_agg(coalesce(f.version, 0)), '{}'), array_agg(f.head_hash)
    INTO c_answer, a_answered, c_fresh, a_version, c_hash
    FROM (
      SELECT k.last_version AS answer, k.stream_id AS answered, s.version, s.head_hash
        FROM generate_series(1, command_count) AS p(i)
        LEFT JOIN LATERAL (SELECT d.last_version, d.stream_id FROM append_key d
                            WHERE d.shard = p_shard AND d.key = p_key[p.i] OFFSET 0) k ON true
        LEFT JOIN LATERAL (SELECT t.version, t.head_hash FROM stream t
                            WHERE t.shard = p_shard AND t.stream_id = p_stream[p.i] OFFSET 0
                              FOR UPDATE) s ON true
       ORDER BY p.i
    ) f;

  FOR i IN 1 .. command_count LOOP
    v := a_version[i];
    IF a_answered[i] IS NULL AND (p_expected[i] < 0 OR p_expected[i] = v) THEN
      h := coalesce(c_hash[i], sha256(convert_to(p_stream[i], 'UTF8')));
      WHILE e_cmd[e] = i LOOP
        n := n + 1;
        v := v + 1;
        h := sha256(h || int8send(v) || e_digest[e]);
        r_offset[e] := n; r_version[e] := v; r_hash[e] := h;
        e := e + 1;
      END LOOP;
      a_version[i] := v; c_hash[i] := h; c_offset[i] := n;
      IF c_fresh[i] THEN any_fresh := true; ELSE any_known := true; END IF;
    ELSE
      IF a_answered[i] IS NULL THEN
        -- The stream has moved on. While its row was waited for, another writer may have stored this very
        -- command: keys were looked up before the wait, so they are looked up again.
        SELECT k.last_version, k.stream_id INTO answer, answered FROM append_key k
         WHERE k.shard = p_shard AND k.key = p_key[i];
        c_answer[i] := answer; a_answered[i] := answered;
      END IF;
      a_version[i] := coalesce(c_answer[i], v);
      c_offset[i] := NULL;
      WHILE e_cmd[e] = i LOOP
        r_offset[e] := NULL;
        e := e + 1;
      END LOOP;
    END IF;
  END LOOP;
  IF e <= event_count THEN RAISE EXCEPTION 'events are not grouped by command'; END IF;

  a_position := c_offset;
  IF n > 0 THEN
    IF any_known THEN
      -- They are there and locked: this updates. A join could be planned from the side of the table.
      INSERT INTO stream
        SELECT p_shard, p_stream[i], p_stream_type[i], a_version[i], c_hash[i], 0
          FROM generate_series(1, command_count) AS p(i) WHERE c_offset[i] IS NOT NULL AND NOT c_fresh[i]
      ON CONFLICT (shard, stream_id) DO UPDATE SET version = excluded.version, head_hash = excluded.head_hash;
    END IF;
    IF any_fresh THEN
      SELECT l.position INTO STRICT base FROM log_head l WHERE l.shard = p_shard;
      INSERT INTO stream
        SELECT p_shard, p_stream[i], p_stream_type[i], a_version[i], c_hash[i], base
          FROM generate_series(1, command_count) AS p(i) WHERE c_offset[i] IS NOT NULL AND c_fresh[i];
    END IF;
    INSERT INTO append_key
      SELECT p_shard, p_key[i], p_stream[i], a_version[i], clock_timestamp()
        FROM generate_series(1, command_count) AS p(i) WHERE c_offset[i] IS NOT NULL;
    IF cardinality(k_cmd) > 0 THEN
      INSERT INTO vault.key (key_id, wrapped, kek_id)
        SELECT k_id[i], k_wrapped[i], k_kek[i]
          FROM generate_series(1, cardinality(k_cmd)) AS p(i) WHERE c_offset[k_cmd[i]] IS NOT NULL;
    END IF;
    UPDATE log_head l SET position = l.position + n WHERE l.shard = p_shard
      RETURNING l.position - n INTO STRICT base;                   -- the last lock, held until commit
    INSERT INTO event
      SELECT p_shard, base + r_offset[j], p_stream[e_cmd[j]], r_version[j], e_id[j], e_type[j], e_schema[j],
             e_at[j], e_corr[j], e_caus[j], e_subject[j], e_codec[j], e_body[j], e_meta[j], r_hash[j]
        FROM generate_series(1, event_count) AS p(j) WHERE r_offset[j] IS NOT NULL;
    IF cardinality(t_event) > 0 THEN
      INSERT INTO outbox (shard, dedupe, stream_id, kind, request, lane, priority, due_at, attempts, fence, lease_until)
        SELECT p_shard, 'pm:' || (base + r_offset[t_event[k]]) || ':' || t_ordinal[k], p_stream[e_cmd[t_event[k]]],
               t_kind[k], t_before[k] || convert_to((base + r_offset[t_event[k]])::text, 'UTF8') || t_after[k],
               t_lane[k], t_priority[k], t_due_at[k], t_leased[k]::int, t_leased[k]::int,
               CASE WHEN t_leased[k] THEN clock_timestamp() + t_lease ELSE '-infinity' END
          FROM generate_series(1, cardinality(t_event)) AS p(k) WHERE r_offset[t_event[k]] IS NOT NULL
      ON CONFLICT DO NOTHING;
    END IF;
    FOR i IN 1 .. command_count LOOP
      a_position[i] := base + c_offset[i];
    END LOOP;
    PERFORM pg_notify('hip_log', (base + n)::text);
  END IF;
END $$;

REVOKE ALL ON FUNCTION es.append(
  smallint, text[], text[], bigint[], text[],
  int[], uuid[], text[], smallint[], timestamptz[], uuid[], uuid[], uuid[], smallint[], bytea[], bytea[], bytea[],
  int[], uuid[], bytea[], text[],
  int[], int[], text[], bytea[], bytea[], smallint[], smallint[], timestamptz[], boolean[], interval,
  text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION es.append(
  smallint, text[], text[], bigint[], text[],
  int[], uuid[], text[], smallint[], timestamptz[], uuid[], uuid[], uuid[], smallint[], bytea[], bytea[], bytea[],
  int[], uuid[], bytea[], text[],
  int[], int[], text[], bytea[], bytea[], smallint[], smallint[], timestamptz[], boolean[], interval,
  text[], bigint[]) TO es_writer;
