-- Keeps a token, or a tombstone, unless the pair has something at this position or a later one.
-- KEYS: the pair's key. ARGV: position, milliseconds to keep it; of a token also stream and expires_at in
-- microseconds. Positions stay far below 2^53, where numbers of Lua lose their last digit.
local kept = redis.call('HGET', KEYS[1], 'position')
if kept and tonumber(kept) >= tonumber(ARGV[1]) then
  return 0
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'position', ARGV[1])
if ARGV[3] then
  redis.call('HSET', KEYS[1], 'stream', ARGV[3], 'expires_at', ARGV[4])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
