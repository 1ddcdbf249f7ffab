// SPDX-License-Identifier: Apache-2.0
// The graph of a model. A later script: see later_script.js.
import { make } from "../nodes.js";
import { number_text } from "../formats.js";
import { authorization } from "../requests.js";
import { comparison_section } from "./comparison_view.js";
import { left_out_text, parse_document, read_packed } from "./document.js";
import { outline_section } from "./outline_view.js";
import { summary_view } from "./summary_view.js";
import { Viewer } from "./viewer.js";

/**
 * @typedef {object} GraphModel
 * @property {string} name
 * @property {string} address of the graph's file, relative to the page
 * @property {import("./comparison_view.js").OtherModel[]} others models that it can be compared with
 * @property {import("./layout_worker.js").StartWorker} start_worker
 */

/** @param {string} address */
export async function load_model(address) {
    const answer = await fetch(address, { credentials: "same-origin", headers: authorization() });
    if (!answer.ok) throw new Error(answer.status === 404 ? "The hub has no graph of this model." : `The server returned ${answer.status}.`);
    return parse_document(await read_packed(answer));
}

/**
 * Fills `place` with the operators and weights of the model.
 * @param {HTMLElement} place @param {string} address of the graph's file
 */
export async function mount_summary(place, address) {
    place.replaceChildren(summary_view(await load_model(address)));
}

/** @param {string} label @param {() => void} act @param {Record<string, string>} attributes */
function button(label, act, attributes = {}) {
    const node = make("button", { type: "button", class: "button small", "data-name": label, ...attributes }, label);
    node.addEventListener("click", act);
    return node;
}

/** @param {Viewer} viewer */
function search_field(viewer) {
    const found = make("span", { class: "graph-found", role: "status" });
    const field = make("input", { type: "search", placeholder: "Find operators and names", "aria-label": "Find operators and names in the graph", autocomplete: "off", spellcheck: "false" });
    field.addEventListener("input", () => {
        const count = viewer.find(field.value);
        found.textContent = field.value.trim() ? `${number_text(count)} found` : "";
    });
    field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        viewer.show_match(event.shiftKey ? -1 : 1);
    });
    return make("div", { class: "graph-search" }, field, found);
}

/** @param {HTMLElement} root @param {Viewer} viewer */
function whole_window_button(root, viewer) {
    const node = button("Whole window", () => set(!root.classList.contains("graph-whole")), { "aria-pressed": "false" });
    const set = (/** @type {boolean} */ is_whole) => {
        root.classList.toggle("graph-whole", is_whole);
        document.documentElement.classList.toggle("graph-behind", is_whole);
        node.setAttribute("aria-pressed", String(is_whole));
        viewer.resize();
    };
    root.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !root.classList.contains("graph-whole")) return;
        set(false);
        node.focus();
    });
    addEventListener("hashchange", () => set(false));
    return node;
}

/** @param {HTMLElement} root @param {Viewer} viewer @param {HTMLElement} outline */
function bar(root, viewer, outline) {
    const outline_button = button("Outline", () => {
        outline.hidden = !outline.hidden;
        outline_button.setAttribute("aria-expanded", String(!outline.hidden));
    }, { "aria-expanded": "false", "aria-controls": "graph-outline" });
    return make("div", { class: "graph-bar" }, search_field(viewer),
        button("−", () => viewer.zoom(0.8), { "aria-label": "Smaller" }), button("+", () => viewer.zoom(1.25), { "aria-label": "Larger" }),
        button("Fit", () => viewer.fit()), button("Open all", () => viewer.open_all()), button("Close all", () => viewer.close_all()),
        outline_button, whole_window_button(root, viewer));
}

const keys = "Keys: arrows move along the edges, or the picture when nothing is selected. Enter opens a block or subgraph. Plus, minus and 0 zoom. N and P go to the next and previous "
    + "search result. The outline lists the same nodes as text.";

/**
 * Fills `place`.
 * @param {HTMLElement} place @param {GraphModel} shown_model
 */
export async function mount(place, shown_model) {
    const model = await load_model(shown_model.address);
    const stage = make("div", { class: "graph-stage" }), panel = make("aside", { class: "graph-panel", "aria-label": "Details of the graph", tabindex: "0" });
    const viewer = new Viewer(stage, panel, model, shown_model);
    const outline = outline_section(model, (graph, node) => {
        viewer.select_node(graph, node);
        stage.scrollIntoView({ block: "nearest" });
    });
    const left_out = left_out_text(model);
    const root = make("div", { class: "graph-viewer" });
    root.append(bar(root, viewer, outline));
    if (left_out) root.append(make("p", { class: "note" }, left_out));
    root.append(make("div", { class: "graph-body" }, stage, panel), make("p", { id: "graph-keys", class: "graph-keys" }, keys), outline);
    if (shown_model.others.length) root.append(comparison_section(model, shown_model.name, shown_model.others, load_model));
    place.replaceChildren(root);
    viewer.change_colors();
    viewer.resize();
    await viewer.refresh();
    viewer.canvas.focus({ preventScroll: true });
}
