// SPDX-License-Identifier: Apache-2.0
// What is drawn of a model: nodes, ports, collapsed blocks, and opened subgraphs. Pure.
import { chains_in, repeats_in } from "./blocks.js";
import { is_initializer, operator_of, shape_text, type_text } from "./document.js";
import { shown } from "../values.js";
import { group_of } from "./groups.js";
import { head_of_inner, margin_of_inner } from "./layout.js";

/** @typedef {import("./document.js").Model} Model */
/** @typedef {import("./document.js").Graph} Graph */
/** @typedef {import("./document.js").GraphNode} GraphNode */
/** @typedef {(text: string) => number} Measure the width of a text */
/** @typedef {{collapses: boolean, open?: Set<string>, measure?: Measure}} SceneOptions */
/** @typedef {{collapses: boolean, open: Set<string>, measure?: Measure}} SceneState `open`: ids of vertices that are opened */
/**
 * @typedef {object} Vertex
 * @property {string} id
 * @property {"input" | "output" | "outer" | "node" | "block" | "chain"} kind
 * @property {string} title
 * @property {string} sub second line, or ""
 * @property {string} group of operators, or ""
 * @property {number} graph
 * @property {number[]} nodes that it shows
 * @property {number | null} value of a port
 * @property {boolean} opens whether it contains graphs
 * @property {number} width
 * @property {number} height
 */
/** @typedef {{from: number, to: number, values: number[]}} Edge between vertices, by index */
/** @typedef {{label: string, scene: Scene}} Body */
/** @typedef {{vertices: Vertex[], edges: Edge[], inner: Record<string, Body[]>, parts: string[]}} Scene `inner` by index of the vertex; `parts`: ids of blocks and chains */
/** @typedef {Vertex & {x: number, y: number, depth: number, layer: number, is_open: boolean, labels: {text: string, x: number, width: number}[]}} DrawnVertex */
/** @typedef {Edge & {graph: number, points: Float32Array}} DrawnEdge */
/** @typedef {{vertices: DrawnVertex[], edges: DrawnEdge[], width: number, height: number}} Drawing */
/** @typedef {{key: string, nodes: number[], kind: "block" | "chain", title: string, sub: string}} Part */

// In smaller graphs, nothing is collapsed.
export const collapsed_from = 150;  // nodes

const line_height = 17;
const widest = 260;
const narrowest = 84;

// Titles in the picture.
const shown_text = (/** @type {string} */ text) => shown(text, 120);

// Without a canvas, a character is about this wide.
/** @type {Measure} */
const about = (text) => 7.2 * text.length;

const constants = new Set(["Constant", "ConstantOfShape", "Identity"]);

/**
 * Constants are parts of their users, as initializers are, unless the graph gives them.
 * @param {Graph} graph @param {GraphNode} node
 */
const is_folded = (graph, node) => constants.has(node.op) && node.inputs.every((index) => index === null || is_initializer(graph.values[index])) &&
    node.outputs.every((index) => index === null || !graph.values[index].is_output);

/** @param {Vertex} vertex @param {Measure} measure */
const sized = (vertex, measure) => {
    const longest = Math.max(measure(vertex.title), measure(vertex.sub) * 0.92);
    vertex.width = Math.min(widest, Math.max(narrowest, longest + 36 + (vertex.opens ? 16 : 0)));
    vertex.height = 16 + line_height * (vertex.sub ? 2 : 1);
    return vertex;
};

/** @param {Graph} graph @param {GraphNode} node */
const weights_of = (graph, node) => {
    const shapes = node.inputs.flatMap((index) => index !== null && is_initializer(graph.values[index]) ? [shape_text(graph.values[index])] : []).filter((text) => text);
    return shapes.slice(0, 2).join("  ") + (shapes.length > 2 ? " …" : "");
};

/**
 * Lists of nodes that are shown as one.
 * @param {Graph} graph @param {number[]} listed
 */
