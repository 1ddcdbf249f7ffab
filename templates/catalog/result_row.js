// SPDX-License-Identifier: Apache-2.0
// A model in the list.
import { shown } from "./values.js";
import { counted, human_size, signature } from "./formats.js";
import { make } from "./nodes.js";
import { model_hash } from "./addresses.js";
import { is_missing } from "./entries.js";

/** @typedef {import("./search.js").Result} Result */

export const not_here = "not in this export";

/**
 * `text` with the first occurrence of each word marked.
 * @param {string} text @param {string[]} words
 */
function marked(text, words) {
    const lower = text.toLowerCase();
    if (lower.length !== text.length) return [text];
    const places = words.map((word) => ({ at: lower.indexOf(word), length: word.length })).filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
    const nodes = [];
    let done = 0;
    for (const { at, length } of places) {
        if (at < done) continue;
        nodes.push(text.slice(done, at), make("mark", null, text.slice(at, at + length)));
        done = at + length;
    }
    return [...nodes, text.slice(done)];
}

/** @param {Result} result */
function opset_text({ model, entry }) {
    if (entry.opset === null) return "opset unknown";
    const others = new Set(model.entries.map((other) => other.opset).filter((opset) => opset !== null && opset !== entry.opset));
    return `opset ${entry.opset}` + (others.size ? ` and ${counted(others.size, "other")}` : "");
}

/**
 * The servers that have the file: "from huggingface.co".
 * @param {import("./entries.js").HubFile} file
 */
const from_hosts = (file) => "from " + shown([...new Set(file.sources.map((source) => new URL(source).host))].slice(0, 3).join(", "));

/** @param {import("./entries.js").Entry} entry */
function place_of(entry) {
    if (is_missing(entry)) return make("span", { class: "absent" }, not_here);
    return entry.file.sources.length > 0 && make("span", null, from_hosts(entry.file));
}

/** @param {Result} result @param {string[]} words to mark in its name */
export function result_row(result, words) {
    const { entry } = result;
    const ports = signature(entry.ports);
    return make("li", null,
        make("h3", null, make("a", { href: model_hash(entry) }, make("bdi", null, marked(shown(entry.name), words)))),
        ports && make("p", { class: "signature mono" }, ports),
        entry.tags.length > 0 && make("p", { class: "tags" }, shown(entry.tags.slice(0, 6).join(" · "), 240)),
        make("p", { class: "side" }, make("strong", null, human_size(entry.bytes)), make("span", null, opset_text(result)), place_of(entry)));
}
