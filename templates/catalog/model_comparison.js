// SPDX-License-Identifier: Apache-2.0
// Compares a version of a model with another one.
import { human_size, port_type } from "./formats.js";
import { make } from "./nodes.js";
import { precision_of } from "./traits.js";
import { shown } from "./values.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./entries.js").Ports} Ports */
/** @typedef {{title: string, left: string, right: string}} Row */

/** @param {Ports | undefined} ports @returns {Map<string, string>} types by name */
const types_of = (ports) => new Map((ports?.first ?? []).map((port) => [port.name, port_type(port)]));

/**
 * A row for each port of either side; "" where one has none.
 * @param {string} kind @param {Ports | undefined} left @param {Ports | undefined} right @returns {Row[]}
 */
function port_rows(kind, left, right) {
    const [ours, theirs] = [types_of(left), types_of(right)];
    return [...new Set([...ours.keys(), ...theirs.keys()])].map((name) => ({ title: `${kind} ${name}`, left: ours.get(name) ?? "", right: theirs.get(name) ?? "" }));
}

/** @param {Entry} left @param {Entry} right @returns {Row[]} */
export function comparison_rows(left, right) {
    const row = (/** @type {string} */ title, /** @type {(entry: Entry) => string} */ text_of) => ({ title, left: text_of(left), right: text_of(right) });
    return [
        row("Opset", (entry) => String(entry.opset ?? "unknown")),
        row("ONNX", (entry) => entry.onnx_version || "unknown"),
        row("Precision", (entry) => precision_of(entry) || "unknown"),
        row("Size", (entry) => human_size(entry.bytes)),
        row("Accuracy", (entry) => entry.metric ? `${entry.metric.text} ${entry.metric.name}` : "unknown"),
        ...port_rows("Input", left.ports?.inputs, right.ports?.inputs),
        ...port_rows("Output", left.ports?.outputs, right.ports?.outputs),
    ];
}

/** @param {Row} row */
function row_node({ title, left, right }) {
    const is_same = left === right;
    const cell = (/** @type {string} */ text) => make("td", { class: "mono" }, text ? shown(text, 300) : "none");
    return make("tr", { class: is_same ? null : "differs" }, make("th", { scope: "row" }, shown(title, 200)), cell(left), cell(right), make("td", null, is_same ? "same" : "differs"));
}

/** @param {string} text */
const column = (text) => make("th", { scope: "col" }, text);

/** @param {Entry} left @param {Entry} right @param {(entry: Entry) => string} label_of */
export const comparison_table = (left, right, label_of) => make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Comparison" }, make("table", { class: "comparison" },
    make("thead", null, make("tr", null, column("Property"), column(shown(label_of(left), 80)), column(shown(label_of(right), 80)), column("Result"))),
    make("tbody", null, comparison_rows(left, right).map(row_node))));
