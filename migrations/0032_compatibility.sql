-- Which programs can work with this schema: those that have at least this migration. A program that meets
-- migrations it does not have looks here, and starts if it is new enough. A migration that older programs cannot
-- work with (a column that they need is gone, a function takes other arguments) sets the number to its own; one
-- that only adds leaves it.
-- Locks nothing: the table is new.

CREATE TABLE es.compatibility (
  oldest_program bigint  NOT NULL,
  is_only_row    boolean PRIMARY KEY DEFAULT true CHECK (is_only_row)
);
INSERT INTO es.compatibility VALUES (32);
GRANT SELECT ON es.compatibility TO hip_service;
