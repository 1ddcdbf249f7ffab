// SPDX-License-Identifier: Apache-2.0
// Tabs as the ARIA Authoring Practices describe them: arrow keys move, one panel is visible.
import { make } from "./nodes.js";

/** @typedef {{title: string, panel: HTMLElement}} Tab */

/** @param {HTMLElement[]} buttons @param {HTMLElement[]} panels @param {number} chosen */
function choose(buttons, panels, chosen) {
    buttons.forEach((button, i) => {
        button.setAttribute("aria-selected", String(i === chosen));
        button.tabIndex = i === chosen ? 0 : -1;
        panels[i].hidden = i !== chosen;
    });
}

/** @param {string} key @param {number} at @param {number} count @returns {number} -1: the key does not move */
function moved(key, at, count) {
    if (key === "ArrowRight") return (at + 1) % count;
    if (key === "ArrowLeft") return (at + count - 1) % count;
    if (key === "Home") return 0;
    return key === "End" ? count - 1 : -1;
}

/**
 * @param {string} id prefix of ids @param {string} label @param {Tab[]} tabs
 * @param {{first?: number, on_choice?: (index: number) => void}} options
 */
export function tabbed(id, label, tabs, { first = 0, on_choice = () => {} } = {}) {
    const panels = tabs.map(({ panel }, i) => make("div", { role: "tabpanel", id: `${id}-panel-${i}`, "aria-labelledby": `${id}-tab-${i}` }, panel));
    const buttons = tabs.map(({ title }, i) => make("button", { type: "button", role: "tab", id: `${id}-tab-${i}`, "aria-controls": `${id}-panel-${i}` }, title));
    const select = (/** @type {number} */ i) => {
        choose(buttons, panels, i);
        on_choice(i);
    };
    buttons.forEach((button, i) => {
        button.addEventListener("click", () => select(i));
        button.addEventListener("keydown", (event) => {
            const next = moved(event.key, i, buttons.length);
            if (next < 0) return;
            event.preventDefault();
            select(next);
            buttons[next].focus();
        });
    });
    choose(buttons, panels, first < tabs.length ? first : 0);
    return make("div", { class: "tabs" }, make("div", { role: "tablist", "aria-label": label }, buttons), panels);
}
