-- The REST interface: answers that are given again under their Idempotency-Key, and the orders in which
-- lists are paged. Locks each listed table against writing while its index is built: seconds at a
-- million rows.

-- An answer, by the client and the key that it chose. Nothing personal: what was asked is an HMAC under
-- the client's own key.
CREATE TABLE hip.idempotency (
  client        text        NOT NULL,
  key           text        NOT NULL,
  request       bytea       NOT NULL CHECK (octet_length(request) = 32),
  claim         uuid        NOT NULL,            -- of the request that is being answered
  claimed_until timestamptz NOT NULL,            -- then it is taken to be lost
  status        int,                             -- nothing while it is being answered
  content_type  text,
  location      text,
  body          bytea,
  expires_at    timestamptz NOT NULL,
  PRIMARY KEY (client, key)
);
CREATE INDEX idempotency_expired ON hip.idempotency (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON hip.idempotency TO hip_service;

-- Newest first, of all facilities and of one; the second part of a cursor makes the order total.
CREATE INDEX care_context_by_time ON hip.care_context (visited_at DESC, stream_id DESC);
CREATE INDEX care_context_of_facility ON hip.care_context (facility_id, visited_at DESC, stream_id DESC);
CREATE INDEX consent_by_time ON hip.consent ((coalesce(granted_at, ended_at)) DESC, consent_id DESC);
CREATE INDEX consent_of_facility
  ON hip.consent (facility_id, (coalesce(granted_at, ended_at)) DESC, consent_id DESC);
CREATE INDEX data_flow_request_by_time ON hip.data_flow_request (requested_at DESC, transaction_id DESC);
CREATE INDEX data_flow_request_of_facility
  ON hip.data_flow_request (facility_id, requested_at DESC, transaction_id DESC);
CREATE INDEX callback_in_order ON hip.callback (received_at DESC, stream_id DESC);
CREATE INDEX callback_of_facility ON hip.callback (facility_id, received_at DESC, stream_id DESC);
CREATE INDEX callback_of_request ON hip.callback (request_id);
CREATE INDEX user_link_of_reference ON hip.initiated_link_request (link_reference_number);
CREATE INDEX visit_job_by_time ON hip.visit_job (created_at DESC, (source || ':' || trigger_id) DESC);
CREATE INDEX visit_by_time ON hip.visit (recorded_at DESC, stream_id DESC);
CREATE INDEX visit_of_facility ON hip.visit (facility_id, recorded_at DESC, stream_id DESC);
