// SPDX-License-Identifier: Apache-2.0
// The section "Graph" of a model's page. Its content is a later script, graph/main.js, which is loaded on demand.
import { make } from "./nodes.js";
import { load_script } from "./later_script.js";

/** @typedef {import("./entries.js").Entry} Entry */

/** @param {Entry} entry @param {import("./hub.js").Hub} hub */
export function graph_section(entry, hub) {
    if (!hub.scripts.graph || !hub.graphs.has(entry.file.sha)) return null;
    const button = make("button", { type: "button", class: "button" }, "Show the graph");
    const place = make("div", { class: "graph" }, button);
    button.addEventListener("click", async () => {
        button.disabled = true;
        try {
            const graph = await load_script("graph", hub.scripts.graph);
            await graph.mount(place, { name: entry.name, address: `graph/${entry.file.sha}.json.gz` });
        } catch (error) {
            place.replaceChildren(make("p", { class: "note", role: "alert" }, `The graph cannot be shown. ${error instanceof Error ? error.message : ""}`));
        }
    });
    return make("section", { class: "block", "aria-labelledby": "graph-title" }, make("h2", { id: "graph-title" }, "Graph"), place);
}
