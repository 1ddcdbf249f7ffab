// SPDX-License-Identifier: Apache-2.0
// Reads graph/<SHA-256>.json.gz, which docs/graphs.md describes. The document comes from a hub, so nothing in it is trusted: indices
// outside of their lists and values of another type are dropped. Pure, except for read_packed().

const largest_answer = 64 << 20;  // characters: onnxhub writes at most 16 MiB

/**
 * @typedef {object} Value
 * @property {string} name
 * @property {string} kind "input", "initializer", "sparse_initializer", "outer", or "" of a node's output
 * @property {string} type "tensor(float)"; "" if unknown
 * @property {(number | string | null)[] | null} shape
 * @property {{graph: number, value: number} | null} outer the value of the graph around that this is
 * @property {number | null} producer index of the node
 * @property {number[]} users indices of nodes
 * @property {boolean} is_output whether the graph gives it
 */
/** @typedef {{name: string, type: string, value: string, graphs: number[]}} Attribute */
/** @typedef {{op: string, domain: string, overload: string, name: string, inputs: (number | null)[], outputs: (number | null)[], attributes: Attribute[]}} GraphNode */
/** @typedef {{nodes: number, ports: number, initializers: number}} LeftOut */
/** @typedef {{graph: number, node: number, attribute: string}} Owner */
/** @typedef {{name: string, values: Value[], nodes: GraphNode[], inputs: number[], outputs: number[], left_out: LeftOut, owner: Owner | null}} Graph */
/** @typedef {{name: string, domain: string, overload: string, graph: number}} GraphFunction */
/**
 * @typedef {object} Model
 * @property {number} ir_version
 * @property {string} producer
 * @property {{domain: string, version: number}[]} opsets
 * @property {Graph[]} graphs the main graph is the first one
 * @property {GraphFunction[]} functions
 * @property {{attributes: number, subgraphs: number, functions: number, opsets: number, shortened_texts: number, below_depth_limit: boolean}} left_out
 */

/** @param {unknown} value @returns {unknown[]} */
const list_of = (value) => Array.isArray(value) ? value : [];
/** @param {unknown} value */
const object_of = (value) => /** @type {Record<string, unknown>} */ (value !== null && typeof value === "object" ? value : {});
/** @param {unknown} value */
const text_of = (value) => typeof value === "string" ? value : "";
/** @param {unknown} value */
const count_of = (value) => typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
/** @param {unknown} value @param {number} count */
const index_in = (value, count) => typeof value === "number" && Number.isInteger(value) && value >= 0 && value < count ? value : null;

/**
 * Servers send the file as it is, or unpacked by the browser when they declare it as an encoding.
 * @param {Response} response
 */
export const read_packed = async (response) => {
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
    const { DecompressionStream: Unpacker } = /** @type {any} */ (globalThis);
    const reader = new Blob([bytes]).stream().pipeThrough(new Unpacker("gzip")).pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return text;
        text += value;
        if (text.length > largest_answer) { await reader.cancel(); throw new Error("The graph is too large."); }
    }
};

const kinds = ["input", "initializer", "sparse_initializer", "outer"];

/** @param {unknown} value */
const dimension_from = (value) => typeof value === "string" || (typeof value === "number" && Number.isFinite(value)) ? value : null;

/** @param {unknown} json @returns {Value} */
const value_from = (json) => {
    const value = object_of(json);
    return {
        name: text_of(value.name), kind: kinds.includes(text_of(value.kind)) ? text_of(value.kind) : "", type: text_of(value.type),
        shape: Array.isArray(value.shape) ? value.shape.map(dimension_from) : null,
        outer: null, producer: null, users: [], is_output: false,
    };
};

/** @param {unknown} json @param {number} graphs @returns {Attribute} */
const attribute_from = (json, graphs) => {
    const attribute = object_of(json);
    return {
        name: text_of(attribute.name), type: text_of(attribute.type), value: text_of(attribute.value),
        graphs: list_of(attribute.graphs).map((index) => index_in(index, graphs) ?? 0).filter((index) => index > 0),
    };
};

/** @param {unknown} json @param {number} values @param {number} graphs @returns {GraphNode} */
const node_from = (json, values, graphs) => {
    const node = object_of(json), slots = (/** @type {unknown} */ list) => list_of(list).map((index) => index_in(index, values));
    return {
        op: text_of(node.op), domain: text_of(node.domain), overload: text_of(node.overload), name: text_of(node.name),
        inputs: slots(node.inputs), outputs: slots(node.outputs),
        attributes: list_of(node.attributes).map((attribute) => attribute_from(attribute, graphs)),
    };
};

/** @param {unknown} json @param {number} graphs @returns {Graph} */
const graph_from = (json, graphs) => {
    const graph = object_of(json), values = list_of(graph.values).map(value_from);
    const nodes = list_of(graph.nodes).map((node) => node_from(node, values.length, graphs));
    const ports = (/** @type {unknown} */ list) => list_of(list).map((index) => index_in(index, values.length) ?? -1).filter((index) => index >= 0);
    nodes.forEach((node, i) => {
        for (const index of new Set(node.inputs)) if (index !== null) values[index].users.push(i);
        for (const index of node.outputs) if (index !== null) values[index].producer ??= i;
    });
    const left_out = object_of(graph.left_out), outputs = ports(graph.outputs);
    for (const index of outputs) values[index].is_output = true;
    return {
        name: text_of(graph.name), values, nodes, inputs: ports(graph.inputs), outputs,
        left_out: { nodes: count_of(left_out.nodes), ports: count_of(left_out.ports), initializers: count_of(left_out.initializers) },
        owner: null,
    };
};

