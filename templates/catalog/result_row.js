// SPDX-License-Identifier: Apache-2.0
// A row of the list: a model and its siblings of other precisions.
import { shown } from "./values.js";
import { counted, human_size, signature } from "./formats.js";
import { make } from "./nodes.js";
import { model_hash } from "./addresses.js";
import { is_missing } from "./entries.js";
import { sibling_text } from "./families.js";
import { precision_of } from "./traits.js";

/** @typedef {import("./search.js").Result} Result */
/** @typedef {import("./entries.js").Entry} Entry */

export const not_here = "not in this export";
const longest_summary = 240, most_siblings = 6;

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
function opset_cell({ model, entry }) {
    const others = new Set(model.entries.map((other) => other.opset).filter((opset) => opset !== null && opset !== entry.opset));
    return make("span", null, entry.opset === null ? "opset unknown" : `opset ${entry.opset}`, others.size > 0 && make("small", null, ` and ${counted(others.size, "other")}`));
}

/**
 * The servers that have the file: "from huggingface.co".
 * @param {import("./entries.js").HubFile} file
 */
const from_hosts = (file) => "from " + shown([...new Set(file.sources.map((source) => new URL(source).host))].slice(0, 3).join(", "));

/** @param {Entry} entry */
function place_of(entry) {
    if (is_missing(entry)) return make("small", { class: "absent" }, ` ${not_here}`);
    return entry.file.sources.length > 0 && make("small", null, ` ${from_hosts(entry.file)}`);
}

/**
 * What the model does; without a description its ports and tags.
 * @param {Entry} entry
 */
const summary_of = (entry) => shown(entry.description || [signature(entry.ports), entry.tags.slice(0, 6).join(" · ")].filter(Boolean).join("  ·  "), longest_summary);

/** @param {Result[]} others */
function siblings(others) {
    const links = others.slice(0, most_siblings).map((other) => make("li", null,
        make("a", { href: model_hash(other.entry), title: shown(other.entry.name), "aria-label": shown(other.entry.name) }, shown(sibling_text(other), 40))));
    const left = others.length - links.length;
    return others.length > 0 && make("ul", { class: "siblings", "aria-label": "Also as" }, links, left > 0 && make("li", null, `and ${left} more`));
}

/** @param {import("./families.js").Family} family @param {string[]} words to mark */
export function result_row({ main, others }, words) {
    const { entry } = main;
    return make("li", null,
        make("div", { class: "head" },
            make("h3", null, make("a", { href: model_hash(entry) }, make("bdi", null, marked(shown(entry.name), words)))), siblings(others)),
        make("p", { class: "summary" }, marked(summary_of(entry), words)),
        make("p", { class: "side" },
            make("span", { class: "precision" }, precision_of(entry)),
            make("span", { class: "metric", title: entry.metric?.name }, entry.metric && [entry.metric.text, make("small", null, ` ${entry.metric.name}`)]),
            opset_cell(main),
            make("span", { class: "size" }, make("strong", null, human_size(entry.bytes)), place_of(entry))));
}
