-- One group commit; see migrations/0003_append.sql and 0035_append_with_tasks.sql for the arguments and the answer.
SELECT a_version, a_position, a_answered
  FROM es.append_with_tasks($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                            $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)
