// SPDX-License-Identifier: Apache-2.0
// Quotes untrusted text for a language. Invisible characters are escaped, so that what is pasted can be read before.
import { invisible } from "./values.js";

/** @param {string} text */
const utf8_escapes = (text) => [...new TextEncoder().encode(text)].map((byte) => "\\x" + byte.toString(16).padStart(2, "0")).join("");

/**
 * `text` as one word of a shell. Names are always quoted, so that the commands look alike.
 * @param {string} text
 */
export function shell_word(text, always_quoted = false) {
    if (text.search(invisible) >= 0) return "$'" + text.replace(/[\\']/g, "\\$&").replace(invisible, utf8_escapes) + "'";
    if (!always_quoted && /^[\w./:@%+,-][\w./:@%+=,-]*$/.test(text)) return text;
    // Within double quotes these characters are literal in every shell.
    if (/^[\w ./:@%+=,()#&~-]+$/.test(text)) return `"${text}"`;
    return "'" + text.replaceAll("'", "'\\''") + "'";
}

/**
 * A string literal of Python.
 * @param {string} text
 */
export function python_string(text) {
    return '"' + text.replace(/[\\"]|[^\x20-\x7e]/gu, (c) => {
        if (c === "\\" || c === '"') return "\\" + c;
        const code = c.codePointAt(0) ?? 0;
        if (code > 0xffff) return "\\U" + code.toString(16).padStart(8, "0");
        return code > 0x9f && c.search(invisible) < 0 ? c : "\\u" + code.toString(16).padStart(4, "0");
    }) + '"';
}
