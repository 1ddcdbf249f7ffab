// SPDX-License-Identifier: Apache-2.0
// Finds models by words and filters.

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./models.js").Model} Model */
/** @typedef {import("./addresses.js").Filters} Filters */
/** @typedef {{model: Model, entry: Entry, score: number}} Result a model and its newest matching version; lower scores come first */
/** @typedef {{results: Result[], counts: Map<string, number>, words: string[]}} Found `counts`: models among the results by tag */

const most_words = 16;

/** @param {string} query */
export const words_of = (query) => query.trim().toLowerCase().split(/\s+/).filter(Boolean).slice(0, most_words);

/**
 * Cut, so that a very long name does not slow down typing.
 * @param {string} text
 */
const searchable = (text) => text.slice(0, 1000).toLowerCase();

/** @type {WeakMap<Entry, string>} */
const texts = new WeakMap();

/** @param {Entry} entry */
function text_of(entry) {
    let text = texts.get(entry);
    if (text === undefined) {
        text = [entry.name, entry.path, entry.task, entry.author, entry.description, ...entry.tags].map(searchable).join("\n");
        texts.set(entry, text);
    }
    return text;
}

/** @param {Entry} entry @param {Filters} filters */
function passes_filters(entry, filters) {
    if (filters.from && !(entry.opset !== null && entry.opset >= filters.from)) return false;
    if (filters.to && !(entry.opset !== null && entry.opset <= filters.to)) return false;
    if (filters.size && !(entry.bytes !== null && entry.bytes <= filters.size)) return false;
    return [...filters.tags].every((tag) => entry.tags.includes(tag));
}

/**
 * A hash, or its first eight or more digits, finds its model.
 * @param {Entry} entry @param {string[]} words
 */
const has_words = (entry, words) => words.every((word) => text_of(entry).includes(word) || (word.length >= 8 && entry.file.sha.startsWith(word)));

/** @param {Entry} entry @param {string} query @param {string[]} words */
function score_of(entry, query, words) {
    const title = searchable(entry.name);
    if (!query || title === query) return 0;
    if (title.startsWith(query)) return 1;
    return words.every((word) => title.includes(word)) ? 2 : 3;
}

/** @param {Filters} filters @param {boolean} has_words @returns {(a: Result, b: Result) => number} */
function order_of(filters, has_words) {
    const by_rank = (/** @type {Result} */ a, /** @type {Result} */ b) => a.model.rank - b.model.rank;
    const by = (/** @type {(entry: Entry) => number} */ key) => (/** @type {Result} */ a, /** @type {Result} */ b) => key(a.entry) - key(b.entry) || by_rank(a, b);
    if (filters.sort === "new") return by((entry) => -(entry.opset ?? 0));
    if (filters.sort === "small") return by((entry) => entry.bytes ?? Number.MAX_SAFE_INTEGER);
    if (filters.sort === "large") return by((entry) => -(entry.bytes ?? -1));
    return has_words ? (a, b) => a.score - b.score || by_rank(a, b) : by_rank;
}

/** @param {Model[]} models by name @param {Filters} filters @returns {Found} */
export function search(models, filters) {
    const query = filters.query.trim().toLowerCase();
    const words = words_of(query);
    /** @type {Result[]} */
    const results = [];
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const model of models) {
        const matching = model.entries.filter((entry) => passes_filters(entry, filters) && has_words(entry, words));
        if (matching.length === 0) continue;
        results.push({ model, entry: matching[0], score: score_of(matching[0], query, words) });
        for (const tag of new Set(matching.flatMap((entry) => entry.tags))) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
    return { results: results.sort(order_of(filters, words.length > 0)), counts, words };
}
