-- The unlinked care contexts of a patient, newest first, at most $2; and in each row whether a visit of the patient has
-- no care context yet. At least one row.
SELECT building.is_building, c.care_context_number, c.hi_types, c.visited_at
  FROM (SELECT EXISTS (SELECT FROM hip.visit v
                        WHERE v.subject_id = $1
                          AND NOT EXISTS (SELECT FROM hip.care_context c WHERE c.visit_stream_id = v.stream_id))
       ) AS building(is_building)
  LEFT JOIN LATERAL (SELECT care_context_number, hi_types, visited_at FROM hip.care_context
                      WHERE subject_id = $1 AND link_state <> 'linked' AND cardinality(hi_types) > 0
                      ORDER BY visited_at DESC LIMIT $2) c ON true
 ORDER BY c.visited_at DESC
