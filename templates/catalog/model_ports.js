// SPDX-License-Identifier: Apache-2.0
// The section "Inputs and outputs" of a model's page.
import { shown } from "./values.js";
import { number_text, port_type } from "./formats.js";
import { isolated, make, set_attributes, svg_namespace } from "./nodes.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./entries.js").Ports} Ports */

/** On phones the sides are stacked, and lines between them become short vertical ones. */
export const phone = matchMedia("(max-width: 52rem)");

/** @param {string} tag @param {Record<string, string>} attributes */
function svg_node(tag, attributes) {
    const node = document.createElementNS(svg_namespace, tag);
    set_attributes(node, attributes);
    return node;
}

/** @param {number} count @param {boolean} to_the_right @returns {string[]} paths in a square of 100 */
function lines(count, to_the_right) {
    if (phone.matches) return ["M50 0V100"];
    if (count < 1) return ["M0 50H100"];
    return Array.from({ length: count }, (_, i) => {
        const y = ((i + 0.5) * 100 / count).toFixed(3);
        return to_the_right ? `M0 ${y}C55 ${y} 45 50 100 50` : `M0 50C55 50 45 ${y} 100 ${y}`;
    });
}

/**
 * Lines from the middle of each of `count` rows on one side to the middle of the other side.
 * @param {number} count @param {boolean} to_the_right
 */
function connector(count, to_the_right) {
    const svg = svg_node("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
    svg.append(...lines(count, to_the_right).map((d) => svg_node("path", { d })));
    return svg;
}

/** @param {Ports} ports @param {string} title */
function side(ports, title) {
    const items = ports.first.map((port) => make("li", null, make("div", null,
        make("span", { class: "type" }, port_type(port)), make("span", { class: "name" }, isolated(port.name || "no name")))));
    const left = ports.total - ports.first.length;
    if (left > 0) items.push(make("li", null, make("div", null, make("span", { class: "name" }, `and ${number_text(left)} more`))));
    const content = items.length ? make("ul", { "aria-label": title }, items) : make("p", { class: "none" }, `no ${title.toLowerCase()}`);
    return { node: make("div", { class: "side" }, content), count: items.length };
}

/** @param {Ports} features */
function features_note(features) {
    const names = features.first.flatMap((port, i) => {
        const shape = port.shape.length ? `[${port.shape.map((d) => d === "0" ? "?" : d).join(",")}]` : "";
        return [i ? ", " : "", make("code", null, port.name + shape)];
    });
    return make("p", { class: "note" }, "Tensors for embeddings: ", names);
}

/** @param {Entry} entry */
export function ports_section(entry) {
    const section = make("section", { class: "block", "aria-labelledby": "ports-title" }, make("h2", { id: "ports-title" }, "Inputs and outputs"));
    if (!entry.ports) {
        section.append(make("p", { class: "note" }, "The manifest has no inputs and outputs for this model."));
        return section;
    }
    const inputs = side(entry.ports.inputs, "Inputs"), outputs = side(entry.ports.outputs, "Outputs");
    section.append(make("div", { class: "ports" },
        inputs.node, connector(inputs.count, true),
        make("div", { class: "core" }, isolated(shown(entry.name, 80)), make("small", null, entry.opset !== null && `opset ${entry.opset}`)),
        connector(outputs.count, false), outputs.node));
    if (entry.features.total) section.append(features_note(entry.features));
    return section;
}
