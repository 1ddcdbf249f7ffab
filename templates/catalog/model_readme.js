// SPDX-License-Identifier: Apache-2.0
// The section "README" of a model's page. Its text is a file of its own.
import { make, nodes_of } from "./nodes.js";
import { get_text } from "./requests.js";
import { readme_markup } from "./markdown.js";
import { load_images, with_images } from "./readme_images.js";

/** @param {HTMLElement} place @param {string} address @param {ReadonlyMap<string, string>} images */
async function fill(place, address, images) {
    try {
        place.replaceChildren(...nodes_of(with_images(readme_markup(await get_text(address)), images)));
        load_images(place);
    } catch (error) {
        place.replaceChildren(make("p", { role: "alert" }, `The README cannot be shown. ${error instanceof Error ? error.message : ""}`));
    }
    place.removeAttribute("aria-busy");
}

/** @param {import("./entries.js").Entry} entry @param {import("./hub.js").Hub} hub */
export function readme_section(entry, hub) {
    const facts = hub.facts.nearest(entry.path, (found) => found.readme && found);
    if (!facts) return null;
    const place = make("div", { class: "readme", "aria-busy": "true" }, make("p", null, "Loading …"));
    fill(place, facts.readme, facts.images);
    return make("section", { class: "block", "aria-labelledby": "readme-title" }, make("h2", { id: "readme-title" }, "README"), place);
}
