// SPDX-License-Identifier: Apache-2.0
// The section "Graph" of a model's page. Its content is a later script, graph/main.js, which is loaded on demand.
import { graph_hash } from "./addresses.js";
import { make } from "./nodes.js";
import { load_script, start_worker } from "./later_script.js";

/** @typedef {import("./entries.js").Entry} Entry */

/** @typedef {import("./models.js").Models} Models */

const most_others = 500;

/** @param {Entry} entry */
const address_of = (entry) => `graph/${entry.file.sha}.json.gz`;

/** @param {Entry} entry @param {import("./hub.js").Hub} hub */
const has_graph = (entry, hub) => hub.has_graphs && entry.file.sha !== "" && !hub.without_graph.has(entry.path);

/**
 * Other versions first, then other models by name.
 * @param {Entry} entry @param {import("./hub.js").Hub} hub @param {Models} models
 */
function others_of(entry, hub, { models, model_of }) {
    const own = model_of.get(entry), label = (/** @type {Entry} */ other) => other.opset === null ? other.name : `${other.name}, opset ${other.opset}`;
    const others = [...own ? own.entries : [], ...models.filter((model) => model !== own).flatMap((model) => model.entries)];
    return others.filter((other) => other !== entry && has_graph(other, hub)).slice(0, most_others).map((other) => ({ label: label(other), address: address_of(other) }));
}

/** @param {HTMLElement} place @param {string} what @param {unknown} error */
const show_failure = (place, what, error) =>
    place.replaceChildren(make("p", { class: "note", role: "alert" }, `${what} cannot be shown. ${error instanceof Error ? error.message : ""}`));

/** @param {Entry} entry @param {string} script address of the later script */
function summary_details(entry, script) {
    const place = make("div", null, make("p", null, "Loading …"));
    const details = make("details", { class: "graph-summary-details" }, make("summary", null, "Operators and weights"), place);
    details.addEventListener("toggle", async () => {
        try {
            await (await load_script("graph", script)).mount_summary(place, address_of(entry));
        } catch (error) {
            show_failure(place, "The operators", error);
        }
    }, { once: true });
    return details;
}

/** So that the address that a reader copies opens the graph. */
function put_into_address() {
    try {
        history.replaceState(null, "", graph_hash(location.hash));
    } catch {
        // Browsers limit changes of the address.
    }
}

/** @param {Entry} entry @param {import("./hub.js").Hub} hub @param {Models} models @param {boolean} opens whether to show it at once */
export function graph_section(entry, hub, models, opens) {
    const script = hub.scripts.graph;
    if (!script || !has_graph(entry, hub)) return null;
    const button = make("button", { type: "button", class: "button" }, "Show the graph");
    const place = make("div", { class: "graph" }, button);
    button.addEventListener("click", async () => {
        button.disabled = true;
        if (!opens) put_into_address();
        try {
            const graph = await load_script("graph", script);
            await graph.mount(place, { name: entry.name, address: address_of(entry), others: others_of(entry, hub, models), start_worker });
            if (opens) place.scrollIntoView();
        } catch (error) {
            show_failure(place, "The graph", error);
        }
    });
    if (opens) button.click();
    return make("section", { class: "block", "aria-labelledby": "graph-title" }, make("h2", { id: "graph-title" }, "Graph"),
        entry.file.missing && make("p", { class: "note" }, "The file of the model is not available. Its graph was read from a server or comes from an earlier export."), place, summary_details(entry, script));
}
