// SPDX-License-Identifier: Apache-2.0
// What is beside the picture: details of the selected vertex.
import { make } from "../nodes.js";
import { counted } from "../formats.js";
import { shown } from "../values.js";
import { operator_of, shape_text, type_text } from "./document.js";
import { group_names, group_of } from "./groups.js";
import { details_of, name_at } from "./outline.js";

/** @typedef {import("./document.js").Model} Model */
/** @typedef {import("./scene.js").DrawnVertex} DrawnVertex */
/** @typedef {import("./outline.js").ValueDetails} ValueDetails */
/** @typedef {{select_node: (graph: number, node: number) => void, toggle: (id: string) => void}} Actions */

const most_values = 60;

/** @param {string} text */
const mono = (text) => make("bdi", { class: "mono" }, shown(text, 300));

/** @param {string} title @param {Node[]} rows */
const list = (title, rows) => rows.length > 0 && make("section", null, make("h4", null, title), make("ul", null, rows));

/** @param {Model} model @param {number} graph @param {number} node @param {Actions} actions */
function node_button(model, graph, node, actions) {
    const { op, domain, name } = model.graphs[graph].nodes[node];
    const button = make("button", { type: "button", class: "button small quiet" }, shown(`${operator_of({ op, domain })} ${name}`.trim(), 60));
    button.addEventListener("click", () => actions.select_node(graph, node));
    return button;
}

/** @param {Model} model @param {number} graph @param {ValueDetails} value @param {boolean} is_input @param {Actions} actions */
function value_row(model, graph, value, is_input, actions) {
    const others = is_input ? (value.producer === null ? [] : [value.producer]) : value.users;
    return make("li", null, mono(value.name),
        value.type && make("span", { class: "graph-type mono" }, ` ${shown(value.type, 120)}`),
        value.is_initializer && make("span", { class: "graph-type" }, " initializer"),
        others.length > 0 && make("span", { class: "graph-links" }, is_input ? "from " : "to ", others.slice(0, 8).map((node) => node_button(model, graph, node, actions)),
            others.length > 8 && ` and ${others.length - 8} more`));
}

/** @param {Model} model @param {number} graph @param {number} node @param {string} id @param {boolean} is_open @param {Actions} actions */
function node_details(model, graph, node, id, is_open, actions) {
    const details = details_of(model, graph, node);
    const toggle = details.opens && make("button", { type: "button", class: "button small" }, is_open ? "Close" : "Open what is inside");
    if (toggle) toggle.addEventListener("click", () => actions.toggle(id));
    const rows = (/** @type {ValueDetails[]} */ values, /** @type {boolean} */ is_input) => values.slice(0, most_values).map((value) => value_row(model, graph, value, is_input, actions));
    return [
        make("h3", null, shown(details.operator, 100)),
        make("p", { class: "graph-type" }, `${shown(details.domain, 80)}${details.name ? " · " : ""}`, details.name && mono(details.name)),
        toggle && make("p", null, toggle),
        list("Attributes", details.attributes.map(({ name, type, value }) => make("li", null, mono(name), make("span", { class: "graph-type" }, ` ${type}`), make("div", { class: "mono" }, shown(value, 300))))),
        list("Inputs", rows(details.inputs, true)),
        list("Outputs", rows(details.outputs, false)),
    ];
}

/** @param {Model} model @param {DrawnVertex} vertex @param {Actions} actions */
function part_details(model, vertex, actions) {
    const button = make("button", { type: "button", class: "button small" }, "Show its nodes");
    button.addEventListener("click", () => actions.toggle(vertex.id));
    const rows = vertex.nodes.slice(0, most_values).map((node) => make("li", null, node_button(model, vertex.graph, node, actions)));
    return [make("h3", null, vertex.title), make("p", { class: "graph-type" }, vertex.sub), make("p", null, button), list(counted(vertex.nodes.length, "node"), rows)];
}

/** @param {Model} model @param {DrawnVertex} vertex @param {Actions} actions */
function port_details(model, vertex, actions) {
    const graph = model.graphs[vertex.graph], index = /** @type {number} */ (vertex.value), value = graph.values[index];
    const titles = { input: "Input", output: "Output", outer: "Value of the graph around" };
    return [
        make("h3", null, titles[/** @type {"input" | "output" | "outer"} */ (vertex.kind)]), make("p", null, mono(name_at(graph, index))),
        make("p", { class: "graph-type mono" }, type_text(value)),
        list("Used by", value.users.slice(0, most_values).map((node) => make("li", null, node_button(model, vertex.graph, node, actions)))),
    ];
}

/**
 * Without a selection: what the model is.
 * @param {Model} model
 */
function model_details(model) {
    const initializers = model.graphs.reduce((sum, graph) => sum + graph.values.filter(({ kind }) => kind === "initializer" || kind === "sparse_initializer").length, 0);
    const nodes = model.graphs.reduce((sum, graph) => sum + graph.nodes.length, 0);
    const used = new Set(model.graphs.flatMap((graph) => graph.nodes.map(group_of)));
    return [
        make("h3", null, shown(model.graphs[0].name, 100) || "Graph"),
        make("p", { class: "graph-type" }, `${counted(nodes, "node")}, ${counted(initializers, "initializer")}${model.graphs.length > 1 ? `, ${counted(model.graphs.length, "graph")}` : ""}`),
        model.producer && make("p", { class: "graph-type" }, `Producer: ${shown(model.producer, 120)}`),
        list("Operator sets", model.opsets.map(({ domain, version }) => make("li", null, mono(domain || "ai.onnx"), ` ${version}`))),
        make("section", null, make("h4", null, "Colours"), make("ul", { class: "graph-legend" },
            Object.entries(group_names).filter(([group]) => used.has(group)).map(([group, name]) => make("li", { class: `group-${group}` }, name)))),
    ];
}

/** @param {Model} model @param {DrawnVertex | null} vertex @param {Actions} actions */
export function details_nodes(model, vertex, actions) {
    const nodes = !vertex ? model_details(model)
        : vertex.kind === "node" ? node_details(model, vertex.graph, vertex.nodes[0], vertex.id, vertex.is_open, actions)
        : vertex.nodes.length ? part_details(model, vertex, actions) : port_details(model, vertex, actions);
    return /** @type {Node[]} */ (nodes.filter(Boolean));
}

/**
 * One sentence about a vertex, for screen readers.
 * @param {Model} model @param {DrawnVertex} vertex
 */
export function spoken(model, vertex) {
    const named = vertex.kind === "node" ? model.graphs[vertex.graph].nodes[vertex.nodes[0]].name : "";
    const shape = vertex.value === null ? "" : shape_text(model.graphs[vertex.graph].values[vertex.value]);
    return shown([vertex.kind === "node" ? "" : vertex.kind, vertex.title, named, vertex.sub || shape].filter(Boolean).join(", "), 200);
}
