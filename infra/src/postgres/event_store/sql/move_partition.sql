-- The statements that move a partition ($1) and its indexes to a tablespace ($2).
SELECT format('ALTER TABLE es.%I SET TABLESPACE %I', $1::text, $2::text)
UNION ALL
SELECT format('ALTER INDEX es.%I SET TABLESPACE %I', indexname, $2)
  FROM pg_indexes WHERE schemaname = 'es' AND tablename = $1
