// SPDX-License-Identifier: Apache-2.0
// Tests the modules of the graph viewer that need no page: node --test
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { changes_between, fields_of } from "../../../templates/catalog/graph/comparison.js";
import { chains_in, repeats_in } from "../../../templates/catalog/graph/blocks.js";
import { left_out_text, parse_document, read_packed } from "../../../templates/catalog/graph/document.js";
import { group_of } from "../../../templates/catalog/graph/groups.js";
import { place_graph, place_nested, gap_across } from "../../../templates/catalog/graph/layout.js";
import { all_openable, build_scene, drawing_of, layout_request } from "../../../templates/catalog/graph/scene.js";
import { details_of, find_nodes, outline_of } from "../../../templates/catalog/graph/outline.js";
import { largest_weights, operator_counts, weights_by_type } from "../../../templates/catalog/graph/summary.js";

/// A document of one graph with these nodes: [operator, inputs, outputs], by names of values.
const document_of = (nodes, { inputs = [], outputs = [], initializers = [], extra = [] } = {}) => {
    const names = [], index = (name) => {
        if (name === "") return null;
        if (!names.includes(name)) names.push(name);
        return names.indexOf(name);
    };
    const graph = {
        name: "g", inputs: inputs.map(index),
        nodes: nodes.map(([op, ins, outs, attributes = []]) => ({ op, inputs: ins.map(index), outputs: outs.map(index), attributes })),
        outputs: outputs.map(index),
    };
    graph.values = names.map((name) => ({ name, ...(inputs.includes(name) ? { kind: "input", type: "tensor(float)", shape: [1, "N", null] } : initializers.includes(name) ? { kind: "initializer", shape: [2, 3] } : {}) }));
    return JSON.stringify({ format: "onnxhub.graph", version: 1, graphs: [graph, ...extra], functions: [] });
};
const chain = (count, op = (i) => "Op" + i % 7919) => Array.from({ length: count }, (_, i) => [op(i), [i ? `v${i - 1}` : "x"], [`v${i}`]]);
const everything = { collapses: false, open: new Set() };
const draw = (scene) => drawing_of(scene, place_nested(layout_request(scene)));

const random = (seed) => () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
const random_graph = (count, seed) => {
    const next = random(seed), from = [], to = [];
    for (let i = 1; i < count; ++i) {
        for (let k = 0; k < 1 + 2 * next(); ++k) { from.push(Math.floor(next() * i)); to.push(i); }
    }
    return { widths: Float64Array.from({ length: count }, () => 60 + 200 * next()), heights: Float64Array.from({ length: count }, () => 30 + 30 * next()), from: Int32Array.from(from), to: Int32Array.from(to) };
};

/// Vertices do not overlap, and edges go down from layer to layer.
const check_layout = (graph, placed) => {
    const rows = new Map();
    for (let v = 0; v < graph.widths.length; ++v) {
        assert.ok(Number.isFinite(placed.x[v]) && Number.isFinite(placed.y[v]));
        if (!rows.has(placed.layer[v])) rows.set(placed.layer[v], []);
        rows.get(placed.layer[v]).push(v);
        assert.ok(placed.x[v] - graph.widths[v] / 2 > -1e-6 && placed.x[v] + graph.widths[v] / 2 < placed.width + 1e-6);
    }
    for (const row of rows.values()) {
        row.sort((a, b) => placed.x[a] - placed.x[b]);
        for (let i = 1; i < row.length; ++i) {
            const [a, b] = [row[i - 1], row[i]];
            assert.ok(placed.x[b] - graph.widths[b] / 2 - placed.x[a] - graph.widths[a] / 2 > gap_across - 1e-6, "vertices of a layer keep their distance");
        }
    }
    for (let i = 0; i < graph.from.length; ++i) {
        const points = placed.points.subarray(placed.starts[i], placed.starts[i + 1]);
        for (let k = 3; k < points.length; k += 2) assert.ok(points[k] >= points[k - 2], "edges go down");
    }
};

test("vertices of random graphs do not overlap, and edges go down", () => {
    for (let seed = 1; seed <= 20; ++seed) {
        const graph = random_graph(5 * seed * seed, seed), placed = place_graph(graph);
        check_layout(graph, placed);
        for (let i = 0; i < graph.from.length; ++i) assert.ok(placed.layer[graph.from[i]] < placed.layer[graph.to[i]]);
    }
});

test("a path is straight", () => {
    const placed = place_graph({ widths: [80, 120, 60], heights: [30, 30, 30], from: [0, 1], to: [1, 2] });
    assert.ok(Math.abs(placed.x[0] - placed.x[1]) < 1e-6 && Math.abs(placed.x[1] - placed.x[2]) < 1e-6);
});

