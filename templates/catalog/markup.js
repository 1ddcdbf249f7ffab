// SPDX-License-Identifier: Apache-2.0
// Markup as data: what READMEs become before nodes.js makes nodes of it.

/** @typedef {{tag: string, attributes: Record<string, string>, children: Markup[]}} MarkupElement */
/** @typedef {string | MarkupElement} Markup */

/** @param {string} tag @param {Record<string, string>} attributes @param {Markup[]} children @returns {MarkupElement} */
export const markup = (tag, attributes, children) => ({ tag, attributes, children });

/** @param {Markup} item @returns {string} */
export const text_of = (item) => typeof item === "string" ? item : item.children.map(text_of).join("");
