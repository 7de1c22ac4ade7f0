// Run Checks: the current row's run is shown on the right, its neighbour is fetched ahead, and
// a verdict takes rows away at once. What the server refuses brings them back.
import htmx from "htmx.org";

const wide = matchMedia("(min-width: 60.01rem)");
const settle = 90; // milliseconds that a row must be current before its run is fetched
const fresh = 60000; // milliseconds that a run fetched ahead is good for

const runOf = (row) => row.id.slice("row-".length);
const visible = (row) => row.getClientRects().length > 0;

export function runChecks(root) {
	const page = root.querySelector("[data-run-checks]");
	tickets(root);
	if (!page) return;
	const list = root.getElementById("review");
	panes(root, page, list);
	verdicts(root, list);
	news(root, list);
	filters(root);
	undo(root);
	count(root, list);
	root.addEventListener("htmx:afterSettle", () => count(root, list));
}

// panes shows the run of the current row.
function panes(root, page, list) {
	const pane = root.getElementById("run-pane");
	const ahead = new Map();
	let wanted = pane.querySelector("#run")?.dataset.run ?? "";
	let timer = 0;

	const load = (id) => {
		const kept = ahead.get(id);
		if (kept && Date.now() - kept.at < fresh) return kept.text;
		const text = fetch(`/runs/${id}/pane`, { headers: { "HX-Request": "true", "HX-Current-URL": location.href } })
			.then((answer) => answer.ok && !answer.redirected ? answer.text() : "");
		ahead.set(id, { at: Date.now(), text });
		text.catch(() => ahead.delete(id));
		return text;
	};
	const show = async (row, open) => {
		const id = runOf(row);
		if (open) {
			page.dataset.open = "";
			if (!wide.matches) scrollTo(0, 0);
		}
		if (id === wanted && pane.querySelector(`#run[data-run="${id}"]`)) return;
		wanted = id;
		// What is shown is no longer the current run: its buttons must not be pressed by a key.
		pane.inert = true;
		pane.setAttribute("aria-busy", "true");
		const text = await Promise.resolve(load(id)).catch(() => "");
		if (wanted !== id) return;
		pane.inert = false;
		pane.removeAttribute("aria-busy");
		if (text) {
			htmx.swap(pane, text, { swapStyle: "innerHTML" });
		} else {
			// Asked again by htmx, which says why it does not work.
			ahead.delete(id);
			htmx.ajax("GET", `/runs/${id}/pane`, { target: pane, swap: "innerHTML" });
		}
		pane.scrollTop = 0;
		const rows = [...list.querySelectorAll("[data-row]")].filter(visible);
		const next = rows[rows.indexOf(row) + 1];
		if (next) load(runOf(next));
	};

	root.addEventListener("row:current", (event) => {
		clearTimeout(timer);
		if (wide.matches) timer = setTimeout(() => show(event.target, false), settle);
	});
	list.addEventListener("click", (event) => {
		const row = event.target.closest("[data-row]");
		if (!row || event.target.closest("input") || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
		if (event.target.closest("[data-open]")) event.preventDefault();
		clearTimeout(timer);
		row.focus({ preventScroll: true });
		// Opened by a key, the run can be read and scrolled by keys; j and k lead back.
		const byKey = event.detail === 0;
		show(row, true).then(() => byKey && pane.focus({ preventScroll: true }));
	});
	root.addEventListener("click", (event) => {
		if (event.target.closest?.("[data-closes-pane]")) list.querySelector('[data-row][aria-current="true"]')?.focus();
	});
	// A run that changed is fetched anew.
	root.addEventListener("htmx:afterRequest", (event) => {
		if (event.detail.requestConfig?.verb === "post") ahead.clear();
	});
	const first = list.querySelectorAll("[data-row]")[1];
	if (first && wide.matches) load(runOf(first));
}

// verdicts takes reviewed rows away at once and gives the focus to the next one.
function verdicts(root, list) {
	const hidden = new WeakMap();
	let judged = false; // a verdict was taken, and its answer is not yet in the page
	const rowFor = (id) => root.getElementById(`row-${id}`);

	root.addEventListener("htmx:configRequest", (event) => {
		const form = event.target;
		if (form === list && !event.detail.formData.has("ids")) {
			const row = list.querySelector('[data-row][aria-current="true"]');
			if (row) event.detail.formData.set("ids", runOf(row));
		}
		if (form.id === "review-clean") event.detail.formData.set("ids", cleanRows(list).map(runOf).join(","));
	});
	root.addEventListener("htmx:beforeRequest", (event) => {
		if (!event.target.matches?.("[data-review]")) return;
		const ids = event.detail.requestConfig.formData.getAll("ids").flatMap((text) => text.split(","));
		const rows = ids.map(rowFor).filter(Boolean);
		hidden.set(event.detail.xhr, rows);
		delete root.querySelector("[data-run-checks]").dataset.open; // a phone shows the list again
		const next = following(list, rows);
		for (const row of rows) row.hidden = true;
		count(root, list);
		if (next) {
			next.focus({ preventScroll: true });
			next.scrollIntoView({ block: "nearest" });
		}
	});
	root.addEventListener("htmx:afterRequest", (event) => {
		const rows = hidden.get(event.detail.xhr);
		if (!rows) return;
		hidden.delete(event.detail.xhr);
		if (event.detail.successful) {
			judged = true;
			return;
		}
		for (const row of rows) row.hidden = false;
		rows[0]?.focus();
		count(root, list);
	});
	// When the last row on screen is done, the page says what is left. Only where the answer did
	// not bring that is the page asked again: rows beyond the end of the list, or those of another filter.
	root.addEventListener("htmx:afterSettle", () => {
		if (!judged) return;
		judged = false;
		if (!list.querySelector(".empty, [data-row]")) location.reload();
	});
	// An answer that never came says nothing by itself.
	root.addEventListener("htmx:sendError", (event) => {
		if (event.detail.requestConfig?.verb !== "post") return;
		const notice = document.createElement("div");
		notice.className = "notice notice-fault";
		notice.role = "alert";
		notice.textContent = "Backupchecks could not be reached, so nothing was changed. Please try again.";
		root.getElementById("notices").replaceChildren(notice);
	});
}

// following is the row to go on with when rows are done.
function following(list, rows) {
	const all = [...list.querySelectorAll("[data-row]")].filter(visible);
	const current = list.querySelector('[data-row][aria-current="true"]');
	if (current && !rows.includes(current) && visible(current)) return current;
	const left = all.filter((row) => !rows.includes(row) && !row.classList.contains("is-gone"));
	const last = Math.max(...rows.map((row) => all.indexOf(row)));
	return left.find((row) => all.indexOf(row) > last) ?? left.at(-1);
}

const cleanRows = (list) => [...list.querySelectorAll('[data-group="clean"] [data-row]:not([hidden], .is-gone)')];

// count keeps the numbers true to what is on screen.
function count(root, list) {
	for (const group of list.querySelectorAll("[data-group]")) {
		const rows = group.querySelectorAll("[data-row]:not([hidden])").length;
		group.querySelector("[data-count]").textContent = String(rows);
		group.hidden = rows === 0;
	}
	const clean = root.getElementById("review-clean");
	if (clean) {
		const rows = cleanRows(list).length;
		clean.querySelector("[data-clean-count]").textContent = String(rows);
		clean.hidden = rows === 0;
	}
	const review = root.querySelector('button[form="review"]');
	if (review) review.hidden = list.querySelector("[data-row]:not([hidden])") === null;
	const left = parseInt(root.getElementById("left")?.textContent ?? "", 10);
	const menu = root.querySelector('.top-link[href="/run-checks"] .count');
	if (menu && left >= 0) {
		menu.firstChild.textContent = String(left);
		menu.hidden = left === 0;
	}
}

// news fades what somebody else reviewed.
function news(root, list) {
	root.addEventListener("htmx:afterSettle", () => {
		for (const line of (root.getElementById("run-news")?.dataset.gone ?? "").split("\n")) {
			const at = line.indexOf(" ");
			const row = at > 0 && root.getElementById(`row-${line.slice(0, at)}`);
			if (!row || row.hidden || row.classList.contains("is-gone")) continue;
			row.classList.add("is-gone");
			const box = row.querySelector("input[type=checkbox]");
			if (box) {
				box.checked = false;
				box.disabled = true;
			}
			const note = document.createElement("span");
			note.className = "run-gone run-same";
			note.textContent = `Reviewed by ${line.slice(at + 1)} meanwhile`;
			row.querySelector(".run-same")?.remove();
			row.append(note);
		}
		count(root, list);
	});
}

// filters go into the address as soon as they are chosen.
function filters(root) {
	const form = root.getElementById("filter");
	form.querySelector("[data-filter-apply]").hidden = true;
	const box = form.closest("details");
	if (!wide.matches && !("active" in box.dataset)) box.open = false;
	form.addEventListener("change", (event) => {
		if (event.target.type !== "search") form.requestSubmit();
	});
	form.addEventListener("formdata", (event) => {
		for (const [name, value] of [...event.formData]) {
			if (value === "") event.formData.delete(name);
		}
	});
}

// undo takes the offer away when its time is over.
function undo(root) {
	const arm = () => {
		for (const notice of root.querySelectorAll("[data-undo]:not([data-armed])")) {
			notice.dataset.armed = "";
			setTimeout(() => notice.remove(), Number(notice.dataset.undo) * 1000);
		}
	};
	arm();
	root.addEventListener("htmx:afterSettle", arm);
}

// tickets tidies up after the drawer: it stops looking, and the focus goes back to the list
// where the button that opened the drawer is gone.
function tickets(root) {
	root.addEventListener("close", (event) => {
		if (event.target.id !== "ticket-dialog") return;
		root.getElementById("drawer").replaceChildren();
		if (document.activeElement === document.body || document.activeElement === null) {
			const row = root.querySelector('[data-row][aria-current="true"]');
			(row && visible(row) ? row : root.querySelector('#run [data-key="t"]'))?.focus();
		}
	}, true);
}
