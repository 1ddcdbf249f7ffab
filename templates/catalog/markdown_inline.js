// SPDX-License-Identifier: Apache-2.0
// The inline part of Markdown: links, code, emphasis and images. Other HTML is removed. Each rule looks a bounded number of
// characters ahead, so crafted texts are not slow.
import { markup } from "./markup.js";
import { safe_link } from "./paths.js";

/** @typedef {import("./markup.js").Markup} Markup */
/** @typedef {{item: Markup, next: number}} Found what a rule made, and where the text continues */
/** @typedef {(text: string, at: number, depth: number) => Found | null} Rule */

const deepest = 6;
const longest = 20_000;     // characters; a longer text stays as it is
const furthest_mark = 4000; // characters between two marks of a pair
const longest_label = 1000, longest_address = 3000;

/** @type {Record<string, string>} */
const entities = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&nbsp;": "\u00a0", "&#39;": "'" };

/**
 * The position of `mark` at or after `from`, or -1.
 * @param {string} text @param {string} mark @param {number} from
 */
function find(text, mark, from) {
    const at = text.indexOf(mark, from);
    return at >= 0 && at - from < furthest_mark ? at : -1;
}

/**
 * The position of the bracket that closes the one before `from`, or -1.
 * @param {string} text @param {number} from @param {string} pair @param {number} limit
 */
function find_closing(text, from, pair, limit) {
    for (let at = from, level = 1; at < text.length && at - from < limit; ++at) {
        if (text[at] === "\\") ++at;
        else if (text[at] === pair[0]) ++level;
        else if (text[at] === pair[1] && --level === 0) return at;
    }
    return -1;
}

/** @param {string} address @param {Markup[]} children */
function link(address, children) {
    const href = safe_link(address);
    return href ? markup("a", { href, rel: "noopener noreferrer nofollow" }, children) : markup("span", {}, children);
}

/** @type {Rule} */
const escape = (text, at) => /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "") ? { item: text[at + 1], next: at + 2 } : null;

/** @type {Rule} */
function code_span(text, at) {
    let ticks = 1;
    while (text[at + ticks] === "`") ++ticks;
    const mark = "`".repeat(ticks);
    const end = find(text, mark, at + ticks);
    if (end < 0) return { item: mark, next: at + ticks };
    return { item: markup("code", {}, [text.slice(at + ticks, end).trim()]), next: end + ticks };
}

/**
 * [label](address); a label may contain an image: [![text](picture)](page).
 * @param {string} text @param {number} open after the bracket
 */
function label_and_address(text, open) {
    const close = find_closing(text, open, "[]", longest_label);
    if (close < 0 || text[close + 1] !== "(") return null;
    const end = find_closing(text, close + 2, "()", longest_address);
    if (end < 0) return null;
    const address = text.slice(close + 2, end).trim().split(/\s/, 1)[0].replace(/^<|>$/g, "");
    return { label: text.slice(open, close), address, next: end + 1 };
}

/** @type {Rule} */
function bracket_link(text, at, depth) {
    const found = label_and_address(text, at + 1);
    return found && { item: link(found.address, inline_markup(found.label, depth + 1)), next: found.next };
}

/**
 * An image of which only the target is known; readme_images.js finds its file.
 * @param {string} target @param {string} alt
 */
const image_at = (target, alt) => markup("img", { target, alt: alt.trim() }, []);

/** @type {Rule} */
function image(text, at) {
    const found = text[at + 1] === "[" ? label_and_address(text, at + 2) : null;
    return found && { item: image_at(found.address, found.label), next: found.next };
}

/**
 * The value of an attribute in the inside of an HTML tag, "" for none.
 * @param {string} tag @param {string} name
 */
function attribute_of(tag, name) {
    const found = new RegExp(`\\s${name}=("[^"]*"|'[^']*'|[^\\s"']+)`, "i").exec(tag);
    return found ? found[1].replace(/^["']|["']$/g, "") : "";
}

/**
 * <https://…>, <br>, <img src="…"> or another HTML tag.
 * @type {Rule}
 */
function angle_bracket(text, at) {
    const end = find(text, ">", at);
    const inside = end > 0 ? text.slice(at + 1, end) : "";
    if (/^https?:\/\/\S+$/i.test(inside)) return { item: link(inside, [inside]), next: end + 1 };
    if (/^br\s*\/?$/i.test(inside)) return { item: markup("br", {}, []), next: end + 1 };
    const target = /^img\s/i.test(inside) ? attribute_of(inside, "src") : "";
    if (target) return { item: image_at(target, attribute_of(inside, "alt")), next: end + 1 };
    return /^\/?[a-z][^<]*$/i.test(inside) ? { item: "", next: end + 1 } : null;
}

/** @type {Rule} */
function bare_address(text, at) {
    if (!/^https?:\/\//i.test(text.slice(at, at + 8)) || /\w/.test(text[at - 1] ?? "")) return null;
    const address = (/^[^\s<>"'`|]*/.exec(text.slice(at, at + 1000))?.[0] ?? "").replace(/[.,;:!?)\]*]+$/, "");
    return safe_link(address) ? { item: link(address, [address]), next: at + address.length } : null;
}

/** @type {Rule} */
function emphasis(text, at, depth) {
    const c = text[at];
    if (c === "_" && /\w/.test(text[at - 1] ?? "")) return null;
    const mark = text[at + 1] === c ? c + c : c;
    const start = at + mark.length;
    const end = /\S/.test(text[start] ?? "") ? find(text, mark, start + 1) : -1;
    const closes = end > 0 && /\S/.test(text[end - 1]) && !(c === "_" && /\w/.test(text[end + mark.length] ?? ""));
    if (!closes) return { item: mark, next: start };
    return { item: markup(mark.length === 2 ? "strong" : "em", {}, inline_markup(text.slice(start, end), depth + 1)), next: end + mark.length };
}

/** @type {Rule} */
function entity(text, at) {
    const name = text.slice(at, at + 7).split(";", 1)[0] + ";";
    return Object.hasOwn(entities, name) ? { item: entities[name], next: at + name.length } : null;
}

/**
 * Two blanks at the end of a line break it.
 * @type {Rule}
 */
const line_end = (text, at) => ({ item: text.slice(0, at).endsWith("  ") ? markup("br", {}, []) : " ", next: at + 1 });

/** @type {Record<string, Rule>} */
const rules = { "\\": escape, "`": code_span, "[": bracket_link, "!": image, "<": angle_bracket, "h": bare_address, "*": emphasis, "_": emphasis, "&": entity, "\n": line_end };

/** @param {string} text @returns {Markup[]} */
export function inline_markup(text, depth = 0) {
    if (depth > deepest || text.length > longest) return [text];
    /** @type {Markup[]} */
    const items = [];
    let plain = "";
    for (let at = 0; at < text.length;) {
        const found = rules[text[at]]?.(text, at, depth) ?? { item: text[at], next: at + 1 };
        if (typeof found.item === "string") plain += found.item;
        else {
            if (plain) items.push(plain);
            plain = "";
            items.push(found.item);
        }
        at = found.next;
    }
    if (plain) items.push(plain);
    return items;
}
