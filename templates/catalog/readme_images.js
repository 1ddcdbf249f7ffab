// SPDX-License-Identifier: Apache-2.0
// Images in READMEs: those of the hub are shown, of others only the text. The page itself requests them, with its token, so
// that a README can't make a browser send requests.
import { markup } from "./markup.js";
import { make } from "./nodes.js";
import { get } from "./requests.js";

/** @typedef {import("./markup.js").Markup} Markup */

/** @param {string} text */
const text_instead = (text) => text ? `Image: ${text}` : "Image";

/**
 * Gives images their addresses, and replaces those without one by their text.
 * @param {Markup[]} items @param {ReadonlyMap<string, string>} addresses by target @returns {Markup[]}
 */
export function with_images(items, addresses) {
    return items.map((item) => {
        if (typeof item === "string") return item;
        if (item.tag !== "img") return { ...item, children: with_images(item.children, addresses) };
        const address = addresses.get(item.attributes.target);
        return address ? markup("img", { "data-image": address, alt: item.attributes.alt }, [])
            : markup("em", {}, [text_instead(item.attributes.alt)]);
    });
}

/** @param {HTMLImageElement} image */
async function load_image(image) {
    try {
        image.src = URL.createObjectURL(await (await get(image.dataset.image ?? "")).blob());
        await image.decode();
    } catch {
        image.replaceWith(make("em", null, text_instead(image.alt)));
    }
    URL.revokeObjectURL(image.src);
}

/** @param {HTMLElement} place with images of with_images() */
export async function load_images(place) {
    await Promise.all([...place.querySelectorAll("img")].map(load_image));
}
