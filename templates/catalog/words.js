// SPDX-License-Identifier: Apache-2.0
// Words of names and texts, and how near two words are.

const longest_word = 64;

/**
 * ASCII letters in lower case: how an index, and filters by tag, compare texts.
 * @param {string} text
 */
export const key_of = (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/**
 * The words of a text: "ResNet50-int8" has "resnet50", "int8", and their parts "res", "net", "resnet", "50", "int", "8".
 * @param {string} text @returns {Set<string>}
 */
export function words_of_name(text) {
    /** @type {Set<string>} */
    const words = new Set();
    for (const [word] of text.matchAll(/[\p{L}\p{N}]+/gu)) {
        words.add(word.toLowerCase().slice(0, longest_word));
        for (const [letters] of word.matchAll(/\p{L}+|\p{N}+/gu)) {
            words.add(letters.toLowerCase().slice(0, longest_word));
            const humps = letters.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+/gu) ?? [];
            if (humps.length > 1) for (const hump of humps) words.add(hump.toLowerCase().slice(0, longest_word));
        }
    }
    return words;
}

/**
 * The words of prose.
 * @param {string} text
 */
export const words_of_text = (text) => new Set(Array.from(text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu), ([word]) => word.slice(0, longest_word)));

/**
 * The words that a user looks for.
 * @param {string} query @returns {string[]}
 */
export const query_words = (query) => [...words_of_text(query)].slice(0, 16);

/**
 * The number of letters to insert, delete, replace or swap with the next one; `limit` + 1 when there are more.
 * @param {string} a @param {string} b @param {number} limit
 */
export function distance(a, b, limit) {
    if (Math.abs(a.length - b.length) > limit) return limit + 1;
    let before = /** @type {number[]} */ ([]);
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; ++i) {
        const next = [i];
        for (let k = 1; k <= b.length; ++k) {
            const is_same = a[i - 1] === b[k - 1];
            next[k] = Math.min(row[k] + 1, next[k - 1] + 1, row[k - 1] + (is_same ? 0 : 1));
            if (i > 1 && k > 1 && a[i - 1] === b[k - 2] && a[i - 2] === b[k - 1]) next[k] = Math.min(next[k], before[k - 2] + 1);
        }
        if (Math.min(...next) > limit) return limit + 1;
        before = row;
        row = next;
    }
    return Math.min(row[b.length], limit + 1);
}

/**
 * English words without their ending, so that "answering" and "answers" are one.
 * @param {string} word
 */
export const stem = (word) => word.replace(/(?<=.{4})(?:ing|ed|es|s)$/, "");
