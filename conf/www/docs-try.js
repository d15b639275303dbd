// "Try it": a form made from an operation, its curl line, and what came back.

import {copyButton, el, freshId, jsonNodes} from "./docs-dom.js";
import {allBounds, examplesOf, mainType, resolve, sampleOf, separated, unitOf}
	from "./docs-schema.js";
import {replyView} from "./docs-reply.js";

const ignoredHeaders = ["accept", "content-type", "authorization"];

// ---- fields

function choices(schema, param) {
	const values = mainType(schema) === "boolean" ? [true, false] :
		schema.enum.filter((value) => value !== null);
	const none = schema.default === undefined ? "not sent" :
		`not sent (default ${schema.default})`;

	return el("select", {},
		el("option", {value: ""}, param.required ? "choose…" : none),
		values.map((value) => el("option", {value: String(value)},
			String(value))));
}

function input(schema) {
	const type = mainType(schema);
	const number = type === "integer" || type === "number";

	return el("input", {
		type: number ? "number" : "text",
		step: type === "integer" ? "1" : number ? "any" : null,
		min: number ? schema.minimum ?? schema.exclusiveMinimum : null,
		max: number ? schema.maximum ?? schema.exclusiveMaximum : null,
		placeholder: schema.default === undefined ? null :
			`default ${schema.default}`,
		autocomplete: "off", autocapitalize: "off", spellcheck: "false",
	});
}

// The labelled box around a control, with its hint and the place where what
// is wrong with it is said.
function fieldBox(where, name, control, {label, hint, after}) {
	const id = freshId("field"), hintId = freshId("hint");
	const wrong = el("p", {class: "wrong", id: freshId("wrong")});
	const described = hint === null ? "" : hintId;

	control.id = id;
	if (described !== "")
		control.setAttribute("aria-describedby", described);
	const field = {where, name, control, mark(message) {
		wrong.textContent = message ?? "";
		control.setAttribute("aria-describedby", message ?
			`${wrong.id} ${described}`.trim() : described);
		if (message)
			control.setAttribute("aria-invalid", "true");
		else
			control.removeAttribute("aria-invalid");
	}};
	control.addEventListener("input", () => field.mark(null));
	field.box = el("div", {class: "field"}, el("label", {for: id}, label),
		control, wrong, after,
		hint !== null && el("p", {class: "hint", id: hintId}, hint));
	return field;
}

function exampleButtons(examples, control) {
	if (examples.length < 2)
		return null;
	return el("p", {class: "examples"}, examples.map(([name, value]) =>
		el("button", {
			type: "button", class: "small", title: name || null,
			"aria-label": `Fill in ${value}`,
			onclick() {
				control.value = String(value);
				control.dispatchEvent(new Event("input",
					{bubbles: true}));
			},
		}, String(value))));
}

function paramField(param) {
	const schema = resolve(param.schema);
	const listed = schema.enum !== undefined || mainType(schema) === "boolean";
	const control = listed ? choices(schema, param) : input(schema);
	const examples = examplesOf(param);
	const unit = unitOf(schema);
	const hint = listed ? [] : allBounds(schema);

	if (mainType(schema) === "array")
		hint.push("several are separated by commas");
	if (param.required)
		control.setAttribute("aria-required", "true");
	if (examples.length > 0)
		control.value = String(examples[0][1]);
	const field = fieldBox(param.in, param.name, control, {
		label: [el("code", {}, param.name),
			unit !== null && [" ", el("span", {class: "unit"}, unit)],
			param.required &&
				[" ", el("span", {class: "required"}, "required")]],
		hint: hint.length > 0 ? separated(hint) : null,
		after: exampleButtons(examples, control),
	});

	field.values = () => {
		if (control.value === "")
			return [];
		return mainType(schema) === "array" && param.explode !== false ?
			control.value.split(",") : [control.value];
	};
	return field;
}

function checkJson(field, type) {
	try {
		if (/[/+]json$/.test(type) && field.control.value !== "")
			JSON.parse(field.control.value);
		field.mark(null);
	} catch (error) {
		field.mark(`This is no JSON: ${error.message}. ` +
			"It can be sent all the same.");
	}
}

