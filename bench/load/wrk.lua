-- wrk: GET or PUT of rows chosen by chance. Arguments: get or put, number of keys, seed, and what stands before a key's
-- number in its path. With more keys than are prepared, each request is built when it is sent.
local requests = {}
local mode, keys, prefix, isPrepared
local prepared = 20000

local function account(key, number)
  return string.format(
    '{"id":"%s","owner":"owner of %s","balance":%d,"status":"OPEN","nickname":null,"tags":["retail","region-%d"]}',
    key, key, number, number % 7)
end

local function build(number)
  local path = prefix .. number
  if mode == "get" then return wrk.format("GET", path) end
  local body = account("a-" .. number, math.random(1, 1000000))
  return wrk.format("PUT", path, { ["content-type"] = "application/json" }, body)
end

function init(args)
  mode, keys, prefix = args[1], tonumber(args[2]), args[4]
  math.randomseed(tonumber(args[3]))
  isPrepared = keys <= prepared
  -- Building a request costs wrk more than sending one: where it can they are built before the clock starts.
  if isPrepared then
    for index = 1, prepared do requests[index] = build(math.random(1, keys)) end
  end
end

local at = 0
function request()
  if not isPrepared then return build(math.random(1, keys)) end
  at = at % prepared + 1
  return requests[at]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"micros":%d,"failed":%d,"p50Us":%d,"p99Us":%d,"maxUs":%d}\n',
    summary.requests, summary.duration, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
