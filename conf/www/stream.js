// The cosmic stream: every event once, in the one order that all see, also
// after the connection was lost.
//
//	import {CosmicStream} from "https://example.org/www/stream.js";
//
//	const stream = new CosmicStream({query: {coordinates: "M31"}});
//	stream.addEventListener("event", ({detail}) => show(detail));
//	stream.addEventListener("gap", ({detail}) => reload(detail));
//	stream.addEventListener("state", ({detail}) => say(detail));
//	stream.addEventListener("refused", ({detail}) => complain(detail));
//	const {seq} = await stream.publish({hello: "there"});
//	stream.close();
//
// An event is {seq, epoch, time, type, data}; none is given twice, or before
// an earlier one.  A gap says that events were missed for good: {epoch, after,
// next, reason}.  A state is "connecting", "open", "waiting" (for the next
// try) or "closed".  What is refused is told as a problem (RFC 9457); when it
// was the query that was wrong, the stream is closed then.
//
// It connects by WebSocket, and where that cannot be had by an event stream,
// or by long polls where a server holds event streams back; it comes back to
// the better way when there is one.

// Milliseconds.
const firstPause = 250, longestPause = 30000;
// A connection that has lasted so long was a good one.
const steadyAfter = 10000;
// For an answer to begin.
const patience = 10000;
// An event stream says something at once, and then each 15 s, if only that it
// is there.
const firstWords = 5000, silenceMost = 40000;
const pollWait = 25000;
// As often a way may fail before the next one is tried; then it is left alone
// for a while, and longer if it has never worked.
const triesMost = 2, rest = 60000, longRest = 600000;

// Bytes.
const messageMost = 65536, bufferedMost = 1 << 20;

// An answer that is no success; `problem` is its body (RFC 9457).
export class StreamProblem extends Error {
	constructor(status, problem, retryAfter) {
		super(problem.detail ?? problem.title ?? `status ${status}`);
		this.name = "StreamProblem";
		this.status = status;
		this.problem = {status, ...problem};
		this.retryAfter = 1000 * (Number.parseInt(retryAfter, 10) || 0);
	}

	// Whether it would be the same another time.
	get isFinal() {
		return this.status >= 400 && this.status < 500 &&
			![404, 408, 425, 429].includes(this.status);
	}
}

class StreamEvent extends Event {
	constructor(type, detail) {
		super(type);
		this.detail = detail;
	}
}

export class CosmicStream extends EventTarget {
	#url;
	#query;
	#ways;
	#after;
	#epoch;
	#state = "closed";
	#attempt = null;
	#wake = null;
	#looked = false;

	// url: the endpoint; else it is where this module was loaded from.
	// query: of the endpoint's parameters coordinates, radius_deg, catalogue,
	// only and types (a list).
	// after, epoch: an earlier `position`; else it begins with what comes
	// next.
	// key: an API key, where publishing wants one.
	// WebSocket: one for programs that have none, such as that of npm's ws;
	// null: none is to be used.
	constructor({url = new URL("../cosmic_stream", import.meta.url), query = {},
		after = null, epoch = null, key = null,
		WebSocket = globalThis.WebSocket} = {}) {
		super();
		this.#url = new URL(url, globalThis.document?.baseURI);
		this.#query = Object.entries(query).flatMap(([name, value]) =>
			[value].flat().map((one) => [name, one]));
		this.#after = after;
		this.#epoch = epoch;
		this.key = key;
		this.#ways = ways(WebSocket);
		this.#state = "connecting";
		// Whoever has made it listens first.
		queueMicrotask(() => this.#run());
	}

	get state() {
		return this.#state;
	}

	// How it is connected, in words; null: it is not.
	get way() {
		return this.#state === "open" ? this.#attempt?.way.name ?? null : null;
	}

	// What to begin after, another time.
	get position() {
		return {after: this.#after, epoch: this.#epoch};
	}

	// Publishes a message, and gives {seq, epoch} when it is on the disk
	// there.  Throws StreamProblem when it is refused; after any other error
	// it may have arrived or not.
	async publish(message) {
		const headers = {"Content-Type": "application/json"};

		if (this.key !== null)
			headers.Authorization = `Bearer ${this.key}`;
		const reply = await ask(this.#url, {method: "POST", headers,
			body: written(message), signal: AbortSignal.timeout(patience)});

		return reply.json();
	}

