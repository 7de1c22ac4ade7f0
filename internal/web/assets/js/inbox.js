// The Inbox: moving in the list opens the mail, files can be dropped on the page, and a typed
// customer is known or new. All of it works without script too, in more steps.

const most = 64 * 1024 * 1024; // bytes of one upload, as the server takes them

const box = (root) => root.querySelector(".inbox");

// The keys act on the mail that is open. So the row that has the focus is the one that is
// open, and while the next one comes nothing can be pressed.
function openOnMove(root) {
	let keyed = false;
	root.addEventListener("keydown", () => { keyed = true; }, true);
	root.addEventListener("pointerdown", () => { keyed = false; }, true);
	root.addEventListener("row:current", (event) => {
		const link = keyed && event.target.closest(".inbox .mail-row")?.querySelector("[data-open]");
		if (!link || link.pathname === location.pathname) return;
		// Moving is not going somewhere: the back button need not visit each row again.
		link.removeAttribute("hx-push-url");
		link.setAttribute("hx-replace-url", "true");
		link.click();
	});
}

function holdWhileLoading(root) {
	let pending = 0;
	const hold = () => root.getElementById("mail")?.toggleAttribute("inert", pending > 0);
	const ours = (event) => event.target.closest?.(".inbox") !== null;
	// What was said of an earlier act is over when another mail opens.
	root.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "mail") root.getElementById("notices")?.replaceChildren(); });
	root.addEventListener("htmx:beforeSend", (event) => { if (ours(event)) { pending++; hold(); } });
	root.addEventListener("htmx:afterRequest", () => { pending = Math.max(0, pending - 1); hold(); });
}

// After an act the next mail is open: its row has the focus, or the field that needs another look.
function focusAfterAct(root) {
	root.addEventListener("htmx:afterSettle", (event) => {
		const inbox = box(root);
		if (!inbox) return;
		// On a phone the page scrolls as a whole, and another mail begins at its top.
		if (event.target.id === "mail" || event.detail.requestConfig?.verb === "post") root.scrollingElement.scrollTop = 0;
		tellNewCustomer(root);
		const wrong = inbox.querySelector("[aria-invalid=true]");
		if (wrong) wrong.focus();
		else if (root.activeElement === root.body || root.activeElement === null) {
			const row = inbox.querySelector('[data-row][aria-current="true"]');
			row?.focus({ preventScroll: true });
			row?.scrollIntoView({ block: "nearest" });
		}
	});
}

const folded = (text) => text.trim().replace(/\s+/g, " ").toLowerCase();

function tellNewCustomer(root) {
	const input = root.querySelector("[data-customer]");
	const names = root.getElementById("customers");
	if (!input || !names) return;
	const name = folded(input.value);
	const isNew = name !== "" && ![...names.options].some((option) => folded(option.value) === name);
	root.querySelector("[data-customer-new]").hidden = !isNew;
	root.querySelector("[data-customer-known]").hidden = isNew || input.value !== input.defaultValue;
}

function dropFiles(root) {
	const carries = (event) => box(root) && root.getElementById("upload-files") && event.dataTransfer?.types.includes("Files");
	root.addEventListener("dragover", (event) => {
		if (!carries(event)) return;
		event.preventDefault();
		box(root).setAttribute("data-dropping", "");
	});
	root.addEventListener("dragleave", (event) => { if (event.relatedTarget === null) box(root)?.removeAttribute("data-dropping"); });
	root.addEventListener("drop", (event) => {
		if (!carries(event)) return;
		event.preventDefault();
		box(root).removeAttribute("data-dropping");
		const input = root.getElementById("upload-files");
		input.closest("details").open = true;
		input.files = event.dataTransfer.files;
		input.dispatchEvent(new Event("change", { bubbles: true }));
		input.form.requestSubmit();
	});
	// The server would refuse it too, but only after all of it was sent.
	root.addEventListener("change", (event) => {
		if (event.target.id !== "upload-files") return;
		const bytes = [...event.target.files].reduce((sum, file) => sum + file.size, 0);
		event.target.setCustomValidity(bytes > most ? "These files are larger than 64 MB together. Please upload them in parts." : "");
	});
}

export function inbox(root) {
	openOnMove(root);
	holdWhileLoading(root);
	focusAfterAct(root);
	dropFiles(root);
	root.addEventListener("input", (event) => { if (event.target.matches("[data-customer]")) tellNewCustomer(root); });
	tellNewCustomer(root);
}
