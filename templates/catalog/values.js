// SPDX-License-Identifier: Apache-2.0
// Untrusted values: each may be missing, of another type, or very long.

/** Upper limits for what the page shows, in characters or items. */
export const limits = {
    name: 200, path: 4096, tags: 40, ports: 40, dimensions: 32, sources: 20, external: 200, description: 2000, readme: 400_000,
};

/** Characters that hide, reorder or break text. */
export const invisible = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const half_characters = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * `text` with escapes for invisible characters, as the program prints names.
 * @param {string} text
 */
export const printable = (text) => text.replace(invisible, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));

/**
 * The same, cut after `limit` characters.
 * @param {string} text
 */
export const shown = (text, limit = limits.name) => printable(text.length > limit ? text.slice(0, limit) + "…" : text);

/**
 * `text` as it survives UTF-8, for addresses.
 * @param {string} text
 */
export const well_formed = (text) => text.replace(half_characters, "\ufffd");

/** @param {unknown} value @returns {string} */
export const as_string = (value) => typeof value === "string" ? value : "";

/** @param {unknown} value @returns {unknown[]} */
export const as_array = (value) => Array.isArray(value) ? value : [];

/** @param {unknown} value @returns {string[]} */
export const as_strings = (value) => /** @type {string[]} */ (as_array(value).filter((item) => typeof item === "string"));

/** @param {unknown} value @returns {Record<string, unknown>} */
export const as_object = (value) =>
    value !== null && typeof value === "object" && !Array.isArray(value) ? /** @type {Record<string, unknown>} */ (value) : {};

/**
 * A whole number of at least 0, or null.
 * @param {unknown} value @returns {number | null}
 */
export const as_size = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;

/**
 * 64 hexadecimal digits in lower case, or "".
 * @param {unknown} value
 */
export const as_sha = (value) => /^[0-9a-f]{64}$/i.test(as_string(value)) ? as_string(value).toLowerCase() : "";

/**
 * The objects in `text`, which should be JSON of an object.
 * @param {string} text
 */
export function parse_object(text) {
    try {
        return as_object(JSON.parse(text));
    } catch {
        return {};
    }
}
