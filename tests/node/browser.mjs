// A browser without the outside world, and what it finds wrong with a page.

import {createRequire} from "node:module";

const {chromium} = createRequire(import.meta.url)("playwright-core");
const patienceMs = 10000;
const flags = [
	// The outside world does not exist.
	"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
	"--no-proxy-server", "--disable-quic", "--disable-gpu", "--no-first-run",
	"--disable-background-networking", "--disable-component-update",
	"--disable-sync",
];
const widths = [1280, 390];

// A breach of the content security policy is an error in the console.
function watch(page, origin, complaints, isMeant) {
	const complain = (...words) => complaints.push(words.join(" "));

	page.on("pageerror", (error) => complain("uncaught:", error.message));
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type()) &&
			!isMeant.test(message.text()))
			complain("console:", message.text());
	});
	page.on("request", (request) => {
		const address = new URL(request.url());

		if (!["data:", "blob:"].includes(address.protocol) &&
			address.host !== new URL(origin).host)
			complain("asked elsewhere:", request.url());
	});
	page.on("requestfailed", (request) => complain("failed:", request.url(),
		request.failure().errorText));
}

// Calls use(page, complaints) with a page that may ask `origin` only; messages
// of the console that match `isMeant` are no complaints.
export async function withPage(origin, isMeant, use) {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM, args: flags,
		// Neither root nor a container may have one, and the pages are ours.
		chromiumSandbox: false,
	});

	try {
		const page = await browser.newPage();
		const complaints = [];

		page.setDefaultTimeout(patienceMs);
		watch(page, origin, complaints, isMeant);
		await use(page, complaints);
	} finally {
		await browser.close();
	}
}

// NAME-1280.png, NAME-390.png.  What is outside of the window may not have
// been painted yet: the window becomes as high as the page.
export async function takePictures(page, complaints, name) {
	for (const width of widths) {
		await page.setViewportSize({width, height: 900});
		const [needed, height] = await page.evaluate(() => {
			const {scrollWidth, scrollHeight} = document.documentElement;

			return [scrollWidth, scrollHeight];
		});

		if (needed > width)
			complaints.push(`it is ${needed} wide on a screen of ${width}`);
		await page.setViewportSize({width, height});
		await page.screenshot({path: `${name}-${width}.png`});
	}
}
