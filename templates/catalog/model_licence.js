// SPDX-License-Identifier: Apache-2.0
// The section "Licence" of a model's page: the text of the licence file that is the nearest, loaded when it is opened.
import { make } from "./nodes.js";
import { get_text } from "./requests.js";

/** @param {HTMLElement} place @param {string} address */
async function fill(place, address) {
    try {
        place.replaceChildren(make("pre", { tabindex: "0", role: "group", "aria-label": "Text of the licence" }, await get_text(address)));
    } catch (error) {
        place.replaceChildren(make("p", { role: "alert" }, `The licence cannot be shown. ${error instanceof Error ? error.message : ""}`));
    }
}

/** @param {import("./entries.js").Entry} entry @param {import("./hub.js").Hub} hub */
export function licence_section(entry, hub) {
    const address = hub.facts.nearest(entry.path, (facts) => facts.licence_text);
    if (!address) return null;
    const place = make("div", { class: "licence-text" }, make("p", null, "Loading …"));
    const details = make("details", null, make("summary", null, "Text of the licence"), place);
    details.addEventListener("toggle", () => fill(place, address), { once: true });
    return make("section", { class: "block", "aria-labelledby": "licence-title" }, make("h2", { id: "licence-title" }, "Licence"), details);
}
