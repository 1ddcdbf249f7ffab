// SPDX-License-Identifier: Apache-2.0
// Models: entries of one name, compared without case.
import { limits } from "./values.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {{name: string, rank: number, entries: Entry[]}} Model newest opset first; `rank` is its place in the order of names */

/**
 * @typedef {object} Models
 * @property {Entry[]} entries in the manifest's order
 * @property {Model[]} models by name
 * @property {Map<Entry, Model>} model_of
 * @property {Map<string, Entry[]>} by_path two names may have one file
 */

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/**
 * The order of names and tags.
 * @param {string} a @param {string} b
 */
export const by_text = (a, b) => collator.compare(a.slice(0, limits.name), b.slice(0, limits.name));

/** @param {Entry[]} entries @returns {Map<string, Entry[]>} */
function entries_by_path(entries) {
    const by_path = new Map();
    for (const entry of entries) {
        const same_path = by_path.get(entry.path) ?? [];
        entry.twin = same_path.length;
        same_path.push(entry);
        by_path.set(entry.path, same_path);
    }
    return by_path;
}

/** @param {Entry[]} entries @returns {Models} */
export function group_models(entries) {
    /** @type {Map<string, Model>} */
    const by_name = new Map();
    for (const entry of entries) {
        const key = entry.name.toLowerCase();
        const model = by_name.get(key) ?? { name: entry.name, rank: 0, entries: [] };
        model.entries.push(entry);
        by_name.set(key, model);
    }
    const models = [...by_name.values()].sort((a, b) => by_text(a.name, b.name));
    /** @type {Map<Entry, Model>} */
    const model_of = new Map();
    models.forEach((model, rank) => {
        model.rank = rank;
        model.entries.sort((a, b) => (b.opset ?? 0) - (a.opset ?? 0));
        for (const entry of model.entries) model_of.set(entry, model);
    });
    return { entries, models, model_of, by_path: entries_by_path(entries) };
}
