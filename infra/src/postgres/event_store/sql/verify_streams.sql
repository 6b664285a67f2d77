-- Everything that the chains of these streams cover, stream by stream.
SELECT position, stream_id, version, event_id, event_type, schema_version, recorded_at, correlation_id,
       causation_id, subject_id, codec, body, meta, hash
  FROM es.event
 WHERE shard = $1 AND stream_id = ANY ($2)
 ORDER BY stream_id, version
