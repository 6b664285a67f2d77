-- Key-encryption keys can be replaced: which are in use is found at once, and wrapped keys are found by the
-- one that they lie under.
-- Locks vault.key against writing while its index is built: a second for each million keys.

CREATE INDEX key_of_kek ON vault.key (kek_id, key_id) WHERE wrapped IS NOT NULL;

-- Wrapped anew, the secret behind a facility's pseudonyms stays what it is.
GRANT UPDATE (wrapped, kek_id) ON vault.facility_key TO hip_service;
