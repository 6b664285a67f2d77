-- Whose a stream is. Its events have the pseudonym of a person, or that of the message that they rest on; a
-- message is tied to the person whom it was found to be about, at times through another. A tie outlives the
-- key. Only a person has a stream of that name.
WITH RECURSIVE named AS (
  SELECT DISTINCT subject_id FROM es.event WHERE shard = $1 AND stream_id = $2 AND subject_id IS NOT NULL
   UNION
  SELECT k.subject_id FROM named n JOIN vault.key k ON k.key_id = n.subject_id WHERE k.subject_id IS NOT NULL)
SELECT subject_id FROM named
 WHERE EXISTS (SELECT FROM es.stream s WHERE s.shard = $1 AND s.stream_id = 'patient-' || named.subject_id::text)
 LIMIT 1
