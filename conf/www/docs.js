// The page: reads openapi.json, and draws its operations by tag.

import {add, code, copyButton, el, freshId, link, prose, sentence}
	from "./docs-dom.js";
import {allBounds, mediaView, resolve, schemaView, separated, typeWords, unitOf,
	useDocument} from "./docs-schema.js";
import {tryView} from "./docs-try.js";

const methods = ["get", "post", "put", "patch", "delete", "head", "options",
	"trace"];
const keyName = "lightcone-key";
const untagged = "Operations";
const byId = (id) => document.getElementById(id);

// ---- the document as a list of operations

function parametersOf(item, operation) {
	const found = new Map();

	for (const given of [...item.parameters ?? [],
		...operation.parameters ?? []]) {
		const param = resolve(given);

		found.set(`${param.in} ${param.name}`, param);
	}
	return [...found.values()];
}

// The names of the security schemes that an operation asks for; "" stands
// for none at all.
function schemesOf(openapi, operation) {
	const asked = operation.security ?? openapi.security ?? [];

	return asked.flatMap((one) => Object.keys(one).length === 0 ? [""] :
		Object.keys(one));
}

function isBearer(openapi, name) {
	const scheme = resolve(openapi.components?.securitySchemes?.[name]);

	return scheme.type === "http" && scheme.scheme?.toLowerCase() === "bearer";
}

function operationsOf(openapi) {
	const list = [];

	for (const [path, given] of Object.entries(openapi.paths ?? {})) {
		const item = resolve(given);

		for (const name of methods.filter((one) => item[one] !== undefined)) {
			const operation = item[name];
			const schemes = schemesOf(openapi, operation);

			list.push({
				...operation, path, method: name.toUpperCase(), schemes,
				parameters: parametersOf(item, operation),
				secured: schemes.some((one) => isBearer(openapi, one)),
				tag: operation.tags?.[0] ?? untagged,
			});
		}
	}
	return list;
}

// [tag, operations], in the order of the document's own list of tags.
function groupsOf(openapi, operations) {
	const names = [...(openapi.tags ?? []).map((tag) => tag.name),
		...operations.map((operation) => operation.tag)];

	return [...new Set(names)]
		.map((name) => [name,
			operations.filter((operation) => operation.tag === name)])
		.filter(([, members]) => members.length > 0);
}

// ---- what an operation says

// The roles stay when a narrow screen lays the cells out as blocks.
function cell(title, content) {
	return el("td", {role: "cell", class: content === null && "none"},
		el("span", {class: "title", "aria-hidden": "true"}, title),
		el("div", {}, content ?? "–"));
}

// "radius_deg" may break after its underscore.
function nameNodes(name) {
	return name.split(/(?<=[_-])/).flatMap((part) => [part, el("wbr")]);
}

function paramRow(param) {
	const schema = resolve(param.schema);
	const unit = unitOf(schema);
	const facts = allBounds(schema);
	const description = param.description ?? schema.description ?? null;

	return el("tr", {role: "row"},
		el("th", {scope: "row", role: "rowheader"},
			el("code", {}, nameNodes(param.name)), " ",
			el("span", {class: "where"}, param.in, ", ",
				el("span", {class: param.required ? "required" : ""},
					param.required ? "required" : "optional"),
				(param.deprecated || schema.deprecated) && ", deprecated")),
		cell("Type", [typeWords(schema),
			unit !== null && [" ", el("span", {class: "unit"}, unit)]]),
		cell("Default", schema.default === undefined ? null :
			code(JSON.stringify(schema.default))),
		cell("Bounds", facts.length === 0 ? null : separated(facts)),
		cell("Description", description && sentence(description)));
}

function paramTable(params) {
	const titles = ["Name", "Type", "Default", "Bounds", "Description"];

	return el("table", {role: "table", "aria-label": "Parameters"},
		el("thead", {role: "rowgroup"}, el("tr", {role: "row"},
			titles.map((title) =>
				el("th", {scope: "col", role: "columnheader"}, title)))),
		el("tbody", {role: "rowgroup"}, params.map(paramRow)));
}

function bodyView(operation) {
	const body = resolve(operation.requestBody);

	return body.content === undefined ? null : [
		el("h4", {}, "Request body ", el("span", {class: "required"},
			body.required ? "required" : "optional")),
		prose(body.description), mediaView(body.content)];
}

function replyHeaders(headers) {
	const rows = Object.entries(headers ?? {});

	return rows.length === 0 ? null : el("dl", {class: "headers"},
		rows.map(([name, given]) => {
			const header = resolve(given);

			return el("div", {}, el("dt", {}, name), el("dd", {},
				sentence(header.description ?? typeWords(header.schema))));
		}));
}

