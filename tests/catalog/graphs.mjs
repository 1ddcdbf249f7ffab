// SPDX-License-Identifier: Apache-2.0
// Documents of graphs for the tests of the catalog page, as docs/graphs.md describes them.

/// A document of one graph: `nodes` are [operator, inputs, outputs, attributes], with names of values.
export const graph_document = (nodes, { inputs = ["x"], outputs = [], initializers = [], extra = [], functions = [] } = {}) => {
    const indices = new Map(), values = [];
    const index = (name) => {
        if (!indices.has(name)) {
            indices.set(name, values.length);
            const kind = inputs.includes(name) ? "input" : initializers.includes(name) || name.startsWith("w:") ? "initializer" : undefined;
            values.push({ name, kind, type: kind && "tensor(float)", shape: kind === "input" ? [1, 3, 224, "width"] : kind ? [64, 3, 7, 7] : undefined });
        }
        return indices.get(name);
    };
    const graph = {
        name: "made", inputs: inputs.map(index),
        nodes: nodes.map(([op, ins, outs, attributes, domain], i) => ({ op, domain, name: `node ${i}`, inputs: ins.map(index), outputs: outs.map(index), attributes })),
        outputs: outputs.map(index), values,
    };
    return JSON.stringify({ format: "onnxhub.graph", version: 1, ir_version: 8, producer: "tests 1", opsets: [{ domain: "", version: 13 }], graphs: [graph, ...extra], functions });
};

const operators = ["Conv", "BatchNormalization", "Relu", "MaxPool", "Reshape", "MatMul", "Add", "Softmax", "Sigmoid", "Concat"];

/// A graph without repeated blocks: branches, and edges that skip layers. The same for the same number.
export const made_graph = (count) => {
    let seed = 7;
    const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
    const earlier = (i, distance) => { const at = i - 1 - Math.floor(random() * distance); return at < 0 ? "x" : `v${at}`; };
    const nodes = Array.from({ length: count }, (_, i) => {
        const inputs = [earlier(i, random() < 0.85 ? 1 : 12)];
        if (random() < 0.3) inputs.push(earlier(i, 10));
        if (random() < 0.01) inputs.push(earlier(i, i));
        if (random() < 0.3) inputs.push(`w:${i}`);
        return [operators[Math.floor(random() * operators.length)], inputs, [`v${i}`], [{ name: "axis", type: "int", value: "1" }]];
    });
    return graph_document(nodes, { outputs: [`v${count - 1}`] });
};

/// Layers that repeat, as those of transformers do.
export const layered_graph = (layers) => {
    const nodes = [["Gather", ["w:words", "x"], ["l0"]]];
    for (let i = 0; i < layers; ++i) {
        const at = (name) => `l${i}.${name}`;
        nodes.push(["LayerNormalization", [`l${i}`, `w:${i}n`], [at("n")]], ["MatMul", [at("n"), `w:${i}q`], [at("q")]], ["MatMul", [at("n"), `w:${i}k`], [at("k")]],
            ["MatMul", [at("q"), at("k")], [at("s")]], ["Softmax", [at("s")], [at("p")]], ["MatMul", [at("p"), `w:${i}v`], [at("a")]], ["Add", [`l${i}`, at("a")], [at("b")]],
            ["Gelu", [at("b")], [at("g")]], ["Add", [at("b"), at("g")], [`l${i + 1}`]]);
    }
    return graph_document(nodes, { outputs: [`l${layers}`] });
};

/// Names that are markup, code, or change the direction of text.
export const hostile_graph = () => {
    const nasty = ["</script><script>globalThis.hacked = 1</script>", "<img src=x onerror=\"globalThis.hacked = 1\">", "a\u202eb\u0000\n-->", "javascript:hacked()", "__proto__"];
    return graph_document(nasty.map((name, i) => [name, [i ? nasty[i - 1] : "x"], [name], [{ name, type: name, value: name }], name]), { outputs: [nasty.at(-1)] });
};

/// A node with a subgraph that reads from outside, and one that calls a function.
export const nested_graph = () => graph_document([
    ["Relu", ["x"], ["r"]],
    ["If", ["r"], ["c"], [{ name: "then_branch", type: "graph", graphs: [1] }, { name: "else_branch", type: "graph", graphs: [2] }]],
    ["Twice", ["c"], ["y"], undefined, "mine"],
], {
    outputs: ["y"],
    extra: [
        { name: "then", inputs: [], outputs: [1], values: [{ name: "r", kind: "outer", outer: [0, 1] }, { name: "t" }], nodes: [{ op: "Neg", name: "inner node", inputs: [0], outputs: [1] }] },
        { name: "else", inputs: [], outputs: [1], values: [{ name: "r", kind: "outer", outer: [0, 1] }, { name: "e" }], nodes: [{ op: "Abs", inputs: [0], outputs: [1] }] },
        { name: "Twice", inputs: [0], outputs: [1], values: [{ name: "a", kind: "input" }, { name: "b" }], nodes: [{ op: "Add", inputs: [0, 0], outputs: [1] }] },
    ],
    functions: [{ name: "Twice", domain: "mine", graph: 3 }],
});
