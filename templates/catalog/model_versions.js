// SPDX-License-Identifier: Apache-2.0
// The section "Versions" of a model's page: a table, and a comparison of this version with another one.
import { shown } from "./values.js";
import { human_size } from "./formats.js";
import { make } from "./nodes.js";
import { file_name } from "./paths.js";
import { model_hash } from "./addresses.js";
import { is_missing } from "./entries.js";
import { comparison_table } from "./model_comparison.js";
import { not_here } from "./result_row.js";
import { family_of } from "./traits.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./models.js").Models} Models */

const most_versions = 500;

/** @param {Entry} version @param {boolean} is_current */
function version_row(version, is_current) {
    const opset = String(version.opset ?? "unknown");
    return make("tr", { "aria-current": is_current && "true" },
        make("th", { scope: "row" }, is_current ? opset : make("a", { href: model_hash(version) }, opset)),
        make("td", null, version.onnx_version || "unknown"),
        make("td", { class: "number" }, human_size(version.bytes)),
        make("td", { class: "file mono" }, shown(file_name(version.path)), is_missing(version) && make("span", { class: "absent" }, not_here)));
}

/** @param {Entry[]} versions @param {Entry} entry */
function versions_table(versions, entry) {
    const head = make("tr", null, make("th", { scope: "col" }, "Opset"), make("th", { scope: "col" }, "ONNX"),
        make("th", { scope: "col", class: "number" }, "Size"), make("th", { scope: "col" }, "File"));
    return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table of versions" }, make("table", null,
        make("thead", null, head), make("tbody", null, versions.slice(0, most_versions).map((version) => version_row(version, version === entry)))));
}

/** @param {Entry} entry */
const label_of = (entry) => `${entry.name}, opset ${entry.opset ?? "unknown"}`;

/**
 * Other versions first, then siblings of other precisions.
 * @param {Entry} entry @param {Models} models @returns {Entry[]}
 */
function comparable(entry, models) {
    const family = family_of(entry.name);
    const siblings = models.models.filter((model) => family_of(model.name) === family).flatMap((model) => model.entries);
    return [...new Set([...models.model_of.get(entry)?.entries ?? [], ...siblings])].filter((other) => other !== entry).slice(0, most_versions);
}

/** @param {Entry} entry @param {Entry[]} others */
function comparison(entry, others) {
    const place = make("div", { "aria-live": "polite" });
    const choice = make("select", { id: "compare" }, make("option", { value: "" }, "choose a version"),
        others.map((other, i) => make("option", { value: i }, shown(label_of(other), 100))));
    choice.addEventListener("change", () => {
        const other = choice.value === "" ? null : others[Number(choice.value)];
        place.replaceChildren(...other ? [comparison_table(entry, other, label_of)] : []);
    });
    return [make("p", { class: "compare" }, make("label", { for: "compare" }, "Compare this version with"), choice), place];
}

/** @param {Entry} entry @param {Models} models */
export function versions_section(entry, models) {
    const versions = models.model_of.get(entry)?.entries ?? [];
    const others = comparable(entry, models);
    if (others.length === 0) return null;
    return make("section", { class: "block", "aria-labelledby": "versions-title" },
        make("h2", { id: "versions-title" }, "Versions"), versions.length > 1 && versions_table(versions, entry), comparison(entry, others));
}
