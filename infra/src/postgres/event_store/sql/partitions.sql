-- The partitions of the log, with their bounds as numbers.
SELECT c.relname::text AS name, b.bounds[1]::bigint AS first, b.bounds[2]::bigint - 1 AS last,
       b.bounds[2]::bigint - 1 <= (SELECT min(position) FROM es.log_head) AS is_full,
       pg_total_relation_size(c.oid) AS size_bytes,
       coalesce(s.spcname, d.spcname)::text AS tablespace
  FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid
  CROSS JOIN LATERAL (SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid), '''?(\d+)''?\) TO \(''?(\d+)') AS bounds) b
  LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
  JOIN pg_tablespace d ON d.oid = (SELECT dattablespace FROM pg_database WHERE datname = current_database())
 WHERE i.inhparent = 'es.event'::regclass
 ORDER BY first
