// SPDX-License-Identifier: Apache-2.0
// Reads the index of a large hub: trees of files by content (docs/index.md). Each question needs a few small files.
import { as_array, as_object, as_size, as_string } from "./values.js";
import { distance, key_of } from "./words.js";

/** @typedef {{from: string, sha: string}} Child */
/** @typedef {{level: number, children: Child[]}} Tree */
/** @typedef {{name: string, opset: number | null, onnx_version: string, bytes: number | null, path: string, tags: unknown}} Posting */
/** @typedef {{term: string, count: number, models: unknown[] | null, pages: Tree | null}} Term */
/** @typedef {(sha: string) => Promise<unknown>} FetchJson gets a file of the index by its SHA-256 */

const deepest = 8;            // levels of a tree
const most_pages = 5;         // of a term that are read for one question
const most_path_words = 4;    // of a path whose model is looked for
const most_prefixed = 12;     // terms that a beginning stands for
const tag_prefix = "tag:";    // of terms that stand for a whole tag

/** @typedef {{total: number, postings: Posting[], has: (posting: Posting) => boolean}} Found `has`: whether a model is one of them, although only some were read */

/**
 * Compares by code points, which is the order of UTF-8.
 * @param {string} a @param {string} b
 */
export function compare_bytes(a, b) {
    const left = [...a], right = [...b];
    for (let i = 0; i < Math.min(left.length, right.length); ++i) {
        const difference = (left[i].codePointAt(0) ?? 0) - (right[i].codePointAt(0) ?? 0);
        if (difference) return difference;
    }
    return left.length - right.length;
}

/**
 * The words that an index has of a text.
 * @param {string} text @returns {string[]}
 */
export const index_words = (text) => [...new Set(key_of(text).split(/[\x00-\x2f\x3a-\x60\x7b-\x7f]+/).filter(Boolean))].slice(0, 16);

/** @param {unknown} value @returns {Tree} */
export function read_tree(value) {
    const tree = as_object(value);
    const children = as_array(tree.children).map(as_array).map(([from, sha]) => ({ from: as_string(from), sha: as_string(sha) }));
    return { level: as_size(tree.level) ?? 0, children: children.filter(({ sha }) => /^[0-9a-f]{64}$/.test(sha)) };
}

/** @param {unknown} value @returns {Posting} */
function read_posting(value) {
    const [, name, opset, onnx_version, bytes, path, tags] = as_array(value);
    return { name: as_string(name), opset: as_size(opset), onnx_version: as_string(onnx_version), bytes: as_size(bytes), path: as_string(path), tags };
}

/** @param {unknown} value @returns {Term} */
function read_term(value) {
    const term = as_object(value);
    return { term: as_string(term.term), count: as_size(term.count) ?? 0, models: Array.isArray(term.models) ? term.models : null, pages: term.pages ? read_tree(term.pages) : null };
}

export class IndexReader {
    /** @param {unknown} root @param {FetchJson} fetch_json */
    constructor(root, fetch_json) {
        const members = as_object(root);
        this.count = as_size(members.entries) ?? 0;
        this.models = read_tree(members.models);
        this.terms = read_tree(members.terms);
        this.fetch_json = fetch_json;
    }

    /**
     * The file with `key`.
     * @param {Tree} tree @param {string} key @returns {Promise<unknown>}
     */
    async leaf(tree, key) {
        let node = tree;
        for (let depth = 0; depth < deepest; ++depth) {
            const child = node.children.filter(({ from }) => compare_bytes(from, key) <= 0).at(-1);
            if (!child) return [];
            const file = await this.fetch_json(child.sha);
            if (node.level === 0) return file;
            node = read_tree(file);
        }
        return [];
    }

    /**
     * The first files of a tree, in order.
     * @param {Tree} tree @param {number} count @returns {Promise<unknown[]>}
     */
    async first_leaves(tree, count) {
        let node = tree;
        for (let depth = 0; depth < deepest && node.level > 0 && node.children.length; ++depth) node = read_tree(await this.fetch_json(node.children[0].sha));
        return Promise.all(node.children.slice(0, count).map(({ sha }) => this.fetch_json(sha)));
    }

    /**
     * The first entries by name, as in the manifest.
     * @returns {Promise<unknown[]>}
     */
    async first_entries() {
        return (await this.first_leaves(this.models, 2)).flatMap(as_array);
    }

