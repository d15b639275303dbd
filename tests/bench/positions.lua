-- Asks for half-degree cones around the positions in the file that
-- BENCH_POSITIONS names ("ra,dec" in degrees, one to a line), in turn; each
-- thread begins at another place.  The figures come out as one JSON line.

local requests = {}
local at = 0
local threads = 0

function setup(thread)
	thread:set("thread_index", threads)
	threads = threads + 1
end

function init(args)
	for position in io.lines(os.getenv("BENCH_POSITIONS")) do
		requests[#requests + 1] = wrk.format("GET",
			"/galaxy?coordinates=" .. position .. "&radius_deg=0.5")
	end
	at = thread_index * math.floor(#requests / 2) + math.floor(#requests / 7)
end

function request()
	at = at % #requests + 1
	return requests[at]
end

function done(summary, latency, _)
	local errors = summary.errors
	io.write(string.format(
		'BENCH {"requests": %d, "duration_us": %d, "p50_us": %d, ' ..
		'"p99_us": %d, "status": %d, "socket": %d, "timeout": %d}\n',
		summary.requests, summary.duration, latency:percentile(50),
		latency:percentile(99), errors.status,
		errors.connect + errors.read + errors.write, errors.timeout))
end
