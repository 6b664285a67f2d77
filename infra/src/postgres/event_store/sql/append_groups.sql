-- One group commit; see migrations/0036_append_groups.sql for the arguments and the answer.
SELECT a_base, a_stale, a_version, a_hash, a_known, a_reached, a_answered, a_lost
  FROM es.append_groups($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                        $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39)
