// contrast lists the texts of the page that are too faint to read: below 4.5:1, or 3:1 where
// they are large, as WCAG 2.2 AA asks. What is disabled may be faint.
(() => {
	const canvas = document.createElement("canvas");
	canvas.width = canvas.height = 1;
	const pen = canvas.getContext("2d", { willReadFrequently: true });
	const known = new Map();
	// rgba reads any notation of a colour.
	const rgba = (text) => {
		if (!known.has(text)) {
			pen.clearRect(0, 0, 1, 1);
			pen.fillStyle = text;
			pen.fillRect(0, 0, 1, 1);
			const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
			known.set(text, [r, g, b, a / 255]);
		}
		return known.get(text);
	};
	const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
	const white = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
	// ground is the colour behind an element. Pictures are passed over.
	const ground = (element) => {
		const layers = [];
		for (let at = element; at; at = at.parentElement) {
			const colour = rgba(getComputedStyle(at).backgroundColor);
			if (colour[3] > 0) layers.push(colour);
			if (colour[3] === 1) break;
			if (at.matches("dialog")) break;
		}
		return layers.reverse().reduce((below, layer) => over(layer, below), white);
	};
	const light = ([r, g, b]) => {
		const part = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
		return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
	};
	const opacity = (element) => {
		let product = 1;
		for (let at = element; at; at = at.parentElement) product *= Number(getComputedStyle(at).opacity);
		return product;
	};
	const faint = new Set();
	const judge = (element, style, words, share = 1) => {
		const box = element.getBoundingClientRect();
		if (box.bottom + scrollY <= 0 || box.right + scrollX <= 0) return; // a skip link waits outside
		if (element.closest(":disabled, [aria-disabled=true], .visually-hidden, [inert]")) return;
		const behind = ground(element);
		const [r, g, b, a] = rgba(style.color);
		const seen = over([r, g, b, a * share * opacity(element)], behind);
		const [dark, bright] = [light(seen), light(behind)].sort((x, y) => x - y);
		const ratio = (bright + 0.05) / (dark + 0.05);
		const size = parseFloat(style.fontSize);
		const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
		if (ratio < (large ? 3 : 4.5)) {
			const name = element.tagName.toLowerCase() + [...element.classList].map((c) => "." + c).join("");
			faint.add(`${name} ${ratio.toFixed(2)}:1 "${words.trim().slice(0, 30)}"`);
		}
	};
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const element = walk.currentNode.parentElement;
		const words = walk.currentNode.data;
		if (words.trim() === "" || element.matches("script, style, option") || !element.checkVisibility({ visibilityProperty: true })) continue;
		judge(element, getComputedStyle(element), words);
	}
	for (const input of document.body.querySelectorAll(":placeholder-shown")) {
		if (!input.checkVisibility({ visibilityProperty: true })) continue;
		const style = getComputedStyle(input, "::placeholder");
		judge(input, style, input.placeholder, Number(style.opacity));
	}
	return [...faint];
})()