function replyView([status, given], open) {
	const reply = resolve(given);

	return el("details", {class: "documented", open},
		el("summary", {}, el("span", {class: `code s${status[0]}`}, status), " ",
			sentence(reply.description ?? "")),
		replyHeaders(reply.headers), mediaView(reply.content));
}

function repliesView(operation) {
	const replies = Object.entries(operation.responses ?? {});
	const good = replies.findIndex(([status]) => status.startsWith("2"));

	return replies.length === 0 ? null : [el("h4", {}, "Replies"),
		replies.map((reply, i) => replyView(reply, i === good))];
}

function securityWords(operation) {
	const names = operation.schemes.filter((name) => name !== "");

	if (names.length === 0)
		return null;
	return el("p", {class: "lock"},
		operation.schemes.includes("") ? "Takes, but does not need, " :
			"Needs ",
		operation.secured ? "an API key, sent as " : names.join(" or "),
		operation.secured && code("Authorization: Bearer …"), ".");
}

function detailView(operation, site) {
	const address = addressOf(operation);

	return [
		el("div", {class: "ask"},
			prose(operation.description), securityWords(operation),
			operation.externalDocs && el("p", {}, link(operation.externalDocs.url,
				operation.externalDocs.description ?? "More about this")),
			operation.parameters.length > 0 &&
				[el("h4", {}, "Parameters"), paramTable(operation.parameters)],
			bodyView(operation)),
		el("div", {class: "attempt"}, el("h4", {}, "Try it"),
			tryView(operation, site)),
		el("div", {class: "replies"}, repliesView(operation),
			el("p", {class: "row"},
				el("a", {href: address}, "Link to this operation"),
				copyButton("Copy link", () =>
					new URL(address, location.href).href))),
	];
}

// ---- operations that open, each with an address

// <base> is the application's, so that "#…" alone would leave this page.
function addressOf(operation) {
	return `${location.pathname}${location.search}#/${operation.method}` +
		encodeURI(operation.path);
}

function pathNodes(path) {
	return path.split(/(\{[^}]*\})/).map((part, i) => i % 2 === 1 ?
		el("span", {class: "variable"}, part) :
		part.split("/").flatMap((piece, j) =>
			j === 0 ? [piece] : ["/", el("wbr"), piece]));
}

function operationView(operation, site) {
	const detail = el("div", {class: "detail", id: freshId("operation"),
		hidden: true});
	const button = el("button", {type: "button", "aria-expanded": "false",
		"aria-controls": detail.id},
	el("span", {class: `method ${operation.method.toLowerCase()}`},
		operation.method), " ",
	el("code", {class: "path"}, pathNodes(operation.path)), " ",
	el("span", {class: "summary"}, operation.summary ?? "",
		operation.secured &&
			[" ", el("span", {class: "pill"}, "API key")],
		operation.deprecated === true &&
			[" ", el("span", {class: "pill"}, "deprecated")]));

	operation.element = el("article", {
		class: `operation${operation.deprecated ? " deprecated" : ""}`},
		el("h3", {}, button), detail);
	operation.button = button;
	operation.open = (open) => {
		// Most are never looked at, so they are made when they open.
		if (open && !detail.hasChildNodes())
			add(detail, detailView(operation, site));
		detail.hidden = !open;
		button.setAttribute("aria-expanded", String(open));
	};
	button.addEventListener("click", () => {
		const open = detail.hidden;

		operation.open(open);
		history.replaceState(null, "", open ? addressOf(operation) :
			location.pathname + location.search);
	});
	return operation.element;
}

function openAddressed(operations, filter) {
	let wanted;

	try {
		wanted = decodeURI(location.hash);
	} catch {
		return;
	}
	const operation = operations.find((one) =>
		wanted === `#/${one.method}${one.path}`);

	if (operation === undefined)
		return;
	if (operation.element.hidden) {
		byId("filter").value = "";
		filter();
	}
	operation.open(true);
	operation.button.focus({preventScroll: true});
	operation.element.scrollIntoView();
}

// ---- the filter

function haystack(operation) {
	return [operation.method, operation.path, operation.summary,
		operation.description, operation.operationId, operation.tag,
		...operation.parameters.map((param) => param.name)]
		.join(" ").toLowerCase();
}

