-- What came from the gateway and what became of it; who looked for records, who is linking them, and
-- which pages left. As everywhere in this schema: pseudonyms and positions in the log, nothing personal.
-- Locks nothing: every table is new.

CREATE TABLE hip.callback (
  stream_id     text        PRIMARY KEY,
  request_id    uuid        NOT NULL,
  kind          text        NOT NULL,
  api           text        NOT NULL,            -- the dialect: v3 or v05
  facility_id   text        NOT NULL,
  received_at   timestamptz NOT NULL,
  received_pos  bigint      NOT NULL,            -- position of the message, sealed
  late_by_s     bigint      NOT NULL,            -- seconds since the end of its bearer
  status        text        NOT NULL CHECK (status IN ('received', 'interpreted', 'rejected', 'failed')),
  error         text,                            -- the code of a refusal
  field         text,                            -- the path of what did not fit
  reason        text,
  closed_at     timestamptz
);
CREATE INDEX callback_by_time ON hip.callback (received_at DESC, request_id);
CREATE INDEX callback_not_done ON hip.callback (received_at) WHERE status <> 'interpreted';

CREATE TABLE hip.discovery_request (
  stream_id           text        PRIMARY KEY,
  transaction_id      text        NOT NULL,
  facility_id         text        NOT NULL,
  requested_at        timestamptz NOT NULL,
  requested_pos       bigint      NOT NULL,      -- position of the question, sealed: who asks
  outcome             text        NOT NULL CHECK (outcome IN ('asked', 'matched', 'not_matched')),
  error               text,
  candidate_count     int,
  subject_id          uuid,                      -- who was recognised
  matched_by          text[]      NOT NULL DEFAULT '{}',
  care_context_count  int,                       -- that were offered
  answered_at         timestamptz
);
CREATE INDEX discovery_by_time ON hip.discovery_request (requested_at DESC, transaction_id);

CREATE TABLE hip.initiated_link_request (
  stream_id              text        PRIMARY KEY,
  request_id             uuid        NOT NULL,
  txn_id                 text        NOT NULL,
  link_reference_number  text        NOT NULL,
  facility_id            text        NOT NULL,
  subject_id             uuid        NOT NULL,
  care_contexts          text[]      NOT NULL,
  status                 text        NOT NULL CHECK (status IN ('initiated', 'otp_sent', 'otp_failed', 'refused',
                                                                'confirmed', 'linked')),
  tries_left             int,                    -- wrong OTPs that are still borne, after a wrong one
  created_at             timestamptz NOT NULL,
  changed_at             timestamptz NOT NULL
);
CREATE INDEX initiated_link_request_by_time ON hip.initiated_link_request (created_at DESC, stream_id);

-- One row a page, as it was sent.
CREATE TABLE hip.health_information (
  information_id  text        PRIMARY KEY,       -- transaction and page
  transaction_id  text        NOT NULL,
  page            int         NOT NULL,          -- from 0
  data_pos        bigint,                        -- position of the request body, sealed
  hiu_dialect     text,
  plain_bytes     bigint,
  ciphertext      text,                          -- SHA-256
  created_at      timestamptz NOT NULL,
  pushed_at       timestamptz,
  push_status     int,
  skipped         text                           -- why it was not sent
);
CREATE INDEX health_information_of_transfer ON hip.health_information (transaction_id, page);

GRANT SELECT, INSERT, UPDATE, DELETE ON hip.callback, hip.discovery_request, hip.initiated_link_request,
                                        hip.health_information TO hip_service;

INSERT INTO hip.projection_table VALUES
  ('callback', 'callback'),
  ('discovery_request', 'discovery_request'),
  ('initiated_link_request', 'initiated_link_request'),
  ('health_information', 'health_information');
