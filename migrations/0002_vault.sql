-- Keys: one per data principal and one per raw message that nobody has interpreted yet, each wrapped
-- by a key from outside the database. To erase a person is to destroy their keys; the log stays whole.
-- Locks nothing: every table is new.

CREATE SCHEMA vault;

CREATE TABLE vault.key (
  key_id       uuid        PRIMARY KEY,          -- es.event.subject_id of what it seals
  subject_id   uuid,                             -- the data principal that a message's key is tied to
  wrapped      bytea,                            -- nothing once it is destroyed
  kek_id       text        NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  destroyed_at timestamptz,
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX key_subject ON vault.key (subject_id) WHERE subject_id IS NOT NULL;

-- The secret behind a facility's pseudonyms (keyed HMAC of ABHA, mobile, visit code).
CREATE TABLE vault.facility_key (
  facility text  PRIMARY KEY,
  wrapped  bytea NOT NULL,
  kek_id   text  NOT NULL
);
