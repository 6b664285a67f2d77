-- $1: facilities, or nothing for all.
WITH visit AS (
  SELECT v.linked FROM hip.visit v
   WHERE v.recorded_at > now() - interval '1 day' AND ($1::text[] IS NULL OR v.facility_id = ANY($1))
   ORDER BY v.recorded_at DESC LIMIT 10001),
consent AS (
  SELECT FROM hip.consent c
   WHERE coalesce(c.granted_at, c.ended_at) > now() - interval '1 day' AND c.granted_at IS NOT NULL
     AND ($1::text[] IS NULL OR c.facility_id = ANY($1))
   ORDER BY coalesce(c.granted_at, c.ended_at) DESC LIMIT 10001),
transfer AS (
  SELECT t.status FROM hip.data_flow_request t
   WHERE t.requested_at > now() - interval '1 day' AND ($1::text[] IS NULL OR t.facility_id = ANY($1))
   ORDER BY t.requested_at DESC LIMIT 10001),
message AS (
  SELECT m.status FROM hip.callback m
   WHERE m.received_at > now() - interval '1 day' AND ($1::text[] IS NULL OR m.facility_id = ANY($1))
   ORDER BY m.received_at DESC LIMIT 10001)
SELECT (SELECT count(*) FROM visit) AS visits,
       (SELECT count(*) FROM visit WHERE linked) AS linked,
       (SELECT count(*) FROM consent) AS consents,
       (SELECT count(*) FROM transfer) AS transfers,
       (SELECT count(*) FROM transfer WHERE status = 'transferred') AS transferred,
       (SELECT count(*) FROM transfer WHERE status IN ('refused', 'failed')) AS failed_transfers,
       (SELECT count(*) FROM message) AS messages,
       (SELECT count(*) FROM message WHERE status IN ('rejected', 'failed')) AS refused_messages,
       (SELECT count(*) FROM (SELECT FROM hip.visit_job j
                               WHERE j.state = 'dead' AND ($1::text[] IS NULL OR j.facility_id = ANY($1))
                               LIMIT 10001) dead) AS dead_jobs,
       (SELECT max(position) FROM es.log_head) AS head
