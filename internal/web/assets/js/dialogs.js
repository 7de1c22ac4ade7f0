// Menus are <details class="menu">, dialogs and drawers are <dialog>. The browser does most;
// here is what it leaves out.

export function menus(root) {
	const close = (except) => {
		for (const menu of root.querySelectorAll("details.menu[open]")) {
			if (menu !== except) menu.open = false;
		}
	};
	root.addEventListener("click", (event) => close(event.target.closest?.("details.menu")));
	root.addEventListener("keydown", (event) => {
		const menu = root.querySelector("details.menu[open]");
		if (event.key !== "Escape" || !menu) return;
		menu.open = false;
		menu.querySelector("summary").focus();
	});
}

// A button with data-opens="ID" opens that dialog; one with data-closes closes the dialog it is
// in. A dialog with data-auto-open opens as soon as htmx has brought it.
export function dialogs(root) {
	const open = (dialog) => {
		if (!dialog || dialog.open) return;
		for (const menu of root.querySelectorAll("details.menu[open]")) menu.open = false;
		dialog.showModal();
		dialog.dispatchEvent(new CustomEvent("dialog:open", { bubbles: true }));
	};
	root.addEventListener("click", (event) => {
		const opener = event.target.closest?.("[data-opens]");
		if (opener) open(root.getElementById(opener.dataset.opens));
		event.target.closest?.("[data-closes]")?.closest("dialog")?.close();
		// A press on the dialog itself, not on anything in it, is a press beside it.
		if (event.target instanceof HTMLDialogElement && beside(event)) event.target.close();
	});
	root.addEventListener("htmx:afterSettle", (event) => {
		open(event.target.closest?.("dialog[data-auto-open]") ?? event.target.querySelector?.("dialog[data-auto-open]"));
	});
}

function beside(event) {
	const box = event.target.getBoundingClientRect();
	return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
