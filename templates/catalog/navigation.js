// SPDX-License-Identifier: Apache-2.0
// Which view the address shows, and where a reader returns to.
import { element, input, make } from "./nodes.js";
import { is_model_hash, list_hash, read_list_hash, read_model_hash } from "./addresses.js";
import { show_model } from "./model_view.js";
import { phone } from "./model_ports.js";
import { ListView } from "./list_view.js";

const pause_in_typing = 300;  // ms; browsers limit changes of the address

export class Navigation {
    /** @param {import("./model_view.js").Catalog} catalog */
    constructor(catalog) {
        this.catalog = catalog;
        this.list = new ListView(catalog.source, () => this.list_changed());
        /** @type {"" | "list" | "model"} */
        this.view = "";
        this.came_from_list = false;
        this.scroll = 0;      // of the list
        this.opened_row = 0;
        this.left = { hash: "", scroll: 0, row: 0 };  // the list as it was left; a row's number, because its node may be replaced
        this.address_timer = 0;
        this.connect();
    }

    connect() {
        history.scrollRestoration = "manual";
        addEventListener("hashchange", () => this.show(false));
        addEventListener("scroll", () => { if (this.view === "list") this.scroll = scrollY; }, { passive: true });
        addEventListener("keydown", (event) => this.key_pressed(event));
        phone.addEventListener("change", () => { if (this.view === "model") this.show_model(); });
        element("skip").addEventListener("click", (event) => {
            event.preventDefault();
            element("main").focus();
        });
        element("results").addEventListener("click", (event) => {
            const row = event.target instanceof Element ? event.target.closest("li") : null;
            if (!row) return;
            this.opened_row = [...element("results").children].indexOf(row);
            this.write_address();  // so that Back restores the current list
        });
    }

    /**
     * The key "/" goes to the search.
     * @param {KeyboardEvent} event
     */
    key_pressed(event) {
        const in_field = event.target instanceof Element && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
        if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || in_field) return;
        event.preventDefault();
        if (this.view === "model") {
            addEventListener("hashchange", () => requestAnimationFrame(() => element("search").focus()), { once: true });
            location.hash = list_hash(this.list.filters);
        }
        input("search").focus();
        input("search").select();
    }

    list_changed() {
        clearTimeout(this.address_timer);
        this.address_timer = setTimeout(() => this.write_address(), pause_in_typing);
    }

    write_address() {
        clearTimeout(this.address_timer);
        const wanted = list_hash(this.list.filters);
        if (this.view !== "list" || location.hash === wanted || (location.hash === "" && wanted === "#/")) return;
        try {
            history.replaceState(null, "", wanted);
        } catch {
            // The address stays outdated.
        }
    }

    /** @param {boolean} first whether the page was just opened */
    show(first) {
        const view = is_model_hash(location.hash) ? "model" : "list";
        if (view === "model") this.leave_list();
        this.view = view;
        element("list").hidden = view !== "list";
        element("model").hidden = view !== "model";
        if (view === "list") return this.show_list(first);
        return this.show_model(() => {
            scrollTo(0, 0);
            if (!first) element("model-name").focus({ preventScroll: true });
        });
    }

    leave_list() {
        this.came_from_list = this.view === "list";
        if (this.came_from_list) this.left = { hash: list_hash(this.list.filters), scroll: this.scroll, row: this.opened_row };
    }

    /** @param {() => void} when_shown */
    async show_model(when_shown = () => {}) {
        const { hash } = location;
        const place = read_model_hash(hash);
        const found = await this.catalog.source.find(place).catch((error) => ({ entry: null, models: null, problem: error.message }));
        if (hash !== location.hash) return;
        show_model(this.catalog.hub, { path: place.path, opens_graph: place.opens_graph, problem: "", ...found }, this.back_link());
        when_shown();
    }

    /** If the user came from the list, it goes back in the history instead of adding to it. */
    back_link() {
        const link = make("a", { class: "back", href: list_hash(this.list.filters) }, "← All models");
        link.addEventListener("click", (event) => {
            if (!this.came_from_list || event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            history.back();
        });
        return link;
    }

    /** @param {boolean} first */
    show_list(first) {
        element("model").replaceChildren();
        element("model").removeAttribute("aria-labelledby");
        document.title = this.catalog.hub.name;
        const filters = read_list_hash(location.hash);
        const returns = !first && list_hash(filters) === this.left.hash;
        const shown = this.list.show(filters);
        if (returns) {
            this.list.row_link(this.left.row)?.focus({ preventScroll: true });
            scrollTo(0, this.left.scroll);
            this.left.hash = "";
        } else if (!first) {
            scrollTo(0, 0);
            element("hub-name").focus({ preventScroll: true });
        }
        return shown;
    }
}
