// Lists: inside data-list, each data-row can have the focus. j and k move, J and K move between
// rows with data-problem, Enter presses the row's data-open, x ticks its checkbox and * those
// of its group. The row that has the focus is the current one. After a row was replaced or
// removed the focus stays at its place in the list.

const rowsOf = (list) => [...list.querySelectorAll("[data-row]")].filter((row) => row.getClientRects().length > 0);
const current = (list) => list.querySelector('[data-row][aria-current="true"]');

function choose(list, row) {
	for (const other of list.querySelectorAll("[data-row]")) {
		other.tabIndex = other === row ? 0 : -1;
		if (other === row) other.setAttribute("aria-current", "true");
		else other.removeAttribute("aria-current");
	}
	list.dataset.place = String(rowsOf(list).indexOf(row));
	row.dispatchEvent(new CustomEvent("row:current", { bubbles: true }));
}

function go(list, row) {
	if (!row) return;
	choose(list, row);
	row.focus({ preventScroll: true });
	row.scrollIntoView({ block: "nearest" });
}

// step returns the next row in a direction that has what is wanted.
function step(list, direction, wanted) {
	const rows = rowsOf(list);
	const from = rows.indexOf(current(list));
	if (from < 0) return rows.find(wanted);
	for (let at = from + direction; at >= 0 && at < rows.length; at += direction) {
		if (wanted(rows[at])) return rows[at];
	}
	return undefined;
}

function tick(row, on) {
	const box = row.querySelector("input[type=checkbox]");
	if (!box || box.disabled) return;
	box.checked = on ?? !box.checked;
	box.dispatchEvent(new Event("change", { bubbles: true }));
}

function tickGroup(list) {
	const row = current(list);
	const group = row?.closest("[data-group]") ?? list;
	const rows = rowsOf(group);
	const boxes = rows.map((one) => one.querySelector("input[type=checkbox]")).filter(Boolean);
	const on = boxes.some((box) => !box.checked);
	for (const one of rows) tick(one, on);
}

const acts = {
	j: (list) => go(list, step(list, 1, () => true)),
	k: (list) => go(list, step(list, -1, () => true)),
	J: (list) => go(list, step(list, 1, (row) => "problem" in row.dataset)),
	K: (list) => go(list, step(list, -1, (row) => "problem" in row.dataset)),
	Enter: (list) => current(list)?.querySelector("[data-open]")?.click(),
	x: (list) => current(list) && tick(current(list)),
	"*": tickGroup,
};

// listKeys says what the keys above do on the page, for the dialog that lists keys: those that
// would do nothing are left out.
export function listKeys(root) {
	const list = root.querySelector("[data-list]");
	const has = (what) => list?.querySelector(`[data-row] ${what}`);
	return [
		...(list ? [["j", "Next"], ["k", "Previous"]] : []),
		...(list?.querySelector("[data-problem]") ? [["J", "Next problem"], ["K", "Previous problem"]] : []),
		...(has("[data-open]") ? [["Enter", "Open"]] : []),
		...(has("input[type=checkbox]") ? [["x", "Select"], ["*", "Select the group"]] : []),
	];
}

// prepare gives a list its one row that the tab key reaches.
function prepare(list) {
	const rows = rowsOf(list);
	const kept = current(list);
	for (const row of rows) row.tabIndex = row === kept ? 0 : -1;
	if (!kept && rows.length > 0) rows[Math.min(Number(list.dataset.place ?? 0), rows.length - 1)].tabIndex = 0;
}

export function lists(root) {
	const list = () => root.querySelector("[data-list]");
	const refresh = () => { if (list()) prepare(list()); };
	refresh();

	root.addEventListener("keydown", (event) => {
		const here = list();
		if (!here || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
		const target = event.target;
		if (target.closest("dialog, textarea, select, [contenteditable], input:not([type=checkbox])")) return;
		// Enter on a link or button is that element's own.
		if (event.key === "Enter" && !target.matches("[data-row], body")) return;
		const act = acts[event.key];
		if (!act) return;
		event.preventDefault();
		act(here);
	});

	root.addEventListener("focusin", (event) => {
		const row = event.target.closest?.("[data-list] [data-row]");
		if (row && row.getAttribute("aria-current") !== "true") choose(row.closest("[data-list]"), row);
	});

	root.addEventListener("change", (event) => {
		const row = event.target.matches?.("[data-row] input[type=checkbox]") && event.target.closest("[data-row]");
		if (row) row.toggleAttribute("data-picked", event.target.checked);
	});

	// When htmx took the current row away, the one that is now in its place has the focus.
	root.addEventListener("htmx:afterSettle", () => {
		const here = list();
		if (!here) return;
		const lost = !current(here) && "place" in here.dataset;
		prepare(here);
		if (lost && (document.activeElement === document.body || document.activeElement === null)) {
			const rows = rowsOf(here);
			go(here, rows[Math.min(Math.max(Number(here.dataset.place), 0), rows.length - 1)]);
		}
	});

	// On a phone only one pane is shown: opening a row shows the other, data-closes-pane goes back.
	root.addEventListener("htmx:afterSwap", (event) => {
		event.target.closest?.(".pane-detail")?.closest(".panes")?.setAttribute("data-open", "");
	});
	root.addEventListener("click", (event) => {
		event.target.closest?.("[data-closes-pane]")?.closest(".panes")?.removeAttribute("data-open");
	});
}
