// SPDX-License-Identifier: Apache-2.0
// Requests to the hub's host. The page sends no others.

/** The server wants a token, or refused the one it got. */
export class TokenNeeded extends Error {}

const storage_key = "onnxhub-token";

/** The token that the user gave, for this tab. */
function stored_token() {
    try {
        return sessionStorage.getItem(storage_key) ?? "";
    } catch {
        return "";
    }
}

/** @param {string} token */
export function store_token(token) {
    try {
        sessionStorage.setItem(storage_key, token);
    } catch {
        // Storage is not allowed, so the page asks again.
    }
}

/**
 * The header with the user's token, if there is one.
 * @returns {Record<string, string>}
 */
export function authorization() {
    const token = stored_token();
    return token ? { Authorization: `Bearer ${token}` } : {};
}

const unreachable = () => location.protocol === "file:"
    ? "Browsers do not let a page on the disk read other files. Use a web server, for example “onnxhub serve”."
    : "The server is not reachable.";

/**
 * Throws TokenNeeded, or an Error with a sentence for the user.
 * @param {string} address relative to the page @param {RequestCache} cache "no-cache" for files that change
 */
export async function get(address, cache = "default") {
    /** @type {Response} */
    let answer;
    try {
        answer = await fetch(address, { cache, credentials: "same-origin", headers: authorization() });
    } catch {
        throw new Error(unreachable());
    }
    if (answer.status === 401) throw new TokenNeeded(stored_token() ? "The server did not accept this token." : "This hub needs a token.");
    if (!answer.ok) throw new Error(`The server returned ${answer.status} for ${address}.`);
    return answer;
}

/** @param {string} address */
export const get_text = async (address) => (await get(address)).text();
