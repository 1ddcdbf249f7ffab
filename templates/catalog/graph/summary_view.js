// SPDX-License-Identifier: Apache-2.0
// Operators and weights of a model as tables.
import { make } from "../nodes.js";
import { shown } from "../values.js";
import { human_size, number_text } from "../formats.js";
import { left_out_text } from "./document.js";
import { largest_weights, operator_counts, weights_by_type } from "./summary.js";

/** @typedef {import("./document.js").Model} Model */

const most_operators = 300, most_weights = 10;

/**
 * Columns of text come first, then those of numbers.
 * @param {string} title @param {string[]} texts @param {string[]} numbers @param {string[][]} rows
 */
function table(title, texts, numbers, rows) {
    if (rows.length === 0) return null;
    const aligned = (/** @type {number} */ i) => i >= texts.length ? { class: "number" } : {};
    const cells = (/** @type {string[]} */ row) => row.map((cell, i) => make("td", aligned(i), make("bdi", null, cell)));
    return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title }, make("table", null,
        make("caption", null, title),
        make("thead", null, make("tr", null, [...texts, ...numbers].map((head, i) => make("th", { scope: "col", ...aligned(i) }, head)))),
        make("tbody", null, rows.map((row) => make("tr", null, ...cells(row))))));
}

/** @param {Model} model */
export function summary_view(model) {
    const operators = [...operator_counts(model)].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)), weights = weights_by_type(model), largest = largest_weights(model, most_weights);
    const more = operators.length - most_operators;
    return make("div", { class: "graph-summary" },
        left_out_text(model) && make("p", { class: "note" }, left_out_text(model)),
        table("Operators", ["Operator"], ["Nodes"], operators.slice(0, most_operators).map(([name, count]) => [shown(name, 100), number_text(count)])),
        more > 0 && make("p", { class: "note" }, `${number_text(more)} more operators.`),
        table("Weights by type", ["Type"], ["Tensors", "Parameters", "Size"], weights.map(({ type, tensors, parameters, bytes }) =>
            [shown(type, 40), number_text(tensors), number_text(parameters), bytes === null ? "unknown" : human_size(bytes)])),
        table("Largest weights", ["Name", "Type", "Shape"], ["Size"], largest.map(({ name, type, shape, bytes }) =>
            [shown(name || "without a name", 80), shown(type, 40), shown(shape || "scalar", 60), human_size(bytes)])));
}