test("cycles, loops and repeated edges are placed", () => {
    const graph = { widths: [80, 80, 80], heights: [30, 30, 30], from: [0, 1, 2, 1, 0, 0], to: [1, 2, 0, 1, 1, 1] };
    check_layout(graph, place_graph(graph));
});

test("nothing and one vertex are placed", () => {
    assert.deepEqual([place_graph({ widths: [], heights: [], from: [], to: [] }).width, place_graph({ widths: [50], heights: [20], from: [], to: [] }).width], [0, 50]);
});

test("edges that pass very many layers take no quadratic memory", () => {
    const count = 4000, from = [], to = [];
    for (let i = 1; i < count; ++i) { from.push(i - 1, Math.floor(i / 2)); to.push(i, count - 1); }
    const placed = place_graph({ widths: new Float64Array(count).fill(60), heights: new Float64Array(count).fill(30), from: Int32Array.from(from), to: Int32Array.from(to) });
    assert.ok(placed.points.length < 40 * count + 4 * 20_000 * 4, `${placed.points.length}`);
});

test("inner graphs are inside of their vertex", () => {
    const inner = { widths: [300, 300], heights: [40, 40], from: [0], to: [1] };
    const placed = place_nested({ widths: [80, 80], heights: [30, 30], from: [0], to: [1], inner: { 1: [inner, inner] } });
    assert.ok(placed.widths[1] > 600 && placed.heights[1] > 120);
    assert.equal(placed.inner[1].length, 2);
});

test("documents are read whether the server unpacked them or not", async () => {
    const text = document_of([["Relu", ["x"], ["y"]]]);
    for (const body of [text, gzipSync(text)]) assert.equal(await read_packed(new Response(body)), text);
});

test("other documents are refused with a reason", () => {
    assert.throws(() => parse_document("{"), /not JSON/);
    assert.throws(() => parse_document("[]"), /does not describe/);
    assert.throws(() => parse_document(JSON.stringify({ format: "onnxhub.graph", version: 99, graphs: [{}] })), /another version/);
    assert.throws(() => parse_document(JSON.stringify({ format: "onnxhub.graph", version: 1 })), /no graph/);
});

test("what is wrong in a document is dropped", () => {
    const model = parse_document(JSON.stringify({
        format: "onnxhub.graph", version: 1, opsets: [null, { domain: 7, version: "x" }], functions: [{ graph: 0 }, { name: "f", graph: 9 }, 3],
        graphs: [{
            name: 5, inputs: [0, 99, -1, 1.5, "0"], outputs: null, values: [null, { name: ["x"], shape: [{}, 2], outer: [0, 0], kind: "outer" }],
            nodes: [{ op: "If", inputs: [0, 7, null], outputs: ["1"], attributes: [{ name: "a", graphs: [0, 1, 1, 2, "1"] }, null] }, 17],
        }, { nodes: [{ op: "Loop", inputs: [], outputs: [], attributes: [{ graphs: [1, 0] }] }] }],
    }));
    assert.deepEqual(model.graphs[0].inputs, [0]);
    assert.deepEqual(model.graphs[0].nodes[0].inputs, [0, null, null]);
    assert.deepEqual(model.graphs[0].nodes[0].attributes[0].graphs, [1]);
    assert.deepEqual(model.graphs[1].nodes[0].attributes[0].graphs, [], "a graph does not contain itself");
    assert.equal(model.graphs[0].values[1].outer, null);
    assert.deepEqual(model.functions, []);
    draw(build_scene(model, { collapses: true, open: all_openable(model, { collapses: true }) }));
});

test("ports, nodes and edges are drawn; initializers and constants belong to their users", () => {
    const model = parse_document(document_of([["Constant", [], ["c"]], ["MatMul", ["x", "w"], ["y"]], ["Add", ["y", "c"], ["z"]], ["Mul", ["y", "z"], ["r"]]], { inputs: ["x"], initializers: ["w"], outputs: ["r"] }));
    const scene = build_scene(model, everything);
    assert.deepEqual(scene.vertices.map(({ kind, title }) => `${kind} ${title}`), ["input x", "node MatMul", "node Add", "node Mul", "output r"]);
    assert.deepEqual(scene.edges.map(({ from, to }) => [from, to]), [[0, 1], [1, 2], [1, 3], [2, 3], [3, 4]]);
    assert.equal(scene.vertices[0].sub, "float[1,N,?]");
    assert.equal(scene.vertices[1].sub, "2×3");
    check_layout(layout_request(scene), place_nested(layout_request(scene)));
});

