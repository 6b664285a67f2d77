-- Who has left ABDM is found by nothing any more, also not by name and mobile number.
-- Locks hip.patient_index against reading for the moment in which the column is added, and reads the
-- events about ABHA addresses once.

ALTER TABLE hip.patient_index ADD COLUMN has_left boolean NOT NULL DEFAULT false;

-- Versions before this one noted these events under the message that brought the news, so the index
-- was not changed by them.
UPDATE hip.patient_index p
   SET has_left = true, abha_address = NULL, abha_number = NULL, abha_at = NULL
  FROM (SELECT DISTINCT ON (stream_id) stream_id, event_type FROM es.event
         WHERE event_type IN ('patient.abha_attached', 'patient.abha_detached')
         ORDER BY stream_id, version DESC) newest
 WHERE newest.event_type = 'patient.abha_detached'
   AND newest.stream_id = 'patient-' || p.subject_id;