function makeFilter(operations, sections) {
	const texts = new Map(operations.map((one) => [one, haystack(one)]));
	const filter = () => {
		const words = byId("filter").value.toLowerCase().split(/\s+/)
			.filter((word) => word !== "");
		let count = 0;

		for (const [operation, text] of texts) {
			const fits = words.every((word) => text.includes(word));

			operation.element.hidden = !fits;
			count += fits ? 1 : 0;
		}
		for (const [section, members] of sections)
			section.hidden = members.every((one) => one.element.hidden);
		byId("filter-count").textContent = words.length === 0 ? "" :
			`${count} of ${operations.length} operations`;
	};

	byId("filter").addEventListener("input", filter);
	byId("filter-form").addEventListener("submit",
		(event) => event.preventDefault());
	return filter;
}

// ---- the key

// Where storage is forbidden the key lives as long as the page.
function makeKey(openapi) {
	const names = Object.keys(openapi.components?.securitySchemes ?? {});
	const input = byId("key"), show = byId("key-show");

	byId("key-form").hidden = !names.some((name) => isBearer(openapi, name));
	try {
		input.value = sessionStorage.getItem(keyName) ?? "";
	} catch {
		input.value = "";
	}
	input.addEventListener("input", () => {
		try {
			sessionStorage.setItem(keyName, input.value);
		} catch {
			byId("key-hint").textContent =
				"This browser does not keep it: it goes with the page.";
		}
	});
	byId("key-form").addEventListener("submit",
		(event) => event.preventDefault());
	show.addEventListener("click", () => {
		const shown = input.type === "text";

		input.type = shown ? "password" : "text";
		show.setAttribute("aria-pressed", String(!shown));
	});
	return () => input.value.trim();
}

// ---- the page

function drawTop(openapi) {
	const info = openapi.info ?? {};
	const licence = info.license, contact = info.contact;
	const facts = [
		info.version !== undefined && el("span", {}, "Version ", info.version),
		licence !== undefined && el("span", {}, "Licence: ",
			licence.url !== undefined ? link(licence.url, licence.name) :
				licence.name ?? licence.identifier),
		contact !== undefined && (contact.url ?? contact.email) !== undefined &&
			link(contact.url ?? `mailto:${contact.email}`,
				contact.name ?? "Contact"),
		info.termsOfService !== undefined &&
			link(info.termsOfService, "Terms of service"),
		openapi.externalDocs !== undefined && link(openapi.externalDocs.url,
			openapi.externalDocs.description ?? "More documentation"),
	];

	byId("title").textContent = info.title ?? "API documentation";
	document.title = `${info.title ?? "API"} – documentation`;
	byId("facts").replaceChildren(...facts.filter(Boolean));
	byId("description").replaceChildren(
		...[info.summary, info.description].flatMap((text) => prose(text)));
}

function sectionView(openapi, name, members, site) {
	const id = freshId("tag");
	const tag = (openapi.tags ?? []).find((one) => one.name === name);

	return el("section", {"aria-labelledby": id}, el("h2", {id}, name),
		prose(tag?.description),
		members.map((operation) => operationView(operation, site)));
}

function draw(openapi, address) {
	useDocument(openapi);
	const server = new URL(openapi.servers?.[0]?.url ?? "/", address).href;
	const site = {server: server.replace(/\/+$/, ""), key: makeKey(openapi)};
	const operations = operationsOf(openapi);
	const sections = groupsOf(openapi, operations).map(([name, members]) =>
		[sectionView(openapi, name, members, site), members]);

	drawTop(openapi);
	byId("groups").replaceChildren(...sections.map(([section]) => section));
	byId("tools").hidden = false;
	byId("state").replaceChildren();
	if (operations.length === 0)
		byId("state").textContent = "This API has no operations yet.";
	const filter = makeFilter(operations, sections);

	filter(); // browsers bring back what was in the box
	openAddressed(operations, filter);
	addEventListener("hashchange", () => openAddressed(operations, filter));
}

async function start() {
	const address = new URL("openapi.json", document.baseURI);

	byId("state").textContent = "Reading the description of this API…";
	try {
		const answer = await fetch(address,
			{headers: {Accept: "application/json"}});

		if (!answer.ok)
			throw new Error(`the server answered ${answer.status}`);
		draw(await answer.json(), address);
	} catch (error) {
		byId("state").replaceChildren(
			`The description of this API could not be read: ${error.message}. `,
			el("button", {type: "button", onclick: start}, "Try again"));
	}
}

byId("skip").addEventListener("click", (event) => {
	event.preventDefault();
	byId("operations").focus();
	byId("operations").scrollIntoView();
});
start();
