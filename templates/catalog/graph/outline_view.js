// SPDX-License-Identifier: Apache-2.0
// The outline as a list. Long ones grow on request, since a document of 40,000 items is slow.
import { make } from "../nodes.js";
import { number_text } from "../formats.js";
import { shown } from "../values.js";
import { outline_of } from "./outline.js";

/** @typedef {import("./document.js").Model} Model */

const lines_at_once = 400;
const deepest_indent = 6;

/** @param {Model} model @param {(graph: number, node: number) => void} select */
export function outline_section(model, select) {
    const lines = outline_of(model), list = make("ol", { class: "graph-lines" });
    const more = make("button", { type: "button", class: "button small" });
    let done = 0;
    const grow = () => {
        const part = document.createDocumentFragment();
        for (const end = Math.min(done + lines_at_once, lines.length); done < end; ++done) part.append(line_node(lines[done], select));
        list.append(part);
        more.hidden = done === lines.length;
        more.textContent = `Show ${number_text(Math.min(lines_at_once, lines.length - done))} more of ${number_text(lines.length - done)}`;
    };
    more.addEventListener("click", () => {
        const first = done;
        grow();
        /** @type {HTMLElement | null} */ (list.children[first]?.querySelector("button"))?.focus();
    });
    grow();
    return make("section", { id: "graph-outline", class: "graph-outline", hidden: true, "aria-label": "Outline of the graph" }, list, more);
}

/** @param {import("./outline.js").Line} line @param {(graph: number, node: number) => void} select */
function line_node({ depth, graph, node, text }, select) {
    const indent = `graph-depth-${Math.min(depth, deepest_indent)}`;
    if (node === null) return make("li", { class: indent }, make("strong", null, shown(text, 300)));
    const button = make("button", { type: "button", class: "graph-line" }, make("bdi", null, shown(text, 300)));
    button.addEventListener("click", () => select(graph, node));
    return make("li", { class: indent }, button);
}
