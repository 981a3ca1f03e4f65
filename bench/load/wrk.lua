-- wrk: GET or PUT of accounts chosen by chance. Arguments: get or put, number of keys, seed.
local requests = {}
local mode, keys
local prepared = 20000

local function account(key, number)
  return string.format(
    '{"id":"%s","owner":"owner of %s","balance":%d,"status":"OPEN","nickname":null,"tags":["retail","region-%d"]}',
    key, key, number, number % 7)
end

local function build(number)
  local key = "a-" .. number
  if mode == "get" then return wrk.format("GET", "/accounts/" .. key) end
  return wrk.format("PUT", "/accounts/" .. key, { ["content-type"] = "application/json" }, account(key, math.random(1, 1000000)))
end

function init(args)
  mode, keys = args[1], tonumber(args[2])
  math.randomseed(tonumber(args[3]))
  -- Building a request costs wrk more than sending one: they are built before the clock starts.
  for index = 1, prepared do requests[index] = build(math.random(1, keys)) end
end

local at = 0
function request()
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
