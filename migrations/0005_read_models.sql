-- Read models: folds of the log, each written with its checkpoint in one transaction. Any of them may
-- be emptied and rebuilt. They hold pseudonyms, and positions in the log where sealed content lies;
-- nothing personal in clear.
-- Locks nothing: every table is new.

CREATE SCHEMA hip;

-- By what a patient can be found; what discovery searches.
CREATE TABLE hip.patient_index (
  subject_id        uuid   PRIMARY KEY,
  facility_id       text   NOT NULL,
  reference         text   NOT NULL,
  mobile            text,
  abha_address      text,
  abha_number       text,
  demographics_at   bigint NOT NULL,             -- position of the event that holds who they are
  abha_at           bigint                       -- position of the event that holds their ABHA
);
CREATE INDEX patient_by_abha_address ON hip.patient_index (facility_id, abha_address) WHERE abha_address IS NOT NULL;
CREATE INDEX patient_by_abha_number  ON hip.patient_index (facility_id, abha_number)  WHERE abha_number IS NOT NULL;
CREATE INDEX patient_by_mobile       ON hip.patient_index (facility_id, mobile)       WHERE mobile IS NOT NULL;

CREATE TABLE hip.care_context (
  stream_id           text        PRIMARY KEY,
  care_context_number text        NOT NULL,      -- the reference that the network sees: the visit code
  facility_id         text        NOT NULL,
  subject_id          uuid        NOT NULL,
  visit_stream_id     text        NOT NULL,
  visited_at          timestamptz NOT NULL,
  hi_types            text[]      NOT NULL,
  link_state          text        NOT NULL CHECK (link_state IN ('unlinked', 'requested', 'linked')),
  link_request_id     uuid,
  link_error          text,
  linked_at           timestamptz
);
CREATE INDEX care_context_of_subject ON hip.care_context (subject_id, visited_at DESC);
CREATE INDEX care_context_by_number  ON hip.care_context (facility_id, care_context_number);

CREATE TABLE hip.visit (
  stream_id    text        PRIMARY KEY,
  visit_code   text        NOT NULL,
  facility_id  text        NOT NULL,
  subject_id   uuid        NOT NULL,
  revision     int         NOT NULL,
  visited_at   timestamptz NOT NULL,
  recorded_at  timestamptz NOT NULL,
  documents    jsonb       NOT NULL DEFAULT '[]', -- built: hi type, document id, digest, size
  skipped      jsonb       NOT NULL DEFAULT '[]', -- not built, and why
  rejected     jsonb       NOT NULL DEFAULT '[]', -- unfit to be shared, and why
  linked       boolean     NOT NULL DEFAULT false
);
CREATE INDEX visit_by_code ON hip.visit (facility_id, visit_code);

GRANT USAGE ON SCHEMA hip TO hip_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA hip TO hip_service;
