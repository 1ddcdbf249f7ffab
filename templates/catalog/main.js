// SPDX-License-Identifier: Apache-2.0
// Starts the catalog page.
import { counted } from "./formats.js";
import { element, make } from "./nodes.js";
import { read_hub } from "./hub.js";
import { show_hub_facts, show_hub_name, show_signing } from "./hub_view.js";
import { read_manifest } from "./manifest.js";
import { group_models } from "./models.js";
import { Navigation } from "./navigation.js";
import { connect_theme } from "./theme.js";
import { as_string } from "./values.js";

/** @param {string} title @param {string} text */
function show_problem(title, text) {
    const retry = make("button", { type: "button", class: "button" }, "Try again");
    retry.addEventListener("click", () => location.reload());
    element("count").textContent = "No models";
    element("results").replaceChildren();
    element("results").hidden = true;
    element("empty").hidden = true;
    element("more").after(make("div", { class: "problem", role: "alert" }, make("strong", null, title), make("p", null, text), make("p", null, retry)));
}

/** @param {number} count */
function show_skipped(count) {
    element("skipped").hidden = count === 0;
    element("skipped").textContent = `${counted(count, "entry", "entries")} of the manifest without name and path cannot be shown.`;
}

async function show_catalog() {
    const hub = read_hub(element("catalog").textContent ?? "", new URL(location.href));
    show_hub_name(hub);
    const { entries, skipped, digest } = await read_manifest(hub, as_string(hub.signing.hub) !== "");
    const models = group_models(entries);
    show_skipped(skipped);
    show_hub_facts(hub, models);
    show_signing(hub, digest);
    new Navigation({ hub, models }).show(true);
    if (entries.length === 0) show_problem("No models yet", "The manifest is empty.");
}

connect_theme();
show_catalog()
    .catch((error) => show_problem("The models cannot be listed", error.message))
    .finally(() => element("main").removeAttribute("aria-busy"));
