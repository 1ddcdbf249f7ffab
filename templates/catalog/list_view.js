// SPDX-License-Identifier: Apache-2.0
// The list of models with search and filters.
import { counted, human_size, number_text } from "./formats.js";
import { element, input, make, select } from "./nodes.js";
import { list_hash, no_filters } from "./addresses.js";
import { search } from "./search.js";
import { result_row } from "./result_row.js";
import { TagFilter } from "./tag_filter.js";

/** @typedef {import("./addresses.js").Filters} Filters */

const rows_at_once = 60;
const mebibyte = 1024 * 1024;
const size_choices = [1, 5, 10, 50, 100, 500, 1024, 5120];  // MiB

/** @param {Filters} filters the number of active ones, without the search */
const active_filters = (filters) => filters.tags.size + (filters.from || filters.to ? 1 : 0) + (filters.size ? 1 : 0);

/** @param {string} id @param {[number, string][]} values */
const fill_choices = (id, values) => select(id).replaceChildren(make("option", { value: "0" }, "any"), ...values.map(([value, text]) => make("option", { value }, text)));

export class ListView {
    /** @param {import("./models.js").Models} models @param {() => void} on_change called when the user changed the filters */
    constructor(models, on_change) {
        this.models = models;
        this.on_change = on_change;
        this.filters = no_filters();
        /** @type {import("./search.js").Found} */
        this.found = { results: [], counts: new Map(), words: [] };
        this.rows_shown = 0;
        this.tags = new TagFilter(models.models, (tag, wanted) => {
            if (wanted) this.filters.tags.add(tag);
            else this.filters.tags.delete(tag);
            this.changed();
        });
        this.fill_choices();
        this.connect();
    }

    fill_choices() {
        const opsets = [...new Set(this.models.entries.flatMap((entry) => entry.opset !== null && entry.opset <= 1000 ? [entry.opset] : []))].sort((a, b) => a - b);
        fill_choices("opset-from", opsets.map((opset) => [opset, String(opset)]));
        fill_choices("opset-to", opsets.map((opset) => [opset, String(opset)]));
        fill_choices("size", size_choices.map((size) => [size * mebibyte, `up to ${human_size(size * mebibyte).replace(".0", "")}`]));
    }

    connect() {
        this.connect_search();
        this.connect_number("opset-from", "from");
        this.connect_number("opset-to", "to");
        this.connect_number("size", "size");
        select("sort").addEventListener("change", () => this.change({ sort: select("sort").value }));
        element("clear").addEventListener("click", () => this.clear(this.filters.query));
        element("clear-empty").addEventListener("click", () => this.clear(""));
        element("filters-toggle").addEventListener("click", () => {
            const open = element("filters").classList.toggle("open");
            element("filters-toggle").setAttribute("aria-expanded", String(open));
        });
        element("more-button").addEventListener("click", () => {
            const first_new = this.rows_shown;
            this.append_rows();
            this.row_link(first_new)?.focus({ preventScroll: true });
        });
    }

    connect_search() {
        const field = input("search");
        field.addEventListener("input", () => this.change({ query: field.value }));
        field.addEventListener("keydown", (event) => {
            if (event.key !== "Escape" || event.isComposing) return;
            event.preventDefault();
            field.value = "";
            this.change({ query: "" });
        });
        element("search-form").addEventListener("submit", (event) => {
            event.preventDefault();
            this.row_link(0)?.focus();
        });
    }

    /** @param {string} id @param {"from" | "to" | "size"} key */
    connect_number(id, key) {
        select(id).addEventListener("change", () => this.change({ [key]: Number(select(id).value) }));
    }

    /** @param {Partial<Filters>} values */
    change(values) {
        this.filters = { ...this.filters, ...values };
        this.changed();
    }

    changed() {
        this.show_results();
        this.on_change();
    }

    /** @param {string} query */
    clear(query) {
        this.show({ ...no_filters(), sort: this.filters.sort, query });
        this.on_change();
        element("search").focus();
    }

    /**
     * The link of a row.
     * @param {number} row
     */
    row_link(row) {
        return element("results").children[row]?.querySelector("a") ?? null;
    }

    /** @param {Filters} filters */
    show(filters) {
        const is_shown = list_hash(filters) === list_hash(this.filters) && this.rows_shown > 0;
        this.filters = filters;
        this.show_controls();
        if (!is_shown) this.show_results();
    }

    /** Sets the controls to the filters, for example after an address was opened. */
    show_controls() {
        const { filters } = this;
        input("search").value = filters.query;
        for (const [id, value] of /** @type {[string, number][]} */ ([["opset-from", filters.from], ["opset-to", filters.to], ["size", filters.size]])) {
            const control = select(id);
            control.value = String(value);
            if (control.selectedIndex >= 0) continue;  // else a value from the address that is not in the list
            control.append(make("option", { value }, id === "size" ? `up to ${human_size(value)}` : String(value)));
            control.value = String(value);
        }
        select("sort").value = filters.sort;
    }

    show_results() {
        this.found = search(this.models.models, this.filters);
        this.rows_shown = 0;
        element("results").replaceChildren();
        this.append_rows();
        const count = this.found.results.length, all = this.models.models.length;
        element("results").hidden = count === 0;
        element("empty").hidden = count > 0 || all === 0;
        element("count").textContent = count === all ? counted(all, "model") : `${number_text(count)} of ${counted(all, "model")}`;
        this.tags.show(this.found.counts, this.filters.tags);
        const active = active_filters(this.filters);
        element("clear").hidden = active === 0;
        element("filters-toggle").textContent = active ? `Filters (${active})` : "Filters";
    }

    append_rows() {
        const { results, words } = this.found;
        const until = Math.min(this.rows_shown + rows_at_once, results.length);
        element("results").append(...results.slice(this.rows_shown, until).map((result) => result_row(result, words)));
        this.rows_shown = until;
        const left = results.length - until;
        element("more").hidden = left === 0;
        element("more-button").textContent = `Show ${number_text(Math.min(left, rows_at_once))} more of ${number_text(left)}`;
    }
}
