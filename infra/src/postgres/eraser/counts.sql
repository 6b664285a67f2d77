-- What there is of a person ($1) at a facility ($2), who has had these ABHA addresses ($3).
WITH RECURSIVE tied AS (
  SELECT key_id, destroyed_at FROM vault.key WHERE key_id = $1
  UNION
  SELECT k.key_id, k.destroyed_at FROM vault.key k JOIN tied t ON k.subject_id = t.key_id
), given AS (
  SELECT * FROM hip.consent WHERE facility_id = $2 AND patient = ANY ($3)
)
SELECT (SELECT count(*) FROM tied WHERE destroyed_at IS NULL) AS keys,
       (SELECT count(*) FROM hip.visit WHERE subject_id = $1) AS visits,
       (SELECT count(*) FROM hip.care_context WHERE subject_id = $1) AS care_contexts,
       (SELECT count(*) FROM given) AS consents,
       (SELECT count(*) FROM hip.discovery_request WHERE subject_id = $1) AS discoveries,
       (SELECT count(*) FROM hip.initiated_link_request WHERE subject_id = $1) AS user_links,
       (SELECT max(visited_at) FROM hip.visit WHERE subject_id = $1) AS visited_at,
       (SELECT max(coalesce(ended_at, erase_at)) FROM given) AS consented_until,
       (SELECT max(i.pushed_at) FROM given c JOIN hip.data_flow_request USING (consent_id)
          JOIN hip.health_information i USING (transaction_id)) AS disclosed_at
