// What a JSON schema says, in words and as a nested list.

import {code, el, exampleBox, sentence} from "./docs-dom.js";

const hopsMost = 16;
const depthMost = 12;
const enumInLine = 6;
let root = {};

export function useDocument(openapi) {
	root = openapi;
}

// "#/components/schemas/Galaxy" to what it names, or null.
function pointed(reference) {
	let node = root;

	if (!reference.startsWith("#/"))
		return null;
	for (const part of reference.slice(2).split("/")) {
		const name = decodeURIComponent(part)
			.replaceAll("~1", "/").replaceAll("~0", "~");

		if (typeof node !== "object" || node === null ||
			!Object.hasOwn(node, name))
			return null;
		node = node[name];
	}
	return node;
}

function merged(parts) {
	const whole = Object.assign({}, ...parts);

	whole.properties = Object.assign({},
		...parts.map((part) => part.properties ?? {}));
	whole.required = parts.flatMap((part) => part.required ?? []);
	return whole;
}

// Any part of the document with its references followed.  `named` is the last
// reference's name, by which a schema that holds itself is known.
export function resolve(node, hops = 0) {
	if (typeof node !== "object" || node === null)
		return {};
	if (typeof node.$ref === "string") {
		const {$ref, ...beside} = node;

		if (hops >= hopsMost)
			return beside;
		return {named: $ref.split("/").pop(),
			...resolve(pointed($ref), hops + 1), ...beside};
	}
	if (Array.isArray(node.allOf) && hops < hopsMost) {
		const {allOf, ...beside} = node;

		return merged([...allOf.map((part) => resolve(part, hops + 1)),
			beside]);
	}
	return node;
}

export function typesOf(schema) {
	if (schema.type !== undefined)
		return [schema.type].flat();
	if (schema.properties !== undefined)
		return ["object"];
	if (schema.items !== undefined)
		return ["array"];
	if (schema.enum?.every((value) => typeof value === "string"))
		return ["string"];
	return [];
}

// The type but for null.
export function mainType(schema) {
	return typesOf(schema).find((type) => type !== "null") ?? "any";
}

export function variants(schema) {
	return schema.oneOf ?? schema.anyOf ?? null;
}

export function typeWords(given, depth = 0) {
	const schema = resolve(given);
	const either = variants(schema);
	let words = typesOf(schema);

	if (either !== null && depth < depthMost)
		words = either.map((one) => typeWords(one, depth + 1));
	words = words.map((type) =>
		type === "array" && schema.items !== undefined &&
		depth < depthMost ?
			`array of ${typeWords(schema.items, depth + 1)}` : type);
	return [...new Set(words)].join(" or ") || "any";
}

// 1e11 is easier to read than its zeros.
function numberWords(number) {
	return Math.abs(number) < 1e7 ? String(number) :
		number.toExponential().replace("e+", "e");
}

function rangeWords(least, most, unit) {
	const plural = unit === "" || (most ?? least) === 1 ? unit : `${unit}s`;
	const [from, to] = [least, most].map((one) =>
		one === undefined ? null : numberWords(one));

	if (from === null && to === null)
		return null;
	if (from === null)
		return `at most ${to}${plural}`;
	if (to === null)
		return `at least ${from}${plural}`;
	return from === to ? `${from}${plural}` : `${from} to ${to}${plural}`;
}

function enumNodes(values) {
	const list = values.map((value, i) =>
		[i === 0 ? "" : ", ", code(JSON.stringify(value).replace(/^"|"$/g, ""))]);

	if (values.length <= enumInLine)
		return el("span", {}, "one of ", list);
	return el("details", {class: "values"},
		el("summary", {}, `one of ${values.length} values`), list);
}

// The bounds, each a text or an element.
export function bounds(schema) {
	const found = [
		schema.exclusiveMinimum !== undefined &&
			`more than ${numberWords(schema.exclusiveMinimum)}`,
		rangeWords(schema.minimum, schema.maximum, ""),
		schema.exclusiveMaximum !== undefined &&
			`less than ${numberWords(schema.exclusiveMaximum)}`,
		schema.multipleOf !== undefined &&
			`a multiple of ${schema.multipleOf}`,
		rangeWords(schema.minLength, schema.maxLength, " character"),
		rangeWords(schema.minItems, schema.maxItems, " item"),
		schema.uniqueItems === true && "no item twice",
		schema.contentMediaType !== undefined && el("span", {}, "bytes of ",
			code(schema.contentMediaType)),
		schema.format !== undefined && el("span", {}, "format ",
			code(schema.format)),
		schema.pattern !== undefined && el("span", {}, "pattern ",
			code(schema.pattern)),
		schema.const !== undefined && el("span", {}, "always ",
			code(JSON.stringify(schema.const))),
		Array.isArray(schema.enum) && enumNodes(schema.enum),
	];

	return found.filter((one) => one !== null && one !== false);
}

// The bounds of a parameter, those of an array's items among them.
export function allBounds(schema) {
	return schema.items === undefined ? bounds(schema) :
		[...bounds(schema),
			...bounds(resolve(schema.items)).map((one) => ["each ", one])];
}

export function unitOf(schema) {
	return schema["x-unit"] ?? resolve(schema.items)["x-unit"] ?? null;
}

