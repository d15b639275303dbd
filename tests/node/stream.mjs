// Listens with conf/www/stream.js, and does what it is told:
//
//	node stream.mjs STREAM.mjs URL OPTIONS
//
// OPTIONS are the stream's, as JSON.  Each line of standard input is {"send":
// MESSAGE} or {"publish": MESSAGE}; at its end the stream is closed.  What is
// told is printed, a line of JSON each.

import {createRequire} from "node:module";
import {createInterface} from "node:readline";
import {pathToFileURL} from "node:url";

const {WebSocket} = createRequire(import.meta.url)("ws");
const [module, url, options] = process.argv.slice(2);
const {CosmicStream} = await import(pathToFileURL(module));
const say = (what) => console.log(JSON.stringify(what));
const stream = new CosmicStream({url, WebSocket, ...JSON.parse(options)});

for (const type of ["event", "gap", "refused"])
	stream.addEventListener(type, ({detail}) => say({[type]: detail}));
stream.addEventListener("state", ({detail}) =>
	say({state: detail, way: stream.way}));

for await (const line of createInterface({input: process.stdin})) {
	const {send, publish} = JSON.parse(line);

	if (send !== undefined)
		say({sent: stream.send(send)});
	if (publish !== undefined)
		say({published: await stream.publish(publish)});
}
stream.close();
