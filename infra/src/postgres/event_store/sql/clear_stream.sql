-- Events of a stream after a version, without their confidential parts: shard, stream, version.
-- A body of codec 1 begins with the length of its clear part, four bytes, the highest first.
SELECT e.position, e.stream_id, e.version, e.event_id, e.event_type, e.schema_version, e.recorded_at,
       e.correlation_id, e.causation_id, e.subject_id, e.codec, e.codec = 1 AS is_clear_part,
       CASE e.codec WHEN 1 THEN
         substring(e.body FROM 5 FOR (get_byte(start.head, 0) << 24) + (get_byte(start.head, 1) << 16)
                                   + (get_byte(start.head, 2) << 8) + get_byte(start.head, 3))
         ELSE e.body END AS body
  FROM es.event e
 CROSS JOIN LATERAL (SELECT substring(e.body FROM 1 FOR 4) AS head) start
 WHERE e.shard = $1 AND e.stream_id = $2 AND e.version > $3
 ORDER BY e.version
