-- The consents, for those who ask which of a patient's are in force; and when a refused link is tried
-- again. Locks hip.care_context for a moment: the new column has no default to write.

CREATE TABLE hip.consent (
  consent_id    text        PRIMARY KEY,
  facility_id   text,                            -- nothing, when its grant was never seen
  patient       text,                            -- pseudonym of the patient's ABHA address
  hiu_id        text,
  hi_types      text[]      NOT NULL DEFAULT '{}',
  range_from    timestamptz,
  range_to      timestamptz,
  erase_at      timestamptz,                     -- from then on nothing leaves, whatever the status says
  status        text        NOT NULL CHECK (status IN ('granted', 'revoked', 'expired', 'denied', 'withdrawn')),
  granted_at    timestamptz,
  ended_at      timestamptz
);
CREATE INDEX consent_of_patient ON hip.consent (facility_id, patient) WHERE status = 'granted';

ALTER TABLE hip.care_context ADD COLUMN link_retry_at timestamptz;

GRANT SELECT, INSERT, UPDATE, DELETE ON hip.consent TO hip_service;
