// Verifies webhooks with the makers' own library:
//
//	node webhook.mjs FILE
//
// FILE has a list of {secret, fields, body, valid}.  Prints what is wrong.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";

const {Webhook} = createRequire(import.meta.url)("standardwebhooks");

for (const {secret, fields, body, valid} of JSON.parse(
	readFileSync(process.argv[2], "utf8"),
)) {
	let said = "valid";

	try {
		new Webhook(secret).verify(body, fields);
	} catch (error) {
		said = String(error);
	}
	if ((said === "valid") !== valid) {
		console.log(body, fields, said);
		process.exitCode = 1;
	}
}
