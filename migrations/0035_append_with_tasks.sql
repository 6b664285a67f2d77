-- An append that also stores the tasks which follow from its events, and ends tasks that are done. Older programs call
-- es.append itself; for their events the reader `reactions` stores the tasks.
-- Locks nothing.
--
-- Beside the arguments of es.append (0003), with its answer:
--   t_cmd      of each task: its command, by its place in p_stream, from 1
--   t_back     how many events of that command come after the one that the task follows from
--   t_ordinal  its place among the tasks of that event, from 0
--   t_before, t_after  its request, before and after the position of the event, which is not known earlier
--   t_leased   whether the caller works on it at once; its claim then lasts for t_lease, with fence 1
--   d_dedupe, d_fence  tasks that the caller has done; one that another process has claimed meanwhile stays
-- A call may have tasks to end and no commands. Each call that stores events notifies `hip_log` of the newest position.

CREATE FUNCTION es.append_with_tasks(
  p_shard smallint,
  p_stream text[], p_stream_type text[], p_expected bigint[], p_key text[],
  e_cmd int[], e_id uuid[], e_type text[], e_schema smallint[], e_at timestamptz[],
  e_corr uuid[], e_caus uuid[], e_subject uuid[], e_codec smallint[],
  e_body bytea[], e_meta bytea[], e_digest bytea[],
  k_cmd int[], k_id uuid[], k_wrapped bytea[], k_kek text[],
  t_cmd int[], t_back int[], t_ordinal int[], t_kind text[], t_before bytea[], t_after bytea[], t_lane smallint[],
  t_priority smallint[], t_due_at timestamptz[], t_leased boolean[], t_lease interval,
  d_dedupe text[], d_fence bigint[],
  OUT a_version bigint[], OUT a_position bigint[], OUT a_answered text[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = es, pg_temp
-- As in 0003: the plans are made once, when the tables may still be empty.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
  newest bigint;
BEGIN
  -- One after the other: a join could be planned from the side of the table.
  FOR i IN 1 .. cardinality(d_dedupe) LOOP
    UPDATE outbox SET state = 'done', lease_until = '-infinity', last_error = NULL, waits_for = NULL
     WHERE shard = p_shard AND dedupe = d_dedupe[i] AND fence = d_fence[i];
  END LOOP;
  IF cardinality(p_stream) = 0 THEN
    a_version := '{}'; a_position := '{}'; a_answered := '{}';
    RETURN;
  END IF;

  SELECT done.a_version, done.a_position, done.a_answered INTO a_version, a_position, a_answered
    FROM append(p_shard, p_stream, p_stream_type, p_expected, p_key,
                e_cmd, e_id, e_type, e_schema, e_at, e_corr, e_caus, e_subject, e_codec, e_body, e_meta, e_digest,
                k_cmd, k_id, k_wrapped, k_kek) AS done;

  IF cardinality(t_cmd) > 0 THEN
    INSERT INTO outbox (shard, dedupe, stream_id, kind, request, lane, priority, due_at, attempts, fence, lease_until)
      SELECT p_shard, 'pm:' || task.cause || ':' || t_ordinal[k], p_stream[t_cmd[k]], t_kind[k],
             t_before[k] || convert_to(task.cause::text, 'UTF8') || t_after[k],
             t_lane[k], t_priority[k], t_due_at[k], t_leased[k]::int, t_leased[k]::int,
             CASE WHEN t_leased[k] THEN clock_timestamp() + t_lease ELSE '-infinity' END
        FROM (SELECT k, a_position[t_cmd[k]] - t_back[k] AS cause          -- nothing: its command was not stored
                FROM generate_series(1, cardinality(t_cmd)) AS p(k)) AS task
       WHERE task.cause IS NOT NULL
    ON CONFLICT DO NOTHING;
  END IF;

  SELECT max(position) INTO newest FROM unnest(a_position) AS stored(position);
  IF newest IS NOT NULL THEN
    PERFORM pg_notify('hip_log', newest::text);
  END IF;
END $$;

REVOKE ALL ON FUNCTION es.append_with_tasks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION es.append_with_tasks TO es_writer;