const parts_of = (graph, listed) => {
    const operators = listed.map((i) => operator_of(graph.nodes[i]));
    const tokens = operators.map((name, i) => `${name} ${graph.nodes[listed[i]].outputs.length}`);
    const parts = /** @type {Part[]} */ ([]), is_taken = new Uint8Array(graph.nodes.length);
    const is_sorted = graph.nodes.every((node, i) => node.inputs.every((index) => index === null || (graph.values[index].producer ?? -1) < i));
    for (const run of is_sorted ? repeats_in(tokens) : []) {
        for (let repeat = 0; repeat < run.repeats; ++repeat) {
            const begin = run.begin + repeat * run.period, nodes = listed.slice(begin, begin + run.period);
            for (const i of nodes) is_taken[i] = 1;
            parts.push({
                key: `b${nodes[0]}`, nodes, kind: "block", title: `Block ${repeat + 1} of ${run.repeats}`, sub: `${run.period} nodes: ${[...new Set(operators.slice(begin, begin + run.period))].slice(0, 3).join(", ")}`,
            });
        }
    }
    /** @type {number[][]} */
    const after = graph.nodes.map(() => []), before = /** @type {number[][]} */ (graph.nodes.map(() => []));
    for (const value of graph.values) {
        if (value.producer === null) continue;
        for (const user of value.users) {
            if (user === value.producer || after[value.producer].includes(user)) continue;
            after[value.producer].push(user);
            before[user].push(value.producer);
        }
    }
    const outputs = new Set(graph.outputs.map((index) => graph.values[index].producer));
    const may_join = (/** @type {number} */ i) => !is_taken[i] && !is_folded(graph, graph.nodes[i]) && !outputs.has(i) && graph.nodes[i].attributes.every((attribute) => !attribute.graphs.length);
    const is_folded_node = graph.nodes.map((node) => is_folded(graph, node));
    const without_folded = (/** @type {number[]} */ list) => list.filter((i) => !is_folded_node[i]);
    for (const nodes of chains_in(graph.nodes.length, after.map(without_folded), before.map(without_folded), may_join)) {
        const names = nodes.map((i) => operator_of(graph.nodes[i]));
        parts.push({ key: `c${nodes[0]}`, nodes, kind: "chain", title: `${nodes.length} nodes in a row`, sub: names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "") });
    }
    return parts;
};

/** @param {Model} model @param {number} at @param {string} path @param {SceneState} state */
const vertices_of = (model, at, path, state) => {
    const graph = model.graphs[at], vertices = /** @type {Vertex[]} */ ([]), of_node = /** @type {Map<number, number>} */ (new Map()), of_value = /** @type {Map<number, number>} */ (new Map());
    const add = (/** @type {Partial<Vertex> & {id: string, kind: Vertex["kind"], title: string}} */ vertex) => vertices.push(sized({
        graph: at, nodes: [], group: "", sub: "", value: null, opens: false, width: 0, height: 0, ...vertex, title: shown_text(vertex.title), id: `${path}/${vertex.id}`,
    }, state.measure ?? about)) - 1;
    const inputs = new Set(graph.inputs);
    graph.values.forEach((value, index) => {
        const is_port = inputs.has(index) && !is_initializer(value);
        if (is_port || value.kind === "outer") of_value.set(index, add({ id: `v${index}`, kind: is_port ? "input" : "outer", title: value.name || "(no name)", sub: is_port ? type_text(value) : "", value: index }));
    });
    const listed = graph.nodes.map((_, i) => i).filter((i) => !is_folded(graph, graph.nodes[i]));
    const parts = state.collapses && listed.length >= collapsed_from ? parts_of(graph, listed) : [];
    /** @type {Map<number, Part>} */
    const part_of = new Map();
    for (const part of parts) {
        if (!state.open.has(`${path}/${part.key}`)) for (const i of part.nodes) part_of.set(i, part);
    }
    /** @type {Map<Part, number>} */
    const of_part = new Map();
    for (const i of listed) {
        const node = graph.nodes[i], part = part_of.get(i);
        if (part && !of_part.has(part)) of_part.set(part, add({ id: part.key, kind: part.kind, title: part.title, sub: part.sub, nodes: part.nodes }));
        of_node.set(i, part ? of_part.get(part) ?? 0 : add({
            id: `n${i}`, kind: "node", title: operator_of(node) || "(no operator)", sub: weights_of(graph, node), group: group_of(node), nodes: [i], opens: bodies_of(model, node).length > 0,
        }));
    }
    const outputs = graph.outputs.map((index, i) => {
        const value = graph.values[index];
        return { index, vertex: add({ id: `o${i}`, kind: "output", title: value.name || "(no name)", sub: type_text(value), value: index }) };
    });
    return { vertices, of_node, of_value, outputs, parts };
};

/**
 * Subgraphs of a node, and the body of the function that it calls.
 * @param {Model} model @param {GraphNode} node
 */
export const bodies_of = (model, node) => {
    const bodies = node.attributes.flatMap((attribute) => attribute.graphs.map((graph) => ({ label: attribute.name, graph })));
    const called = node.domain && model.functions.find((f) => f.name === node.op && f.domain === node.domain && f.overload === node.overload);
    return called ? [...bodies, { label: `function ${called.name}`, graph: called.graph }] : bodies;
};

