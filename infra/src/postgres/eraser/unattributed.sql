-- The next $4 messages of a facility ($2) after a position ($3), of those that came before a moment ($5, if
-- any); whether each still has a key that is tied to nobody, and which.
SELECT m.received_pos, coalesce(k.subject_id IS NULL AND k.wrapped IS NOT NULL, false), k.key_id
  FROM (SELECT received_pos FROM hip.callback
         WHERE facility_id = $2 AND received_pos > $3 AND ($5::timestamptz IS NULL OR received_at < $5)
         ORDER BY received_pos LIMIT $4) m
  JOIN es.event e ON e.shard = $1 AND e.position = m.received_pos
  LEFT JOIN vault.key k ON k.key_id = e.subject_id
 ORDER BY m.received_pos
