// Looks at the page of the stream as somebody with a keyboard would.
//
//	NODE_PATH=build-node/node_modules CHROMIUM=/usr/bin/chromium \
//		node stream_page.mjs SITE DIRECTORY
//
// DIRECTORY/report.json gets what was seen, and DIRECTORY two pictures.

import {writeFileSync} from "node:fs";

import {takePictures, withPage} from "./browser.mjs";

const [site, directory] = process.argv.slice(2);
const hostile = "<img src=x onerror=alert(1)>";
const refusal = /^Failed to load .* a status of 422\b/;

const post = (message) => fetch(`${site}/cosmic_stream`, {method: "POST",
	headers: {"Content-Type": "application/json"},
	body: JSON.stringify(message)});
const rowWith = (page, text) =>
	page.locator("#events li").filter({hasText: text});
const rowsOf = (page) => page.locator("#events li code").allInnerTexts();

async function publish(page, text) {
	await page.getByLabel("Message").focus();
	await page.keyboard.insertText(text);
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
}

await withPage(site, refusal, async (page, complaints) => {
	const report = {complaints};
	const state = page.locator("#state");

	const {seq} = await (await post("before")).json();

	report.first = seq;
	await page.goto(`${site}/stream`);
	await rowWith(page, "before").waitFor();
	report.state = await state.innerText();

	await post({ra_deg: 10.68, dec_deg: 41.27, text: hostile});
	await rowWith(page, hostile).waitFor();
	report.images = await page.locator("#events img").count();
	report.places = await page.locator("#sky circle").count();

	await publish(page, "hello there");
	await rowWith(page, "hello there").waitFor();
	report.left = await page.getByLabel("Message").inputValue();
	await publish(page, "{no");
	await page.locator("#message-wrong:not(:empty)").waitFor();
	report.wrong = await page.locator("#message-wrong").innerText();

	await Promise.all(Array.from({length: 119}, (_, i) => post({i})));
	await post("last");
	await rowWith(page, "last").waitFor();
	report.numbers = await page.locator("#events .seq").allInnerTexts();

	await page.getByRole("button", {name: "Pause"}).press("Enter");
	await post("paused");
	await page.getByText("1 since you have paused").waitFor();
	report.paused = await rowWith(page, "paused").count();
	await page.getByRole("button", {name: "Pause"}).press("Enter");
	await rowWith(page, "paused").waitFor();

	await page.getByLabel("Position or name").fill("no such name");
	await page.getByLabel("Position or name").press("Enter");
	await page.locator("#circle-wrong:not(:empty)").waitFor();
	report.refused = await page.locator("#circle-wrong").innerText();
	await page.getByLabel("Position or name").fill("M31");
	await page.getByLabel("Position or name").press("Enter");
	await page.locator("#state.open").waitFor();
	await post({ra_deg: 200, dec_deg: -5, text: "far"});
	await post({ra_deg: 10, dec_deg: 41, text: "near"});
	await rowWith(page, "near").waitFor();
	report.around = await rowsOf(page);

	await takePictures(page, complaints, `${directory}/stream`);
	writeFileSync(`${directory}/report.json`, JSON.stringify(report));
});
