// SPDX-License-Identifier: Apache-2.0
// The graph as text: an outline of all nodes, details of one, search, and a comparison of two models. Pure.
import { bodies_of } from "./scene.js";
import { domain_name, is_initializer, operator_of, type_text } from "./document.js";

/** @typedef {import("./document.js").Model} Model */
/** @typedef {import("./document.js").Graph} Graph */
/** @typedef {{depth: number, graph: number, node: number | null, text: string}} Line without a node: a heading */
/** @typedef {{name: string, type: string, is_initializer: boolean, index: number | null, producer: number | null, users: number[]}} ValueDetails */

/** @param {Graph} graph @param {number | null} index */
export const name_at = (graph, index) => index === null ? "(none)" : graph.values[index].name || "(no name)";

/**
 * A line for each node. Bodies of functions come last, with a heading each.
 * @param {Model} model
 */
export const outline_of = (model) => {
    /** @type {Line[]} */
    const lines = [];
    const add_graph = (/** @type {number} */ at, /** @type {number} */ depth) => {
        const graph = model.graphs[at];
        graph.nodes.forEach((node, i) => {
            const named = node.name ? ` ${node.name}` : "";
            lines.push({ depth, graph: at, node: i, text: `${operator_of(node)}${named}: ${node.inputs.map((index) => name_at(graph, index)).join(", ") || "no inputs"} → ${node.outputs.map((index) => name_at(graph, index)).join(", ") || "no outputs"}` });
            for (const attribute of node.attributes) {
                for (const inner of attribute.graphs) {
                    lines.push({ depth: depth + 1, graph: inner, node: null, text: `Subgraph ${attribute.name}` });
                    add_graph(inner, depth + 1);
                }
            }
        });
    };
    add_graph(0, 0);
    for (const f of model.functions) {
        lines.push({ depth: 0, graph: f.graph, node: null, text: `Function ${domain_name(f.domain)}.${f.name}` });
        add_graph(f.graph, 1);
    }
    return lines;
};

/**
 * Nodes whose operator, name, or names of values contain all words of the text.
 * @param {Model} model @param {string} text
 */
export const find_nodes = (model, text, limit = 500) => {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word);
    if (!words.length) return [];
    /** @type {{graph: number, node: number}[]} */
    const found = [];
    for (let at = 0; at < model.graphs.length; ++at) {
        const graph = model.graphs[at];
        for (let i = 0; i < graph.nodes.length; ++i) {
            const node = graph.nodes[i];
            const all = `${operator_of(node)} ${node.name} ${[...node.inputs, ...node.outputs].map((index) => index === null ? "" : graph.values[index].name).join(" ")}`.toLowerCase();
            if (!words.every((word) => all.includes(word))) continue;
            found.push({ graph: at, node: i });
            if (found.length === limit) return found;
        }
    }
    return found;
};

/** @param {Graph} graph @param {number | null} index @returns {ValueDetails} */
const value_details = (graph, index) => ({
    name: name_at(graph, index), type: index === null ? "" : type_text(graph.values[index]),
    is_initializer: index !== null && is_initializer(graph.values[index]), index,
    producer: index === null ? null : graph.values[index].producer, users: index === null ? [] : graph.values[index].users,
});

/** @param {Model} model @param {number} at index of the graph @param {number} i index of the node */
export const details_of = (model, at, i) => {
    const graph = model.graphs[at], node = graph.nodes[i];
    return {
        operator: operator_of(node), domain: domain_name(node.domain), name: node.name,
        attributes: node.attributes.map(({ name, type, value, graphs }) => ({ name, type, value: graphs.length ? `${graphs.length} ${graphs.length === 1 ? "subgraph" : "subgraphs"}` : value })),
        inputs: node.inputs.map((index) => value_details(graph, index)), outputs: node.outputs.map((index) => value_details(graph, index)),
        opens: bodies_of(model, node).length > 0,
    };
};
