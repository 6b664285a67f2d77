-- Whether an event is put aside that may concern one of these patients, or an unknown one of the facility: facility,
-- patients, shard.
SELECT EXISTS (SELECT FROM es.parked q JOIN es.projection p USING (name, generation, shard)
                WHERE q.name IN ('patient_index', 'care_context', 'consent', 'visit')
                  AND p.state IN ('live', 'halted') AND shard = $3
                  AND (q.facility_id IS NULL OR q.facility_id = $1)
                  AND (q.subject_id IS NULL OR q.subject_id = ANY ($2)
                       OR NOT EXISTS (SELECT FROM hip.patient_index i WHERE i.subject_id = q.subject_id)))
