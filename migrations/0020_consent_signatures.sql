-- What is known of the signature of a consent. Consents of before do not say.
-- Locks hip.consent for the moment in which the column is added.

ALTER TABLE hip.consent
  ADD COLUMN signature text CHECK (signature IN ('unsigned', 'signed-unverified', 'verified'));
