// SPDX-License-Identifier: Apache-2.0
// Paths in a hub and addresses. Only this module makes links from untrusted text.
import { limits } from "./values.js";

/**
 * Whether the path stays inside the hub. The rule is that of the program.
 * @param {string} path
 */
export function is_safe_path(path) {
    const is_clean = path !== "" && path.length <= limits.path &&
        !/[\\\u0000-\u001f\u007f]|^[a-z][a-z0-9+.-]*:|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/i.test(path);
    return is_clean && path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part.toLowerCase() !== ".git");
}

/** @param {string} path */
export const encode_path = (path) => path.split("/").map(encodeURIComponent).join("/");

/**
 * A relative link, so that it works in any directory of any host. With "./" a colon does not start a scheme.
 * @param {string} path
 */
export const file_link = (path) => is_safe_path(path) ? "./" + encode_path(path) : null;

/**
 * The address if it is an http or https URL, else null.
 * @param {string} address
 */
export function safe_link(address) {
    if (!/^https?:\/\//i.test(address) || address.length > 2000) return null;
    try {
        return new URL(address).href;
    } catch {
        return null;
    }
}

/**
 * The same for https only, without user name and password.
 * @param {string} address
 */
export function https_link(address) {
    const href = safe_link(address);
    return href?.startsWith("https://") && !new URL(href).username && !new URL(href).password ? href : null;
}

/** @param {string} path */
export const file_name = (path) => path.slice(path.lastIndexOf("/") + 1);

/**
 * The directory of `path`, "" for the top.
 * @param {string} path
 */
export const folder_of = (path) => path.slice(0, Math.max(path.lastIndexOf("/"), 0));

/**
 * The value for the directory of `path`, or for the nearest one above that has one.
 * @template T
 * @param {(folder: string) => T | null | undefined} value_of
 * @param {string} path
 * @returns {T | null}
 */
export function of_nearest_folder(value_of, path) {
    for (let folder = folder_of(path); ; folder = folder_of(folder)) {
        const value = value_of(folder);
        if (value !== null && value !== undefined) return value;
        if (!folder) return null;
    }
}