// A body for what the query may have as well begins empty: given in both
// places it would be refused.
function isInstead(body, params) {
	return resolve(body).required !== true && params.some((param) =>
		param["x-also-in-body"] === true);
}

function bodyText(media) {
	const [example] = examplesOf(media);
	const value = example !== undefined ? example[1] : sampleOf(media.schema);

	return typeof value === "string" ? value :
		jsonNodes(JSON.stringify(value)).nodes.textContent;
}

// The body's field, with a choice of media types when there are several.
function bodyFields(body, params) {
	const content = Object.entries(resolve(body).content ?? {});

	if (content.length === 0)
		return {fields: [], body: null, type: null};
	const text = el("textarea", {rows: "10", spellcheck: "false",
		autocapitalize: "off", autocomplete: "off"});
	const instead = isInstead(body, params);
	const field = fieldBox("body", "", text, {label: "Body",
		hint: instead ? "May be empty: for parameters that are not given " +
			"above." : null});
	const types = el("select", {}, content.map(([type]) =>
		el("option", {value: type}, type)));
	const typeField = fieldBox("body", "type", types,
		{label: "Media type of the body", hint: null});
	const fill = () => {
		text.value = instead ? "" :
			bodyText(content[types.selectedIndex][1]);
		text.rows = Math.min(Math.max(text.value.split("\n").length + 1, 4),
			24);
		field.mark(null);
	};

	fill();
	types.addEventListener("change", fill);
	text.addEventListener("input", () => checkJson(field, types.value));
	return {
		fields: content.length > 1 ? [typeField, field] : [field],
		body: field, type: types,
	};
}

// A choice of what to get, where the good reply has several media types.
function acceptField(operation) {
	const types = Object.entries(operation.responses ?? {})
		.filter(([status]) => /^2/.test(status))
		.flatMap(([, reply]) => Object.keys(resolve(reply).content ?? {}));
	const several = [...new Set(types)];

	if (several.length < 2)
		return null;
	const control = el("select", {}, el("option", {value: ""}, "any"),
		several.map((type) => el("option", {value: type}, type)));
	const field = fieldBox("accept", "", control,
		{label: "Answer as", hint: null});

	field.values = () => control.value === "" ? [] : [control.value];
	return field;
}

// ---- the request

// Lone surrogates, which some keyboards make, have no UTF-8.
function encoded(text) {
	return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}

// In a query these may stand as they are, and are nicer to read.
function queryEncoded(text) {
	return encoded(text).replace(/%(2C|2F|3A|40)/g, decodeURIComponent);
}

// What the form asks for; `faults` are [field, message].
function requestOf(form) {
	const headers = [], query = [], faults = [];
	let path = form.operation.path;

	for (const field of form.params) {
		const values = field.values();

		if (field.control.validity?.badInput)
			faults.push([field, "This is no number."]);
		if (field.where === "path") {
			const value = values.join(",");

			if (value === "" || value === "." || value === "..")
				faults.push([field, value === "" ?
					"The path needs this." :
					"A browser cannot send this in a path."]);
			else
				path = path.replaceAll(`{${field.name}}`,
					() => encoded(value));
		} else if (field.where === "query") {
			query.push(...values.map((value) =>
				`${queryEncoded(field.name)}=${queryEncoded(value)}`));
		} else if (field.where === "accept") {
			headers.push(...values.map((value) => ["Accept", value]));
		} else if (values.length > 0) {
			headers.push([field.name, values.join(",")]);
		}
	}
	const body = form.body === null || form.body.control.value === "" ? null :
		form.body.control.value;

	if (body !== null)
		headers.push(["Content-Type", form.bodyType.value]);
	return {
		method: form.operation.method, headers, body, faults,
		url: form.server + path + (query.length > 0 ? "?" : "") +
			query.join("&"),
	};
}

