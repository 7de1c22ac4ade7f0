// The theme changes at once; the server is told so that the next page begins with it.

export function theme(root) {
	root.addEventListener("submit", async (event) => {
		const form = event.target;
		if (!form.matches("[data-theme-form]") || !event.submitter || "plain" in form.dataset) return;
		event.preventDefault();
		const chosen = event.submitter.value;
		root.documentElement.dataset.bsTheme = chosen;
		root.querySelector("meta[name=color-scheme]").content = chosen === "auto" ? "light dark" : chosen;
		for (const button of form.querySelectorAll("button")) {
			button.setAttribute("aria-pressed", String(button === event.submitter));
		}
		const body = new URLSearchParams(new FormData(form, event.submitter));
		// Who goes on to another page at once takes the choice along.
		const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => null);
		// Without an answer the choice would be gone on the next page: let the browser try, and say why.
		if (!answer || (!answer.ok && answer.type !== "opaqueredirect")) {
			form.dataset.plain = "";
			form.requestSubmit(event.submitter);
		}
	});
}
