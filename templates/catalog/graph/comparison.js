// SPDX-License-Identifier: Apache-2.0
// Compares the graphs of two models, with the fields that `onnxhub diff` has. Pure.
import { domain_name, is_initializer, type_text } from "./document.js";
import { operator_counts } from "./summary.js";

/** @typedef {import("./document.js").Model} Model */
/** @typedef {{field: string, before: string, after: string}} Change "" where one of the models lacks the field */

// Bits of an element: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
/** @type {Record<string, number>} */
const element_bits = {
    float: 32, uint8: 8, int8: 8, uint16: 16, int16: 16, int32: 32, int64: 64, bool: 8, float16: 16, double: 64, uint32: 32, uint64: 64, complex64: 64, complex128: 128, bfloat16: 16,
    float8e4m3fn: 8, float8e4m3fnuz: 8, float8e5m2: 8, float8e5m2fnuz: 8, uint4: 4, int4: 4, float4e2m1: 4, float8e8m0: 8, uint2: 2, int2: 2,
};

const number = (/** @type {number} */ value) => value.toLocaleString("en");

/**
 * Elements of initializers by element type. Those of Constant nodes are not known here.
 * @param {Model} model
 */
function elements_by_type(model) {
    /** @type {Map<string, number>} */
    const elements = new Map();
    for (const graph of model.graphs) {
        for (const value of graph.values) {
            if (!is_initializer(value) || !value.shape) continue;
            const type = value.type.replace(/^[a-z_]*\((.*)\)$/, "$1"), count = value.shape.reduce((/** @type {number} */ product, size) => product * (typeof size === "number" && size > 0 ? size : 0), 1);
            elements.set(type, (elements.get(type) ?? 0) + count);
        }
    }
    return elements;
}

/**
 * What a model is, as text by field, in the order of the page.
 * @param {Model} model
 */
export function fields_of(model) {
    /** @type {Map<string, string>} */
    const fields = new Map();
    const [main] = model.graphs;
    for (const { domain, version } of model.opsets) fields.set(domain_name(domain) === "ai.onnx" ? "opset" : `opset of ${domain}`, String(version));
    fields.set("IR version", String(model.ir_version));
    if (model.producer) fields.set("producer", model.producer);
    if (main.name) fields.set("graph name", main.name);
    for (const index of main.inputs) if (!is_initializer(main.values[index])) fields.set(`input ${main.values[index].name}`, type_text(main.values[index]) || "unknown");
    for (const index of main.outputs) fields.set(`output ${main.values[index].name}`, type_text(main.values[index]) || "unknown");
    fields.set("nodes", number(model.graphs.reduce((sum, graph) => sum + graph.nodes.length + graph.left_out.nodes, 0)));
    const elements = elements_by_type(model);
    fields.set("initializers", `${number([...elements.values()].reduce((sum, count) => sum + count, 0))} elements`);
    for (const [type, count] of [...elements].sort()) fields.set(`weights of type ${type}`, `${number(count)} elements, ${number(Math.ceil(count * (element_bits[type] ?? 0) / 8))} bytes`);
    for (const [name, count] of [...operator_counts(model)].sort()) fields.set(`operator ${name}`, number(count));
    return fields;
}

/**
 * The fields that differ, in the order of the first model.
 * @param {Model} before @param {Model} after @returns {Change[]}
 */
export function changes_between(before, after) {
    const old_fields = fields_of(before), new_fields = fields_of(after);
    return [...new Set([...old_fields.keys(), ...new_fields.keys()])]
        .map((field) => ({ field, before: old_fields.get(field) ?? "", after: new_fields.get(field) ?? "" }))
        .filter((change) => change.before !== change.after);
}
