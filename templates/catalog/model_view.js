// SPDX-License-Identifier: Apache-2.0
// The page of a model: a header, then sections in the order of `sections`.
import { shown } from "./values.js";
import { counted, human_size, number_text } from "./formats.js";
import { element, isolated, make } from "./nodes.js";
import { filters_by, list_hash } from "./addresses.js";
import { licence_node } from "./hub_view.js";
import { file_link, file_name } from "./paths.js";
import { readme_section } from "./model_readme.js";
import { graph_section } from "./model_graph.js";
import { history_section } from "./model_history.js";
import { licence_section } from "./model_licence.js";
import { ports_section } from "./model_ports.js";
import { use_section } from "./model_use.js";
import { versions_section } from "./model_versions.js";
import { download_buttons, files_section } from "./model_files.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./nodes.js").Child} Child */
/** @typedef {import("./hub.js").Hub} Hub */
/** @typedef {import("./models.js").Models} Models */
/** @typedef {{hub: Hub, source: import("./sources.js").Source}} Catalog */
/** @typedef {{path: string, entry: Entry | null, models: Models | null, opens_graph: boolean, problem: string}} FoundModel */

/** @param {Entry} entry */
function tag_links(entry) {
    const link = (/** @type {string} */ tag) => make("a", { href: list_hash(filters_by("tag", tag)) }, isolated(shown(tag, 80)));
    return entry.tags.length > 0 && make("ul", { class: "chips", "aria-label": "Tags" }, entry.tags.map((tag) => make("li", null, link(tag))));
}

/** @param {string} title @param {...Child} value */
const fact = (title, ...value) => make("div", null, make("dt", null, title), make("dd", null, ...value));

/** @param {string} path */
function signature_link(path) {
    const href = file_link(path);
    return href ? make("a", { href, download: "" }, isolated(shown(file_name(path), 80))) : isolated(shown(path, 80));
}

/** @param {Entry} entry */
function facts_row(entry) {
    const exact = entry.bytes !== null && entry.bytes >= 1024 && make("small", null, ` ${counted(entry.bytes, "byte")}`);
    return make("dl", { class: "facts-row" },
        fact("Opset", entry.opset !== null ? String(entry.opset) : "unknown"),
        fact("ONNX", entry.onnx_version || "unknown"),
        fact("Size", human_size(entry.bytes), exact, entry.external.length > 0 && make("small", null, ` in ${counted(entry.files.length, "file")}`)),
        entry.licence && fact("Licence", licence_node(entry.licence)),
        entry.signature && fact("Signature", signature_link(entry.signature), make("small", null, " not checked by this page")),
        entry.task && fact("Task", isolated(shown(entry.task, 100))),
        entry.author && fact("Author", isolated(shown(entry.author, 100))),
        entry.parameters !== null && fact("Parameters", number_text(entry.parameters)));
}

/** @param {Entry} entry */
const header = (entry) => make("header", null,
    make("h1", { id: "model-name", tabindex: "-1" }, isolated(shown(entry.name))),
    make("p", { class: "path mono" }, isolated(shown(entry.path, 1000))),
    tag_links(entry), facts_row(entry),
    entry.description && make("p", { class: "description" }, isolated(shown(entry.description, 2000))),
    make("div", { class: "actions" }, download_buttons(entry)));

/** @param {Entry} entry @param {Hub} hub @param {Models} models @param {boolean} opens_graph @returns {Child[]} */
const sections = (entry, hub, models, opens_graph) => [
    use_section(entry, hub),
    ports_section(entry),
    versions_section(entry, models),
    graph_section(entry, hub, models, opens_graph),
    files_section(entry),
    history_section(entry),
    readme_section(entry, hub),
    licence_section(entry, hub),
];

/** @param {FoundModel} found */
const unknown_model = ({ path, problem }) => [
    make("header", null, make("h1", { id: "model-name", tabindex: "-1" }, problem ? "The model cannot be shown" : "No such model"), make("p", { class: "path mono" }, shown(path, 1000))),
    make("p", null, problem || "The hub has no model with this path. It may have been renamed."),
];

/** @param {Hub} hub @param {FoundModel} found @param {HTMLElement} back the link to the list */
export function show_model(hub, found, back) {
    const { entry, models } = found;
    const article = element("model");
    article.setAttribute("aria-labelledby", "model-name");
    document.title = `${entry ? shown(entry.name, 100) : "No such model"} – ${hub.name}`;
    const content = entry && models ? [header(entry), ...sections(entry, hub, models, found.opens_graph)] : unknown_model(found);
    article.replaceChildren(back, .../** @type {Node[]} */ (content.filter(Boolean)));
}