	// The same by WebSocket, for many messages; false: there is none at the
	// moment, or it takes no more.  Nothing tells whether one has arrived but
	// its event, or "refused".
	send(message) {
		const text = written(message);

		return this.#state === "open" &&
			(this.#attempt.send?.(text) ?? false);
	}

	// Nothing more is told afterwards but that.
	close() {
		const attempt = this.#attempt;

		if (this.#state === "closed")
			return;
		this.#attempt = null;
		attempt?.end();
		this.#wake?.();
		this.#become("closed");
	}

	// ---- connecting

	async #run() {
		let failures = 0;

		while (this.#state !== "closed") {
			const attempt = this.#attempt = new Attempt(this.#choose());

			this.#become("connecting");
			const problem = await this.#try(attempt);

			attempt.end();
			if (this.#attempt !== attempt)
				return; // closed
			this.#attempt = null;
			if (problem?.isFinal) {
				this.#tell("refused", problem.problem);
				this.close();
				return;
			}
			attempt.judge();
			failures = attempt.lasted > steadyAfter ? 0 : failures + 1;
			this.#become("waiting");
			await this.#pause(failures, problem?.retryAfter ?? 0);
		}
	}

	#choose() {
		const now = performance.now();

		return this.#ways.find((way) => way.restsUntil <= now) ??
			this.#ways.at(-1);
	}

	// Until the connection has ended; gives why there was none, or null.
	async #try(attempt) {
		try {
			attempt.within(patience);
			if (this.#after === null || !this.#looked)
				await this.#look(attempt);
			if (this.#attempt !== attempt)
				return null;
			attempt.looked = true;
			attempt.within(patience);
			await attempt.way.connect({
				attempt,
				target: (more) => this.#target(more),
				opened: () => this.#opened(attempt),
				take: (event) => this.#take(attempt, event),
				passed: (page) => this.#passed(attempt, page),
			});
			return null;
		} catch (problem) {
			return problem;
		}
	}

	// Where the stream is: what happens before it has connected is not lost.
	// And what is wrong with the query, which no WebSocket tells.
	async #look(attempt) {
		this.#looked = true;
		const reply = await ask(this.#target(), {signal: attempt.signal});
		const place = await reply.json();

		if (this.#after === null)
			this.#passed(attempt, place);
	}

	#opened(attempt) {
		const now = performance.now();
		const better = this.#ways.slice(0, this.#ways.indexOf(attempt.way));

		if (this.#attempt !== attempt || this.#state === "open")
			return;
		attempt.since = now;
		// Then a better way is tried again.
		if (better.length > 0)
			attempt.until(Math.min(...better.map((way) =>
				way.restsUntil)) - now);
		this.#become("open");
	}

	// At random, as others have lost it in the same moment.
	#pause(failures, least) {
		const most = Math.min(longestPause,
			firstPause * 2 ** Math.min(Math.max(failures - 1, 0), 10));
		const ms = Math.max(least, most * (0.5 + Math.random() / 2));

		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);

			this.#wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}

	#target(more = {}) {
		const url = new URL(this.#url);
		const had = this.#after === null ? {} : {after: this.#after};

		if (this.#epoch !== null)
			had.epoch = this.#epoch;
		for (const [name, value] of [...this.#query,
			...Object.entries(had), ...Object.entries(more)])
			url.searchParams.append(name, value);
		return url;
	}

	// ---- what comes

	#take(attempt, event) {
		if (this.#attempt !== attempt)
			return;
		if (event.type === "error") {
			this.#tell("refused", event.error);
			return;
		}
		if (event.type === "gap") {
			this.#passed(attempt, {after: event.next - 1, epoch: event.epoch});
			this.#tell("gap", event);
			return;
		}
		if (event.epoch === this.#epoch && event.seq <= this.#after)
			return;
		this.#passed(attempt, {after: event.seq, epoch: event.epoch});
		this.#tell("event", event);
	}

	#passed(attempt, {after, epoch}) {
		if (this.#attempt === attempt) {
			this.#after = after;
			this.#epoch = epoch;
		}
	}

	#become(state) {
		if (this.#state === "closed")
			return;
		this.#state = state;
		this.#tell("state", state);
	}

	#tell(type, detail) {
		this.dispatchEvent(new StreamEvent(type, detail));
	}
}

// ---- one attempt to be connected, by one way

class Attempt {
	#controller = new AbortController();
	#silence = null;
	#life = null;

	constructor(way) {
		this.way = way;
		this.signal = this.#controller.signal;
		this.looked = false; // what fails from here on is the way
		this.silent = false; // nothing was heard in time
		this.since = null; // it is open
		this.send = null;
	}

	get lasted() {
		return this.since === null ? 0 : performance.now() - this.since;
	}

	// It ends then, unless this is said again before.
	within(ms) {
		clearTimeout(this.#silence);
		this.#silence = ms === null ? null :
			setTimeout(() => {
				this.silent = true;
				this.#controller.abort();
			}, ms);
	}

	until(ms) {
		this.#life = setTimeout(() => this.#controller.abort(), ms);
	}

	end() {
		clearTimeout(this.#silence);
		clearTimeout(this.#life);
		this.#controller.abort();
	}

	// Afterwards: what it says of its way.  Who is held back once is held
	// back again.
	judge() {
		const {way} = this;

		if (this.since !== null) {
			way.worked = true;
			way.failures = 0;
		} else if (this.looked &&
			(++way.failures >= triesMost || this.silent)) {
			way.failures = 0;
			way.restsUntil = performance.now() +
				(way.worked ? rest : longRest);
		}
	}
}

// ---- the ways

// A way's connect() returns when its connection has ended, or throws why there
// was none.  It asks target(PARAMETERS), a URL, and calls opened() when there
// is one, take(EVENT) for each event and gap, and passed({after, epoch}) for
// what it knows of its place besides.

// The best one first.
function ways(WebSocket) {
	return [
		...WebSocket ?
			[{name: "WebSocket", connect: bySocket, WebSocket}] : [],
		{name: "event stream", connect: bySource},
		{name: "long poll", connect: byPolls},
	].map((way) => ({...way, failures: 0, worked: false, restsUntil: 0}));
}

function bySocket({attempt, target, opened, take}) {
	return new Promise((resolve) => {
		const url = target().href.replace(/^http/, "ws");
		const socket = new attempt.way.WebSocket(url);

		socket.onopen = () => {
			attempt.within(null);
			attempt.send = (text) => {
				if (socket.readyState !== 1 ||
					socket.bufferedAmount > bufferedMost)
					return false;
				socket.send(text);
				return true;
			};
			opened();
		};
		socket.onmessage = ({data}) => take(JSON.parse(data));
		socket.onerror = () => {};
		socket.onclose = resolve;
		attempt.signal.addEventListener("abort", () => {
			socket.close(1000);
			resolve();
		});
	});
}

async function bySource({attempt, target, opened, take, passed}) {
	const type = "text/event-stream";

	attempt.within(firstWords);
	const reply = await ask(target(),
		{headers: {Accept: type}, signal: attempt.signal});
	const reader = reply.body.getReader();
	const decoder = new TextDecoder();
	let text = "", id = null;

	if (!reply.headers.get("Content-Type")?.startsWith(type))
		throw new Error("this is no event stream");
	for (;;) {
		const {done, value} = await reader.read();

		if (done)
			return;
		attempt.within(silenceMost);
		opened();
		text += decoder.decode(value, {stream: true});
		const lines = text.split("\n");

		// An id comes also without an event, past those that the query
		// leaves out; an event's data is one line.
		text = lines.pop();
		for (const line of lines) {
			if (line.startsWith("data: "))
				take(JSON.parse(line.slice("data: ".length)));
			else if (line.startsWith("id: "))
				id = line.slice("id: ".length).split("-");
			else if (line === "" && id !== null)
				passed({epoch: id[0], after: Number(id[1])});
		}
	}
}

async function byPolls({attempt, target, opened, take, passed}) {
	let wait = 0;

	while (!attempt.signal.aborted) {
		attempt.within(wait + patience);
		const reply = await ask(target({wait: wait / 1000}),
			{signal: attempt.signal});
		const page = await reply.json();

		wait = pollWait;
		opened();
		for (const event of page.gap ? [page.gap, ...page.events] :
			page.events)
			take(event);
		// Also past those that the query leaves out.
		passed(page);
	}
}

// ---- asking

async function ask(url, options) {
	const reply = await fetch(url, {cache: "no-store", ...options});

	if (reply.ok)
		return reply;
	throw new StreamProblem(reply.status,
		await reply.json().catch(() => ({})),
		reply.headers.get("Retry-After"));
}

// A message as it is sent.
function written(message) {
	const text = JSON.stringify(message);

	if (text === undefined)
		throw new TypeError("only what JSON can say is published");
	if (new TextEncoder().encode(text).length > messageMost)
		throw new RangeError(`a message has at most ${messageMost} bytes`);
	return text;
}
