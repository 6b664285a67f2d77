-- What a pair has in the generation that is read, in one look: between two looks another one could be
-- promoted and this one cleared. KEYS: the key that names the generation. ARGV: what comes before the
-- generation in a pair's key, and what comes after it.
local live = redis.call('GET', KEYS[1])
if not live then
  return {}
end
return redis.call('HMGET', ARGV[1] .. live .. ARGV[2], 'position', 'stream', 'expires_at')
