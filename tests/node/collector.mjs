// A collector of spans of another maker's:
//
//	node collector.mjs
//
// Prints its URL, and each span that comes as a line of JSON.
import {createRequire} from "node:module";

const {MockOtlpServer} = createRequire(import.meta.url)(
	"@elastic/mockotlpserver",
);

// Protobuf has bytes and 64-bit integers; its JSON has text for both.
const id = (bytes) =>
	typeof bytes === "string" ? bytes : Buffer.from(bytes ?? []).toString("hex");

const told = (span) => ({
	trace: id(span.traceId),
	span: id(span.spanId),
	parent: id(span.parentSpanId ?? ""),
	name: span.name,
	kind: span.kind,
	start: String(span.startTimeUnixNano),
	end: String(span.endTimeUnixNano),
	failed: span.status?.code === 2,
	attributes: Object.fromEntries(
		span.attributes.map(({key, value}) => [
			key,
			// The name of the one that is set, or the only one.
			String(value[value.value ?? Object.keys(value)[0]]),
		]),
	),
});

const server = new MockOtlpServer({
	logLevel: "fatal",
	services: ["http"],
	httpHostname: "127.0.0.1",
	httpPort: 0,
	onTrace: (request) => {
		for (const {scopeSpans} of request.resourceSpans)
			for (const {spans} of scopeSpans)
				for (const span of spans)
					console.log(JSON.stringify(told(span)));
	},
});

await server.start();
console.log(JSON.stringify(server.httpUrl));
