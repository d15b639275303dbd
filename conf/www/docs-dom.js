// Elements made without markup: whatever the document or a reply says can
// only become text.

let made = 0;

export function freshId(word) {
	made += 1;
	return `${word}-${made}`;
}

// el("p", {class: "hint", onclick: f}, "text", element, [more], null)
export function el(tag, attributes, ...children) {
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes ?? {})) {
		if (typeof value === "function")
			element.addEventListener(name.slice(2), value);
		else if (value !== undefined && value !== null && value !== false)
			element.setAttribute(name, value === true ? "" : value);
	}
	add(element, children);
	return element;
}

export function add(parent, children) {
	for (const child of [children].flat(Infinity)) {
		if (child !== undefined && child !== null && child !== false)
			parent.append(child);
	}
}

export function code(text) {
	return el("code", {}, String(text));
}

// The address if a browser may follow it, else null: no "javascript:".
function safeAddress(text) {
	try {
		const address = new URL(text, document.baseURI);
		return /^(https?|mailto):$/.test(address.protocol) ?
			address.href : null;
	} catch {
		return null;
	}
}

export function link(address, text) {
	const href = safeAddress(address);

	return href === null ? document.createTextNode(text) :
		el("a", {href, rel: "noopener noreferrer"}, text);
}

// Of CommonMark, what sentences about an API have: `code` and addresses.
export function sentence(text) {
	const parts = String(text).split(/(`[^`]+`|https?:\/\/[^\s<>)"']*[^\s<>)"'.,;:])/);

	return parts.map((part, i) => {
		if (i % 2 === 0)
			return part;
		return part.startsWith("`") ? code(part.slice(1, -1)) :
			link(part, part);
	});
}

export function prose(text, attributes) {
	return String(text ?? "").split(/\n\s*\n/)
		.filter((paragraph) => paragraph.trim() !== "")
		.map((paragraph) => el("p", attributes, sentence(paragraph.trim())));
}

// For screen readers, when what has happened can only be seen.
export function announce(text) {
	const said = document.getElementById("said");

	said.textContent = "";
	setTimeout(() => { said.textContent = text; }, 50);
}

// Plain HTTP pages have no navigator.clipboard.
function copyOldWay(text) {
	const area = el("textarea", {class: "unseen", readonly: true});
	const focused = document.activeElement;

	document.body.append(area);
	area.value = text;
	area.select();
	const done = document.execCommand("copy");
	area.remove();
	focused?.focus();
	return done;
}

async function copy(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copyOldWay(text);
	}
}

export function copyButton(label, text) {
	const button = el("button", {type: "button", class: "small"}, label);

	button.addEventListener("click", async () => {
		const done = await copy(text());

		button.textContent = done ? "Copied" : "Could not copy";
		announce(button.textContent);
		setTimeout(() => { button.textContent = label; }, 1600);
	});
	return button;
}

// A box that scrolls must be reachable by the keyboard.
export function scrollBox(label, content) {
	return el("pre", {tabindex: "0", role: "group", "aria-label": label},
		content);
}

const tokensMost = 20000;
const indentMost = 40;
const flatMost = 64;

// JSON as it came, indented and coloured; numbers keep their digits, which
// JSON.parse() would round.  Throws when it is no JSON.  `whole` is false when
// the end was left out.
export function jsonNodes(text) {
	const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/g;
	const flatArray = /\[(?:[^[\]{}"]|"[^"\\]*(?:\\.[^"\\]*)*")*\]/y;
	const nodes = document.createDocumentFragment();
	let plain = "", depth = 0, flat = false, count = 0;
	const next = () => tokens.exec(text);
	const newLine = () => {
		plain += "\n" + "  ".repeat(Math.min(depth, indentMost));
	};
	const coloured = (kind, token) => {
		nodes.append(plain, el("span", {class: kind}, token));
		plain = "";
	};

	JSON.parse(text);
	let match = next();
	while (match !== null && count < tokensMost) {
		const token = match[0], at = match.index;
		const after = next();

		count += 1;
		if (token === "[" || token === "{") {
			flatArray.lastIndex = at;
			flat = after[0] === "]" || after[0] === "}" ||
				(token === "[" &&
				(flatArray.exec(text)?.[0].length ?? Infinity) <= flatMost);
			depth += 1;
			plain += token;
			if (!flat)
				newLine();
		} else if (token === "]" || token === "}") {
			depth -= 1;
			if (!flat)
				newLine();
			flat = false;
			plain += token;
		} else if (token === ",") {
			plain += flat ? ", " : ",";
			if (!flat)
				newLine();
		} else if (token === ":") {
			plain += ": ";
		} else if (token.startsWith("\"")) {
			coloured(after?.[0] === ":" ? "key" : "text", token);
		} else {
			coloured(/^[-0-9]/.test(token) ? "number" : "word", token);
		}
		match = after;
	}
	nodes.append(plain, match === null ? "" : "\n…");
	return {nodes, whole: match === null};
}

// An example of a media type: indented if it is JSON.
export function exampleBox(label, value) {
	const text = typeof value === "string" ? value : JSON.stringify(value);

	return scrollBox(label, typeof value === "string" ? text :
		jsonNodes(text).nodes);
}
