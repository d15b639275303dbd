// The cosmic stream: every event once, in the one order that all see, also
// after the connection was lost.
//
//	import {CosmicStream} from "./stream.js";
//
//	const stream = new CosmicStream("cosmic_stream", {coordinates: "M31"});
//	stream.addEventListener("event", ({detail}) => show(detail));
//	stream.addEventListener("gap", ({detail}) => reload(detail));
//	stream.addEventListener("state", ({detail}) => say(detail));
//	stream.addEventListener("refused", ({detail}) => complain(detail));
//	stream.publish({hello: "there"});
//	stream.close();
//
// An event is {seq, epoch, time, type, data}.  A gap says that events were
// missed for good: {epoch, after, next, reason}.  The state is "connecting",
// "open", "waiting" for the next try, or "closed".  Where there is no
// WebSocket, or it cannot be had, server-sent events and POST do the same.

// Milliseconds.
const tryAgainFirst = 250, tryAgainMost = 30000, goodAfter = 10000;
// As often WebSocket may fail before the other way is tried.
const socketTries = 2;
// Messages that wait for a connection.
const waitingMost = 100;

class StreamEvent extends Event {
	constructor(type, detail) {
		super(type);
		this.detail = detail;
	}
}

export class CosmicStream extends EventTarget {
	#url;
	#options;
	#after = null;
	#epoch = null;
	#state = "closed";
	#channel = null;
	#timer = null;
	#failures = 0;
	#opened = 0;
	#socketWorks = false;
	#waiting = [];

	// The query's parameters are the endpoint's: coordinates, radius_deg,
	// only, types, key; after and epoch say where to begin.
	constructor(url, parameters = {}, options = {}) {
		super();
		const {after = null, epoch = null, ...others} = parameters;

		this.#url = new URL(url, options.base ??
			globalThis.document?.baseURI);
		for (const [name, value] of Object.entries(others))
			this.#url.searchParams.set(name, value);
		this.#after = after;
		this.#epoch = epoch;
		this.#options = options;
		this.#connect();
	}

	get state() {
		return this.#state;
	}

	// Where it has come to: what to begin after, another time.
	get position() {
		return {after: this.#after, epoch: this.#epoch};
	}

	// Sends a message, at once or when it is connected again; false: too
	// many wait already.
	publish(message) {
		const text = JSON.stringify(message);

		if (text === undefined)
			throw new TypeError("only what JSON can say is published");
		if (this.#state === "closed" ||
			this.#waiting.length >= waitingMost)
			return false;
		this.#waiting.push(text);
		this.#send();
		return true;
	}

	close() {
		clearTimeout(this.#timer);
		this.#timer = null;
		this.#channel?.close();
		this.#channel = null;
		this.#waiting = [];
		this.#become("closed");
	}

	// ---- connecting

	#become(state) {
		if (this.#state === state)
			return;
		this.#state = state;
		this.dispatchEvent(new StreamEvent("state", state));
	}

	#target() {
		const url = new URL(this.#url);

		if (this.#after !== null)
			url.searchParams.set("after", this.#after);
		if (this.#epoch !== null)
			url.searchParams.set("epoch", this.#epoch);
		return url;
	}

	#connect() {
		const Socket = this.#options.WebSocket ?? globalThis.WebSocket;
		const bySocket = Socket !== undefined &&
			(this.#socketWorks || this.#failures < socketTries ||
				globalThis.EventSource === undefined);
		const channel = bySocket ? new SocketChannel(Socket, this.#target()) :
			new SourceChannel(this.#target());

		this.#timer = null;
		this.#channel = channel;
		this.#become("connecting");
		channel.onopen = () => {
			this.#opened = Date.now();
			this.#socketWorks = bySocket;
			this.#become("open");
			this.#send();
		};
		channel.ontext = (text) => this.#take(text);
		channel.onlost = () => this.#lost(channel);
	}

	#lost(channel) {
		if (this.#channel !== channel)
			return;
		this.#channel = null;
		if (this.#opened > 0 && Date.now() - this.#opened > goodAfter)
			this.#failures = 0;
		this.#opened = 0;
		const most = Math.min(tryAgainMost,
			tryAgainFirst * 2 ** Math.min(this.#failures++, 10));

		this.#become("waiting");
		// At random, as others have lost it in the same moment.
		this.#timer = setTimeout(() => this.#connect(),
			most * (0.5 + Math.random() / 2));
	}

	// ---- what comes and goes

	#take(text) {
		const event = JSON.parse(text);

		if (event.type === "error") {
			this.dispatchEvent(new StreamEvent("refused", event.error));
			return;
		}
		if (event.type === "gap") {
			this.#epoch = event.epoch;
			this.#after = event.next - 1;
			this.dispatchEvent(new StreamEvent("gap", event));
			return;
		}
		if (event.epoch === this.#epoch && event.seq <= this.#after)
			return;
		this.#epoch = event.epoch;
		this.#after = event.seq;
		this.dispatchEvent(new StreamEvent("event", event));
	}

	#send() {
		while (this.#waiting.length > 0 && this.#state === "open")
			this.#channel.send(this.#waiting.shift(), (problem) =>
				this.dispatchEvent(
					new StreamEvent("refused", problem)));
	}
}

// ---- the two ways

class SocketChannel {
	#socket;

	constructor(Socket, url) {
		const target = new URL(url);

		target.protocol = target.protocol.replace("http", "ws");
		this.#socket = new Socket(target.href);
		this.#socket.onopen = () => this.onopen();
		this.#socket.onmessage = ({data}) => this.ontext(data);
		this.#socket.onclose = () => this.onlost();
		this.#socket.onerror = () => {};
	}

	send(text) {
		this.#socket.send(text);
	}

	close() {
		this.#socket.close(1000);
	}
}

class SourceChannel {
	#source;
	#url;

	constructor(url) {
		this.#url = new URL(url);
		this.#source = new EventSource(this.#url);
		this.#source.onopen = () => this.onopen();
		this.#source.onmessage = ({data}) => this.ontext(data);
		this.#source.onerror = () => {
			this.#source.close();
			this.onlost();
		};
	}

	// A message that does not arrive is told of, as one that is refused.
	async send(text, refused) {
		const target = new URL(this.#url);

		target.search = "";
		try {
			const reply = await fetch(target, {method: "POST",
				headers: {"Content-Type": "application/json"},
				body: text});

			if (!reply.ok)
				refused(await reply.json());
		} catch (problem) {
			refused({title: "It could not be sent",
				detail: String(problem)});
		}
	}

	close() {
		this.#source.close();
	}
}