test("what is computed of initializers alone belongs to its users, unless the graph gives it", () => {
    const model = parse_document(document_of([["ConstantOfShape", ["w"], ["c"]], ["Identity", ["w"], ["i"]], ["Add", ["x", "c"], ["y"]], ["Identity", ["x"], ["z"]]], { inputs: ["x"], initializers: ["w"], outputs: ["y", "z", "i"] }));
    assert.deepEqual(build_scene(model, everything).vertices.map(({ title }) => title), ["x", "Identity", "Add", "Identity", "y", "z", "i"]);
});

test("hostile texts change no structure", () => {
    const nasty = "</script><img onerror=x>\u202e\n\"'&";
    const scene = build_scene(parse_document(document_of([[nasty, ["x"], [nasty]]], { inputs: ["x"], outputs: [nasty] })), everything);
    assert.equal(scene.vertices[1].title, "</script><img onerror=x>\\u202e\\u000a\"'&");
    assert.ok(scene.vertices.every(({ width }) => width <= 260));
});

test("repeated blocks collapse, and open again", () => {
    const block = ["MatMul", "Add", "Softmax", "MatMul", "Relu"];
    const model = parse_document(document_of([["Stem", ["x"], ["v0"]], ...Array.from({ length: 200 }, (_, i) => [block[i % 5], [`v${i}`], [`v${i + 1}`]])], { inputs: ["x"], outputs: ["v200"] }));
    const state = { collapses: true, open: new Set() }, scene = build_scene(model, state);
    assert.equal(scene.vertices.filter(({ kind }) => kind === "block").length, 40);
    assert.equal(scene.vertices.length, 43);
    assert.equal(scene.vertices[2].title, "Block 1 of 40");
    state.open.add(scene.vertices[2].id);
    assert.equal(build_scene(model, state).vertices.length, 47);
    state.open = all_openable(model, state);
    assert.equal(build_scene(model, state).vertices.length, 203);
    check_layout(layout_request(scene), place_nested(layout_request(scene)));
});

test("long chains collapse in large graphs only", () => {
    const large = build_scene(parse_document(document_of(chain(160), { inputs: ["x"] })), { collapses: true, open: new Set() });
    assert.deepEqual(large.vertices.map(({ kind }) => kind), ["input", "chain"]);
    assert.equal(large.vertices[1].title, "160 nodes in a row");
    const small = build_scene(parse_document(document_of(chain(100), { inputs: ["x"] })), { collapses: true, open: new Set() });
    assert.equal(small.vertices.length, 101);
});

test("repeats are disjoint and as large as possible", () => {
    assert.deepEqual(repeats_in([..."xabcabcabcyy"]), [{ begin: 1, period: 3, repeats: 3 }]);
    assert.deepEqual(repeats_in([..."abababab"]), []);
    assert.deepEqual(repeats_in([..."abcd"]), []);
    assert.deepEqual(repeats_in([..."aaaaaaaaaaaa"]), [], "one operator is no block");
    assert.deepEqual(chains_in(5, [[1], [2], [3], [4], []], [[], [0], [1], [2], [3]], () => true), [[0, 1, 2, 3, 4]]);
    assert.deepEqual(chains_in(3, [[1], [2], [0]], [[2], [0], [1]], () => true), []);
});

test("subgraphs and functions open in place", () => {
    const body = { name: "then", inputs: [], outputs: [1], values: [{ name: "x", kind: "outer", outer: [0, 0] }, { name: "t" }], nodes: [{ op: "Neg", inputs: [0], outputs: [1] }] };
    const text = JSON.parse(document_of([["If", [], ["y"], [{ name: "then_branch", graphs: [1] }]], ["Twice", ["y"], ["z"]]], { inputs: ["x"], outputs: ["z"], extra: [body, { inputs: [0], outputs: [0], values: [{ name: "a" }], nodes: [] }] }));
    text.graphs[0].nodes[1].domain = "mine";
    text.functions.push({ name: "Twice", domain: "mine", graph: 2 });
    const model = parse_document(JSON.stringify(text));
    const closed = build_scene(model, everything);
    assert.ok(closed.edges.some(({ from, to }) => closed.vertices[from].title === "x" && closed.vertices[to].title === "If"), "the node uses what its subgraph reads");
    const drawing = draw(build_scene(model, { collapses: false, open: new Set(["/n0", "/n1"]) }));
    const box = drawing.vertices.find(({ title }) => title === "If"), inside = drawing.vertices.find(({ title }) => title === "Neg");
    assert.ok(inside.x > box.x && inside.y > box.y && inside.x + inside.width < box.x + box.width && inside.y + inside.height < box.y + box.height);
    assert.deepEqual(box.labels.map(({ text: label }) => label), ["then_branch"]);
    assert.deepEqual([...all_openable(model, everything)], ["/n0"]);
});