    /**
     * All entries of a name, as in the manifest.
     * @param {string} name @returns {Promise<unknown[]>}
     */
    async entries_of(name) {
        const entries = as_array(await this.leaf(this.models, key_of(name)));
        return entries.filter((entry) => key_of(as_string(as_object(entry).model)) === key_of(name));
    }

    /**
     * The terms that a word stands for: itself, else those that begin with it, else those with one typo.
     * @param {string} word @returns {Promise<Term[]>}
     */
    async terms_for(word) {
        const terms = as_array(await this.leaf(this.terms, word)).map(read_term);
        const whole = terms.filter(({ term }) => term === word);
        if (whole.length) return whole;
        const longer = terms.filter(({ term }) => term.startsWith(word) && !term.startsWith("tag:"));
        return (longer.length ? longer : terms.filter(({ term }) => word.length > 3 && distance(word, term, 1) <= 1)).slice(0, most_prefixed);
    }

    /**
     * The models of a term, the best first.
     * @param {Term} term @returns {Promise<Posting[]>}
     */
    async postings_of(term) {
        const pages = term.pages ? await this.first_leaves(term.pages, most_pages) : [term.models];
        return pages.flatMap(as_array).map(read_posting);
    }

    /** @param {string} word @returns {Promise<Found>} */
    async postings_for(word) {
        const terms = await this.terms_for(word);
        const postings = (await Promise.all(terms.map((term) => this.postings_of(term)))).flat();
        const total = terms.reduce((sum, { count }) => sum + count, 0), is_whole = total <= postings.length;
        const place_of = (/** @type {Posting} */ { path, name }) => `${path}\n${name}`, places = new Set(postings.map(place_of));
        const has = (/** @type {Posting} */ posting) => {
            const text = is_whole ? "" : key_of(`${posting.name} ${posting.path} ${as_array(posting.tags).join(" ")}`);
            return places.has(place_of(posting)) || (!is_whole && terms.some(({ term }) => text.includes(term)));
        };
        return { total, postings, has };
    }

    /** @param {string} key of a tag */
    async term_of_tag(key) {
        return as_array(await this.leaf(this.terms, tag_prefix + key)).map(read_term).find(({ term }) => term === tag_prefix + key);
    }

    /** @param {string} tag @returns {Promise<Found>} */
    async postings_with_tag(tag) {
        const key = key_of(tag), term = await this.term_of_tag(key);
        return {
            total: term?.count ?? 0, postings: term ? await this.postings_of(term) : [],
            has: (posting) => as_array(posting.tags).some((one) => key_of(as_string(one)) === key),
        };
    }

    /**
     * How many entries of the hub have each of these tags.
     * @param {string[]} tags @returns {Promise<Map<string, number>>}
     */
    async tag_counts(tags) {
        return new Map(await Promise.all(tags.map(async (tag) => /** @type {[string, number]} */ ([tag, (await this.term_of_tag(key_of(tag)))?.count ?? 0]))));
    }

    /**
     * The name of the model with this path, if a word of its file's name is one of the model too; else "".
     * @param {string} path @returns {Promise<string>}
     */
    async name_of(path) {
        const words = index_words(path.slice(path.lastIndexOf("/") + 1)).slice(0, most_path_words);
        const found = await Promise.all(words.map((word) => this.postings_for(word)));
        return found.flatMap(({ postings }) => postings).find((posting) => posting.path === path)?.name ?? "";
    }

    /**
     * Models with all words and tags. When a word is so common that only some of its models were read, a model has it if its
     * name, path or tags have it.
     * @param {string} query @param {string[]} tags @returns {Promise<{total: number, postings: Posting[]}>} `total`: of the rarest word or tag
     */
    async search(query, tags = []) {
        const found = await Promise.all([...index_words(query).map((word) => this.postings_for(word)), ...tags.map((tag) => this.postings_with_tag(tag))]);
        const [rarest, ...others] = found.sort((a, b) => a.total - b.total);
        if (!rarest) return { total: 0, postings: [] };
        const postings = rarest.postings.filter((posting) => others.every(({ has }) => has(posting)));
        return { total: others.length ? postings.length : rarest.total, postings };
    }
}
