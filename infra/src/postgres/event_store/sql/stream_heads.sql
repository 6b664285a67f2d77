-- Version and chain of these streams; nothing of those that do not exist.
SELECT stream_id, version, head_hash FROM es.stream WHERE shard = $1 AND stream_id = ANY ($2)
