// SPDX-License-Identifier: Apache-2.0
// What to try when nothing was found.
import { shown } from "./values.js";
import { counted } from "./formats.js";
import { element, make } from "./nodes.js";
import { list_hash, no_filters } from "./addresses.js";

/** @typedef {import("./addresses.js").Filters} Filters */

/** @param {string} text @param {Filters} filters */
const suggestion = (text, filters) => make("li", null, make("a", { href: list_hash(filters) }, text));

/** @param {Filters} filters @param {ReturnType<import("./search.js").Search["suggest"]>} found */
export function show_suggestions(filters, found) {
    const items = [
        ...found.words.map((word) => suggestion(`Search for “${shown(word, 60)}”`, { ...filters, query: word })),
        ...found.by_word.map(({ word, count }) => suggestion(`Only “${shown(word, 60)}”: ${counted(count, "model")}`, { ...filters, query: word })),
        found.without_filters > 0 && suggestion(`Without filters: ${counted(found.without_filters, "model")}`, { ...no_filters(), query: filters.query }),
    ].filter(Boolean);
    element("suggestions").replaceChildren(.../** @type {Node[]} */ (items));
    element("suggestions").hidden = items.length === 0;
}
