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

import {takePictures, withPage} from "./browser.mjs";

const [site, directory] = process.argv.slice(2);
const tabsMost = 60;
const refusal = /^Failed to load .* a status of 422\b/;

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

const attempts = JSON.parse(readFileSync(`${directory}/attempts.json`, "utf8"));

await withPage(site, refusal, async (page, complaints) => {
	const report = {complaints, attempts: []};

	await page.goto(`${site}/docs`);
	await page.locator("article").first().waitFor();
	report.operations = await operationNames(page);
	for (const each of attempts)
		report.attempts.push(await attempt(page, each));
	await takePictures(page, complaints, `${directory}/docs`);
	writeFileSync(`${directory}/report.json`, JSON.stringify(report));
});
