-- For each stream of the next page: the event before its first one there.
SELECT e.stream_id, e.version, e.hash
  FROM (SELECT stream_id, min(version) AS first
          FROM (SELECT stream_id, version
                  FROM es.event
                 WHERE shard = $1 AND position > $2
                 ORDER BY position
                 LIMIT $3) AS page
         GROUP BY stream_id) AS met
  JOIN es.event e ON e.shard = $1 AND e.stream_id = met.stream_id AND e.version = met.first - 1
