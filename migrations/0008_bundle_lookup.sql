-- Which visit a document is of, for those who ask by its id. Locks hip.visit against writers while the
-- indexes are built: about a second for each 100,000 visits.

CREATE INDEX visit_documents ON hip.visit USING gin (documents jsonb_path_ops);
CREATE INDEX visit_rejected ON hip.visit USING gin (rejected jsonb_path_ops);
