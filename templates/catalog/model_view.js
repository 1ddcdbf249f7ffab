// SPDX-License-Identifier: Apache-2.0
// The page of a model: a header, then sections in the order of `sections`.
import { shown, well_formed } from "./values.js";
import { counted, human_size, number_text } from "./formats.js";
import { element, isolated, make, nodes_of } from "./nodes.js";
import { list_hash, no_filters } from "./addresses.js";
import { text_for } from "./hub.js";
import { licence_node } from "./hub_view.js";
import { readme_markup } from "./markdown.js";
import { graph_section } from "./model_graph.js";
import { ports_section } from "./model_ports.js";
import { use_section } from "./model_use.js";
import { versions_section } from "./model_versions.js";
import { download_buttons, files_section } from "./model_files.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./nodes.js").Child} Child */
/** @typedef {{hub: import("./hub.js").Hub, models: import("./models.js").Models}} Catalog */

/** @param {Entry} entry */
function tag_links(entry) {
    const link = (/** @type {string} */ tag) => make("a", { href: list_hash({ ...no_filters(), tags: new Set([well_formed(tag)]) }) }, isolated(shown(tag, 80)));
    return entry.tags.length > 0 && make("ul", { class: "chips", "aria-label": "Tags" }, entry.tags.map((tag) => make("li", null, link(tag))));
}

/** @param {string} title @param {...Child} value */
const fact = (title, ...value) => make("div", null, make("dt", null, title), make("dd", null, ...value));

/** @param {Entry} entry */
function facts_row(entry) {
    const exact = entry.bytes !== null && entry.bytes >= 1024 && make("small", null, ` ${counted(entry.bytes, "byte")}`);
    return make("dl", { class: "facts-row" },
        fact("Opset", entry.opset !== null ? String(entry.opset) : "unknown"),
        fact("ONNX", entry.onnx_version || "unknown"),
        fact("Size", human_size(entry.bytes), exact, entry.external.length > 0 && make("small", null, ` in ${counted(entry.files.length, "file")}`)),
        entry.licence && fact("Licence", licence_node(entry.licence)),
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

/** @param {string} readme */
const readme_section = (readme) => readme && make("section", { class: "block", "aria-labelledby": "readme-title" },
    make("h2", { id: "readme-title" }, "README"), make("div", { class: "readme" }, nodes_of(readme_markup(readme))));

/** @param {Entry} entry @param {Catalog} catalog @returns {Child[]} */
const sections = (entry, { hub, models }) => [
    ports_section(entry),
    use_section(entry, hub),
    versions_section(entry, /** @type {import("./models.js").Model} */ (models.model_of.get(entry))),
    graph_section(entry, hub, models),
    files_section(entry),
    readme_section(text_for(hub.readmes, entry.path)),
];

/** @param {string} path */
const unknown_model = (path) => [
    make("header", null, make("h1", { id: "model-name", tabindex: "-1" }, "No such model"), make("p", { class: "path mono" }, shown(path, 1000))),
    make("p", null, "The manifest has no model with this path. It may have been renamed."),
];

/** @param {Catalog} catalog @param {{path: string, entry: Entry | null}} found @param {HTMLElement} back the link to the list */
export function show_model(catalog, { path, entry }, back) {
    const article = element("model");
    article.setAttribute("aria-labelledby", "model-name");
    document.title = `${entry ? shown(entry.name, 100) : "No such model"} – ${catalog.hub.name}`;
    const content = entry ? [header(entry), ...sections(entry, catalog)] : unknown_model(path);
    article.replaceChildren(back, .../** @type {Node[]} */ (content.filter(Boolean)));
}
