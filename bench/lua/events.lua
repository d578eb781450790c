-- Error events of about 1 kB, as many a request as the first argument says, each with an id and a number of its own.
wrk.headers["Content-Type"] = "application/json"
local thread_count = 0
function setup(thread)
  thread_count = thread_count + 1
  thread:set("id", thread_count)
end

local counter = 0
local stack = string.rep('  File \\"/srv/app/orders.py\\", line 42, in place\\n    total = price(order)\\n', 8)
local run = os.time() % 65536

function event()
  counter = counter + 1
  return string.format(
    '{"id":"%08x-%04x-4000-8000-%012x","type":"error","ts":"%s","session_id":"s%d","component":"orders",' ..
    '"kind":"api_error","message":"order %d could not be placed","level":"error","handled":true,"stack":"%s",' ..
    '"context":{"attempt":%d,"path":"/orders","host":"alpha"}}',
    id, run, counter, os.date("!%Y-%m-%dT%H:%M:%S.000Z"), counter % 50, counter, stack, counter % 5)
end

local size = 1

function init(args)
  size = tonumber(args[1]) or 1
end

function request()
  local events = {}
  for n = 1, size do
    events[n] = event()
  end
  local body = '{"events":[' .. table.concat(events, ",") .. "]}"
  return wrk.format("POST", nil, nil, body)
end
