// SPDX-License-Identifier: Apache-2.0
// Nodes of the document. Only this module adds data to the page: as text, or through setAttribute, never as HTML.

/** @typedef {import("./markup.js").Markup} Markup */
/** @typedef {string | number | boolean | null | undefined} Attribute */
/** @typedef {Node | string | number | false | null | undefined} Child */

export const svg_namespace = "http://www.w3.org/2000/svg";

/**
 * make("a", {class: "x", href: …}, "text", node, …); skips attributes and children that are null or false.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, Attribute> | null} attributes
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    set_attributes(node, attributes ?? {});
    for (const child of children.flat()) {
        if (child || child === 0) node.append(child instanceof Node ? child : String(child));
    }
    return node;
}

/** @param {Element} node @param {Record<string, Attribute>} attributes */
export function set_attributes(node, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : String(value));
    }
}

/**
 * Nodes for markup.
 * @param {Markup[]} markup @returns {(Node | string)[]}
 */
export const nodes_of = (markup) => markup.map((item) => typeof item === "string" ? item
    : make(/** @type {keyof HTMLElementTagNameMap} */ (item.tag), item.attributes, ...nodes_of(item.children)));

/**
 * The element of the page's own HTML with this id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function typed_element(id, type) {
    const node = document.getElementById(id);
    if (!(node instanceof type)) throw new Error(`the page has no ${id}`);
    return node;
}

/** @param {string} id */
export const element = (id) => typed_element(id, HTMLElement);
/** @param {string} id */
export const input = (id) => typed_element(id, HTMLInputElement);
/** @param {string} id */
export const select = (id) => typed_element(id, HTMLSelectElement);

/**
 * Right-to-left names must not reorder the text next to them.
 * @param {string} text
 */
export const isolated = (text) => make("bdi", null, text);

/**
 * Reports a change to screen readers.
 * @param {string} text
 */
export function say(text) {
    element("said").textContent = "";
    requestAnimationFrame(() => { element("said").textContent = text; });
}

/**
 * A link to another server. The page itself sends it nothing.
 * @param {string} href @param {...Child} content
 */
export const foreign_link = (href, ...content) => make("a", { href, rel: "noopener noreferrer" }, ...content);
