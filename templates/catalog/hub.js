// SPDX-License-Identifier: Apache-2.0
// What the exporter wrote into the page about the hub as a whole. hosting/export/catalog.cpp writes it.
import { as_object, as_string, as_strings, parse_object, shown } from "./values.js";
import { file_link, of_nearest_folder, safe_link } from "./paths.js";

/**
 * @typedef {object} Hub
 * @property {string} name
 * @property {string} description
 * @property {string} licence default of its models, "" if unknown
 * @property {Record<string, unknown>} licences by directory
 * @property {Record<string, unknown>} readmes Markdown, by directory
 * @property {string} base address of the hub without a slash at the end
 * @property {Set<string>} missing paths of files that this export does not have
 * @property {Set<string> | null} elsewhere paths of models that only other servers have; null without data of the exporter
 * @property {Record<string, unknown>} signing
 * @property {boolean} has_graphs whether models have a file graph/<SHA-256>.json.gz
 * @property {Set<string>} without_graph paths of the models that have none
 * @property {Record<string, string>} scripts addresses of later scripts, by name
 */

/** @param {string} text JSON of the exporter @param {URL} address of the page @returns {Hub} */
export function read_hub(text, address) {
    const facts = parse_object(text);
    const here = new URL("./", address.href.split("#")[0]).href;
    return {
        name: shown(as_string(facts.name).trim() || address.hostname || "ONNX models", 120),
        description: shown(as_string(facts.description).trim(), 1000),
        licence: as_string(facts.licence).trim(),
        licences: as_object(facts.licences),
        readmes: as_object(facts.readmes),
        base: (safe_link(as_string(facts.base_url)) ?? here).split(/[?#]/)[0].replace(/\/*$/, ""),
        missing: new Set(as_strings(facts.missing)),
        elsewhere: Array.isArray(facts.elsewhere) ? new Set(as_strings(facts.elsewhere)) : null,
        signing: as_object(facts.signing),
        has_graphs: facts.has_graphs === true,
        without_graph: new Set(as_strings(facts.without_graph)),
        scripts: Object.fromEntries(Object.entries(as_object(facts.scripts)).map(([name, path]) => [name, file_link(as_string(path)) ?? ""])),
    };
}

/**
 * The text in `by_folder` for the directory of `path`, or for the nearest one above; "" if there is none.
 * @param {Record<string, unknown>} by_folder @param {string} path
 */
export const text_for = (by_folder, path) =>
    of_nearest_folder((folder) => (Object.hasOwn(by_folder, folder) && as_string(by_folder[folder]).trim() ? as_string(by_folder[folder]) : null), path) ?? "";

/**
 * What `--hub` needs: "owner/name:ref" for hubs on GitHub, as ONNX's Python client expects it, else the address.
 * @param {Hub} hub
 */
export function hub_spec(hub) {
    const parts = /^https:\/\/(?:raw\.githubusercontent\.com|media\.githubusercontent\.com\/media)\/([\w.-]+)\/([\w.-]+)\/([\w.-]+)$/.exec(hub.base);
    return parts ? `${parts[1]}/${parts[2]}:${parts[3]}` : hub.base;
}

/**
 * For any other hub, the user must confirm trust.
 * @param {Hub} hub
 */
export const is_official = (hub) => hub_spec(hub) === "onnx/models:main";
