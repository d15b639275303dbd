// A client that knows the service by its document alone: openapi-typescript
// has made lightcone.d.ts and testapp.d.ts of it.
//
//	node client.js LIGHTCONE TESTAPP
//
// prints what the two addresses answer.  Where the types would let a mistake
// pass, an "@ts-expect-error" that meets no error is one.

import type { paths as Lightcone } from "./lightcone.js";
import type { paths as TestApp } from "./testapp.js";

declare const process: { argv: string[] };

// What an operation may be asked: only those parts that it has.
type Given<Part> = Exclude<Part, undefined>;
type Parts<Operation> = Operation extends { parameters: infer Parameters }
	? Omit<Parameters, "header" | "cookie"> : never;
type Body<Operation> =
	Operation extends {
		requestBody: { content: { "application/json": infer Json } };
	} ? { body: Json } : { body?: never };
type Asked<Operation> = Parts<Operation> & Body<Operation>;

// What comes to who asks for nothing else, where there are tables too.
type Json<Content> =
	Content extends { "application/json": infer Json } ? Json :
	Content extends { "application/problem+json": infer Json } ? Json : never;

type Reply<Operation, Status extends number> = Operation extends {
	responses: { [S in Status]: { content: infer Content } };
} ? Json<Given<Content>> : never;

type Answer<Operation> =
	| { status: 200; json: Reply<Operation, 200> }
	| { status: 422; json: Reply<Operation, 422> };

function client<Paths>(site: string) {
	return async function ask<
		Path extends keyof Paths & string,
		Method extends keyof Paths[Path] & string,
	>(
		method: Method, path: Path, asked: Asked<Paths[Path][Method]>,
	): Promise<Answer<Paths[Path][Method]>> {
		const parts = asked as {
			path?: Record<string, string>;
			query?: Record<string, string>;
			body?: object;
		};
		const filled = path.replace(/\{(\w+)\}/g,
			(_, name: string) => encodeURIComponent(parts.path![name]!));
		const query = new URLSearchParams(parts.query ?? {});
		const reply = await fetch(`${site}${filled}?${query}`, {
			method: method.toUpperCase(),
			headers: parts.body === undefined ? {} :
				{ "Content-Type": "application/json" },
			body: parts.body === undefined ? null :
				JSON.stringify(parts.body),
		});

		if (reply.status !== 200 && reply.status !== 422)
			throw new Error(`${method} ${path}: ${reply.status}`);
		return { status: reply.status, json: await reply.json() };
	};
}

// Told apart by the status, which the types know.
function good<Good>(answer: { status: 200; json: Good } |
	{ status: 422; json: { detail: string } }): Good {
	if (answer.status === 422)
		throw new Error(answer.json.detail);
	return answer.json;
}

const lightcone = client<Lightcone>(process.argv[2]!);
const testapp = client<TestApp>(process.argv[3]!);

// ---- what goes through

async function galaxies() {
	const near = good(await lightcone("get", "/galaxy",
		{ query: { coordinates: "M31", radius_deg: 1, limit: 2, type: "galaxy" } }));
	const [first] = near.system;
	const next: string | null = near.next;

	if (first === undefined)
		throw new Error("nothing near M31");
	const magnitude: number | undefined = first.magnitude_v;
	console.log(JSON.stringify({
		name: first.name, ra_deg: first.ra_deg, dec_deg: first.dec_deg,
		frame: near.coordinates.frame, matched: near.matched, next, magnitude,
	}));
}

async function galaxy() {
	const one = good(await lightcone("get", "/galaxy/{name}",
		{ path: { name: "M 31" } }));

	console.log(JSON.stringify({
		name: one.name, ra_deg: one.ra_deg, dec_deg: one.dec_deg,
	}));
}

async function nested() {
	const answer = good(await testapp("post", "/nested", {
		body: {
			settings: {
				throat_radius_m: 2.5, kind: "dneg",
				image: { width_px: 64 },
			},
			points: [{ ra_deg: 10, dec_deg: -5, label: "one" }],
			rows: [[1, 2], [3]],
		},
	}));
	const width: number | null = answer.width_px;
	const labels: (string | null)[] = answer.labels;

	console.log(JSON.stringify({ kind: answer.kind, width, labels,
		cells: answer.cells }));
}

async function refused() {
	const answer = await lightcone("get", "/galaxy",
		{ query: { coordinates: "M31", radius_deg: 500 } });

	if (answer.status !== 422)
		throw new Error("500 degrees were taken");
	for (const error of answer.json.errors ?? [])
		console.log(JSON.stringify({ loc: error.loc, type: error.type }));
}

await galaxies();
await galaxy();
await nested();
await refused();

// ---- what the types refuse; this is compiled, and never run

export async function mistakes() {
	const near = good(await lightcone("get", "/galaxy",
		{ query: { coordinates: "M31" } }));
	const one = good(await lightcone("get", "/galaxy/{name}",
		{ path: { name: "M31" } }));
	const settings = { throat_radius_m: 1 };
	const points = [{ ra_deg: 1, dec_deg: 2 }];

	// @ts-expect-error: no such path
	await lightcone("get", "/galaxies", {});
	// @ts-expect-error: no such method
	await lightcone("post", "/galaxy", {});
	// @ts-expect-error: the query is required
	await lightcone("get", "/galaxy", {});
	// @ts-expect-error: so are the coordinates
	await lightcone("get", "/galaxy", { query: { radius_deg: 1 } });
	await lightcone("get", "/galaxy",
		// @ts-expect-error: no such parameter
		{ query: { coordinates: "M31", radius: 1 } });
	await lightcone("get", "/galaxy",
		// @ts-expect-error: a number
		{ query: { coordinates: "M31", radius_deg: "1" } });
	await lightcone("get", "/galaxy",
		// @ts-expect-error: no such type of object
		{ query: { coordinates: "M31", type: "planet" } });
	// @ts-expect-error: the path has a name in it
	await lightcone("get", "/galaxy/{name}", {});
	// @ts-expect-error: the body is required
	await testapp("post", "/nested", {});
	// @ts-expect-error: so are the points
	await testapp("post", "/nested", { body: { settings } });
	await testapp("post", "/nested",
		// @ts-expect-error: no such member
		{ body: { settings: { ...settings, spin: 1 }, points } });
	await testapp("post", "/nested",
		// @ts-expect-error: no such kind
		{ body: { settings: { ...settings, kind: "new" }, points } });
	await testapp("post", "/nested",
		// @ts-expect-error: numbers
		{ body: { settings, points, rows: [["1"]] } });

	// @ts-expect-error: no such member
	near.galaxies;
	// @ts-expect-error: nor inside of one
	one.right_ascension;
	// @ts-expect-error: it may be absent
	const magnitude: number = one.magnitude_v;
	// @ts-expect-error: it may be null
	const next: string = near.next;
	// @ts-expect-error: a number
	const ra: string = one.ra_deg;
	return [magnitude, next, ra];
}
