// A map of the whole sky, in Hammer's projection: equal areas, right ascension
// growing to the left as it does for who looks up.

const namespace = "http://www.w3.org/2000/svg";
const width = 360, height = 180, margin = 14;
const placesMost = 100;

function shape(tag, attributes, text = "") {
	const element = document.createElementNS(namespace, tag);

	for (const [name, value] of Object.entries(attributes))
		element.setAttribute(name, value);
	element.textContent = text;
	return element;
}

// From degrees to the map's units; the centre is at 0, 0.
export function project(ra, dec) {
	const longitude = (((ra + 180) % 360 + 360) % 360 - 180) * Math.PI / 180;
	const latitude = dec * Math.PI / 180;
	const scale = Math.sqrt(1 + Math.cos(latitude) * Math.cos(longitude / 2));

	return [
		-width / 2 * Math.cos(latitude) * Math.sin(longitude / 2) / scale,
		-height / 2 * Math.sin(latitude) / scale,
	];
}

function line(points) {
	return "M" + points.map(([ra, dec]) => project(ra, dec)
		.map((value) => value.toFixed(2)).join(" ")).join("L");
}

function range(from, to, step) {
	return Array.from({length: Math.floor((to - from) / step) + 1},
		(_, i) => from + i * step);
}

function grid() {
	const meridians = range(-150, 150, 30).map((ra) =>
		line(range(-90, 90, 5).map((dec) => [ra, dec])));
	// Just inside of the edge, whose two sides are one meridian.
	const parallels = range(-60, 60, 30).map((dec) =>
		line(range(-179.9, 179.9, 3.598).map((ra) => [ra, dec])));

	return [...meridians, ...parallels].join("");
}

export class Sky {
	#places = shape("g", {});

	constructor(svg) {
		svg.setAttribute("viewBox", [-width / 2 - margin, -height / 2 - margin,
			width + 2 * margin, height + 2 * margin].join(" "));
		svg.append(
			shape("ellipse", {class: "rim", rx: width / 2, ry: height / 2}),
			shape("path", {class: "grid", d: grid()}),
			...[18, 12, 6, 0].map((hours) => {
				const [x, y] = project(hours * 15, 0);

				return shape("text", {x: hours === 12 ? x - 8 : x, y: y - 2},
					`${hours} h`);
			}),
			this.#places,
		);
	}

	// Lights up a place; the class says how it looks.
	show(ra, dec, kind) {
		const [x, y] = project(ra, dec);

		this.#places.append(shape("circle", {class: `place ${kind}`, r: 3,
			cx: x.toFixed(2), cy: y.toFixed(2)}));
		if (this.#places.childElementCount > placesMost)
			this.#places.firstElementChild.remove();
	}

	clear() {
		this.#places.replaceChildren();
	}
}
