// SPDX-License-Identifier: Apache-2.0
// Entries of the manifest. `read_entry` gives each value a known type and a bounded size.
import { as_array, as_object, as_sha, as_size, as_string, limits, shown } from "./values.js";
import { file_name, folder_of, https_link } from "./paths.js";

/** @typedef {{name: string, type: string, shape: string[]}} Port */
/** @typedef {{total: number, first: Port[]}} Ports the number of all, and the first of them */

/**
 * @typedef {object} HubFile
 * @property {string} path untrusted: may point outside of the hub
 * @property {string} sha in hexadecimal digits, "" if unknown
 * @property {number | null} bytes
 * @property {boolean} missing whether this export has it not
 * @property {string[]} sources https addresses on other servers, if only these have the file
 */

/** @typedef {{date: string, commit: string, is_new: boolean}} Change a commit that added the model or changed its bytes */
/** @typedef {{name: string, text: string, value: number | null}} Metric how good a model is; `value` if it is a number */

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {string} path
 * @property {number | null} opset
 * @property {string[]} tags
 * @property {HubFile} file the model
 * @property {HubFile[]} external its external data
 * @property {HubFile[]} files the model and its external data
 * @property {HubFile | null} data the archive of model and test data
 * @property {string} onnx_version "" if unknown
 * @property {number | null} bytes size of all `files`
 * @property {{inputs: Ports, outputs: Ports} | null} ports
 * @property {Ports} features tensors for embeddings
 * @property {string} author
 * @property {string} task
 * @property {string} description of the manifest, or else the summary of its README
 * @property {string} words of its README
 * @property {Metric | null} metric
 * @property {string} signature path of the file with its signature, "" for none
 * @property {Change[]} history the newest first; empty if unknown
 * @property {string} licence
 * @property {number | null} parameters
 * @property {number} twin 0, or the number of entries before this one with the same path
 */

/** @param {unknown} value @returns {Port} */
function read_port(value) {
    const port = as_object(value);
    const shape = as_array(port.shape).slice(0, limits.dimensions).map((dimension) =>
        typeof dimension === "number" ? String(dimension) : typeof dimension === "string" ? shown(dimension, 60) : "?");
    return { name: shown(as_string(port.name)), type: shown(as_string(port.type), 80), shape };
}

/** @param {unknown} value @returns {Ports} */
function read_ports(value) {
    const all = as_array(value);
    return { total: all.length, first: all.slice(0, limits.ports).map(read_port) };
}

/** @param {unknown} value @returns {Entry["ports"]} */
function read_port_sides(value) {
    if (value === null || typeof value !== "object") return null;
    const sides = as_object(value);
    return { inputs: read_ports(sides.inputs), outputs: read_ports(sides.outputs) };
}

/** @param {unknown} value @returns {string[]} */
function read_tags(value) {
    const tags = as_array(value).map(as_string).filter((tag) => tag.trim() !== "");
    return [...new Set(tags)].slice(0, limits.tags).map((tag) => tag.slice(0, limits.name));
}

/** @param {import("./hub.js").Hub} hub @param {string} path @param {unknown} sha @param {unknown} bytes @returns {HubFile} */
const read_file = (hub, path, sha, bytes) => ({ path, sha: as_sha(sha), bytes: as_size(bytes), missing: hub.has_no_files || hub.facts.has(path, "missing"), sources: [] });

/**
 * The model's file. Without a usable address, a file elsewhere is missing.
 * @param {import("./hub.js").Hub} hub @param {string} path @param {Record<string, unknown>} metadata
 */
function read_model_file(hub, path, metadata) {
    const file = read_file(hub, path, metadata.model_sha, metadata.model_bytes);
    const sources = as_array(metadata.sources).slice(0, limits.sources);
    const is_elsewhere = !hub.facts.is_known || hub.facts.has(path, "elsewhere");
    if (sources.length > 0 && sources.every((source) => typeof source === "string") && is_elsewhere) {
        file.sources = sources.flatMap((source) => https_link(as_string(source)) ?? []);
        file.missing ||= file.sources.length === 0;
    }
    return file;
}

