// SPDX-License-Identifier: Apache-2.0
// The form for the token of a protected hub. The token stays in this tab.
import { element, make } from "./nodes.js";
import { store_token } from "./requests.js";

/**
 * Shows the form, and resolves when the user gave a token.
 * @param {string} problem why the form is there @returns {Promise<void>}
 */
export function ask_for_token(problem) {
    const field = make("input", { type: "password", id: "token", autocomplete: "off", required: true });
    const form = make("form", { class: "sign-in", "aria-labelledby": "sign-in-title" },
        make("h2", { id: "sign-in-title" }, "Sign in"), make("p", { role: "alert" }, problem),
        make("label", { for: "token" }, "Token"), field,
        make("button", { type: "submit", class: "button main" }, "Sign in"),
        make("p", { class: "note" }, "The token is sent to this server only, and forgotten when the tab is closed."));
    const place = element("sign-in");
    place.replaceChildren(form);
    element("list").hidden = true;
    field.focus();
    return new Promise((resolve) => form.addEventListener("submit", (event) => {
        event.preventDefault();
        store_token(field.value.trim());
        place.replaceChildren();
        element("list").hidden = false;
        resolve();
    }));
}