export function separated(nodes) {
	return nodes.map((node, i) => [i === 0 ? "" : "; ", node]);
}

function factsLine(schema) {
	const unit = unitOf(schema);
	const facts = allBounds(schema);

	if (schema.default !== undefined)
		facts.unshift(el("span", {}, "default ",
			code(JSON.stringify(schema.default))));
	return [el("span", {class: "type"}, typeWords(schema)),
		unit !== null && el("span", {class: "unit"}, unit),
		facts.length > 0 &&
			el("span", {class: "bounds"}, separated(facts))];
}

function member(name, given, required, seen) {
	const schema = resolve(given);
	const below = schema.description === undefined ? null :
		el("p", {}, sentence(schema.description));

	return el("li", {},
		el("span", {class: "line"}, name,
			required && el("span", {class: "required"}, "required"),
			schema.readOnly === true && el("span", {}, "read only"),
			schema.deprecated === true && el("span", {}, "deprecated"),
			factsLine(schema)),
		below, folded(members(schema, seen), seen.length));
}

// What is deep down is closed at first.
function folded(list, depth) {
	if (list === null || depth < 2)
		return list;
	return el("details", {}, el("summary", {}, "Members"), list);
}

// The list of what is inside a schema, or null when nothing is.
function members(schema, seen) {
	const own = schema.named ?? schema;
	const either = variants(schema);
	const items = [];

	if (seen.includes(own) || seen.length >= depthMost)
		return schema.named === undefined ? null :
			el("p", {class: "hint"}, "like ", code(schema.named),
				" above");
	const inside = [...seen, own];

	if (schema.items !== undefined)
		return members(resolve(schema.items), inside);
	for (const [name, value] of Object.entries(schema.properties ?? {}))
		items.push(member(code(name), value,
			schema.required?.includes(name), inside));
	if (typeof schema.additionalProperties === "object")
		items.push(member("any other name", schema.additionalProperties,
			false, inside));
	for (const one of either ?? [])
		items.push(member(el("span", {class: "hint"}, "either"), one,
			false, inside));
	return items.length === 0 ? null : el("ul", {class: "schema"}, items);
}

export function schemaView(given) {
	const schema = resolve(given);

	return el("div", {class: "schema-view"},
		el("p", {class: "line"}, factsLine(schema),
			schema.description !== undefined &&
				el("span", {}, sentence(schema.description))),
		members(schema, []));
}

// ---- examples

// Those that a parameter or a media type gives: [[name, value]].
export function examplesOf(holder) {
	const schema = resolve(holder.schema);

	if (holder.example !== undefined)
		return [["", holder.example]];
	if (typeof holder.examples === "object" && !Array.isArray(holder.examples))
		return Object.entries(holder.examples).map(([name, given]) => {
			const example = resolve(given);

			return [example.summary ?? name, example.value];
		}).filter(([, value]) => value !== undefined);
	if (Array.isArray(schema.examples))
		return schema.examples.map((value) => ["", value]);
	return schema.example === undefined ? [] : [["", schema.example]];
}

function sampleObject(schema, seen) {
	const sample = {};

	for (const [name, given] of Object.entries(schema.properties ?? {})) {
		const inner = resolve(given);
		const wanted = schema.required?.includes(name) ||
			inner.default !== undefined || inner.properties !== undefined ||
			examplesOf({schema: inner}).length > 0;

		if (wanted && inner.readOnly !== true)
			sample[name] = sampleOf(inner, seen);
	}
	return sample;
}

// The least that the bounds allow, or what is just inside of them.
function sampleNumber(schema) {
	const {minimum, exclusiveMinimum: above, exclusiveMaximum: below} = schema;

	if (minimum !== undefined || (above ?? -1) < 0)
		return minimum ?? 0;
	return Math.min(above + 1, (above + (below ?? Infinity)) / 2);
}

// A value to begin with: the schema's example, its default, or the least
// that its type allows.  A schema inside itself ends in null.
export function sampleOf(given, seen = []) {
	const schema = resolve(given);
	const [example] = examplesOf({schema});
	const either = variants(schema);

	if (example !== undefined)
		return example[1];
	for (const value of [schema.default, schema.const, schema.enum?.[0]]) {
		if (value !== undefined)
			return value;
	}
	if (seen.includes(schema.named ?? schema) || seen.length > depthMost)
		return null;
	const inside = [...seen, schema.named ?? schema];

	if (either !== null)
		return sampleOf(either[0], inside);
	switch (mainType(schema)) {
	case "object":
		return sampleObject(schema, inside);
	case "array":
		return Array(Math.min(schema.minItems ?? 1, 10))
			.fill(sampleOf(schema.items, inside));
	case "integer":
	case "number":
		return sampleNumber(schema);
	case "boolean":
		return false;
	case "string":
		return "";
	default:
		return null;
	}
}

export function mediaView(content) {
	return Object.entries(content ?? {}).map(([type, media]) => [
		el("p", {class: "media"}, code(type)),
		media.schema !== undefined && schemaView(media.schema),
		examplesOf(media).map(([name, value]) =>
			el("details", {}, el("summary", {},
				name === "" ? "Example" : `Example: ${name}`),
			exampleBox("Example", value))),
	]);
}
