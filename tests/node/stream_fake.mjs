// conf/www/stream.js with a clock, sockets and a server of our own:
//
//	node stream_fake.mjs STREAM.mjs
//
// No time passes but what a test lets pass.

import assert from "node:assert/strict";
import test from "node:test";
import {pathToFileURL} from "node:url";

const {CosmicStream, StreamProblem} =
	await import(pathToFileURL(process.argv[2]));
const epoch = "0123456789abcdef";
const url = "http://example.test/sub/cosmic_stream";
const states = ["connecting", "open", "waiting", "closed"];

// ---- time

const settle = () => new Promise((resolve) => setImmediate(resolve));

class Clock {
	now = 0;
	#timers = new Map();
	#made = 0;

	constructor() {
		globalThis.setTimeout = (call, ms) => {
			this.#timers.set(++this.#made, {call, at: this.now + ms});
			return this.#made;
		};
		globalThis.clearTimeout = (id) => this.#timers.delete(id);
		Object.defineProperty(globalThis, "performance",
			{value: {now: () => this.now}, configurable: true});
	}

	get next() {
		return Math.min(...[...this.#timers.values()].map(({at}) => at)) -
			this.now;
	}

	async pass(ms) {
		const end = this.now + ms;

		await settle();
		for (;;) {
			const due = [...this.#timers].filter(([, {at}]) => at <= end)
				.sort(([, a], [, b]) => a.at - b.at)[0];

			if (due === undefined)
				break;
			this.#timers.delete(due[0]);
			this.now = due[1].at;
			due[1].call();
			await settle();
		}
		this.now = end;
	}
}

// ---- a server

class FakeSocket {
	static made = [];
	readyState = 0;
	bufferedAmount = 0;
	sent = [];

	constructor(href) {
		this.url = new URL(href);
		FakeSocket.made.push(this);
	}

	open() {
		this.readyState = 1;
		this.onopen();
	}

	say(...events) {
		for (const event of events)
			this.onmessage({data: JSON.stringify(event)});
	}

	lose() {
		this.readyState = 3;
		this.onclose({code: 1006});
	}

	send(text) {
		this.sent.push(text);
	}

	close(code) {
		this.readyState = 3;
		this.code = code;
	}
}

// Answers one request after the other with what `replies` holds.
function fakeFetch(asked, replies) {
	return async (target, options = {}) => {
		const reply = replies.shift();

		asked.push({target: new URL(target), ...options});
		if (reply === undefined)
			throw new TypeError("fetch failed");
		return typeof reply === "function" ? reply(options) : reply;
	};
}

const json = (value, init) => new Response(JSON.stringify(value), init);
const place = (after) => json({events: [], epoch, after});
const event = (seq, more) =>
	({seq, epoch, time: "2026-01-01T00:00:00Z", type: "message", data: seq,
		...more});

function eventStream(...chunks) {
	let control;
	const body = new ReadableStream({start(c) { control = c; }});
	const say = (text) => control.enqueue(new TextEncoder().encode(text));

	chunks.forEach(say);
	return {say, end: () => control.close(),
		reply: (options) => {
			options.signal.addEventListener("abort",
				() => control.error(options.signal.reason));
			return new Response(body,
				{headers: {"Content-Type": "text/event-stream"}});
		}};
}

// A stream, what it has told, and what it has asked.
function begin(replies, options = {}) {
	const clock = new Clock(), told = [], asked = [];

	FakeSocket.made = [];
	globalThis.fetch = fakeFetch(asked, replies);
	const stream = new CosmicStream({url, WebSocket: FakeSocket, ...options});

	for (const type of ["event", "gap", "state", "refused"])
		stream.addEventListener(type, ({detail}) => told.push(
			type === "event" ? detail.seq :
				type === "gap" ? `gap ${detail.reason}` :
					type === "refused" ? `refused ${detail.status}` :
						detail));
	return {clock, told, asked, stream, socket: () => FakeSocket.made.at(-1)};
}

// ---- the tests

test("it begins where the stream is, and is given each event once", async () => {
	const {clock, told, stream, socket, asked} = begin([place(7)],
		{query: {types: ["message", "job"], coordinates: "M31"}});

	assert.equal(stream.state, "connecting");
	await clock.pass(0);
	assert.equal(asked[0].target.searchParams.get("coordinates"), "M31");
	assert.deepEqual(socket().url.searchParams.getAll("types"),
		["message", "job"]);
	assert.equal(socket().url.protocol, "ws:");
	assert.equal(socket().url.pathname, "/sub/cosmic_stream");
	assert.equal(socket().url.searchParams.get("after"), "7");
	assert.equal(socket().url.searchParams.get("epoch"), epoch);
	socket().open();
	assert.equal(stream.way, "WebSocket");
	socket().say(event(7), event(8), event(10), event(8), event(9), event(11));
	assert.deepEqual(told, ["connecting", "open", 8, 10, 11]);
	assert.deepEqual(stream.position, {after: 11, epoch});
	stream.close();
	assert.equal(socket().code, 1000);
	socket().say(event(12));
	assert.deepEqual(told.slice(5), ["closed"]);
	assert.equal(clock.next, Infinity);
});

test("it waits longer each time, at random, and goes on after the last",
	async () => {
		const {clock, stream, socket} = begin([place(3)], {after: 3, epoch});
		const pauses = [];

		await clock.pass(0);
		for (let i = 0; i < 12; i++) {
			socket().open();
			socket().say(event(4 + i));
			socket().lose();
			await settle();
			assert.equal(stream.state, "waiting");
			assert.equal(stream.way, null);
			pauses.push(clock.next);
			await clock.pass(clock.next);
			assert.equal(socket().url.searchParams.get("after"), `${4 + i}`);
		}
		for (const [i, ms] of pauses.entries()) {
			const most = Math.min(30000, 250 * 2 ** i);

			assert.ok(ms >= most / 2 && ms <= most, `${i}: ${ms} ms`);
		}
		assert.ok(new Set(pauses.slice(-4)).size > 1, `${pauses}`);

		// One that has lasted makes it good again.
		socket().open();
		await clock.pass(10001);
		socket().lose();
		await settle();
		assert.ok(clock.next <= 250);
		stream.close();
		assert.equal(clock.next, Infinity);
	});

test("what is missed is told, and another log is another order", async () => {
	const {clock, told, stream, socket} = begin([place(2)], {after: 90, epoch});
	const other = "f".repeat(16);

	await clock.pass(0);
	socket().open();
	socket().say({type: "gap", epoch: other, after: 90, next: 3,
		reason: "epoch"}, event(3, {epoch: other}), event(2, {epoch: other}));
	assert.deepEqual(told.slice(2), ["gap epoch", 3]);
	assert.deepEqual(stream.position, {after: 3, epoch: other});
	stream.close();
});

test("without a hub it goes by event stream, and comes back", async () => {
	const source = eventStream(`retry: 2000\n\nid: ${epoch}-2\nda`,
		`ta: ${JSON.stringify(event(2))}\n\n:\n\n`);
	const {clock, told, stream, socket, asked} =
		begin([place(1), source.reply], {after: 1, epoch});

	await clock.pass(0);
	for (let i = 0; i < 2; i++) {
		socket().lose();
		await clock.pass(500);
	}
	assert.equal(stream.way, "event stream");
	assert.equal(asked[1].headers.Accept, "text/event-stream");
	source.say(`data: ${JSON.stringify(event(2))}\n\n`);
	source.say(`id: ${epoch}-3\ndata: ${JSON.stringify(event(3))}\n\n`);
	source.say(`id: ${epoch}-9\n\n`);
	await clock.pass(1);
	assert.deepEqual(told.filter(Number), [2, 3]);
	for (let i = 0; i < 60; i++) {
		source.say(":\n\n");
		await clock.pass(10000); // it never worked: ten minutes
	}
	await clock.pass(500);
	assert.equal(FakeSocket.made.length, 3);
	socket().open();
	assert.equal(socket().url.searchParams.get("after"), "9");
	assert.equal(stream.way, "WebSocket");
	stream.close();
});

test("an event stream that is held back is given up", async () => {
	const held = eventStream();
	const {clock, told, stream, asked} = begin([
		place(1), held.reply,
		json({events: [event(5)], epoch, after: 9,
			gap: {type: "gap", epoch, after: 1, next: 5, reason: "gone"}}),
		json({events: [event(11)], epoch, after: 11}),
		() => new Promise(() => {}),
	], {after: 1, epoch, WebSocket: null});

	await clock.pass(5000);
	assert.equal(stream.state, "waiting");
	await clock.pass(1000);
	assert.equal(stream.way, "long poll");
	assert.deepEqual(told.filter((what) => !states.includes(what)),
		["gap gone", 5, 11]);
	assert.deepEqual(asked.slice(2).map(({target}) =>
		["after", "wait"].map((name) =>
			Number(target.searchParams.get(name)))),
	[[1, 0], [9, 25], [11, 25]]);
	stream.close();
	assert.equal(clock.next, Infinity);
});

test("a query that is wrong is told once; what is busy is tried again",
	async () => {
		const wrong = begin([json({title: "No", status: 422}, {status: 422})]);

		await wrong.clock.pass(1000);
		assert.deepEqual(wrong.told, ["connecting", "refused 422", "closed"]);
		assert.equal(wrong.asked.length, 1);

		const busy = begin([json({}, {status: 503,
			headers: {"Retry-After": "7"}}), place(0)]);

		await busy.clock.pass(6999);
		assert.equal(busy.asked.length, 1);
		await busy.clock.pass(2);
		assert.equal(busy.asked.length, 2);
		busy.socket().open();
		busy.stream.close();
		assert.deepEqual(busy.told, ["connecting", "waiting", "connecting",
			"open", "closed"]);
	});

test("messages go by WebSocket, or are answered by POST", async () => {
	const {clock, told, stream, socket, asked} = begin([place(1),
		json({seq: 5, epoch}, {status: 201}),
		json({title: "Who?"}, {status: 401}),
	], {after: 1, epoch, key: "k"});

	assert.equal(stream.send(1), false);
	await clock.pass(0);
	socket().open();
	assert.equal(stream.send({a: "ü"}), true);
	assert.deepEqual(socket().sent, ['{"a":"ü"}']);
	socket().bufferedAmount = 2 << 20;
	assert.equal(stream.send(1), false);
	socket().say({type: "error", error: {status: 400}});
	assert.deepEqual(told.slice(2), ["refused 400"]);

	assert.deepEqual(await stream.publish([1]), {seq: 5, epoch});
	assert.equal(asked[1].method, "POST");
	assert.equal(asked[1].target.search, "");
	assert.equal(asked[1].headers.Authorization, "Bearer k");
	assert.equal(asked[1].body, "[1]");
	await assert.rejects(stream.publish(1), (problem) =>
		problem instanceof StreamProblem && problem.status === 401 &&
			problem.message === "Who?");
	await assert.rejects(stream.publish("x".repeat(65535)), RangeError);
	assert.throws(() => stream.send(undefined), TypeError);
	stream.close();
});
