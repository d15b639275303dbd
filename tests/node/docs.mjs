// Uses the documentation page as somebody with a keyboard would.
//
//	NODE_PATH=build-node/node_modules CHROMIUM=/usr/bin/chromium \
//		node docs.mjs SITE DIRECTORY
//
// DIRECTORY/attempts.json lists what to try in the page of SITE/docs, one
// after the other: [{operation: "GET /galaxy", fields: {NAME: TEXT}}], where
// the body's name is "Body".  DIRECTORY/report.json gets what was seen, and
// DIRECTORY two pictures of the page.

import {readFileSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";

const {chromium} = createRequire(import.meta.url)("playwright-core");
const [site, directory] = process.argv.slice(2);
const origin = new URL(site).origin;
const patienceMs = 10000;
const tabsMost = 60;
const widths = [1280, 390];
const flags = [
	// The outside world does not exist.
	"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
	"--no-proxy-server", "--disable-quic", "--disable-gpu", "--no-first-run",
	"--disable-background-networking", "--disable-component-update",
	"--disable-sync",
];

// ---- what is wrong with the page, as the browser sees it

// A breach of the content security policy is an error in the console.
function watch(page, complaints) {
	const complain = (...words) => complaints.push(words.join(" "));

	page.on("pageerror", (error) => complain("uncaught:", error.message));
	page.on("console", (message) => {
		const refusal = /^Failed to load .* a status of 422\b/;

		if (["error", "warning"].includes(message.type()) &&
			!refusal.test(message.text()))
			complain("console:", message.text());
	});
	page.on("request", (request) => {
		const address = new URL(request.url());

		if (!["data:", "blob:"].includes(address.protocol) &&
			address.origin !== origin)
			complain("asked elsewhere:", request.url());
	});
	page.on("requestfailed", (request) => complain("failed:", request.url(),
		request.failure().errorText));
}

// ---- the page's parts, by what people see

async function operationNames(page) {
	const buttons = await page.locator("article h3 button").all();

	return Promise.all(buttons.map(async (button) =>
		`${await button.locator(".method").innerText()} ` +
		`${await button.locator(".path").innerText()}`));
}

async function operationNamed(page, name) {
	const at = (await operationNames(page)).indexOf(name);

	if (at < 0)
		throw new Error(`the page does not show ${name}`);
	return page.locator("article").nth(at);
}

function labelled(article, name) {
	return article.locator("input, select, textarea")
		.and(article.getByLabel(new RegExp(`^${name}\\b`)));
}

// Each field that is marked as wrong, with the message beside it.
function marksOf(article) {
	return article.locator("[aria-invalid=true]").evaluateAll((fields) =>
		Object.fromEntries(fields.map((field) => [
			(field.labels[0].querySelector("code") ??
				field.labels[0]).textContent,
			field.getAttribute("aria-describedby").split(" ")
				.map((id) => document.getElementById(id))
				.filter((element) => element.classList.contains("wrong"))
				.map((element) => element.innerText).join(" "),
		])));
}

// ---- what is done

async function tabTo(page, button) {
	for (let i = 0; i < tabsMost; i++) {
		if (await button.evaluate((one) => one === document.activeElement))
			return;
		await page.keyboard.press("Tab");
	}
	throw new Error("the keyboard does not get to the button");
}

// A picture's size stands for it: that it has one means that it is shown.
async function bodyOf(article) {
	const picture = article.locator(".reply img");

	if (await picture.count() === 0)
		return article.getByLabel("Body of the reply").innerText();
	return picture.evaluate(async (image) => {
		await image.decode();
		return `${image.naturalWidth} x ${image.naturalHeight}`;
	});
}

async function attempt(page, {operation, fields}) {
	const article = await operationNamed(page, operation);
	const opener = article.locator("h3 button");
	const status = article.locator(".reply .status");
	const answered = status.filter({has: page.locator("strong")});

	await opener.focus();
	if (await opener.getAttribute("aria-expanded") === "false")
		await page.keyboard.press("Enter");
	for (const [name, text] of Object.entries(fields)) {
		const field = labelled(article, name);

		if (await field.evaluate((one) => one.tagName) === "SELECT") {
			await field.selectOption(text);
			continue;
		}
		await field.focus();
		await page.keyboard.press("Control+A");
		await page.keyboard.insertText(text);
	}
	const curl = await article.getByLabel("As a curl command").innerText();

	await tabTo(page, article.getByRole("button", {name: "Send"}));
	await page.keyboard.press("Enter");
	await answered.waitFor();
	return {
		curl, marks: await marksOf(article),
		status: await answered.innerText(),
		body: await bodyOf(article),
	};
}

// What is outside of the window may not have been painted yet: the window
// becomes as high as the page.
async function takePictures(page, complaints) {
	for (const width of widths) {
		await page.setViewportSize({width, height: 900});
		const [needed, height] = await page.evaluate(() => {
			const {scrollWidth, scrollHeight} = document.documentElement;

			return [scrollWidth, scrollHeight];
		});

		if (needed > width)
			complaints.push(`it is ${needed} wide on a screen of ${width}`);
		await page.setViewportSize({width, height});
		await page.screenshot({path: `${directory}/docs-${width}.png`});
	}
}

const attempts = JSON.parse(readFileSync(`${directory}/attempts.json`, "utf8"));
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM, args: flags,
	// Neither root nor a container may have one, and the pages are ours.
	chromiumSandbox: false,
});

try {
	const page = await browser.newPage();
	const report = {complaints: [], attempts: []};

	page.setDefaultTimeout(patienceMs);
	watch(page, report.complaints);
	await page.goto(`${site}/docs`);
	await page.locator("article").first().waitFor();
	report.operations = await operationNames(page);
	for (const each of attempts)
		report.attempts.push(await attempt(page, each));
	await takePictures(page, report.complaints);
	writeFileSync(`${directory}/report.json`, JSON.stringify(report));
} finally {
	await browser.close();
}
