-- Events of a stream after a version, whole: shard, stream, version.
SELECT position, stream_id, version, event_id, event_type, schema_version, recorded_at,
       correlation_id, causation_id, subject_id, codec, body
  FROM es.event
 WHERE shard = $1 AND stream_id = $2 AND version > $3
 ORDER BY version
