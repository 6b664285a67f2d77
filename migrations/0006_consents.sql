-- The consents, for those who ask which of a patient's are in force; the transfers, and which of their
-- pages is on its way; and when a refused link is tried again. Locks hip.care_context for a moment: the new column has no default to write.

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

CREATE TABLE hip.data_flow_request (
  transaction_id  text        PRIMARY KEY,
  facility_id     text        NOT NULL,
  consent_id      text        NOT NULL,
  hiu_dialect     text,                          -- of the HIU's key, as it was read
  status          text        NOT NULL CHECK (status IN ('requested', 'refused', 'sending', 'transferred', 'failed')),
  error           text,                          -- the code of a refusal
  page_count      int         NOT NULL DEFAULT 0,
  requested_at    timestamptz NOT NULL,
  completed_at    timestamptz
);
CREATE INDEX data_flow_request_of_consent ON hip.data_flow_request (consent_id);

-- One row a page that was sent, by the call that sends it.
CREATE TABLE hip.page_push (
  stream_id       text        PRIMARY KEY,       -- of the call
  transaction_id  text        NOT NULL,
  page            int         NOT NULL,
  on_its_way      boolean     NOT NULL DEFAULT false,
  delivered       boolean     NOT NULL DEFAULT false
);
CREATE INDEX page_push_on_its_way ON hip.page_push (transaction_id) WHERE on_its_way;

ALTER TABLE hip.care_context ADD COLUMN link_retry_at timestamptz;

GRANT SELECT, INSERT, UPDATE, DELETE ON hip.consent, hip.data_flow_request, hip.page_push TO hip_service;

-- Which of a patient's visits has no care context yet.
CREATE INDEX visit_of_subject ON hip.visit (subject_id);
CREATE INDEX care_context_of_visit ON hip.care_context (visit_stream_id);
