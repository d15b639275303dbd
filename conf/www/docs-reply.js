// Sends a request and shows what comes back: status, time, headers, body.

import {el, jsonNodes, scrollBox} from "./docs-dom.js";
import {resolve} from "./docs-schema.js";

const textMost = 200000;

function sizeWords(bytes) {
	if (bytes < 1000)
		return `${bytes} bytes`;
	return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` :
		`${(bytes / 1e6).toFixed(1)} MB`;
}

function timeWords(begun) {
	return `${Math.round(performance.now() - begun)} ms`;
}

function failureWords(error, signal, begun) {
	if (signal.aborted)
		return `Cancelled after ${timeWords(begun)}.`;
	if (!navigator.onLine)
		return "No answer: this device is offline.";
	return `No answer after ${timeWords(begun)}: the server cannot be ` +
		`reached, or has cut the connection (${error.message}).`;
}

// A stream of events, shown while it comes: `each` gets the pieces.  Chromium
// at times calls a request cancelled whose last piece was read like this.
async function streamOf(answer, each) {
	const reader = answer.body?.getReader();
	const pieces = [];

	while (reader !== undefined) {
		const {done, value} = await reader.read();

		if (done)
			break;
		pieces.push(value);
		each(value);
	}
	return new Blob(pieces).arrayBuffer();
}

function textOf(bytes) {
	try {
		const text = new TextDecoder("utf-8", {fatal: true}).decode(bytes);

		return text.includes("\0") ? null : text;
	} catch {
		return null;
	}
}

function textBox(text) {
	return [text.length > textMost && el("p", {class: "hint"},
		`Only the first ${sizeWords(textMost)} are shown.`),
	scrollBox("Body of the reply", text.slice(0, textMost))];
}

function jsonBox(text) {
	try {
		const {nodes, whole} = jsonNodes(text);

		return [!whole && el("p", {class: "hint"},
			"This is long; only its beginning is shown."),
		scrollBox("Body of the reply", nodes)];
	} catch {
		return [el("p", {class: "hint"}, "The reply says that it is JSON, " +
			"and is not."), textBox(text)];
	}
}

function bodyNodes(type, bytes, address) {
	const text = textOf(bytes);

	if (bytes.length === 0)
		return el("p", {class: "hint"}, "No body.");
	if (type.startsWith("image/"))
		return el("img", {src: address, alt: "The picture that was sent back"});
	if (text === null)
		return el("p", {class: "hint"}, "The body is binary.");
	return /[/+]json\b/.test(type) ? jsonBox(text) : textBox(text);
}

function headersNodes(answer) {
	return el("details", {}, el("summary", {}, "Headers of the reply"),
		el("dl", {class: "headers"}, [...answer.headers].map(([name, value]) =>
			el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
}

// What the reply is called: the server's words, or the document's.
function statusWords(answer, operation) {
	const documented = resolve(operation.responses?.[answer.status]);

	return `${answer.status} ${answer.statusText ||
		documented.description || ""}`.trim();
}

// `element` is the place of the replies, show() fills it.  `problemFound` is
// called with a problem's JSON and says how many fields it has marked.
export function replyView(operation, problemFound) {
	const status = el("p", {class: "status", role: "status"});
	const content = el("div", {});
	let address = null;

	const say = (kind, ...words) => {
		status.className = `status ${kind}`;
		status.replaceChildren(...words);
	};
	const marksOf = (answer, type, bytes) => {
		if (answer.status < 400 || !/[/+]json\b/.test(type))
			return "";
		try {
			const count = problemFound(JSON.parse(textOf(bytes)));

			return count === 0 ? "" : count === 1 ?
				"; one field is marked" : `; ${count} fields are marked`;
		} catch {
			return "";
		}
	};
	const finish = (answer, bytes, begun) => {
		const type = answer.headers.get("content-type") ?? "";

		address = URL.createObjectURL(new Blob([bytes], {type}));
		say(`s${String(answer.status)[0]}`,
			el("strong", {}, statusWords(answer, operation)),
			` in ${timeWords(begun)}, ${sizeWords(bytes.length)}` +
			`${answer.redirected ? `, from ${answer.url}` : ""}` +
			marksOf(answer, type, bytes));
		content.replaceChildren(headersNodes(answer),
			...[bodyNodes(type, bytes, address)].flat().filter(Boolean),
			bytes.length === 0 ? "" : el("p", {class: "hint"},
				el("a", {href: address, download: "reply"}, "Save the body")));
	};

	return {
		element: el("div", {class: "reply"}, status, content),

		async show(request, signal) {
			const begun = performance.now();
			const decoder = new TextDecoder();
			const live = document.createTextNode("");

			if (address !== null)
				URL.revokeObjectURL(address);
			address = null;
			content.replaceChildren();
			say("", "Waiting for the answer…");
			try {
				const answer = await fetch(request.url, {
					method: request.method, headers: request.headers,
					body: request.body, signal, cache: "no-store",
				});

				const streams = /^text\/event-stream/.test(
					answer.headers.get("content-type"));

				if (streams) {
					say("s2", statusWords(answer, operation),
						", and events as they come:");
					content.append(headersNodes(answer),
						scrollBox("Events", live));
				}
				const body = streams ? streamOf(answer, (piece) => {
					live.data = (live.data + decoder.decode(piece,
						{stream: true})).slice(-textMost);
				}) : answer.arrayBuffer();

				finish(answer, new Uint8Array(await body), begun);
			} catch (error) {
				say("failed", failureWords(error, signal, begun));
			}
		},
	};
}
