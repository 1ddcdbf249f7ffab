// SPDX-License-Identifier: Apache-2.0
// How numbers and types are written.
import { shown } from "./values.js";

/** @typedef {import("./entries.js").Port} Port */
/** @typedef {import("./entries.js").Ports} Ports */

const number_format = new Intl.NumberFormat("en");
const units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/**
 * "1,234"
 * @param {number} value
 */
export const number_text = (value) => number_format.format(value);

/**
 * "1 file", "2 files"
 * @param {number} count @param {string} one
 */
export const counted = (count, one, many = one + "s") => `${number_text(count)} ${count === 1 ? one : many}`;

/** @param {number | null} bytes */
export function human_size(bytes) {
    if (bytes === null) return "size unknown";
    let value = bytes, unit = 0;
    for (; value >= 1024 && unit < units.length; ++unit) value /= 1024;
    if (unit === 0) return counted(bytes, "byte");
    return `${value.toFixed(value < 99.95 ? 1 : 0)} ${units[unit - 1]}`;
}

/**
 * "float[N,3,224,224]"; the manifest has [] for tensors without a shape and for other types.
 * @param {Port} port
 */
export function port_type(port) {
    const element = /^tensor\((\w+)\)$/.exec(port.type);
    const type = element ? element[1] : port.type || "unknown type";
    return port.shape.length ? `${type}[${port.shape.join(",")}]` : type;
}

/** @param {Ports} ports */
function side(ports) {
    const types = ports.first.slice(0, 2).map(port_type).join(", ");
    return ports.total > 2 ? `${types}, and ${ports.total - 2} more` : types || "nothing";
}

/**
 * "float[N,3,224,224] → float[N,1000]", "" when unknown.
 * @param {{inputs: Ports, outputs: Ports} | null} ports
 */
export const signature = (ports) => ports ? shown(`${side(ports.inputs)} → ${side(ports.outputs)}`, 240) : "";
