-- Events after a position, whole: shard, position, their number, their bytes.
SELECT position, stream_id, version, event_id, event_type, schema_version, recorded_at,
       correlation_id, causation_id, subject_id, codec, body
  FROM (SELECT position, stream_id, version, event_id, event_type, schema_version, recorded_at,
       correlation_id, causation_id, subject_id, codec, body,
               sum(octet_length(body)) OVER (ORDER BY position) AS bytes
          FROM es.event
         WHERE shard = $1 AND position > $2 ORDER BY position LIMIT $3) page
 WHERE bytes <= $4 OR position = $2 + 1
 ORDER BY position