/**
 * Each graph belongs to one node or function, and not to one of its own: otherwise drawing it would not end.
 * @param {Graph[]} graphs
 */
const claim_graphs = (graphs) => {
    const owned = new Set([0]);
    for (let i = 0; i < graphs.length; ++i) {
        graphs[i].nodes.forEach((node, at) => {
            for (const attribute of node.attributes) {
                attribute.graphs = attribute.graphs.filter((inner) => {
                    if (inner <= i || owned.has(inner)) return false;
                    owned.add(inner);
                    graphs[inner].owner = { graph: i, node: at, attribute: attribute.name };
                    return true;
                });
            }
        });
    }
};

/**
 * Outer values belong to an earlier graph.
 * @param {unknown[]} list the graphs as JSON @param {Graph[]} graphs
 */
const read_outer_values = (list, graphs) => {
    graphs.forEach((graph, i) => {
        const values = list_of(object_of(list[i]).values);
        graph.values.forEach((value, k) => {
            const [first, second] = list_of(object_of(values[k]).outer), outside = index_in(first, i);
            const index = outside === null ? null : index_in(second, graphs[outside].values.length);
            if (value.kind === "outer" && outside !== null && index !== null) value.outer = { graph: outside, value: index };
        });
    });
};

/**
 * A node uses the outer values of its subgraphs.
 * @param {Graph[]} graphs
 */
const add_captures = (graphs) => {
    graphs.forEach((graph, i) => {
        for (const { outer } of graph.values) {
            if (!outer) continue;
            let owner = graphs[i].owner;
            while (owner && owner.graph > outer.graph) owner = graphs[owner.graph].owner;
            const { users } = graphs[outer.graph].values[outer.value];
            if (owner?.graph === outer.graph && !users.includes(owner.node)) users.push(owner.node);
        }
    });
};

/**
 * The model in the document. Throws an Error with the reason, for people.
 * @param {string} text @returns {Model}
 */
export const parse_document = (text) => {
    let json;
    try {
        json = JSON.parse(text);
    } catch {
        throw new Error("The graph is not JSON.");
    }
    const root = object_of(json);
    if (root.format !== "onnxhub.graph") throw new Error("The file does not describe a graph.");
    if (root.version !== 1) throw new Error("The graph was written by another version of onnxhub. Export the hub again.");
    const list = list_of(root.graphs), graphs = list.map((graph) => graph_from(graph, list.length));
    if (!graphs.length) throw new Error("The model has no graph.");
    read_outer_values(list, graphs);
    claim_graphs(graphs);
    add_captures(graphs);
    const functions = list_of(root.functions).map(object_of).map((f) => ({
        name: text_of(f.name), domain: text_of(f.domain), overload: text_of(f.overload), graph: index_in(f.graph, graphs.length) ?? 0,
    })).filter((f) => f.graph > 0);
    const left_out = object_of(root.left_out);
    return {
        ir_version: count_of(root.ir_version), producer: text_of(root.producer),
        opsets: list_of(root.opsets).map(object_of).map((opset) => ({ domain: text_of(opset.domain), version: count_of(opset.version) })),
        graphs, functions,
        left_out: {
            attributes: count_of(left_out.attributes), subgraphs: count_of(left_out.subgraphs), functions: count_of(left_out.functions),
            opsets: count_of(left_out.opsets), shortened_texts: count_of(left_out.shortened_texts), below_depth_limit: left_out.below_depth_limit === true,
        },
    };
};

/** @param {string} domain */
const is_default = (domain) => domain === "" || domain === "ai.onnx";
/** @param {{op: string, domain: string}} node */
export const operator_of = (node) => is_default(node.domain) ? node.op : `${node.domain}.${node.op}`;
/** @param {string} domain */
export const domain_name = (domain) => is_default(domain) ? "ai.onnx" : domain;
/** @param {Value} value */
export const is_initializer = (value) => value.kind === "initializer" || value.kind === "sparse_initializer";

/**
 * "float[1,3,224,224]", as the pages of models write ports; "" when nothing is known.
 * @param {Value} value
 */
export const type_text = (value) => {
    const type = value.type.replace(/^tensor\((.*)\)$/, "$1");
    return value.shape ? `${type}[${value.shape.map((size) => size ?? "?").join(",")}]` : type;
};

/** @param {Value} value */
export const shape_text = (value) => value.shape?.map((size) => size ?? "?").join("×") ?? "";

/**
 * What is missing, as one sentence; "": nothing.
 * @param {Model} model
 */
export const left_out_text = (model) => {
    const sum = (/** @type {"nodes" | "ports" | "initializers"} */ key) => model.graphs.reduce((total, graph) => total + graph.left_out[key], 0);
    /** @type {[number, string][]} */
    const numbers = [
        [sum("nodes"), "node"], [sum("ports"), "port"], [sum("initializers"), "initializer"], [model.left_out.attributes, "attribute"],
        [model.left_out.subgraphs, "subgraph"], [model.left_out.functions, "function"],
    ];
    const counts = numbers.filter(([count]) => count > 0).map(([count, what]) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`);
    if (model.left_out.below_depth_limit) counts.push("subgraphs that are nested too deep");
    return counts.length ? `The model is larger than what is shown. Left out: ${counts.join(", ")}.` : "";
};
