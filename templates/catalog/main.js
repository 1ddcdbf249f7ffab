// SPDX-License-Identifier: Apache-2.0
// Starts the catalog page.
import { counted } from "./formats.js";
import { element, make } from "./nodes.js";
import { read_hub } from "./hub.js";
import { show_hub_facts, show_hub_name, show_signing } from "./hub_view.js";
import { get_text, TokenNeeded } from "./requests.js";
import { ask_for_token } from "./sign_in.js";
import { Navigation } from "./navigation.js";
import { index_source, manifest_source } from "./sources.js";
import { connect_theme } from "./theme.js";

/** @param {string} title @param {string} text */
function show_problem(title, text) {
    const retry = make("button", { type: "button", class: "button" }, "Try again");
    retry.addEventListener("click", () => location.reload());
    element("count").textContent = "No models";
    element("results").replaceChildren();
    element("results").hidden = true;
    element("empty").hidden = true;
    element("more").after(make("div", { class: "problem", role: "alert" }, make("strong", null, title), make("p", null, text), make("p", null, retry)));
}

/** @param {number} count */
function show_skipped(count) {
    element("skipped").hidden = count === 0;
    element("skipped").textContent = `${counted(count, "entry", "entries")} of the manifest without name and path cannot be shown.`;
}

/** @param {string} facts JSON of the exporter */
async function show_catalog(facts) {
    const hub = read_hub(facts, new URL(location.href), get_text);
    show_hub_name(hub);
    const source = await (hub.has_index ? index_source(hub) : manifest_source(hub));
    show_skipped(source.skipped);
    show_hub_facts(hub, source);
    show_signing(hub, source.digest);
    await new Navigation({ hub, source }).show(true);
    if (source.count === 0) show_problem("No models yet", "The manifest is empty.");
}

/** The facts in the page that the server sends with the token. */
async function facts_with_token() {
    const page = await get_text("./");
    return /<script type="application\/json" id="catalog">(.*?)<\/script>/s.exec(page)?.[1] ?? "";
}

/** @param {() => Promise<string>} get_facts */
async function start(get_facts) {
    try {
        await show_catalog(await get_facts());
    } catch (error) {
        if (!(error instanceof TokenNeeded)) throw error;
        element("main").removeAttribute("aria-busy");
        await ask_for_token(error.message);
        await start(facts_with_token);
    }
}

connect_theme();
start(async () => element("catalog").textContent ?? "")
    .catch((error) => show_problem("The models cannot be listed", error.message))
    .finally(() => element("main").removeAttribute("aria-busy"));
