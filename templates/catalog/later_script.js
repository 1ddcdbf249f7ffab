// SPDX-License-Identifier: Apache-2.0
// Loads parts of the page that few readers need. Each is a file beside the page (docs/architecture.md).
//
// The file comes from the hub's host, as any file of the hub does, so it is not trusted by its address. It becomes an
// inline script, and the policy of the page runs inline scripts only with the hashes of our own: other bytes do nothing.

/** @typedef {{createScript: (text: string) => string, createScriptURL: (address: string) => string}} ScriptPolicy */

/**
 * Addresses of texts that the page itself made. The policy of the page allows no other workers.
 * @param {string} address
 */
function address_of_text(address) {
    if (!address.startsWith("blob:")) throw new Error("not a text of the page");
    return address;
}

/**
 * Browsers without Trusted Types check the hash alone.
 * @returns {ScriptPolicy}
 */
function make_policy() {
    const types = /** @type {any} */ (globalThis).trustedTypes;
    const rules = { createScript: (/** @type {string} */ text) => text, createScriptURL: address_of_text };
    return types?.createPolicy("later-scripts", rules) ?? rules;
}

const policy = make_policy();
/** @type {Map<string, Promise<any>>} */
const loaded = new Map();

/** @param {string} name @param {string} address @returns {Promise<any>} */
async function load(name, address) {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`The server returned ${answer.status} for ${address}.`);
    const script = document.createElement("script");
    script.textContent = policy.createScript(await answer.text());
    document.head.append(script);
    const exported = /** @type {any} */ (globalThis)[`catalog_${name}`];
    if (!exported) throw new Error(`${address} belongs to another version of this page.`);
    return exported;
}

/**
 * What the module `name`/main.js exports. Throws an Error with a sentence for the user.
 * @param {string} name @param {string} address of the file
 */
export function load_script(name, address) {
    const present = loaded.get(name) ?? load(name, address);
    loaded.set(name, present);
    present.catch(() => loaded.delete(name));
    return present;
}

/**
 * A worker that runs a program of the page; null where the browser allows none.
 * @param {string} program
 */
export function start_worker(program) {
    const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
    try {
        return new Worker(policy.createScriptURL(address));
    } catch {
        return null;
    } finally {
        setTimeout(() => URL.revokeObjectURL(address), 10_000);
    }
}
