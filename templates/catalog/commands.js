// SPDX-License-Identifier: Apache-2.0
// Commands and programs to paste.
import { shown } from "./values.js";
import { encode_path, file_name, folder_of, is_safe_path } from "./paths.js";
import { cpp_string, javascript_string, python_string, shell_word } from "./quoting.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./entries.js").Port} Port */
/** @typedef {{spec: string, is_official: boolean}} Source a hub as `--hub` names it; for any but the official one, the user must confirm trust */

/**
 * The name of a downloaded file: not hidden, not like an option, with the suffix of a model or archive.
 * @param {string} path
 */
export function local_name(path) {
    const name = file_name(path);
    return /^[\w][\w.+-]*\.(onnx|tar\.gz|ort)$/.test(name) ? name : "model.onnx";
}

/** @param {Entry} entry @param {Source} source @param {string} output file to write, "" for none */
export function load_command(entry, source, output = "") {
    const name = shell_word(entry.name, true);
    const options = `--hub ${shell_word(source.spec)}${source.is_official ? "" : " --trust"}` + (entry.opset !== null ? ` --opset ${entry.opset}` : "")
        + (output ? ` --output ${shell_word(output)}` : "");
    // A name that looks like an option must follow "--".
    return entry.name.startsWith("-") ? `onnxhub load ${options} -- ${name}` : `onnxhub load ${name} ${options}`;
}

/**
 * The arguments of functions of the Python package.
 * @param {Entry} entry @param {Source} source
 */
const python_arguments = (entry, source) => `${python_string(entry.name)}, repo=${python_string(source.spec)}`
    + (entry.opset !== null ? `, opset=${entry.opset}` : "") + (source.is_official ? "" : ", trust=True");

/** @param {Entry} entry @param {Source} source */
export const python_commands = (entry, source) => `from onnxhub import hub\n\nmodel = hub.load(${python_arguments(entry, source)})`;

/** @type {Record<string, string>} types of ONNX as NumPy names them */
const numpy_types = {
    "tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64", "tensor(int64)": "int64", "tensor(int32)": "int32",
    "tensor(uint8)": "uint8", "tensor(int8)": "int8", "tensor(bool)": "bool",
};
/** @type {Record<string, string>} the same for onnxruntime-node: a type of ONNX Runtime and an array */
const javascript_types = {
    "tensor(float)": "float32 Float32Array", "tensor(double)": "float64 Float64Array", "tensor(int64)": "int64 BigInt64Array", "tensor(int32)": "int32 Int32Array",
    "tensor(uint8)": "uint8 Uint8Array", "tensor(int8)": "int8 Int8Array",
};

/**
 * The shape with 1 for unknown dimensions.
 * @param {Port} port
 */
const example_shape = (port) => port.shape.map((dimension) => /^[1-9]\d{0,8}$/.test(dimension) ? dimension : "1");

/**
 * Inputs that an example can be given for, or none when there are others.
 * @param {Entry} entry @param {Record<string, string>} types
 */
function example_inputs(entry, types) {
    const inputs = entry.ports?.inputs;
    return inputs && inputs.total === inputs.first.length && inputs.first.every((port) => Object.hasOwn(types, port.type) && port.name) ? inputs.first : [];
}

/** @param {Entry} entry @param {Source} source */
export function runtime_python(entry, source) {
    const inputs = example_inputs(entry, numpy_types).map((port) =>
        `    ${python_string(port.name)}: numpy.zeros((${example_shape(port).map((dimension) => dimension + ",").join(" ")}), numpy.${numpy_types[port.type]}),\n`);
    return "import numpy\nimport onnxruntime\nfrom onnxhub import hub\n\n"
        + `session = onnxruntime.InferenceSession(hub.path(${python_arguments(entry, source)}))\n`
        + (inputs.length ? `outputs = session.run(None, {\n${inputs.join("")}})` : "print([(port.name, port.type, port.shape) for port in session.get_inputs()])");
}

/** @param {Entry} entry @param {Source} source */
export function runtime_cpp(entry, source) {
    const output = local_name(entry.path);
    return `// ${load_command(entry, source, output)}\n#include <onnxruntime_cxx_api.h>\n\nint main() {\n    Ort::Env env;\n`
        + `    Ort::Session session(env, ${cpp_string(output)}, Ort::SessionOptions());\n`
        + "    Ort::AllocatorWithDefaultOptions allocator;\n    auto input = session.GetInputNameAllocated(0, allocator);\n}";
}

/** @param {Entry} entry @param {Source} source */
export function runtime_javascript(entry, source) {
    const output = local_name(entry.path);
    const inputs = example_inputs(entry, javascript_types).map((port) => {
        const [type, array] = javascript_types[port.type].split(" ");
        const shape = example_shape(port);
        return `    ${javascript_string(port.name)}: new ort.Tensor("${type}", new ${array}(${shape.join(" * ") || "1"}), [${shape.join(", ")}]),\n`;
    });
    return `// ${load_command(entry, source, output)}\n// npm install onnxruntime-node\nimport * as ort from "onnxruntime-node";\n\n`
        + `const session = await ort.InferenceSession.create(${javascript_string("./" + output)});\n`
        + (inputs.length ? `const outputs = await session.run({\n${inputs.join("")}});` : "console.log(session.inputNames);");
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

/** @param {Entry} entry @param {string} base address of a server with the hub's files */
export function curl_commands(entry, base) {
    const address_of = (/** @type {string} */ path) => `${base.replace(/\/$/, "")}/${encode_path(path)}`;
    const lines = curl_lines(entry.file.sources[0] ?? address_of(entry.path), local_name(entry.path), entry.file.sha);
    for (const file of entry.external) {
        const output = path_beside_model(file.path, folder_of(entry.path));
        lines.push(...output ? curl_lines(address_of(file.path), output, file.sha) : [`# also needed: ${shown(file.path)}`]);
    }
    return lines.join("\n");
}
