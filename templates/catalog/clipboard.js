// SPDX-License-Identifier: Apache-2.0
// Buttons that copy text.
import { make, say } from "./nodes.js";

/**
 * Copies through a text field, because browsers have no navigator.clipboard without https://.
 * @param {string} text
 */
function copy_from_field(text) {
    const field = make("textarea", { class: "visually-hidden", "aria-hidden": "true", readonly: true });
    field.value = text;
    const before = document.activeElement;
    document.body.append(field);
    field.select();
    let done = false;
    try {
        done = document.execCommand("copy");
    } catch {
        // The result reports it.
    }
    field.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    return done;
}

/** @param {string} text @returns {Promise<boolean>} whether it was copied */
async function copy_text(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        return copy_from_field(text);
    }
}

/** @param {string} text @param {string} what for screen readers: "Copy " + `what` */
export function copy_button(text, what) {
    const button = make("button", { type: "button", class: "button small quiet", "aria-label": `Copy ${what}` }, "Copy");
    let timer = 0;
    button.addEventListener("click", async () => {
        const done = await copy_text(text);
        button.textContent = done ? "Copied" : "Not allowed";
        say(done ? `Copied ${what}` : "The browser does not allow copying");
        clearTimeout(timer);
        timer = setTimeout(() => { button.textContent = "Copy"; }, 1600);
    });
    return button;
}
