// The pages work without script; this makes them quick for the keyboard. htmx replaces parts
// of a page, and each module below adds one thing.
import "htmx.org";
import { keys } from "./keys.js";
import { lists } from "./lists.js";
import { menus, dialogs } from "./dialogs.js";
import { theme } from "./theme.js";
import { inbox } from "./inbox.js";
import { runChecks } from "./run-checks.js";

keys(document);
lists(document);
menus(document);
dialogs(document);
theme(document);
inbox(document);
runChecks(document);
