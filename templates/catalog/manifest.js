// SPDX-License-Identifier: Apache-2.0
// Gets the manifest beside the page.
import { read_entry } from "./entries.js";

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

async function fetch_manifest() {
    try {
        // Revalidate each time, because an old manifest may name deleted files.
        return await fetch(name, { cache: "no-cache", credentials: "same-origin" });
    } catch {
        throw new Error(location.protocol === "file:" ? "Browsers do not let a page on the disk read other files. Use a web server, for example “onnxhub serve”."
            : "The server is not reachable.");
    }
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
 * Throws an Error with a sentence for the user.
 * @param {import("./hub.js").Hub} hub @param {boolean} with_digest
 */
export async function read_manifest(hub, with_digest) {
    const answer = await fetch_manifest();
    if (!answer.ok) throw new Error(`The server returned ${answer.status} for ${name}.`);
    const bytes = await answer.arrayBuffer();
    const values = parse_manifest(bytes);
    const entries = values.flatMap((value) => read_entry(value, hub) ?? []);
    return { entries, skipped: values.length - entries.length, digest: with_digest ? await digest_of(bytes) : null };
}
