// SPDX-License-Identifier: Apache-2.0
// The files of a model: buttons that download them, and the section "Files".
import { shown } from "./values.js";
import { counted, human_size } from "./formats.js";
import { foreign_link, isolated, make } from "./nodes.js";
import { file_link, file_name } from "./paths.js";
import { digest_hash } from "./addresses.js";
import { copy_button } from "./clipboard.js";
import { not_here } from "./result_row.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./entries.js").HubFile} HubFile */

const buttons_at_most = 6;  // of external data; the section lists all

/** @param {string} source */
const host_of = (source) => shown(new URL(source).host, 60);

/** @param {HubFile} file */
function whereabouts(file) {
    if (file.missing) return make("p", { class: "note absent" }, "Not in this export.");
    if (file.sources.length > 0) {
        const links = file.sources.flatMap((source, i) => [i ? ", " : "", foreign_link(source, "from ", isolated(host_of(source)))]);
        return make("p", { class: "note" }, "On another server: ", links, file.sha && ". The onnxhub command checks its SHA-256.");
    }
    return !file_link(file.path) && make("p", { class: "note" }, "This path is outside of the hub, so there is no link.");
}

/** @param {HubFile} file */
function digest(file) {
    if (!file.sha) return make("p", { class: "note" }, "The manifest has no SHA-256 for this file.");
    return make("div", { class: "sha" }, make("span", null, "SHA-256"), make("code", null, file.sha), copy_button(file.sha, `SHA-256 of ${shown(file_name(file.path), 80)}`));
}

/** @param {string} what @param {HubFile} file @param {string} name of the model, for the model's own file */
function file_item(what, file, name = "") {
    const href = file.missing || file.sources.length > 0 ? null : file_link(file.path);
    const path = isolated(shown(file.path || "no path", 1000));
    const exact = file.bytes !== null && file.bytes >= 1024 ? ` (${counted(file.bytes, "byte")})` : "";
    return make("li", null,
        make("p", { class: "what" }, make("b", null, what), make("span", null, human_size(file.bytes) + exact)),
        make("p", { class: "where mono" }, href ? make("a", { href, download: true }, path) : path),
        whereabouts(file), digest(file), name && file.sha && make("p", { class: "note" }, make("a", { class: "permalink", href: digest_hash(file.sha, name) }, "Permanent address of this model")));
}

/** @param {Entry} entry */
export function files_section(entry) {
    return make("section", { class: "block", "aria-labelledby": "files-title" },
        make("h2", { id: "files-title" }, "Files"),
        make("ul", { class: "files" }, file_item("Model", entry.file, entry.name), entry.external.map((file) => file_item("External data", file)),
            entry.data && file_item("Model with test data", entry.data)));
}

/** @param {string} text @param {HubFile} file @param {boolean} main */
function download_button(text, file, main) {
    if (file.missing) return make("p", { class: "button absent" }, text, make("small", null, not_here));
    const look = main ? "button main" : "button";
    const [source] = file.sources;
    if (source) return make("a", { class: look, href: source, rel: "noopener noreferrer" }, make("span", null, text), make("small", null, `${human_size(file.bytes)}, from ${host_of(source)}`));
    const href = file_link(file.path);
    return href && make("a", { class: look, href, download: true }, make("span", null, text), make("small", null, human_size(file.bytes)));
}

/**
 * A model with external data has several files. Each one has a button.
 * @param {Entry} entry
 */
export function download_buttons(entry) {
    const weights = entry.external.slice(0, buttons_at_most);
    const left = entry.external.length - weights.length;
    return [
        download_button("Download model", entry.file, true),
        ...weights.map((file) => download_button(`Download ${shown(file_name(file.path), 40)}`, file, true)),
        entry.data && download_button("With test data", entry.data, false),
        left > 0 && make("p", { class: "note" }, `${counted(left, "more file")} in the section Files`),
    ];
}