test("the outline has every node, and details name its values", () => {
    const body = { nodes: [{ op: "Neg", inputs: [], outputs: [] }] };
    const model = parse_document(document_of([["If", ["x", ""], ["y"], [{ name: "then_branch", type: "graph", graphs: [1] }, { name: "axis", type: "int", value: "3" }]], ["Relu", ["y"], ["z"]]], { inputs: ["x"], extra: [body] }));
    assert.deepEqual(outline_of(model).map(({ depth, text }) => "  ".repeat(depth) + text), ["If: x, (none) → y", "  Subgraph then_branch", "  Neg: no inputs → no outputs", "Relu: y → z"]);
    const details = details_of(model, 0, 0);
    assert.deepEqual(details.attributes.map(({ name, value }) => `${name} ${value}`), ["then_branch 1 subgraph", "axis 3"]);
    assert.deepEqual(details.inputs.map(({ name, type }) => `${name} ${type}`), ["x float[1,N,?]", "(none) "]);
    assert.deepEqual([...operator_counts(model)], [["If", 1], ["Relu", 1], ["Neg", 1]]);
});

test("weights are summed by type", () => {
    const weight = (name, type, shape, kind = "initializer") => ({ name, kind, type, shape });
    const graph = (values) => ({ name: "g", nodes: [], inputs: [], outputs: [], values });
    const model = parse_document(JSON.stringify({ format: "onnxhub.graph", version: 1, functions: [], graphs: [
        graph([weight("a", "tensor(float)", [10, 3]), weight("b", "tensor(int4)", [3]), weight("c", "tensor(float)", []), weight("x", "tensor(float)", [9], "input"),
            weight("d", "tensor(__proto__)", [2]), weight("e", "tensor(int8)", ["N"]), weight("s", "sparse_tensor(float)", [4], "sparse_initializer"), weight("o", "tensor(float8e5m2)", [0])]),
        graph([weight("i", "tensor(double)", [4])]),
    ] }));
    assert.deepEqual(weights_by_type(model).map((sum) => Object.values(sum).join(" ")),
        ["double 1 4 32", "int4 1 3 2", "float 3 35 ", "__proto__ 1 2 ", "float8e5m2 1 0 0", "int8 1 0 "]);
    assert.deepEqual(largest_weights(model, 2), [{ name: "a", type: "float", shape: "10×3", bytes: 120 }, { name: "i", type: "double", shape: "4", bytes: 32 }]);
    assert.deepEqual(weights_by_type(parse_document(document_of([]))), []);
});

test("search finds operators, names and values", () => {
    const model = parse_document(document_of([["Conv", ["image"], ["a"]], ["Relu", ["a"], ["features"]]]));
    assert.deepEqual(find_nodes(model, "relu FEAT"), [{ graph: 0, node: 1 }]);
    assert.equal(find_nodes(model, "a").length, 2);
    assert.equal(find_nodes(model, "  ").length, 0);
    assert.equal(find_nodes(model, "a", 1).length, 1);
});

test("models are compared by the fields of the program", () => {
    const one = parse_document(document_of([["Conv", ["x", "w"], ["y"]], ["Relu", ["y"], ["z"]]], { inputs: ["x"], initializers: ["w"], outputs: ["z"] }));
    const other = parse_document(document_of([["Conv", ["x", "w"], ["y"]]], { inputs: ["x"], initializers: ["w"], outputs: ["y"] }));
    assert.deepEqual(changes_between(one, one), []);
    assert.deepEqual(changes_between(one, other).map(({ field, before, after }) => [field, before, after]),
        [["output z", "unknown", ""], ["nodes", "2", "1"], ["operator Relu", "1", ""], ["output y", "", "unknown"]]);
    assert.equal(fields_of(one).get("input x"), "float[1,N,?]");
    assert.equal(fields_of(one).get("initializers"), "6 elements");
});

test("the number of missing parts is shown", () => {
    const model = parse_document(JSON.stringify({ format: "onnxhub.graph", version: 1, graphs: [{ nodes: [], left_out: { nodes: 12000 } }], left_out: { subgraphs: 1, below_depth_limit: true } }));
    assert.match(left_out_text(model), /12,000 nodes, 1 subgraph, subgraphs that are nested too deep/);
    assert.equal(left_out_text(parse_document(document_of([]))), "");
});

test("operators have groups", () => {
    assert.deepEqual(["Conv", "Relu", "ReduceMean", "Nonsense"].map((op) => group_of({ op, domain: "" })), ["linear", "activation", "arithmetic", "other"]);
    assert.equal(group_of({ op: "Conv", domain: "mine" }), "other");
});
