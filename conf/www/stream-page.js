// The page of the cosmic stream: its events as they come, and a way to add to
// them.  What strangers say becomes text only.

import {announce, code, el} from "./docs-dom.js";
import {CosmicStream} from "./stream.js";
import {Sky} from "./stream-sky.js";

const rowsMost = 100, shownMost = 600;
// As many of the last ones come first.
const before = 20;
const keyName = "lightcone-key"; // as in docs.js
const kinds = ["message", "object", "catalogue", "job"];
const reasons = {
	gone: "they are kept no longer",
	many: "they are more than are sent again",
	epoch: "there is another log now",
	future: "the log is an older one than before",
};

const byId = (id) => document.getElementById(id);
const endpoint = new URL("cosmic_stream", document.baseURI);
const sky = new Sky(byId("sky"));
const list = byId("events");

// ---- drawing

let pending = []; // what is not drawn yet, at most as much as is shown
let passed = 0; // of which so many have come
let drawing = false, paused = false;

function add(row) {
	pending.push(row);
	passed += 1;
	if (pending.length > rowsMost)
		pending.shift();
	draw();
}

// Once for all that has come, and only if somebody looks.
function draw() {
	if (paused)
		byId("count").textContent = `${passed} since you have paused.`;
	if (drawing || paused || document.hidden)
		return;
	drawing = true;
	requestAnimationFrame(() => {
		drawing = false;
		list.prepend(...pending.map((row) => row()).reverse());
		while (list.childElementCount > rowsMost)
			list.lastElementChild.remove();
		pending = [];
		passed = 0;
	});
}

document.addEventListener("visibilitychange", draw);

function place({data}) {
	const {ra_deg: ra, dec_deg: dec} = data ?? {};

	return Number.isFinite(ra) && Number.isFinite(dec) &&
		Math.abs(dec) <= 90 ? [ra, dec] : null;
}

function shorten(text) {
	return text.length > shownMost ? `${text.slice(0, shownMost)}…` : text;
}

function eventRow(event) {
	const kind = kinds.includes(event.type) ? event.type : "other";
	const where = place(event);

	if (where !== null)
		sky.show(...where, kind);
	return el("li", {class: kind},
		el("span", {class: "kind"}, event.type),
		el("time", {datetime: event.time},
			new Date(event.time).toLocaleTimeString()),
		el("span", {class: "seq"}, `no. ${event.seq}`),
		code(shorten(JSON.stringify(event.data))));
}

function gapRow(gap) {
	return el("li", {class: "gap"}, el("span", {class: "kind"}, "gap"),
		el("span", {}, `Events are missing: ${reasons[gap.reason] ??
			gap.reason}.`));
}

// ---- listening

let stream = null;

function say(state) {
	const words = {
		connecting: "Connecting…",
		open: `Connected, by ${stream?.way}`,
		waiting: "The connection is lost; it will be tried again",
		closed: "Not connected",
	};

	byId("state").className = `facts ${state}`;
	byId("state").textContent = words[state];
}

// The number to begin after, and the log that it is of; {}: with what comes.
async function placeBefore() {
	try {
		const reply = await fetch(endpoint);
		const {after, epoch} = await reply.json();

		return reply.ok ? {after: Math.max(0, after - before), epoch} : {};
	} catch {
		return {};
	}
}

async function listen(query) {
	const begins = await placeBefore();

	stream?.close();
	const current = stream = new CosmicStream({url: endpoint, query, ...begins,
		key: byId("key").value || null});
	const on = (type, call) => current.addEventListener(type, ({detail}) => {
		if (stream === current)
			call(detail);
	});

	on("event", (event) => add(() => eventRow(event)));
	on("gap", (gap) => {
		// That fewer are kept than were asked for is no loss.
		if (gap.after !== begins.after || gap.reason !== "gone")
			add(() => gapRow(gap));
	});
	on("state", say);
	on("refused", ({detail, title, errors}) => {
		byId("circle-wrong").textContent =
			errors?.map(({msg}) => msg).join("; ") || detail || title;
	});
}

byId("circle").addEventListener("submit", (submit) => {
	const coordinates = byId("coordinates").value.trim();

	submit.preventDefault();
	byId("circle-wrong").textContent = "";
	list.replaceChildren();
	sky.clear();
	pending = [];
	listen(coordinates === "" ? {} : {coordinates, only: "positions",
		radius_deg: byId("radius").value.trim()});
});

byId("pause").addEventListener("click", () => {
	paused = !paused;
	byId("pause").setAttribute("aria-pressed", paused);
	byId("count").textContent = paused ? "Paused." : "The latest comes first.";
	passed = 0;
	draw();
});

byId("aloud").addEventListener("change", ({target}) => {
	list.setAttribute("aria-live", target.checked ? "polite" : "off");
});

// ---- publishing

// What is no JSON is a text, unless it looks as if it wanted to be JSON.
function read(text) {
	try {
		return JSON.parse(text);
	} catch (wrong) {
		if (/^[[{"]/.test(text))
			throw wrong;
		return {text};
	}
}

async function publish() {
	const message = byId("message"), wrong = byId("message-wrong");

	wrong.textContent = "";
	message.removeAttribute("aria-invalid");
	try {
		stream.key = byId("key").value || null;
		const {seq} = await stream.publish(read(message.value.trim()));

		announce(`Published as number ${seq}`);
		message.value = "";
	} catch (problem) {
		message.setAttribute("aria-invalid", "true");
		wrong.textContent = problem.message;
		if ([401, 403].includes(problem.status))
			byId("key-field").hidden = false;
	}
	message.focus();
}

byId("publish").addEventListener("submit", (submit) => {
	submit.preventDefault();
	publish();
});

try {
	byId("key").value = sessionStorage.getItem(keyName) ?? "";
} catch {
	// Where storage is forbidden there is no key yet.
}
await listen({});
