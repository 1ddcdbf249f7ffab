// SPDX-License-Identifier: Apache-2.0
// What a model consists of, in numbers: how often each operator occurs, and the weights by type. Pure.
import { is_initializer, operator_of, shape_text } from "./document.js";

/** @typedef {import("./document.js").Model} Model */
/** @typedef {import("./document.js").Value} Value */
/** @typedef {{type: string, tensors: number, parameters: number, bytes: number | null}} WeightsOfType bytes: null if a size is unknown */
/** @typedef {{name: string, type: string, shape: string, bytes: number}} Weight */

/** @type {Record<string, number>} bits of an element, by type of ONNX */
const bits_of_type = {
    bool: 8, double: 64, float: 32, float16: 16, bfloat16: 16, complex64: 64, complex128: 128, float4e2m1: 4,
    int2: 2, int4: 4, int8: 8, int16: 16, int32: 32, int64: 64, uint2: 2, uint4: 4, uint8: 8, uint16: 16, uint32: 32, uint64: 64,
};

/** @param {Value} value */
const element_type = (value) => /^(?:sparse_)?tensor\((\w+)\)$/.exec(value.type)?.[1] ?? (value.type || "unknown");

/** @param {string} type */
const bits_of = (type) => type.startsWith("float8") ? 8 : Object.hasOwn(bits_of_type, type) ? bits_of_type[type] : null;

/**
 * The number of elements; null when a dimension is unknown or the number is not exact.
 * @param {Value} value
 */
function elements_of(value) {
    if (!value.shape) return null;
    let count = 1;
    for (const size of value.shape) {
        if (typeof size !== "number" || !Number.isInteger(size) || size < 0) return null;
        count *= size;
    }
    return Number.isSafeInteger(count) ? count : null;
}

/** @param {Value} value */
function bytes_of(value) {
    const elements = elements_of(value), bits = bits_of(element_type(value));
    return elements === null || bits === null || value.kind === "sparse_initializer" ? null : Math.ceil(elements * bits / 8);
}

/** @param {Model} model */
const weights_of = (model) => model.graphs.flatMap((graph) => graph.values.filter(is_initializer));

/**
 * How often each operator occurs in all graphs and functions.
 * @param {Model} model @returns {Map<string, number>}
 */
export function operator_counts(model) {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const graph of model.graphs) {
        for (const node of graph.nodes) counts.set(operator_of(node), (counts.get(operator_of(node)) ?? 0) + 1);
    }
    return counts;
}

/**
 * The types of weights, those with the most bytes first.
 * @param {Model} model @returns {WeightsOfType[]}
 */
export function weights_by_type(model) {
    /** @type {Map<string, WeightsOfType>} */
    const types = new Map();
    for (const value of weights_of(model)) {
        const type = element_type(value), bytes = bytes_of(value);
        const sum = types.get(type) ?? { type, tensors: 0, parameters: 0, bytes: 0 };
        types.set(type, {
            type, tensors: sum.tensors + 1, parameters: sum.parameters + (elements_of(value) ?? 0),
            bytes: sum.bytes === null || bytes === null ? null : sum.bytes + bytes,
        });
    }
    return [...types.values()].sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || b.parameters - a.parameters || (a.type < b.type ? -1 : 1));
}

/**
 * The weights with the most bytes.
 * @param {Model} model @param {number} most @returns {Weight[]}
 */
export function largest_weights(model, most) {
    const weights = weights_of(model).map((value) => ({ name: value.name, type: element_type(value), shape: shape_text(value), bytes: bytes_of(value) ?? 0 }));
    return weights.filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes).slice(0, most);
}
