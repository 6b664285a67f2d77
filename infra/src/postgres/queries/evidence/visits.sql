-- Care contexts with this reference, and visits that have none yet.
SELECT facility_id, subject_id, visit_stream_id, stream_id
  FROM hip.care_context
 WHERE care_context_number = $1 AND ($2::text IS NULL OR facility_id = $2)
 UNION ALL
SELECT v.facility_id, v.subject_id, v.stream_id, NULL
  FROM hip.visit v
 WHERE v.visit_code = $1 AND ($2::text IS NULL OR v.facility_id = $2)
   AND NOT EXISTS (SELECT FROM hip.care_context c WHERE c.visit_stream_id = v.stream_id)
 ORDER BY 1, 3
 LIMIT $3
