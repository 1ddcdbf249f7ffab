// SPDX-License-Identifier: Apache-2.0
// What the list says about the hub: name, size, licence and signature.
import { as_array, as_string, shown } from "./values.js";
import { counted, human_size } from "./formats.js";
import { element, foreign_link, isolated } from "./nodes.js";
import { safe_link } from "./paths.js";

/** @typedef {import("./hub.js").Hub} Hub */

/** @param {string} text */
export function licence_node(text) {
    const href = safe_link(text);
    return href ? foreign_link(href, shown(text, 100)) : isolated(shown(text, 100));
}

/** @param {Hub} hub */
export function show_hub_name(hub) {
    element("brand").textContent = element("hub-name").textContent = document.title = hub.name;
    element("hub-description").textContent = hub.description;
    element("hub-description").hidden = !hub.description;
}

/** @param {Hub} hub @param {import("./models.js").Models} models */
export function show_hub_facts(hub, { entries, models }) {
    const bytes = entries.reduce((sum, entry) => sum + (entry.bytes ?? 0), 0);
    element("hub-facts").replaceChildren(`${counted(entries.length, "file")} in ${counted(models.length, "model")}, ${human_size(bytes)} in total`,
        ...(hub.licence ? [". Licence: ", licence_node(hub.licence)] : []));
    element("hub-facts").hidden = entries.length === 0;
}

/** @param {string} summary @param {string} details */
function show_signing_texts(summary, details) {
    element("hub-signing-summary").textContent = summary;
    element("hub-signing-keys").textContent = details;
    element("hub-signing").hidden = false;
}

/** @param {unknown} keys */
const key_ids = (keys) => as_array(keys).filter((key) => typeof key === "string").map((key) => shown(as_string(key), 64)).join(", ");

/**
 * What the exporter verified. The page itself can't verify it, but it can see that the manifest is another one.
 * @param {Hub} hub @param {string | null} digest of the manifest, if known
 */
export function show_signing({ signing, base }, digest) {
    const name = as_string(signing.hub);
    if (!name) return;
    const signed = as_string(signing.manifest);
    if (digest && signed && digest !== signed) {
        return show_signing_texts("Not signed: the manifest is not the one that was signed when this page was made",
            `Export the hub again, or check with: onnxhub verify ${base}`);
    }
    const expires = as_string(signing.expires);
    const is_expired = expires < new Date().toISOString().slice(0, 10);
    show_signing_texts(`Signed as ${shown(name, 200)}, version ${Number(signing.version)}, ${is_expired ? "expired on" : "until"} ${shown(expires, 10)}`,
        `Verified when this page was made, not by this page. Root keys: ${key_ids(signing.root_keys)}. ` +
        `Release keys: ${key_ids(signing.release_keys)}. Check with: onnxhub verify ${base}`);
}
