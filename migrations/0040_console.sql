-- Sessions of people in the console.
-- Locks nothing: the table is new.

-- A session. The browser has the token; here is its digest, which opens nothing. Nothing personal: who the client is,
-- and what it may do, the configuration says.
CREATE TABLE hip.console_session (
  token_sha256 bytea       PRIMARY KEY CHECK (octet_length(token_sha256) = 32),
  client       text        NOT NULL,
  zone         text        NOT NULL DEFAULT 'ist'    CHECK (zone IN ('ist', 'utc')),
  language     text        NOT NULL DEFAULT 'en'     CHECK (language IN ('en', 'hi')),
  theme        text        NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
  began_at     timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL,             -- the last page that a person opened
  ends_at      timestamptz NOT NULL,             -- whatever is done in it
  written      bigint      NOT NULL DEFAULT 0    -- position of the last write: the next page waits for it
);
CREATE INDEX console_session_of_client ON hip.console_session (client);
CREATE INDEX console_session_ended ON hip.console_session (ends_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON hip.console_session TO hip_service;
