// SPDX-License-Identifier: Apache-2.0
// The boxes for tags, with the number of results that have each.
import { shown } from "./values.js";
import { number_text } from "./formats.js";
import { element, isolated, make } from "./nodes.js";
import { by_text } from "./models.js";

const few = 14, many = 300;  // upper limits of the list; the search finds all tags

/** @param {import("./models.js").Model[]} models @returns {string[]} most frequent first; tags count models, not files */
function tags_of(models) {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const model of models) {
        for (const tag of new Set(model.entries.flatMap((entry) => entry.tags))) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
    return [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || by_text(a, b));
}

export class TagFilter {
    /** @param {import("./models.js").Model[]} models @param {(tag: string, wanted: boolean) => void} on_change */
    constructor(models, on_change) {
        this.tags = tags_of(models);
        this.on_change = on_change;
        this.shows_all = false;
        /** @type {Map<string, {label: HTMLElement, box: HTMLInputElement, count: HTMLElement}>} reused, so that a box keeps its focus */
        this.choices = new Map();
        /** @type {() => void} */
        this.show_again = () => {};
        element("tags-field").hidden = this.tags.length === 0;
        element("all-tags").addEventListener("click", () => {
            this.shows_all = !this.shows_all;
            this.show_again();
        });
    }

    /** @param {Map<string, number>} counts @param {Set<string>} wanted */
    show(counts, wanted) {
        this.show_again = () => this.show(counts, wanted);
        const useful = this.tags.filter((tag) => counts.has(tag) || wanted.has(tag));
        const listed = useful.filter((tag, place) => place < (this.shows_all ? many : few) || wanted.has(tag));
        this.place(listed.map((tag) => {
            const choice = this.choice(tag);
            choice.box.checked = wanted.has(tag);
            choice.count.textContent = number_text(counts.get(tag) ?? 0);
            return choice.label;
        }));
        const button = element("all-tags");
        button.hidden = useful.length <= few;
        button.textContent = this.shows_all ? "Show fewer tags" : `Show all ${number_text(Math.min(useful.length, many))} tags`;
        button.setAttribute("aria-expanded", String(this.shows_all));
    }

    /** @param {string} tag */
    choice(tag) {
        const present = this.choices.get(tag);
        if (present) return present;
        const box = make("input", { type: "checkbox" });
        const count = make("span", { class: "count" });
        const label = make("label", { class: "tag-choice", title: tag.length > 24 && shown(tag) }, box, make("span", null, isolated(shown(tag, 80))), count);
        box.addEventListener("change", () => this.on_change(tag, box.checked));
        const choice = { label, box, count };
        this.choices.set(tag, choice);
        return choice;
    }

    /**
     * Replaces the labels only if they differ, and keeps the focus.
     * @param {HTMLElement[]} labels
     */
    place(labels) {
        const place = element("tags");
        if (labels.length === place.children.length && labels.every((label, i) => place.children[i] === label)) return;
        const focused = document.activeElement;
        const had_focus = place.contains(focused);
        place.replaceChildren(...labels);
        if (had_focus && focused instanceof HTMLElement && place.contains(focused)) focused.focus({ preventScroll: true });
    }
}
