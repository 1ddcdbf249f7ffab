// SPDX-License-Identifier: Apache-2.0
// Addresses of views: #/?q=…&tag=…&from=…&to=…&size=…&sort=… and #/model/<path>[?entry=n]
import { as_size, limits, well_formed } from "./values.js";
import { encode_path } from "./paths.js";

/**
 * @typedef {object} Filters
 * @property {string} query
 * @property {Set<string>} tags
 * @property {number} from lowest opset; 0: any
 * @property {number} to highest opset; 0: any
 * @property {number} size most bytes; 0: any
 * @property {string} sort "" or one of `sorts`
 */

export const sorts = ["new", "small", "large"];

/** @returns {Filters} */
export const no_filters = () => ({ query: "", tags: new Set(), from: 0, to: 0, size: 0, sort: "" });

/** @param {Filters} filters */
export function list_hash(filters) {
    const query = new URLSearchParams();
    if (filters.query) query.set("q", filters.query);
    for (const tag of filters.tags) query.append("tag", tag);
    for (const name of /** @type {const} */ (["from", "to", "size"])) {
        if (filters[name]) query.set(name, String(filters[name]));
    }
    if (filters.sort) query.set("sort", filters.sort);
    const text = query.toString();
    return text ? "#/?" + text : "#/";
}

/** @param {string} hash @returns {Filters} */
export function read_list_hash(hash) {
    const query = new URLSearchParams(hash.includes("?") ? hash.slice(hash.indexOf("?") + 1) : "");
    const whole = (/** @type {string} */ name) => as_size(Number(query.get(name))) ?? 0;
    const sort = query.get("sort") ?? "";
    return {
        query: (query.get("q") ?? "").slice(0, 200),
        tags: new Set(query.getAll("tag").slice(0, 20)),
        from: whole("from"), to: whole("to"), size: whole("size"),
        sort: sorts.includes(sort) ? sort : "",
    };
}

/**
 * The part of a path that an address keeps.
 * @param {string} path
 */
export const address_path = (path) => well_formed(path.slice(0, limits.path));

/** @param {import("./entries.js").Entry} entry */
export const model_hash = (entry) => "#/model/" + encode_path(address_path(entry.path)) + (entry.twin ? `?entry=${entry.twin + 1}` : "");

/** @param {string} hash */
export const is_model_hash = (hash) => hash.startsWith("#/model/");

/** @param {string} hash @returns {{path: string, twin: number}} */
export function read_model_hash(hash) {
    const [encoded, query] = hash.slice("#/model/".length).split("?", 2);
    const twin = /^entry=(\d{1,6})$/.exec(query ?? "");
    let path = encoded;
    try {
        path = decodeURIComponent(encoded);
    } catch {
        // Not encoded, for example typed by hand: used as it is.
    }
    return { path, twin: twin ? Number(twin[1]) - 1 : 0 };
}
