-- The outbox has lanes, each with workers of its own: 0 local work, 1 calls to the gateway and other services,
-- 2 pages to HIUs. A task that an older binary plans lies in lane 0 until it is looked at.
-- Locks es.outbox while its index is made: a moment for each hundred thousand rows that are due.

ALTER TABLE es.outbox
  ADD COLUMN lane      smallint NOT NULL DEFAULT 0,
  ADD COLUMN priority  smallint NOT NULL DEFAULT 1,   -- 0: it ends a consent, or says so
  ADD COLUMN waits_for text;                          -- a host to which enough pages are on their way

CREATE INDEX outbox_due_in_lane ON es.outbox (lane, priority, due_at) WHERE state = 'due';
DROP INDEX es.outbox_due;
