-- Whether one of the read models $3 has not begun, or has not reached an event up to position $2 whose name begins with
-- one of the words $4: shard, position, read models, words, number of events that are looked at.
SELECT CASE WHEN live.count < cardinality($3) THEN true
            WHEN live.slowest >= $2 THEN false
            WHEN live.slowest < $2 - $5 THEN true
            ELSE EXISTS (SELECT FROM es.event e
                          WHERE e.shard = $1 AND e.position > live.slowest AND e.position <= $2
                            AND split_part(e.event_type, '.', 1) = ANY ($4)) END
  FROM (SELECT count(*), min(position) AS slowest FROM es.projection
         WHERE name = ANY ($3) AND state IN ('live', 'halted') AND shard = $1) live
