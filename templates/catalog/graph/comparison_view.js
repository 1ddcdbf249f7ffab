// SPDX-License-Identifier: Apache-2.0
// Chooses another model of the hub, and shows how it differs.
import { make } from "../nodes.js";
import { counted } from "../formats.js";
import { shown } from "../values.js";
import { changes_between } from "./comparison.js";
import { left_out_text } from "./document.js";

/** @typedef {import("./document.js").Model} Model */
/** @typedef {import("./comparison.js").Change} Change */
/** @typedef {{label: string, address: string}} OtherModel `address` of its graph */

const most_rows = 500;

/** @param {Change[]} changes @param {string} name @param {string} other */
function table(changes, name, other) {
    const row = (/** @type {Change} */ { field, before, after }) => make("tr", null,
        make("th", { scope: "row" }, make("bdi", null, shown(field, 120))), make("td", null, make("bdi", null, shown(before, 200) || "–")), make("td", null, make("bdi", null, shown(after, 200) || "–")));
    return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table of differences" }, make("table", null,
        make("thead", null, make("tr", null, make("th", { scope: "col" }, "Difference"), make("th", { scope: "col" }, shown(name, 80)), make("th", { scope: "col" }, shown(other, 80)))),
        make("tbody", null, changes.slice(0, most_rows).map(row))));
}

/**
 * @param {Model} model @param {string} name @param {OtherModel[]} others @param {(address: string) => Promise<Model>} load
 */
export function comparison_section(model, name, others, load) {
    const select = make("select", null, make("option", { value: "" }, "Choose a model"), others.map(({ label }, i) => make("option", { value: i }, shown(label, 100))));
    const result = make("div", { class: "graph-changes", role: "status" });
    select.addEventListener("change", async () => {
        const other = others[Number(select.value)];
        if (select.value === "" || !other) return result.replaceChildren();
        result.replaceChildren("Loading …");
        try {
            const found = await load(other.address), changes = changes_between(model, found);
            result.replaceChildren(make("p", null, changes.length ? counted(changes.length, "difference") : "The graphs do not differ in these respects."));
            if (left_out_text(model) || left_out_text(found)) result.append(make("p", { class: "note" }, "A graph is not complete, so some numbers are too small."));
            if (changes.length) result.append(table(changes, name, other.label));
        } catch (error) {
            result.replaceChildren(make("p", { class: "note", role: "alert" }, error instanceof Error ? error.message : "It cannot be read."));
        }
    });
    return make("section", { class: "graph-comparison" }, make("label", null, "Compare with ", select), result);
}