/** @param {import("./hub.js").Hub} hub @param {Record<string, unknown>} metadata @returns {HubFile | null} */
function read_archive(hub, metadata) {
    const path = as_string(metadata.model_with_data_path);
    return path ? read_file(hub, path, metadata.model_with_data_sha, metadata.model_with_data_bytes) : null;
}

/**
 * The size with external data, because the model file may be only a small part.
 * @param {HubFile[]} files
 */
const bytes_of = (files) => as_size(files.reduce((sum, part) => sum + (part.bytes ?? NaN), 0));

/** @param {import("./hub.js").Hub} hub @param {Record<string, unknown>} value @param {string} path */
function read_licence(hub, value, path) {
    const metadata = as_object(value.metadata);
    const stated = [metadata.licence, metadata.license, value.licence, value.license].map(as_string).find((text) => text.trim());
    return stated || hub.facts.nearest(path, (facts) => facts.licence) || hub.licence;
}

/** @param {import("./hub.js").Hub} hub @param {string} path @returns {Change[]} */
function read_history(hub, path) {
    const changes = as_array(hub.facts.folders.get(folder_of(path))?.history[file_name(path)]).map(as_array);
    return changes.map(([date, commit, is_new]) => ({ date: as_string(date), commit: as_string(commit), is_new: is_new === true }))
        .filter(({ date }) => /^\d{4}-\d{2}-\d{2}$/.test(date));
}

/** @param {import("./hub.js").Hub} hub @param {string} path @returns {Metric | null} */
function read_metric(hub, path) {
    return hub.facts.nearest(path, (facts, folder) => {
        const [name, text] = as_array(facts.metrics[folder ? path.slice(folder.length + 1) : path]).map(as_string);
        const value = parseFloat(text);
        return name && text ? { name: shown(name, 60), text: shown(text, 60), value: Number.isFinite(value) ? value : null } : null;
    });
}

/**
 * One entry of the manifest, or null if it has neither name nor path.
 * @param {unknown} item @param {import("./hub.js").Hub} hub @returns {Entry | null}
 */
export function read_entry(item, hub) {
    const value = as_object(item);
    const metadata = as_object(value.metadata);
    const path = as_string(value.model_path);
    const name = as_string(value.model).trim() ? as_string(value.model) : file_name(path);
    if (!name.trim()) return null;
    const file = read_model_file(hub, path, metadata);
    const external = as_array(metadata.external_data).slice(0, limits.external).map(as_object)
        .filter((weights) => as_string(weights.path)).map((weights) => read_file(hub, as_string(weights.path), weights.sha, weights.bytes));
    return {
        name, path, file, external,
        files: [file, ...external],
        bytes: bytes_of([file, ...external]),
        data: read_archive(hub, metadata),
        opset: as_size(value.opset_version) || null,
        onnx_version: shown(as_string(value.onnx_version), 40),
        tags: read_tags(metadata.tags),
        ports: read_port_sides(metadata.io_ports),
        features: read_ports(as_object(metadata.extra_ports).features),
        author: as_string(metadata.author).trim(),
        task: as_string(metadata.task).trim(),
        description: as_string(metadata.description).trim() || hub.facts.nearest(path, (facts) => facts.about) || "",
        words: hub.facts.nearest(path, (facts) => facts.words) ?? "",
        metric: read_metric(hub, path),
        history: read_history(hub, path),
        signature: as_string(hub.facts.folders.get(folder_of(path))?.signatures[file_name(path)]),
        parameters: as_size(metadata.parameters),
        licence: read_licence(hub, value, path),
        twin: 0,
    };
}

/** @param {Entry} entry */
export const is_missing = (entry) => entry.files.some((file) => file.missing);
