// Keys: an element with data-key="e" or data-key="g i" is pressed by that key, or those keys
// one after the other. data-key-label says in words what it does; without it the element's own
// text does. Keys are off while a person types, and inside a dialog only its own keys count.

import { listKeys } from "./lists.js";

const pause = 1200; // milliseconds in which the second key must follow the first

// typing reports whether a key belongs to the field that has the focus.
function typing(target) {
	return target instanceof Element && target.closest("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]") !== null;
}

// scope is where keys are looked for: the dialog on top, or else the page.
function scope(root) {
	return [...root.querySelectorAll("dialog[open]")].at(-1) ?? root;
}

// usable leaves out what a person could not press either. An item of a closed menu can be
// pressed by its key all the same: the menu only saves room.
function usable(element) {
	return !element.disabled && element.closest("[hidden], [inert]") === null
		&& (element.closest("dialog:not([open])") === null)
		&& (element.closest("details:not([open])") !== null || element.getClientRects().length > 0);
}

function find(root, wanted) {
	return [...scope(root).querySelectorAll("[data-key]")].filter((element) => wanted(element.dataset.key)).find(usable);
}

function press(element) {
	if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
		element.focus();
		element.select?.();
	} else {
		element.click();
	}
}

export function keys(root) {
	let first = "";
	let timer = 0;
	const forget = () => { first = ""; clearTimeout(timer); };

	root.addEventListener("keydown", (event) => {
		if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
		if (typing(event.target)) return;
		const sequence = first ? `${first} ${event.key}` : event.key;
		const element = find(root, (key) => key === sequence);
		if (element) {
			event.preventDefault();
			forget();
			press(element);
			return;
		}
		const begins = !first && find(root, (key) => key.startsWith(`${event.key} `));
		forget();
		if (begins) {
			first = event.key;
			timer = setTimeout(forget, pause);
			event.preventDefault();
		}
	});

	// The dialog that lists the keys is filled from the page each time it opens.
	root.addEventListener("dialog:open", (event) => {
		const list = event.target.querySelector("[data-keys]");
		if (list) list.replaceChildren(...describe(root));
	});
}

function describe(root) {
	const words = new Map(listKeys(root));
	for (const element of root.querySelectorAll("[data-key]")) {
		const label = element.dataset.keyLabel ?? element.textContent.trim();
		if (label && usable(element) && !words.has(element.dataset.key)) words.set(element.dataset.key, label);
	}
	return [...words].flatMap(([key, label]) => {
		const term = document.createElement("dt");
		term.append(...key.split(" ").map((one) => {
			const cap = document.createElement("kbd");
			cap.textContent = one;
			return cap;
		}));
		const meaning = document.createElement("dd");
		meaning.textContent = label;
		return [term, meaning];
	});
}
