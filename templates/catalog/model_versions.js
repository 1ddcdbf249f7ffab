// SPDX-License-Identifier: Apache-2.0
// The section "Versions" of a model's page.
import { shown } from "./values.js";
import { human_size } from "./formats.js";
import { make } from "./nodes.js";
import { file_name } from "./paths.js";
import { model_hash } from "./addresses.js";
import { is_missing } from "./entries.js";
import { not_here } from "./result_row.js";

/** @typedef {import("./entries.js").Entry} Entry */

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

/** @param {Entry} entry @param {import("./models.js").Model} model */
export function versions_section(entry, model) {
    if (model.entries.length < 2) return null;
    const head = make("tr", null, make("th", { scope: "col" }, "Opset"), make("th", { scope: "col" }, "ONNX"),
        make("th", { scope: "col", class: "number" }, "Size"), make("th", { scope: "col" }, "File"));
    return make("section", { class: "block", "aria-labelledby": "versions-title" },
        make("h2", { id: "versions-title" }, "Versions"),
        make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table of versions" }, make("table", null,
            make("thead", null, head),
            make("tbody", null, model.entries.slice(0, most_versions).map((version) => version_row(version, version === entry))))));
}
