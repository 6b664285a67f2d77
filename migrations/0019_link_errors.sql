-- A code of the network means one thing as an answer about a link token and another as one about a link.
-- Locks hip.care_context for the moment in which the columns are added, and reads the events of care
-- contexts that have an error once.

ALTER TABLE hip.care_context
  ADD COLUMN link_error_about text CHECK (link_error_about IN ('token', 'link')),
  ADD COLUMN link_said        text;               -- the gateway's status in words, when it gave no code

UPDATE hip.care_context c
   SET link_error_about = CASE newest.event_type WHEN 'care_context.link_failed' THEN 'token' ELSE 'link' END
  FROM (SELECT DISTINCT ON (stream_id) stream_id, event_type FROM es.event
         WHERE event_type IN ('care_context.link_failed', 'care_context.link_rejected')
         ORDER BY stream_id, version DESC) newest
 WHERE newest.stream_id = c.stream_id AND c.link_error IS NOT NULL;
