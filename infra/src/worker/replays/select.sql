-- What a selection selects, the oldest first: callbacks and calls that are all of what it says.
--   $1 streams   $2 facilities   $3 since   $4 until   $5 direction   $6 kind   $7 status   $8 cause
--   $9 at most so many
-- It is to be planned for the values that are given: then a part that is not asked for costs nothing, and each
-- condition can use its index.
SELECT m.direction, m.stream_id, m.request_id, m.facility_id
  FROM (SELECT 'callback' AS direction, c.stream_id, c.request_id, c.facility_id, c.kind, c.status,
               c.received_at AS began_at
          FROM hip.callback c
        UNION ALL
        SELECT 'call', o.stream_id, o.request_id, o.facility_id, o.kind, o.status, o.planned_at
          FROM hip.outbound_call o) m
 WHERE ($1::text[] IS NULL OR m.stream_id = ANY ($1))
   AND ($2::text[] IS NULL OR m.facility_id = ANY ($2))
   AND ($3::timestamptz IS NULL OR m.began_at >= $3)
   AND ($4::timestamptz IS NULL OR m.began_at < $4)
   AND ($5::text IS NULL OR m.direction = $5)
   AND ($6::text IS NULL OR m.kind = $6)
   AND ($7::text IS NULL OR m.status = $7)
   AND ($8::text IS NULL OR m.stream_id = ANY (ARRAY(SELECT d.stream_id FROM hip.dead_letters() d WHERE d.cause = $8)))
 ORDER BY m.began_at, m.stream_id
 LIMIT $9
