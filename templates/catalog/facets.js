// SPDX-License-Identifier: Apache-2.0
// Facets: properties of entries that a reader chooses values of.
import { is_missing } from "./entries.js";
import { by_text } from "./models.js";
import { key_of } from "./words.js";
import { architecture_of, input_of, precision_of, task_of } from "./traits.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {{title: string, values_of: (entry: Entry) => string[], needs_all: boolean}} Facet `needs_all`: an entry has all chosen values; else one of them */
/** @typedef {Map<string, Set<string>>} Choices chosen values, by key of the facet */

const here = "available here", elsewhere = "on other servers", absent = "not in this export";

/** @param {Entry} entry */
function availability_of(entry) {
    if (is_missing(entry)) return absent;
    return entry.file.sources.length ? elsewhere : here;
}

/** @param {string} title @param {(entry: Entry) => string} value_of @returns {Facet} */
const one_of = (title, value_of) => ({ title, needs_all: false, values_of: (entry) => [value_of(entry)].filter(Boolean) });

/**
 * In the order of the page. The keys are those of addresses.
 * @type {Record<string, Facet>}
 */
export const facets = {
    task: one_of("Task", task_of),
    input: one_of("Input", input_of),
    precision: one_of("Precision", precision_of),
    here: one_of("Availability", availability_of),
    data: one_of("Test data", (entry) => entry.data ? "with test data" : "without test data"),
    arch: one_of("Architecture", architecture_of),
    licence: one_of("Licence", (entry) => entry.licence.slice(0, 60)),
    tag: { title: "Tags", needs_all: true, values_of: (entry) => [...new Set(entry.tags.map(key_of))] },
};

export const facet_keys = Object.keys(facets);

/** @type {WeakMap<Entry, Map<string, string[]>>} */
const remembered = new WeakMap();

/** @param {Entry} entry @returns {Map<string, string[]>} values by key of the facet */
export function values_of(entry) {
    let values = remembered.get(entry);
    if (!values) {
        values = new Map(facet_keys.map((key) => [key, facets[key].values_of(entry)]));
        remembered.set(entry, values);
    }
    return values;
}

/** @param {string} key @param {string[]} values @param {Set<string>} chosen */
function passes(key, values, chosen) {
    return facets[key].needs_all ? [...chosen].every((value) => values.includes(value)) : values.some((value) => chosen.has(value));
}

/**
 * The facets whose choice the entry does not have.
 * @param {Entry} entry @param {Choices} choices @returns {string[]}
 */
export function failed_facets(entry, choices) {
    const values = values_of(entry);
    return [...choices].filter(([key, chosen]) => chosen.size > 0 && !passes(key, values.get(key) ?? [], chosen)).map(([key]) => key);
}

/**
 * The values of a facet, the most frequent first, counted by model.
 * @param {string} key @param {import("./models.js").Model[]} models @returns {string[]}
 */
export function frequent_values(key, models) {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const model of models) {
        for (const value of new Set(model.entries.flatMap((entry) => values_of(entry).get(key) ?? []))) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || by_text(a, b));
}

/** Counts models by value, each model once. */
export class FacetCounts {
    constructor() {
        /** @type {Map<string, Map<string, number>>} */
        this.counts = new Map(facet_keys.map((key) => [key, new Map()]));
    }

    /** @param {{entry: Entry, failed: string[]}[]} versions of a model that pass everything but the facets `failed` */
    add_model(versions) {
        for (const key of facet_keys) {
            // A facet with one failing choice still shows how many models its other values would give.
            const counted = versions.filter(({ failed }) => failed.length === 0 || (failed.length === 1 && failed[0] === key && !facets[key].needs_all));
            const counts = /** @type {Map<string, number>} */ (this.counts.get(key));
            for (const value of new Set(counted.flatMap(({ entry }) => values_of(entry).get(key) ?? []))) counts.set(value, (counts.get(value) ?? 0) + 1);
        }
    }

    /**
     * Puts numbers in the place of those that were counted.
     * @param {string} key @param {Map<string, number>} counts
     */
    replace(key, counts) { this.counts.set(key, counts); }

    /** @param {string} key @param {string} value */
    of(key, value) { return this.counts.get(key)?.get(value) ?? 0; }
}
