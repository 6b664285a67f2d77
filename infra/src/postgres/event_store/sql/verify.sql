-- Everything that the chain covers, and the chain.
SELECT position, stream_id, version, event_id, event_type, schema_version, recorded_at, correlation_id,
       causation_id, subject_id, codec, body, meta, hash
  FROM es.event
 WHERE shard = $1 AND position > $2
 ORDER BY position
 LIMIT $3
