-- Documents, for a provider without MongoDB: read models that are found by a key, by any value in them,
-- and in the order of their keys. Sealed where they are personal. Generations lie side by side; one of a
-- collection is live.
-- Locks nothing: every table is new.

CREATE TABLE hip.document_generation (
  collection    text   NOT NULL,
  generation    int    NOT NULL,
  state         text   NOT NULL CHECK (state IN ('building', 'live', 'retired')),
  unique_fields text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (collection, generation)
);
CREATE UNIQUE INDEX document_generation_live ON hip.document_generation (collection) WHERE state = 'live';

CREATE TABLE hip.document (
  collection  text   NOT NULL,
  generation  int    NOT NULL,
  key         text   COLLATE "C" NOT NULL,       -- by its bytes, as MongoDB sorts it
  position    bigint NOT NULL,                   -- of the event that it follows from
  fields      jsonb,                             -- nothing in a tombstone
  PRIMARY KEY (collection, generation, key)
);
CREATE INDEX document_by_value  ON hip.document USING gin (fields jsonb_path_ops);
CREATE INDEX document_tombstone ON hip.document (collection, generation, position) WHERE fields IS NULL;

-- The values of unique fields, as digests: an index entry has a limited size, and error messages of the
-- server quote it.
CREATE TABLE hip.document_unique (
  collection  text NOT NULL,
  generation  int  NOT NULL,
  field       text NOT NULL,
  value       text NOT NULL,
  key         text COLLATE "C" NOT NULL,
  PRIMARY KEY (collection, generation, field, value)
);
CREATE INDEX document_unique_of_document ON hip.document_unique (collection, generation, key);

GRANT SELECT, INSERT, UPDATE, DELETE ON hip.document_generation, hip.document, hip.document_unique TO hip_service;
