-- Replays: the calls that we make as a read model, so that those of one conversation are found; how often
-- a callback was replayed; the orders of operators and their items; and what was given up.
-- Locks hip.callback and es.outbox for a moment each, and es.outbox against writing while an index over its
-- dead rows is built.

ALTER TABLE hip.callback
  ADD COLUMN replays   int NOT NULL DEFAULT 0,
  ADD COLUMN replay_id uuid;                       -- the newest order

-- One row a call; as everywhere in this schema, nothing personal.
CREATE TABLE hip.outbound_call (
  stream_id     text        PRIMARY KEY,
  request_id    uuid        NOT NULL,
  kind          text        NOT NULL,
  facility_id   text        NOT NULL,
  conversation  uuid        NOT NULL,              -- the request id, or the push, with which it began
  planned_at    timestamptz NOT NULL,
  planned_pos   bigint      NOT NULL,
  status        text        NOT NULL CHECK (status IN ('planned', 'attempted', 'failed', 'accepted',
                                                       'abandoned', 'suppressed')),
  attempts      int         NOT NULL DEFAULT 0,
  http_status   int,
  error         text,                              -- the peer's code
  reason        text,
  changed_at    timestamptz NOT NULL,
  replays       int         NOT NULL DEFAULT 0,
  replay_id     uuid,                              -- the newest order
  renewed_as    uuid                               -- the request id under which it went out anew
);
CREATE INDEX outbound_call_of_conversation ON hip.outbound_call (conversation, planned_pos);
CREATE INDEX outbound_call_by_time ON hip.outbound_call (planned_at DESC, stream_id DESC);
CREATE INDEX outbound_call_given_up ON hip.outbound_call (changed_at) WHERE status = 'abandoned';
INSERT INTO hip.projection_table VALUES ('outbound_call', 'outbound_call');

CREATE INDEX outbox_dead ON es.outbox (stream_id) WHERE state = 'dead';

-- Orders and items. No read models: they say what is being done, like es.outbox. Whether an order is
-- followed at all is asked of the log before each item; `state` only spares the asking.
CREATE TABLE hip.replay_task (
  replay_id   uuid        PRIMARY KEY,
  state       text        NOT NULL DEFAULT 'running'
                          CHECK (state IN ('running', 'paused', 'cancelled', 'completed')),
  policy      text        NOT NULL,
  ordered_by  text        NOT NULL,
  why         text,                                -- the operator's words, nothing personal
  rate_per_s  int         CHECK (rate_per_s > 0),
  facilities  text[]      NOT NULL,                -- of the items
  item_count  int         NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  claimed_at  timestamptz,
  next_at     timestamptz NOT NULL DEFAULT now()   -- for the rate: nothing is begun before
);
CREATE INDEX replay_task_running ON hip.replay_task (claimed_at NULLS FIRST) WHERE state = 'running';
CREATE INDEX replay_task_by_time ON hip.replay_task (created_at DESC, replay_id);

CREATE TABLE hip.replay_item (
  replay_id   uuid        NOT NULL REFERENCES hip.replay_task ON DELETE CASCADE,
  n           int         NOT NULL,                -- from 1, the oldest first
  stream_id   text        NOT NULL,
  direction   text        NOT NULL CHECK (direction IN ('callback', 'call')),
  outcome     text        CHECK (outcome IN ('completed', 'refused', 'failed', 'skipped')),
  reason      text,                                -- words without personal data
  resent      int         NOT NULL DEFAULT 0,      -- calls that go out again because of it
  attempts    int         NOT NULL DEFAULT 0,
  due_at      timestamptz NOT NULL DEFAULT now(),
  lease_until timestamptz NOT NULL DEFAULT '-infinity',
  fence       bigint      NOT NULL DEFAULT 0,      -- grows with each claim: a late worker cannot settle it
  done_at     timestamptz,
  PRIMARY KEY (replay_id, n)
);
CREATE INDEX replay_item_due ON hip.replay_item (replay_id, n) WHERE outcome IS NULL;
CREATE INDEX replay_item_of_stream ON hip.replay_item (stream_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON hip.outbound_call, hip.replay_task, hip.replay_item TO hip_service;

-- What was given up, each with its cause: a name under which all of them are found again. Deadlines are the
-- network's own: twenty minutes for a transfer, ten for an OTP. A function and not a view, because a view
-- would go with the tables of a generation when that is retired.
CREATE FUNCTION hip.dead_letters()
RETURNS TABLE (direction text, stream_id text, request_id uuid, facility_id text, kind text, status text,
               cause text, error text, field text, reason text, began_at timestamptz, ended_at timestamptz,
               deadline timestamptz, replays int)
LANGUAGE sql STABLE AS $$
  SELECT 'callback', c.stream_id, c.request_id, c.facility_id, c.kind, c.status,
         CASE c.status
           WHEN 'failed' THEN format('callback/%s/failed/%s/%s', c.kind, left(c.field, 100),
                                     left(md5(c.reason), 6))
           ELSE format('callback/%s/rejected/%s/%s', c.kind, c.error, left(md5(c.reason), 6))
         END,
         c.error, c.field, c.reason, c.received_at, c.closed_at,
         c.received_at + CASE c.kind WHEN 'health_information_request' THEN interval '20 minutes'
                                     WHEN 'link_init' THEN interval '10 minutes'
                                     WHEN 'link_confirm' THEN interval '10 minutes' END,
         c.replays
    FROM hip.callback c
   WHERE c.status IN ('rejected', 'failed')
  UNION ALL
  SELECT 'callback', c.stream_id, c.request_id, c.facility_id, c.kind, 'stuck',
         format('callback/%s/stuck/%s', c.kind, left(md5(o.reason), 6)),
         NULL, NULL, o.reason, c.received_at, NULL,
         c.received_at + CASE c.kind WHEN 'health_information_request' THEN interval '20 minutes'
                                     WHEN 'link_init' THEN interval '10 minutes'
                                     WHEN 'link_confirm' THEN interval '10 minutes' END,
         c.replays
    FROM hip.callback c
    JOIN LATERAL (SELECT d.last_error AS reason FROM es.outbox d
                   WHERE d.stream_id = c.stream_id AND d.state = 'dead' AND d.kind = 'interpret'
                   ORDER BY d.due_at DESC LIMIT 1) o ON true
   WHERE c.status = 'received'
  UNION ALL
  SELECT 'call', o.stream_id, o.request_id, o.facility_id, o.kind, o.status,
         format('call/%s/%s', o.kind, coalesce(o.error, o.http_status::text, left(md5(o.reason), 6))),
         o.error, NULL, o.reason, o.planned_at, o.changed_at,
         CASE WHEN o.kind IN ('on_request', 'push_page', 'notify_transfer')
              THEN coalesce(c.received_at, o.planned_at) + interval '20 minutes' END,
         o.replays
    FROM hip.outbound_call o LEFT JOIN hip.callback c ON c.request_id = o.conversation
   WHERE o.status = 'abandoned' AND o.renewed_as IS NULL
$$;
