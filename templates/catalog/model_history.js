// SPDX-License-Identifier: Apache-2.0
// The section "History" of a model's page: the commits that added it and changed its bytes.
import { shown } from "./values.js";
import { make } from "./nodes.js";

/** @typedef {import("./entries.js").Change} Change */

/** @param {Change} change */
const change_item = ({ date, commit, is_new }) => make("li", null,
    make("time", { datetime: date }, date), is_new ? " added" : " changed", commit && [" in ", make("code", null, shown(commit.slice(0, 12)))]);

/** @param {import("./entries.js").Entry} entry */
export const history_section = ({ history }) => history.length > 0 && make("section", { class: "block", "aria-labelledby": "history-title" },
    make("h2", { id: "history-title" }, "History"), make("ul", { class: "history" }, history.map(change_item)));
