// SPDX-License-Identifier: Apache-2.0
// The boxes of a facet, each with the number of models that it gives.
import { shown } from "./values.js";
import { number_text } from "./formats.js";
import { isolated, make } from "./nodes.js";
import { frequent_values } from "./facets.js";

const few = 6, many = 300;  // upper limits of the list; the search finds all values

export class FacetView {
    /**
     * @param {string} key @param {string} title
     * @param {(value: string, is_chosen: boolean) => void} on_change
     */
    constructor(key, title, on_change) {
        this.key = key;
        /** @type {string[]} */
        this.values = [];
        this.on_change = on_change;
        this.shows_all = false;
        /** @type {Map<string, {label: HTMLElement, box: HTMLInputElement, count: HTMLElement}>} reused, so that a box keeps its focus */
        this.choices = new Map();
        /** @type {() => void} */
        this.show_again = () => {};
        this.list = make("div", { class: "choices" });
        this.more = make("button", { type: "button", class: "button quiet small more-choices", "aria-expanded": "false" });
        this.more.addEventListener("click", () => {
            this.shows_all = !this.shows_all;
            this.show_again();
        });
        this.node = make("fieldset", { "data-facet": key }, make("legend", null, title), this.list, this.more);
    }

    /**
     * The models whose values can be chosen.
     * @param {import("./models.js").Model[]} models
     */
    set_models(models) { this.values = frequent_values(this.key, models); }

    /** A facet with one value for all models divides nothing. */
    get is_useful() { return this.values.length > (this.key === "tag" ? 0 : 1); }

    /** @param {import("./facets.js").FacetCounts} counts @param {Set<string>} chosen */
    show(counts, chosen) {
        this.show_again = () => this.show(counts, chosen);
        const useful = [...new Set([...this.values, ...chosen])].filter((value) => counts.of(this.key, value) > 0 || chosen.has(value));
        const listed = useful.filter((value, place) => place < (this.shows_all ? many : few) || chosen.has(value));
        this.node.hidden = useful.length === 0 || (!this.is_useful && chosen.size === 0);
        this.place(listed.map((value) => {
            const choice = this.choice(value);
            choice.box.checked = chosen.has(value);
            choice.count.textContent = number_text(counts.of(this.key, value));
            return choice.label;
        }));
        this.more.hidden = useful.length <= few;
        this.more.textContent = this.shows_all ? "Show fewer" : `Show all ${number_text(Math.min(useful.length, many))}`;
        this.more.setAttribute("aria-expanded", String(this.shows_all));
    }

    /** @param {string} value */
    choice(value) {
        const present = this.choices.get(value);
        if (present) return present;
        const box = make("input", { type: "checkbox" });
        const count = make("span", { class: "count" });
        const label = make("label", { class: "choice" }, box, make("span", null, isolated(shown(value, 80))), count);
        box.addEventListener("change", () => this.on_change(value, box.checked));
        const choice = { label, box, count };
        this.choices.set(value, choice);
        return choice;
    }

    /**
     * Replaces the labels only if they differ, and keeps the focus.
     * @param {HTMLElement[]} labels
     */
    place(labels) {
        const { list } = this;
        if (labels.length === list.children.length && labels.every((label, i) => list.children[i] === label)) return;
        const focused = document.activeElement;
        const had_focus = list.contains(focused);
        list.replaceChildren(...labels);
        if (had_focus && focused instanceof HTMLElement && list.contains(focused)) focused.focus({ preventScroll: true });
    }
}
