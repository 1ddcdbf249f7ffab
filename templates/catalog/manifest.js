// SPDX-License-Identifier: Apache-2.0
// Gets the manifest beside the page.
import { read_entry } from "./entries.js";
import { get } from "./requests.js";

const name = "ONNX_HUB_MANIFEST.json";

/**
 * The SHA-256 in hexadecimal digits. Browsers have it only for https and localhost; elsewhere it is null.
 * @param {ArrayBuffer} bytes
 */
async function digest_of(bytes) {
    if (!globalThis.crypto?.subtle) return null;
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {ArrayBuffer} bytes @returns {unknown[]} */
function parse_manifest(bytes) {
    let document;
    try {
        document = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
        throw new Error(`${name} is not JSON.`);
    }
    if (!Array.isArray(document)) throw new Error(`${name} is not an array of models.`);
    return document;
}

/**
 * Throws TokenNeeded, or an Error with a sentence for the user.
 * @param {import("./hub.js").Hub} hub @param {boolean} with_digest
 */
export async function read_manifest(hub, with_digest) {
    // Revalidate the manifest each time, because an old one may name deleted files.
    const [answer] = await Promise.all([get(name, "no-cache"), hub.facts.load_all()]);
    const bytes = await answer.arrayBuffer();
    const values = parse_manifest(bytes);
    const entries = values.flatMap((value) => read_entry(value, hub) ?? []);
    return { entries, skipped: values.length - entries.length, digest: with_digest ? await digest_of(bytes) : null };
}
