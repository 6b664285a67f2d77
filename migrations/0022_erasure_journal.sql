-- What this database knows of the journal of erasures, which lies outside of it: how many lines it had, and
-- the SHA-256 of all their bytes. Lines that were there once may not be missing later. In a restored database
-- the row is older, and the journal has more lines.
-- Locks nothing: the table is new.

CREATE TABLE vault.erasure_journal (
  one    boolean     PRIMARY KEY DEFAULT true CHECK (one),
  lines  bigint      NOT NULL CHECK (lines >= 0),
  digest bytea       NOT NULL CHECK (octet_length(digest) = 32),
  at     timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE ON vault.erasure_journal TO hip_service;
