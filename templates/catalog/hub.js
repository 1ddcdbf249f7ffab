// SPDX-License-Identifier: Apache-2.0
// What the exporter wrote into the page about the hub as a whole. hosting/export/catalog.cpp writes it.
import { as_object, as_string, as_strings, parse_object, shown } from "./values.js";
import { file_link, https_link, safe_link } from "./paths.js";
import { Facts } from "./facts.js";

const most_mirrors = 5;

/**
 * @typedef {object} Hub
 * @property {string} name
 * @property {string} description
 * @property {string} licence default of its models, "" if unknown
 * @property {string} base address of the hub without a slash at the end
 * @property {Facts} facts about its folders
 * @property {boolean} has_no_files this export has no file of a model
 * @property {string} origin "owner/name" on GitHub, where the hub comes from, or ""
 * @property {string[]} mirrors addresses of folders that have the files too
 * @property {boolean} has_index whether to read the index instead of the manifest
 * @property {Record<string, unknown>} signing
 * @property {boolean} has_graphs whether models have a file graph/<SHA-256>.json.gz
 * @property {Set<string>} without_graph paths of the models that have none
 * @property {Record<string, string>} scripts addresses of later scripts, by name
 */

/** @param {unknown} value @returns {Record<string, string>} */
const read_scripts = (value) => Object.fromEntries(Object.entries(as_object(value)).map(([name, path]) => [name, file_link(as_string(path)) ?? ""]));

/**
 * @param {string} text JSON of the exporter @param {URL} address of the page
 * @param {(address: string) => Promise<string>} fetch_text
 * @returns {Hub}
 */
export function read_hub(text, address, fetch_text) {
    const facts = parse_object(text);
    const here = new URL("./", address.href.split("#")[0]).href;
    return {
        name: shown(as_string(facts.name).trim() || address.hostname || "ONNX models", 120),
        description: shown(as_string(facts.description).trim(), 1000),
        licence: as_string(facts.licence).trim(),
        base: (safe_link(as_string(facts.base_url)) ?? here).split(/[?#]/)[0].replace(/\/*$/, ""),
        facts: new Facts(facts.facts, fetch_text),
        has_no_files: facts.has_no_files === true,
        origin: /^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(as_string(facts.origin)) ? as_string(facts.origin) : "",
        mirrors: as_strings(facts.mirrors).slice(0, most_mirrors).flatMap((mirror) => https_link(mirror.replace(/\/*$/, "/")) ?? []),
        has_index: facts.has_index === true,
        signing: as_object(facts.signing),
        has_graphs: facts.has_graphs === true,
        without_graph: new Set(as_strings(facts.without_graph)),
        scripts: read_scripts(facts.scripts),
    };
}

/** What `--hub` needs: "owner/name:ref" for hubs on GitHub, as ONNX's Python client expects it, else the address.
 * @param {Hub} hub
 */
export function hub_spec(hub) {
    const parts = /^https:\/\/(?:raw\.githubusercontent\.com|media\.githubusercontent\.com\/media)\/([\w.-]+)\/([\w.-]+)\/([\w.-]+)$/.exec(hub.base);
    return parts ? `${parts[1]}/${parts[2]}:${parts[3]}` : hub.base;
}

/** The only hub that is trusted without confirmation. */
export const official_hub = "onnx/models:main";
