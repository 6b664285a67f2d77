-- What is done is forgotten after a while, and what is looked for is found by an index.
-- Locks hip.document for as long as it takes to note of each document whose it is, about ten seconds for each
-- 100,000.

-- Both functions look at 512 blocks of a table (4 MiB), from the given one on, and return where to go on: 0 at the
-- end; nothing while another process looks. They walk the table as it lies on disk, so no index is kept for them.
-- They run as the owner, and their ages are theirs: the service cannot make them forget what is younger.

-- Tasks that were done more than seven days ago. A rewound reader would make them anew; readers are rewound by what
-- a standby lacks, never by days.
CREATE FUNCTION es.forget_done_tasks(p_block bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = es, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
  first tid := format('(%s,0)', p_block);
  past  tid := format('(%s,0)', p_block + 512);
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('es.forget_done_tasks', 0)) THEN RETURN NULL; END IF;
  DELETE FROM outbox o
   WHERE o.ctid >= first AND o.ctid < past AND o.state = 'done' AND o.due_at < now() - interval '7 days';
  RETURN CASE WHEN (p_block + 512) * current_setting('block_size')::bigint < pg_relation_size('es.outbox')
              THEN p_block + 512 ELSE 0 END;
END $$;

-- Keys of appends that are older than 400 days. What is sent again later meets the stream itself.
CREATE FUNCTION es.forget_append_keys(p_block bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = es, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
  first tid := format('(%s,0)', p_block);
  past  tid := format('(%s,0)', p_block + 512);
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('es.forget_append_keys', 0)) THEN RETURN NULL; END IF;
  DELETE FROM append_key k
   WHERE k.ctid >= first AND k.ctid < past AND k.recorded_at < now() - interval '400 days';
  RETURN CASE WHEN (p_block + 512) * current_setting('block_size')::bigint < pg_relation_size('es.append_key')
              THEN p_block + 512 ELSE 0 END;
END $$;

REVOKE ALL ON FUNCTION es.forget_done_tasks(bigint), es.forget_append_keys(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION es.forget_done_tasks(bigint), es.forget_append_keys(bigint) TO hip_service;

-- Documents were indexed by every value in them, and no update left the indexes alone. All that is looked for is whose
-- a document is. A trigger notes it, so that older programs do, too; and it stays the same when a document changes.
ALTER TABLE hip.document
  ADD COLUMN subjects     jsonb,                   -- a person, or several
  ADD COLUMN is_tombstone boolean NOT NULL DEFAULT false;
ALTER TABLE hip.document SET (fillfactor = 85);

CREATE FUNCTION hip.note_whose_document() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  NEW.subjects := NEW.fields -> 'subjectId';
  NEW.is_tombstone := NEW.fields IS NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER whose_document BEFORE INSERT OR UPDATE ON hip.document
  FOR EACH ROW EXECUTE FUNCTION hip.note_whose_document();
DROP INDEX hip.document_by_value;
DROP INDEX hip.document_tombstone;
UPDATE hip.document SET position = position;       -- the trigger notes
CREATE INDEX document_of_subject ON hip.document USING gin (subjects jsonb_path_ops) WHERE subjects IS NOT NULL;
CREATE INDEX document_tombstone  ON hip.document (collection, generation) WHERE is_tombstone;
