// SPDX-License-Identifier: Apache-2.0
// Where the page gets models from: the whole manifest, or parts of it by the index of a large hub.
import { as_string } from "./values.js";
import { address_path, put_names_into_addresses } from "./addresses.js";
import { read_entry } from "./entries.js";
import { frequent_values } from "./facets.js";
import { get } from "./requests.js";
import { read_manifest } from "./manifest.js";
import { group_models } from "./models.js";
import { Search } from "./search.js";
import { IndexReader } from "./index_reader.js";

/** @typedef {import("./hub.js").Hub} Hub */
/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./models.js").Models} Models */

/**
 * Models to search in. `is_searched`: they are the answer to the query already. `total`: the number of models that the
 * query has in the hub, when these are only the best of them. `tags`: frequent tags with their
 * numbers in the whole hub, when the models are only its first ones.
 * @typedef {{models: Models, search: Search, is_searched: boolean, total: number | null, tags: Promise<Map<string, number>> | null}} Searchable
 */

/**
 * @typedef {object} Source
 * @property {number} count of models in the hub
 * @property {number} skipped entries without name and path
 * @property {{files: number, bytes: number} | null} size of all models, if known
 * @property {string | null} digest of the manifest, if known
 * @property {boolean} has_all whether `searchable` has all models for every query
 * @property {(filters: import("./addresses.js").Filters) => Promise<Searchable> | Searchable} searchable
 * @property {(place: import("./addresses.js").ModelPlace) => Promise<{entry: Entry | null, models: Models}>} find
 */

/** @param {Models} models @param {import("./addresses.js").ModelPlace} place */
const entry_at = (models, { path, twin, sha }) => sha ? models.entries.find((entry) => entry.file.sha === sha) ?? null :
    (models.by_path.get(path) ?? models.entries.filter((entry) => address_path(entry.path) === path))[twin] ?? null;

/** @param {Hub} hub @returns {Promise<Source>} */
export async function manifest_source(hub) {
    const { entries, skipped, digest } = await read_manifest(hub, as_string(hub.signing.hub) !== "");
    const models = group_models(entries);
    const searchable = { models, search: new Search(models), is_searched: false, total: null, tags: null };
    return {
        size: { files: entries.length, bytes: entries.reduce((sum, entry) => sum + (entry.bytes ?? 0), 0) },
        count: models.models.length, skipped, digest, has_all: true,
        searchable: () => searchable,
        find: async (place) => ({ entry: entry_at(models, place), models }),
    };
}

const most_files = 200;        // that are kept
const most_counted_tags = 12;  // a file of the index or two for each
/** @type {Map<string, Promise<unknown>>} */
const files = new Map();

/**
 * A file of the index. It never changes, so the page asks once.
 * @param {string} sha @returns {Promise<unknown>}
 */
function index_file(sha) {
    const present = files.get(sha) ?? get(`index/${sha.slice(0, 2)}/${sha}.json`).then((answer) => answer.json());
    if (files.size >= most_files) files.clear();
    files.set(sha, present);
    present.catch(() => files.delete(sha));
    return present;
}

/**
 * A row's data as an entry of a manifest.
 * @param {import("./index_reader.js").Posting} posting
 */
const entry_of_posting = (posting) => ({
    model: posting.name, model_path: posting.path, onnx_version: posting.onnx_version, opset_version: posting.opset,
    metadata: { model_bytes: posting.bytes, tags: posting.tags },
});

/** @param {Hub} hub @returns {Promise<Source>} */
export async function index_source(hub) {
    put_names_into_addresses();
    const reader = new IndexReader(await (await get("index/root.json", "no-cache")).json(), index_file);
    const group = (/** @type {unknown[]} */ values) => group_models(values.flatMap((value) => read_entry(value, hub) ?? []), { keeps_order: true });
    const found = (/** @type {Models} */ models, /** @type {number} */ total, /** @type {Promise<Map<string, number>> | null} */ tags = null) =>
        ({ models, search: new Search(models), is_searched: true, total, tags });
    return {
        count: reader.count, size: null, skipped: 0, digest: null, has_all: false,
        searchable: async ({ query, choices }) => {
            const chosen = [...choices.get("tag") ?? []];
            if (!query.trim() && chosen.length === 0) {
                const models = group(await reader.first_entries());
                return found(models, reader.count, reader.tag_counts(frequent_values("tag", models.models).slice(0, most_counted_tags)));
            }
            const { total, postings } = await reader.search(query, chosen);
            return found(group(postings.map(entry_of_posting)), total);
        },
        find: async (place) => {
            const name = place.name || await reader.name_of(place.path);
            const [values] = await Promise.all([name ? reader.entries_of(name) : [], hub.facts.load_for(place.path)]);
            const models = group(values);
            return { entry: entry_at(models, place), models };
        },
    };
}
