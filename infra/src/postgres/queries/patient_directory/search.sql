-- Patients of a facility with this ABHA address, this ABHA number or one of these mobile numbers, each once: facility,
-- address, number, mobile numbers, how many of each.
(SELECT subject_id, reference, demographics_at, abha_at, true AS by_address, (abha_number = $3) IS TRUE AS by_number
   FROM hip.patient_index
  WHERE facility_id = $1 AND abha_address = $2 AND NOT has_left LIMIT $5)
UNION ALL
(SELECT subject_id, reference, demographics_at, abha_at, false, true
   FROM hip.patient_index
  WHERE facility_id = $1 AND abha_number = $3 AND (abha_address = $2) IS NOT TRUE AND NOT has_left LIMIT $5)
UNION ALL
(SELECT subject_id, reference, demographics_at, abha_at, false, false
   FROM hip.patient_index
  WHERE facility_id = $1 AND mobile = ANY ($4) AND (abha_address = $2) IS NOT TRUE AND (abha_number = $3) IS NOT TRUE
    AND NOT has_left LIMIT $5)
