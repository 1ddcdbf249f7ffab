// SPDX-License-Identifier: Apache-2.0
// Groups results that differ in precision: "ResNet50", "ResNet50-int8" and "ResNet50-qdq" are one row.
import { family_of, precision_of } from "./traits.js";

/** @typedef {import("./search.js").Result} Result */
/** @typedef {{main: Result, others: Result[]}} Family `main`: the best result, or the model without a suffix if it has the same score */

/** @param {Result[]} results sorted @returns {Family[]} in the order of their best results */
export function group_families(results) {
    /** @type {Map<string, Family>} */
    const families = new Map();
    for (const result of results) {
        const key = family_of(result.model.name);
        const family = families.get(key);
        if (family) family.others.push(result);
        else families.set(key, { main: result, others: [] });
    }
    return [...families.values()];
}

/**
 * The text of a link to a sibling: its precision, or what its name has more.
 * @param {Result} result
 */
export const sibling_text = (result) => precision_of(result.entry) || result.entry.name;
