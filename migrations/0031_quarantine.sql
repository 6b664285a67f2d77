-- What was put aside says about whom it is, as far as that is known: an erasure or an opt-out of that person, or at
-- that facility, waits until it was applied.
-- Locks es.parked for a moment.

ALTER TABLE es.parked
  ADD COLUMN subject_id  uuid,     -- pseudonymous; NULL: not known
  ADD COLUMN facility_id text;     -- NULL: not known