function quoted(text) {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

// For a shell: the key is named, not shown.
function curlLine(request, secured) {
	const words = [request.method === "HEAD" ? "curl --head" :
		`curl -X ${request.method}`];

	words[0] += ` ${quoted(request.url)}`;
	if (secured)
		words.push("-H \"Authorization: Bearer $LIGHTCONE_KEY\"");
	for (const [name, value] of request.headers)
		words.push(`-H ${quoted(`${name}: ${value}`)}`);
	// -d would take a body that begins with "@" for the name of a file.
	if (request.body !== null)
		words.push(`${request.body.startsWith("@") ? "--data-raw" : "-d"} ` +
			quoted(request.body));
	// Web servers want a length of these, which curl leaves out otherwise.
	else if (["POST", "PUT", "PATCH"].includes(request.method))
		words.push("-d ''");
	return words.join(" \\\n  ");
}

// ---- what came back

// Marks the fields that a problem names; says how many.
function markErrors(form, problem) {
	const marked = new Map();

	if (!Array.isArray(problem?.errors))
		return 0;
	for (const {loc, msg} of problem.errors) {
		if (!Array.isArray(loc))
			continue;
		const [where, ...inside] = loc;
		const field = where === "body" ? form.body :
			form.params.find((one) => one.where === where &&
				one.name.toLowerCase() ===
				String(inside[0]).toLowerCase());

		if (field) {
			const place = where === "body" && inside.length > 0 ?
				`${inside.join(".")}: ` : "";

			marked.set(field, [...marked.get(field) ?? [],
				`${place}${msg}`]);
		}
	}
	for (const [field, messages] of marked)
		field.mark(messages.join("; "));
	return marked.size;
}

// The form of one operation.  `site` has the server's address and key().
export function tryView(operation, site) {
	const params = operation.parameters
		.filter((param) => param.in === "query" || param.in === "path" ||
			(param.in === "header" &&
			!ignoredHeaders.includes(param.name.toLowerCase())))
		.map(paramField);
	const {fields, body, type} = ["GET", "HEAD"].includes(operation.method) ?
		bodyFields(null, []) :
		bodyFields(operation.requestBody, operation.parameters);
	const accept = [acceptField(operation)].filter(Boolean);
	const form = {operation, body, bodyType: type, server: site.server,
		params: [...params, ...accept]};
	const all = [...params, ...fields, ...accept];
	const curl = el("code", {});
	const send = el("button", {type: "submit", class: "send"}, "Send");
	const cancel = el("button", {type: "button", hidden: true}, "Cancel");
	const reply = replyView(operation, (problem) => markErrors(form, problem));
	let going = null;

	const refresh = () => {
		curl.textContent = curlLine(requestOf(form), operation.secured);
	};
	const busy = (controller) => {
		const focused = document.activeElement;

		going = controller;
		send.setAttribute("aria-disabled", String(going !== null));
		cancel.hidden = going === null;
		if (going === null && focused === cancel)
			send.focus();
	};
	const submit = async (event) => {
		event.preventDefault();
		if (going !== null)
			return;
		const request = requestOf(form);

		for (const field of all)
			field.mark(null);
		for (const [field, message] of request.faults)
			field.mark(message);
		if (request.faults.length > 0) {
			request.faults[0][0].control.focus();
			return;
		}
		if (operation.secured && site.key() !== "")
			request.headers.push(["Authorization", `Bearer ${site.key()}`]);
		busy(new AbortController());
		await reply.show(request, going.signal);
		busy(null);
	};

	cancel.addEventListener("click", () => going?.abort());
	refresh();
	return el("form", {class: "try", novalidate: true, onsubmit: submit,
		oninput: refresh, onchange: refresh},
	all.map((field) => field.box),
	all.length === 0 && el("p", {class: "hint"}, "This takes no parameters."),
	el("div", {class: "curl"},
		el("pre", {tabindex: "0", role: "group", "aria-label": "As a curl command"},
			curl),
		copyButton("Copy curl", () => curl.textContent)),
	el("p", {class: "row"}, send, cancel,
		operation.secured && el("span", {class: "hint"},
			"Goes with the API key from the top of this page.")),
	reply.element);
}
