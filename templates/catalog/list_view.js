// SPDX-License-Identifier: Apache-2.0
// The list of models with search and filters.
import { counted, human_size, number_text } from "./formats.js";
import { element, input, make, select } from "./nodes.js";
import { list_hash, no_filters } from "./addresses.js";
import { FacetCounts, facet_keys, facets } from "./facets.js";
import { FacetView } from "./facet_view.js";
import { group_families } from "./families.js";
import { result_row } from "./result_row.js";
import { query_words } from "./words.js";
import { show_suggestions } from "./empty_view.js";

/** @typedef {import("./addresses.js").Filters} Filters */

const rows_at_once = 60;
const mebibyte = 1024 * 1024;
const size_choices = [1, 5, 10, 50, 100, 500, 1024, 5120];  // MiB

/**
 * The number of active filters, without the search.
 * @param {Filters} filters
 */
const active_filters = (filters) => [...filters.choices.values()].reduce((sum, values) => sum + values.size, 0) + (filters.from || filters.to ? 1 : 0) + (filters.size ? 1 : 0);

/** @param {string} id @param {[number, string][]} values */
const fill_choices = (id, values) => select(id).replaceChildren(make("option", { value: "0" }, "any"), ...values.map(([value, text]) => make("option", { value }, text)));

const pause_in_typing = 120;  // ms, before an index is asked

export class ListView {
    /** @param {import("./sources.js").Source} source @param {() => void} on_change called when the user changed the filters */
    constructor(source, on_change) {
        this.source = source;
        this.on_change = on_change;
        this.filters = no_filters();
        /** @type {import("./sources.js").Searchable | null} */
        this.searchable = null;
        /** @type {import("./families.js").Family[]} */
        this.families = [];
        /** @type {string[]} */
        this.words = [];
        this.rows_shown = 0;
        this.request = 0;  // the number of the last question to the source
        this.facets = facet_keys.map((key) => new FacetView(key, facets[key].title, (value, is_chosen) => this.choose(key, value, is_chosen)));
        element("facets").replaceChildren(...this.facets.map((facet) => facet.node));
        fill_choices("size", size_choices.map((size) => [size * mebibyte, `up to ${human_size(size * mebibyte).replace(".0", "")}`]));
        this.connect();
    }

    /** @param {string} name @param {boolean} is_useful */
    offer_sort(name, is_useful) {
        select("sort").querySelector(`[value=${name}]`)?.toggleAttribute("hidden", !is_useful);
    }

    /** @param {import("./sources.js").Searchable} searchable */
    use(searchable) {
        if (searchable === this.searchable) return;
        this.searchable = searchable;
        const { entries, models } = searchable.models;
        const opsets = [...new Set(entries.flatMap((entry) => entry.opset !== null && entry.opset <= 1000 ? [entry.opset] : []))].sort((a, b) => a - b);
        fill_choices("opset-from", opsets.map((opset) => [opset, String(opset)]));
        fill_choices("opset-to", opsets.map((opset) => [opset, String(opset)]));
        for (const facet of this.facets) facet.set_models(models);
        this.offer_sort("metric", entries.some((entry) => entry.metric !== null));
        this.offer_sort("date", entries.some((entry) => entry.history.length > 0));
        this.show_controls();
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

    /** @param {string} key of a facet @param {string} value @param {boolean} is_chosen */
    choose(key, value, is_chosen) {
        const chosen = new Set(this.filters.choices.get(key));
        if (is_chosen) chosen.add(value);
        else chosen.delete(value);
        this.change({ choices: new Map(this.filters.choices).set(key, chosen) });
    }

    /** @param {Partial<Filters>} values */
    change(values) {
        this.filters = { ...this.filters, ...values };
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
        return is_shown ? undefined : this.show_results();
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

    /** Asks the source, and shows its answer unless another question was asked meanwhile. */
    show_results() {
        const request = ++this.request;
        const answer = this.source.has_all ? this.source.searchable(this.filters) : this.ask_later(request);
        if (!(answer instanceof Promise)) return this.show_found(answer);
        element("results").setAttribute("aria-busy", "true");
        return answer.then((searchable) => { if (searchable && request === this.request) this.show_found(searchable); },
            (error) => { element("count").textContent = `The models cannot be listed. ${error.message}`; });
    }

    /** @param {number} request */
    async ask_later(request) {
        if (this.searchable) await new Promise((resolve) => setTimeout(resolve, pause_in_typing));
        return request === this.request ? this.source.searchable(this.filters) : null;
    }

    /** @param {import("./sources.js").Searchable} searchable */
    show_found(searchable) {
        this.use(searchable);
        element("results").removeAttribute("aria-busy");
        const { is_searched, search } = searchable;
        const { results, counts, words } = search.find(is_searched ? { ...this.filters, query: "" } : this.filters);
        this.families = group_families(results);
        this.words = is_searched ? query_words(this.filters.query) : words;
        this.rows_shown = 0;
        element("results").replaceChildren();
        this.append_rows();
        if (results.length > 0) performance.mark("first-result");
        element("results").hidden = results.length === 0;
        element("count").textContent = this.count_text(results.length, searchable);
        this.show_empty(results.length === 0 && this.source.count > 0);
        this.show_facets(counts);
        if (searchable.tags && active_filters(this.filters) === 0) this.count_tags(searchable.tags, counts);
    }

    /**
     * Puts numbers for the whole hub beside its tags.
     * @param {Promise<Map<string, number>>} tags @param {FacetCounts} counts
     */
    async count_tags(tags, counts) {
        const { request } = this;
        const of_hub = await tags.catch(() => null);
        if (!of_hub || request !== this.request) return;
        counts.replace("tag", of_hub);
        this.show_facets(counts);
    }

    /** @param {number} shown @param {import("./sources.js").Searchable} searchable */
    count_text(shown, { total, models }) {
        const all = counted(this.source.count, "model");
        if (total !== null && total > models.models.length && (this.filters.query.trim() || this.filters.choices.has("tag"))) return `The best ${number_text(shown)} of ${counted(total, "entry", "entries")}; ${all}`;
        return shown === this.source.count ? all : `${number_text(shown)} of ${all}`;
    }

    /** @param {boolean} is_empty */
    show_empty(is_empty) {
        element("empty").hidden = !is_empty;
        const search = this.searchable?.search;
        if (is_empty && search) show_suggestions(this.filters, search.suggest(this.filters));
    }

    /** @param {FacetCounts} counts */
    show_facets(counts) {
        for (const facet of this.facets) facet.show(counts, this.filters.choices.get(facet.key) ?? new Set());
        const active = active_filters(this.filters);
        element("clear").hidden = active === 0;
        element("filters-toggle").textContent = active ? `Filters (${active})` : "Filters";
    }

    append_rows() {
        const until = Math.min(this.rows_shown + rows_at_once, this.families.length);
        element("results").append(...this.families.slice(this.rows_shown, until).map((family) => result_row(family, this.words)));
        this.rows_shown = until;
        const left = this.families.length - until;
        element("more").hidden = left === 0;
        element("more-button").textContent = `Show ${number_text(Math.min(left, rows_at_once))} more of ${number_text(left)}`;
    }
}
