// SPDX-License-Identifier: Apache-2.0
// The button for dark colours. Its choice is kept for the origin; theme_start.js applies it.
import { element } from "./nodes.js";

const system = () => matchMedia("(prefers-color-scheme: dark)");

function show_state() {
    const chosen = document.documentElement.dataset.theme;
    const dark = chosen ? chosen === "dark" : system().matches;
    element("theme").setAttribute("aria-pressed", String(dark));
    return dark;
}

function change() {
    const theme = show_state() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    show_state();
    try {
        localStorage.setItem("onnxhub-theme", theme);
    } catch {
        // The choice lasts until the page is closed.
    }
}

export function connect_theme() {
    show_state();
    system().addEventListener("change", show_state);
    element("theme").addEventListener("click", change);
}