/** @param {Graph} graph @param {ReturnType<typeof vertices_of>} found @returns {Edge[]} */
const edges_of = (graph, { of_node, of_value, outputs }) => {
    const edges = /** @type {Edge[]} */ ([]), known = /** @type {Map<number, Edge>} */ (new Map());
    const connect = (/** @type {number | undefined} */ from, /** @type {number | undefined} */ to, /** @type {number} */ value) => {
        if (from === undefined || to === undefined || from === to) return;
        const key = from * 0x4000000 + to, found = known.get(key);
        if (found) { found.values.push(value); return; }
        const edge = { from, to, values: [value] };
        known.set(key, edge);
        edges.push(edge);
    };
    graph.values.forEach((value, index) => {
        const from = value.producer === null ? of_value.get(index) : of_node.get(value.producer);
        for (const user of value.users) connect(from, of_node.get(user), index);
    });
    for (const { index, vertex } of outputs) {
        const { producer } = graph.values[index];
        connect(producer === null ? of_value.get(index) : of_node.get(producer), vertex, index);
    }
    return edges;
};

/** @param {Model} model @param {SceneState} state @param {number} at @param {string} path @returns {Scene} */
export const build_scene = (model, state, at = 0, path = "") => {
    const found = vertices_of(model, at, path, state), graph = model.graphs[at];
    /** @type {Record<string, Body[]>} */
    const inner = {};
    found.vertices.forEach((vertex, i) => {
        if (vertex.kind !== "node" || !state.open.has(vertex.id)) return;
        const bodies = bodies_of(model, graph.nodes[vertex.nodes[0]]);
        if (bodies.length) inner[i] = bodies.map(({ label, graph: body }, k) => ({ label, scene: build_scene(model, state, body, `${vertex.id}.${k}`) }));
    });
    return { vertices: found.vertices, edges: edges_of(graph, found), inner, parts: found.parts.map((part) => `${path}/${part.key}`) };
};

/**
 * What place_nested() needs of a scene.
 * @param {Scene} scene @returns {import("./layout.js").NestedGraph}
 */
export const layout_request = (scene) => ({
    widths: Float64Array.from(scene.vertices, (vertex) => vertex.width), heights: Float64Array.from(scene.vertices, (vertex) => vertex.height),
    from: Int32Array.from(scene.edges, (edge) => edge.from), to: Int32Array.from(scene.edges, (edge) => edge.to),
    inner: Object.fromEntries(Object.entries(scene.inner).map(([vertex, bodies]) => [vertex, bodies.map((body) => layout_request(body.scene))])),
});

/**
 * Vertices and edges with their place in the whole drawing, x and y being the upper left corner. Vertices that contain others come before them.
 * @param {Scene} scene @param {import("./layout.js").PlacedGraph} placed @returns {Drawing}
 */
export const drawing_of = (scene, placed) => add_to_drawing(scene, placed, 0, 0, { vertices: [], edges: [], width: placed.width, height: placed.height }, 0);

/** @param {Scene} scene @param {import("./layout.js").PlacedGraph} placed @param {number} left @param {number} top @param {Drawing} drawing @param {number} depth */
const add_to_drawing = (scene, placed, left, top, drawing, depth) => {
    const first = drawing.vertices.length;
    scene.vertices.forEach((vertex, i) => {
        const width = placed.widths[i], height = placed.heights[i], x = left + placed.x[i] - width / 2, y = top + placed.y[i] - height / 2;
        drawing.vertices.push({ ...vertex, x, y, width, height, depth, layer: placed.layer[i], is_open: scene.inner[i] !== undefined, labels: [] });
    });
    scene.edges.forEach((edge, i) => {
        const points = placed.points.slice(placed.starts[i], placed.starts[i + 1]);
        for (let k = 0; k < points.length; k += 2) { points[k] += left; points[k + 1] += top; }
        drawing.edges.push({ from: first + edge.from, to: first + edge.to, values: edge.values, graph: scene.vertices[edge.from].graph, points });
    });
    for (const [i, bodies] of Object.entries(scene.inner)) {
        const box = drawing.vertices[first + Number(i)];
        let x = box.x + margin_of_inner;
        bodies.forEach((body, k) => {
            const inner = placed.inner[i][k];
            box.labels.push({ text: body.label, x, width: inner.width });
            add_to_drawing(body.scene, inner, x, box.y + head_of_inner, drawing, depth + 1);
            x += inner.width + margin_of_inner;
        });
    }
    return drawing;
};

/**
 * Everything that can be opened without calling functions, which may call themselves.
 * @param {Model} model @param {SceneOptions} state
 */
export const all_openable = (model, state) => {
    /** @type {Set<string>} */
    const open = new Set();
    const walk = (/** @type {number} */ at, /** @type {string} */ path) => {
        const graph = model.graphs[at];
        graph.nodes.forEach((node, i) => {
            const id = `${path}/n${i}`, count = node.attributes.reduce((sum, attribute) => sum + attribute.graphs.length, 0);
            if (!count) return;
            open.add(id);
            bodies_of(model, node).slice(0, count).forEach((body, k) => walk(body.graph, `${id}.${k}`));
        });
    };
    walk(0, "");
    for (const id of build_scene(model, { ...state, open }).parts) open.add(id);
    return open;
};
