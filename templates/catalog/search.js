// SPDX-License-Identifier: Apache-2.0
// Finds models by words and filters, the best first.
import { FacetCounts, failed_facets } from "./facets.js";
import { TextIndex } from "./text_index.js";
import { query_words, words_of_name, words_of_text } from "./words.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./models.js").Model} Model */
/** @typedef {import("./addresses.js").Filters} Filters */
/** @typedef {{model: Model, entry: Entry, score: number}} Result a model and its newest matching version; higher scores come first */
/** @typedef {{results: Result[], counts: FacetCounts, words: string[]}} Found */

const longest_text = 1000;  // characters of a field, so that a very long name does not slow down typing
const weights = { name: 8, tag: 4, path: 2, description: 2, readme: 1 };
const whole_name = 100, beginning_of_name = 20;  // added to the score
const shortest_digest = 8;

/** @param {(a: Entry, b: Entry) => number} by @returns {(a: Result, b: Result) => number} */
const by_entry = (by) => (a, b) => by(a.entry, b.entry) || a.model.rank - b.model.rank;

/**
 * Numbers, the highest first; entries without one are last.
 * @param {(entry: Entry) => number | null | undefined} key
 */
const highest_first = (key) => by_entry((a, b) => (key(b) ?? -Infinity) - (key(a) ?? -Infinity) || 0);

/** @type {Record<string, (a: Result, b: Result) => number>} */
const orders = {
    "": (a, b) => b.score - a.score || a.model.rank - b.model.rank,
    name: (a, b) => a.model.rank - b.model.rank,
    new: highest_first((entry) => entry.opset),
    large: highest_first((entry) => entry.bytes),
    small: highest_first((entry) => entry.bytes === null ? null : -entry.bytes),
    date: by_entry((a, b) => (b.history[0]?.date ?? "").localeCompare(a.history[0]?.date ?? "")),
    metric: highest_first((entry) => entry.metric?.value),
};

/** @param {Entry} entry @param {Filters} filters */
function passes_numbers(entry, filters) {
    if (filters.from && !(entry.opset !== null && entry.opset >= filters.from)) return false;
    if (filters.to && !(entry.opset !== null && entry.opset <= filters.to)) return false;
    return !filters.size || (entry.bytes !== null && entry.bytes <= filters.size);
}

export class Search {
    /** @param {import("./models.js").Models} models */
    constructor(models) {
        this.models = models;
        this.numbers = new Map(models.entries.map((entry, number) => [entry, number]));
        this.texts = new TextIndex();
        models.entries.forEach((entry, number) => this.add(entry, number));
        this.add_readmes();
    }

    /** @param {Entry} entry @param {number} number */
    add(entry, number) {
        const cut = (/** @type {string} */ text) => text.slice(0, longest_text);
        this.texts.add(number, words_of_name(cut(entry.name)), weights.name);
        this.texts.add(number, words_of_name(cut(entry.path)), weights.path);
        for (const tag of [...entry.tags, entry.task]) this.texts.add(number, words_of_name(cut(tag)), weights.tag);
        this.texts.add(number, words_of_text(cut(`${entry.author} ${entry.description}`)), weights.description);
    }

    /** Many entries share a README, so it is a document of its own: its number is below 0. */
    add_readmes() {
        /** @type {Map<string, number>} */
        const numbers = new Map();
        this.readmes = this.models.entries.map(({ words }) => {
            const number = numbers.get(words) ?? -1 - numbers.size;
            if (!numbers.has(words)) this.texts.add(number, words_of_text(words), weights.readme);
            numbers.set(words, number);
            return number;
        });
    }

    /**
     * Scores of entries that have all words.
     * @param {string[]} words @returns {(entry: Entry) => number} 0: not all
     */
    scores(words) {
        const found = words.map((word) => ({ word, scores: this.texts.find(word) }));
        return (entry) => {
            const number = /** @type {number} */ (this.numbers.get(entry));
            let sum = words.length ? 0 : 1;
            for (const { word, scores } of found) {
                // A hash, or its first digits, finds its model.
                const is_digest = word.length >= shortest_digest && entry.file.sha.startsWith(word);
                const score = is_digest ? weights.name : Math.max(scores.get(number) ?? 0, scores.get(/** @type {number[]} */ (this.readmes)[number]) ?? 0);
                if (!score) return 0;
                sum += score;
            }
            return sum;
        };
    }

    /** @param {Filters} filters @returns {Found} */
    find(filters) {
        const query = filters.query.trim().toLowerCase();
        const words = query_words(query);
        const score_of = this.scores(words);
        const counts = new FacetCounts();
        /** @type {Result[]} */
        const results = [];
        for (const model of this.models.models) {
            const versions = model.entries.filter((entry) => passes_numbers(entry, filters) && score_of(entry) > 0)
                .map((entry) => ({ entry, failed: failed_facets(entry, filters.choices) }));
            if (versions.length === 0) continue;
            counts.add_model(versions);
            const newest = versions.find(({ failed }) => failed.length === 0)?.entry;
            if (newest) results.push({ model, entry: newest, score: score_of(newest) + this.name_score(newest, query) });
        }
        return { results: results.sort(orders[words.length || filters.sort ? filters.sort : "name"]), counts, words };
    }

    /** @param {Entry} entry @param {string} query in lower case */
    name_score(entry, query) {
        const name = entry.name.slice(0, longest_text).toLowerCase();
        if (!query) return 0;
        if (name === query) return whole_name;
        return name.startsWith(query) ? beginning_of_name : 0;
    }

    /**
     * What to try when nothing was found: other words for those that no model has, and fewer filters.
     * @param {Filters} filters
     * @returns {{words: string[], without_filters: number, by_word: {word: string, count: number}[]}}
     */
    suggest(filters) {
        const words = query_words(filters.query);
        const near = words.filter((word) => this.texts.find(word).size === 0).flatMap((word) => this.texts.near(word, 3));
        const count = (/** @type {Partial<Filters>} */ change) => this.find({ ...filters, ...change }).results.length;
        const without_filters = count({ choices: new Map(), from: 0, to: 0, size: 0 });
        const by_word = words.length > 1 ? words.map((word) => ({ word, count: count({ query: word }) })).filter((each) => each.count > 0) : [];
        return { words: near, without_filters, by_word };
    }
}
