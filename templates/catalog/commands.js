// SPDX-License-Identifier: Apache-2.0
// Commands to paste.
import { shown } from "./values.js";
import { encode_path, file_name, folder_of, is_safe_path } from "./paths.js";
import { hub_spec, is_official } from "./hub.js";
import { python_string, shell_word } from "./quoting.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./hub.js").Hub} Hub */

/**
 * The name of a downloaded file: not hidden, not like an option, with the suffix of a model or archive.
 * @param {string} path
 */
function local_name(path) {
    const name = file_name(path);
    return /^[\w][\w.+-]*\.(onnx|tar\.gz|ort)$/.test(name) ? name : "model.onnx";
}

/** @param {Entry} entry @param {Hub} hub */
export function load_command(entry, hub) {
    const name = shell_word(entry.name, true);
    const options = `--hub ${shell_word(hub_spec(hub))}${is_official(hub) ? "" : " --trust"}` + (entry.opset !== null ? ` --opset ${entry.opset}` : "");
    // A name that looks like an option must follow "--".
    return entry.name.startsWith("-") ? `onnxhub load ${options} -- ${name}` : `onnxhub load ${name} ${options}`;
}

/** @param {Entry} entry @param {Hub} hub */
export function python_commands(entry, hub) {
    return "from onnxhub import hub\n\n"
        + `model = hub.load(${python_string(entry.name)}, repo=${python_string(hub_spec(hub))}`
        + (entry.opset !== null ? `, opset=${entry.opset}` : "")
        + (is_official(hub) ? "" : ", trust=True") + ")";
}

/** @param {string} address @param {string} output @param {string} sha @returns {string[]} */
function curl_lines(address, output, sha) {
    const folders = output.includes("/") ? "--create-dirs " : "";
    const lines = [`curl --fail --location ${folders}--output ${shell_word(output)} \\\n  ${shell_word(address)}`];
    if (sha) lines.push(`echo ${shell_word(`${sha}  ${output}`)} | sha256sum --check`);
    return lines;
}

/**
 * The path of external data as the model names it: relative to the model. "" if it needs quoting; onnxhub loads these.
 * @param {string} path @param {string} folder
 */
function path_beside_model(path, folder) {
    const inside = folder === "" ? path : path.startsWith(folder + "/") ? path.slice(folder.length + 1) : "";
    return is_safe_path(path) && /^[\w][\w.+/-]*$/.test(inside) && !inside.includes("/.") ? inside : "";
}

/** @param {Entry} entry @param {Hub} hub */
export function curl_commands(entry, hub) {
    const address_of = (/** @type {string} */ path) => `${hub.base}/${encode_path(path)}`;
    const lines = curl_lines(entry.file.sources[0] ?? address_of(entry.path), local_name(entry.path), entry.file.sha);
    for (const file of entry.external) {
        const output = path_beside_model(file.path, folder_of(entry.path));
        lines.push(...output ? curl_lines(address_of(file.path), output, file.sha) : [`# also needed: ${shown(file.path)}`]);
    }
    return lines.join("\n");
}
