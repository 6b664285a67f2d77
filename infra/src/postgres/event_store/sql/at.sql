-- The event at a position, whole: shard, position.
SELECT position, stream_id, version, event_id, event_type, schema_version, recorded_at,
       correlation_id, causation_id, subject_id, codec, body
  FROM es.event
 WHERE shard = $1 AND position = $2
