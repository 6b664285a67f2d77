-- Events after a position, without their confidential parts: shard, position, their number, their bytes.
-- A body of codec 1 begins with the length of its clear part, four bytes, the highest first.
SELECT position, stream_id, version, event_id, event_type, schema_version, recorded_at,
       correlation_id, causation_id, subject_id, codec, codec = 1 AS is_clear_part,
       CASE codec WHEN 1 THEN substring(body FROM 5 FOR clear_bytes) ELSE body END AS body
  FROM (SELECT e.*, length.clear_bytes,
               sum(CASE e.codec WHEN 1 THEN length.clear_bytes ELSE octet_length(e.body) END)
                 OVER (ORDER BY e.position) AS bytes
          FROM es.event e
         CROSS JOIN LATERAL (
               SELECT CASE e.codec WHEN 1 THEN
                        (get_byte(head, 0) << 24) + (get_byte(head, 1) << 16) + (get_byte(head, 2) << 8) + get_byte(head, 3)
                      END AS clear_bytes
                 FROM (SELECT substring(e.body FROM 1 FOR 4) AS head) start) length
         WHERE e.shard = $1 AND e.position > $2 ORDER BY e.position LIMIT $3) page
 WHERE bytes <= $4 OR position = $2 + 1
 ORDER BY position
