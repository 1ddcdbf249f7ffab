// SPDX-License-Identifier: Apache-2.0
// Addresses of views: #/?q=…&tag=…&from=…&to=…&size=…&sort=…, with a parameter for each facet, #/model/<path>[?entry=n],
// and #/sha256/<digest> for a model regardless of its path
import { as_sha, as_size, limits, well_formed } from "./values.js";
import { encode_path } from "./paths.js";
import { facet_keys } from "./facets.js";
import { key_of } from "./words.js";

/**
 * @typedef {object} Filters
 * @property {string} query
 * @property {import("./facets.js").Choices} choices
 * @property {number} from lowest opset; 0: any
 * @property {number} to highest opset; 0: any
 * @property {number} size most bytes; 0: any
 * @property {string} sort "" or one of `sorts`
 */

export const sorts = ["name", "date", "new", "small", "large", "metric"];
const numbers = /** @type {const} */ (["from", "to", "size"]);
const most_choices = 20;  // of a facet
const longest_name = 1000;

/** @returns {Filters} */
export const no_filters = () => ({ query: "", choices: new Map(), from: 0, to: 0, size: 0, sort: "" });

/** @param {string} key of a facet @param {string} value as the facet compares it */
const choice_of = (key, value) => key === "tag" ? key_of(well_formed(value)) : well_formed(value);

/**
 * Filters with one choice.
 * @param {string} key of the facet @param {string} value
 */
export const filters_by = (key, value) => ({ ...no_filters(), choices: new Map([[key, new Set([choice_of(key, value)])]]) });

/** @param {Filters} filters */
export function list_hash(filters) {
    const query = new URLSearchParams();
    if (filters.query) query.set("q", filters.query);
    for (const key of facet_keys) for (const value of filters.choices.get(key) ?? []) query.append(key, value);
    for (const name of numbers) if (filters[name]) query.set(name, String(filters[name]));
    if (filters.sort) query.set("sort", filters.sort);
    const text = query.toString();
    return text ? "#/?" + text : "#/";
}

/** @param {URLSearchParams} query @returns {import("./facets.js").Choices} */
function read_choices(query) {
    const chosen = facet_keys.map((key) => /** @type {[string, Set<string>]} */ ([key, new Set(query.getAll(key).slice(0, most_choices).map((value) => choice_of(key, value)))]));
    return new Map(chosen.filter(([, values]) => values.size > 0));
}

/** @param {string} hash @returns {Filters} */
export function read_list_hash(hash) {
    const query = new URLSearchParams(hash.includes("?") ? hash.slice(hash.indexOf("?") + 1) : "");
    const whole = (/** @type {string} */ name) => as_size(Number(query.get(name))) ?? 0;
    const sort = query.get("sort") ?? "";
    return {
        query: (query.get("q") ?? "").slice(0, 200),
        choices: read_choices(query),
        from: whole("from"), to: whole("to"), size: whole("size"),
        sort: sorts.includes(sort) ? sort : "",
    };
}

/**
 * The part of a path that an address keeps.
 * @param {string} path
 */
export const address_path = (path) => well_formed(path.slice(0, limits.path));

/**
 * @typedef {{path: string, twin: number, name: string, sha: string, opens_graph: boolean}} ModelPlace
 *     `name` and `sha`: "" if the address does not have it; with `sha` there is no path
 */

/** @param {import("./entries.js").Entry} entry @param {boolean} with_name an index finds models by name */
export function model_hash(entry, with_name = names_are_needed) {
    const query = new URLSearchParams();
    if (entry.twin) query.set("entry", String(entry.twin + 1));
    if (with_name) query.set("name", well_formed(entry.name.slice(0, longest_name)));
    const text = query.toString();
    return "#/model/" + encode_path(address_path(entry.path)) + (text ? "?" + text : "");
}

const digest_prefix = "#/sha256/";

/**
 * An address that stays the same when the model is renamed. In a hub with an index, which finds models by name, only its path may change.
 * @param {string} sha @param {string} name of the model
 */
export const digest_hash = (sha, name, with_name = names_are_needed) =>
    digest_prefix + sha + (with_name ? "?" + new URLSearchParams({ name: well_formed(name.slice(0, longest_name)) }) : "");

/**
 * The address of the same model which opens its graph.
 * @param {string} hash of a model
 */
export function graph_hash(hash) {
    const [place, text] = hash.split("?", 2), query = new URLSearchParams(text ?? "");
    query.set("graph", "open");
    return `${place}?${query}`;
}

let names_are_needed = false;

/** Called once, for a hub with an index. */
export function put_names_into_addresses() { names_are_needed = true; }

/** @param {string} hash */
export const is_model_hash = (hash) => hash.startsWith("#/model/") || hash.startsWith(digest_prefix);

/** @param {string} hash @returns {ModelPlace} */
export function read_model_hash(hash) {
    const [place, text] = hash.split("?", 2);
    const query = new URLSearchParams(text ?? ""), opens_graph = query.has("graph");
    if (place.startsWith(digest_prefix)) return { path: "", twin: 0, name: query.get("name") ?? "", sha: as_sha(place.slice(digest_prefix.length)), opens_graph };
    const encoded = place.slice("#/model/".length);
    const twin = /^\d{1,6}$/.test(query.get("entry") ?? "") ? Number(query.get("entry")) - 1 : 0;
    let path = encoded;
    try {
        path = decodeURIComponent(encoded);
    } catch {
        // Not encoded, for example typed by hand: used as it is.
    }
    return { path, twin, name: query.get("name") ?? "", sha: "", opens_graph };
}
