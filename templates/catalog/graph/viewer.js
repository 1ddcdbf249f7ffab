// SPDX-License-Identifier: Apache-2.0
// The picture of a graph and how readers move in it: pointer, keyboard, search, and parts that open in place.
import { make, say } from "../nodes.js";
import { Overview } from "./overview.js";
import { Picture, largest_scale, smallest_scale } from "./picture.js";
import { details_nodes, spoken } from "./panel.js";
import { find_nodes } from "./outline.js";
import { LayoutWorker } from "./layout_worker.js";
import { all_openable, build_scene, drawing_of, layout_request } from "./scene.js";

/** @typedef {import("./document.js").Model} Model */
/** @typedef {import("./main.js").GraphModel} GraphModel */

const margin = 24;  // pixels around the drawing
const pan_step = 80;  // pixels
const zoom_step = 1.25;
const most_found = 2000;

const clamp = (/** @type {number} */ value, /** @type {number} */ least, /** @type {number} */ most) => Math.min(Math.max(value, least), most);

/**
 * Colours as the canvas needs them: CSS may compute them from variables.
 * @param {HTMLElement} place
 */
function color_reader(place) {
    const probe = make("span", { hidden: true });
    place.append(probe);
    return (/** @type {string} */ name) => {
        probe.style.color = `var(${name})`;
        return getComputedStyle(probe).color;
    };
}

export class Viewer {
    /** @param {HTMLElement} stage @param {HTMLElement} panel @param {Model} model @param {GraphModel} shown_model */
    constructor(stage, panel, model, { name, start_worker }) {
        this.stage = stage;
        this.panel = panel;
        this.model = model;
        this.layout = new LayoutWorker(start_worker);
        /** @type {import("./scene.js").SceneState} */
        this.state = { collapses: true, open: new Set(), measure: (text) => this.picture.width_of(text) };
        /** @type {{graph: number, node: number}[]} */
        this.matches = [];
        this.match = -1;
        this.canvas = make("canvas", {
            class: "graph-canvas", tabindex: "0", role: "application", "aria-label": `Graph of ${name}`, "aria-describedby": "graph-keys",
        });
        this.small = make("canvas", { class: "graph-map", "aria-hidden": "true" });
        stage.replaceChildren(this.canvas, this.small);
        this.picture = new Picture(this.canvas, color_reader(stage));
        this.overview = new Overview(this.small, this.picture);
        this.frames = 0;
        this.is_placed = false;
        this.is_waiting = false;
        /** @type {Map<number, {x: number, y: number}>} */
        this.pointers = new Map();
        this.moved = 0;
        this.connect();
    }

    get drawing() { return this.picture.drawing; }

    // Drawing

    /**
     * Places the graph again. `kept`: the id of a vertex that stays where it is.
     * @param {string | null} kept
     */
    async refresh(kept = null) {
        const before = this.drawing.vertices.find(({ id }) => id === kept);
        const selected = this.drawing.vertices[this.picture.selected]?.id;
        const scene = build_scene(this.model, this.state);
        const drawing = drawing_of(scene, await this.layout.place(layout_request(scene)));
        this.is_placed = true;
        this.picture.set_drawing(drawing);
        this.picture.selected = drawing.vertices.findIndex(({ id }) => id === selected);
        this.mark_found();
        const after = drawing.vertices.find(({ id }) => id === kept) ?? (kept && before ? drawing.vertices.find((vertex) => vertex.graph === before.graph && vertex.nodes[0] === before.nodes[0]) : undefined);
        if (before && after) {
            this.picture.view.x += after.x - before.x;
            this.picture.view.y += after.y - before.y;
        } else {
            this.show_start();
        }
        this.overview.refresh();
        this.show_details();
        this.repaint();
    }

    repaint() {
        if (this.is_waiting || !this.is_placed) return;
        this.is_waiting = true;
        requestAnimationFrame(() => {
            this.is_waiting = false;
            this.picture.paint();
            this.overview.paint();
            this.frames += 1;
            Object.assign(this.stage.dataset, { frames: String(this.frames), vertices: String(this.drawing.vertices.length), place: this.layout.worker ? "worker" : "page" });
        });
    }

    resize() {
        const { width, height } = this.canvas.getBoundingClientRect();
        if (!width || !height) return;
        this.picture.set_size(width, height, Math.min(devicePixelRatio || 1, 2));
        this.overview.refresh();
        this.repaint();
    }

    change_colors() {
        this.picture.set_colors();
        this.overview.refresh();
        this.repaint();
    }

    // Where the reader is

    /** The top of the drawing, as large as it is readable. */
    show_start() {
        const { picture, drawing } = this;
        const scale = clamp((picture.width - 2 * margin) / (drawing.width || 1), 0.75, 1);
        const first = drawing.vertices.filter(({ kind, depth }) => depth === 0 && kind === "input").sort((a, b) => a.y - b.y)[0] ?? drawing.vertices[0];
        const middle = first ? first.x + first.width / 2 : 0;
        const x = drawing.width * scale <= picture.width ? (drawing.width - picture.width / scale) / 2 : middle - picture.width / scale / 2;
        picture.view = { x, y: (first ? first.y : 0) - margin / scale, scale };
    }

    fit() {
        const { picture, drawing } = this;
        const scale = clamp(Math.min((picture.width - 2 * margin) / (drawing.width || 1), (picture.height - 2 * margin) / (drawing.height || 1)), smallest_scale, 1);
        picture.view = { x: (drawing.width - picture.width / scale) / 2, y: (drawing.height - picture.height / scale) / 2, scale };
        this.repaint();
    }

    /** @param {number} factor @param {number} x @param {number} y of the canvas, which stay where they are */
    zoom(factor, x = this.picture.width / 2, y = this.picture.height / 2) {
        const { view } = this.picture;
        const scale = clamp(view.scale * factor, smallest_scale, largest_scale);
        view.x += x / view.scale - x / scale;
        view.y += y / view.scale - y / scale;
        view.scale = scale;
        this.repaint();
    }

    /**
     * Always keeps a part of the drawing visible.
     * @param {number} x @param {number} y pixels
     */
    pan(x, y) {
        const { view, width, height } = this.picture, { drawing } = this;
        view.x = clamp(view.x + x / view.scale, -width / view.scale + margin, drawing.width - margin);
        view.y = clamp(view.y + y / view.scale, -height / view.scale + margin, drawing.height - margin);
        this.repaint();
    }

    /** @param {number} x @param {number} y of the drawing */
    center(x, y) {
        const { picture } = this;
        picture.view.x = x - picture.width / picture.view.scale / 2;
        picture.view.y = y - picture.height / picture.view.scale / 2;
        this.pan(0, 0);
    }

    /** @param {number} index */
    show_vertex(index) {
        const vertex = this.drawing.vertices[index], { view, width, height } = this.picture;
        if (view.scale < 0.5) view.scale = 0.8;
        const x = (vertex.x + vertex.width / 2 - view.x) * view.scale, y = (vertex.y + Math.min(vertex.height, 60) / 2 - view.y) * view.scale;
        if (x < 60 || y < 40 || x > width - 60 || y > height - 40) this.center(vertex.x + vertex.width / 2, vertex.y + Math.min(vertex.height, 60) / 2);
        else this.repaint();
    }

    // Selection

    /** @param {number} index -1: nothing */
    select(index) {
        this.picture.selected = index;
        this.show_details();
        if (index >= 0) {
            this.show_vertex(index);
            say(spoken(this.model, this.drawing.vertices[index]));
        }
        this.repaint();
    }

    show_details() {
        const vertex = this.drawing.vertices[this.picture.selected] ?? null;
        this.panel.replaceChildren(...details_nodes(this.model, vertex, {
            select_node: (graph, node) => this.select_node(graph, node),
            toggle: (id) => this.toggle(id),
        }));
        this.panel.scrollTop = 0;
    }

    /**
     * The vertex that shows the node; -1: it is in a part that is closed.
     * @param {number} graph @param {number} node
     */
    vertex_of(graph, node) {
        return this.drawing.vertices.findIndex((vertex) => vertex.graph === graph && vertex.kind === "node" && vertex.nodes[0] === node);
    }

    /**
     * Opens what the node is in, and selects it.
     * @param {number} graph @param {number} node
     */
    async select_node(graph, node) {
        for (const { owner, owned } of this.owners_of(graph)) await this.open_part(owner.graph, owner.node, owned);
        await this.open_part(graph, node, false);
        const index = this.vertex_of(graph, node);
        const user = index < 0 ? this.user_of_folded(graph, node) : -1;
        this.select(index >= 0 ? index : user);
    }

    /**
     * Constants are shown as parts of their first user.
     * @param {number} graph @param {number} node
     */
    user_of_folded(graph, node) {
        const { nodes, values } = this.model.graphs[graph];
        const user = nodes[node].outputs.flatMap((index) => index === null ? [] : values[index].users)[0];
        return user === undefined ? -1 : this.vertex_of(graph, user);
    }

    /**
     * From the outside to the inside.
     * @param {number} graph
     */
    owners_of(graph) {
        const owners = [];
        for (let { owner } = this.model.graphs[graph]; owner; { owner } = this.model.graphs[owner.graph]) owners.unshift({ owner, owned: true });
        return owners;
    }

    /** @param {number} graph @param {number} node @param {boolean} inside whether the graphs in the node open too */
    async open_part(graph, node, inside) {
        const part = this.drawing.vertices.find((vertex) => vertex.graph === graph && vertex.kind !== "node" && vertex.nodes.includes(node));
        if (part) {
            this.state.open.add(part.id);
            await this.refresh(part.id);
        }
        const index = inside ? this.vertex_of(graph, node) : -1;
        if (index < 0 || this.drawing.vertices[index].is_open) return;
        this.state.open.add(this.drawing.vertices[index].id);
        await this.refresh(this.drawing.vertices[index].id);
    }

    /** @param {string} id of a vertex that can be opened */
    async toggle(id) {
        if (!this.state.open.delete(id)) this.state.open.add(id);
        await this.refresh(id);
        const vertex = this.drawing.vertices.find((each) => each.id === id);
        say(vertex && !vertex.is_open ? "Closed" : "Opened");
    }

    async open_all() {
        this.state.open = all_openable(this.model, this.state);
        await this.refresh();
    }

    async close_all() {
        this.state.open = new Set();
        await this.refresh();
    }

    // Search

    /** @param {string} text @returns {number} of nodes */
    find(text) {
        this.matches = find_nodes(this.model, text, most_found);
        this.match = -1;
        this.mark_found();
        this.repaint();
        return this.matches.length;
    }

    mark_found() {
        const wanted = new Set(this.matches.map(({ graph, node }) => `${graph} ${node}`));
        const { vertices } = this.drawing;
        this.picture.found = new Set(wanted.size ? [...vertices.keys()].filter((i) => vertices[i].nodes.some((node) => wanted.has(`${vertices[i].graph} ${node}`))) : []);
    }

    /** @param {1 | -1} step */
    async show_match(step) {
        const { matches } = this;
        if (!matches.length) return;
        this.match = (this.match + step + matches.length) % matches.length;
        await this.select_node(matches[this.match].graph, matches[this.match].node);
    }

    // Pointer and keyboard

    connect() {
        const { canvas, small } = this;
        canvas.addEventListener("pointerdown", (event) => this.press(event));
        canvas.addEventListener("pointermove", (event) => this.move(event));
        for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) canvas.addEventListener(type, (event) => this.release(event));
        canvas.addEventListener("dblclick", (event) => this.open_at(event.offsetX, event.offsetY));
        canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
        canvas.addEventListener("keydown", (event) => this.key(event));
        const to_place = (/** @type {PointerEvent} */ event) => { if (event.buttons) this.center(...this.overview.place_at(event.offsetX, event.offsetY)); };
        small.addEventListener("pointerdown", (event) => { small.setPointerCapture(event.pointerId); to_place(event); });
        small.addEventListener("pointermove", to_place);
        new ResizeObserver(() => this.resize()).observe(canvas);
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.change_colors());
        new MutationObserver(() => this.change_colors()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    }

    /** @param {PointerEvent} event */
    press(event) {
        this.canvas.setPointerCapture(event.pointerId);
        this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
        this.moved = this.pointers.size > 1 ? Infinity : 0;
    }

    /** @param {PointerEvent} event */
    move(event) {
        const before = this.pointers.get(event.pointerId);
        if (!before) return;
        const now = { x: event.offsetX, y: event.offsetY };
        const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
        if (other) {
            const distance = (/** @type {{x: number, y: number}} */ point) => Math.hypot(point.x - other.x, point.y - other.y) || 1;
            this.zoom(distance(now) / distance(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
            this.pan((before.x - now.x) / 2, (before.y - now.y) / 2);
        } else {
            this.pan(before.x - now.x, before.y - now.y);
        }
        this.moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
        this.pointers.set(event.pointerId, now);
    }

    /** @param {PointerEvent} event */
    release(event) {
        this.pointers.delete(event.pointerId);
        if (event.type === "pointerup" && this.moved < 5) this.select(this.picture.vertex_at(event.offsetX, event.offsetY));
    }

    /** @param {number} x @param {number} y */
    open_at(x, y) {
        const vertex = this.drawing.vertices[this.picture.vertex_at(x, y)];
        if (vertex && (vertex.opens || vertex.nodes.length > 1)) this.toggle(vertex.id);
    }

    /**
     * Without Ctrl, the wheel scrolls the page until the graph has the focus.
     * @param {WheelEvent} event
     */
    wheel(event) {
        if (!event.ctrlKey && document.activeElement !== this.canvas) return;
        event.preventDefault();
        const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
        if (event.ctrlKey) this.zoom(Math.exp(-event.deltaY * lines * 0.004), event.offsetX, event.offsetY);
        else this.pan(event.deltaX * lines, event.deltaY * lines);
    }

    /** @param {KeyboardEvent} event */
    key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const selected = this.picture.selected;
        /** @type {Record<string, () => void>} */
        const actions = {
            "+": () => this.zoom(zoom_step), "=": () => this.zoom(zoom_step), "-": () => this.zoom(1 / zoom_step), 0: () => this.fit(), f: () => this.fit(),
            Home: () => this.select(this.drawing.vertices.length ? 0 : -1), Escape: () => this.select(-1),
            Enter: () => this.open_selected(), n: () => this.show_match(1), p: () => this.show_match(-1),
            ArrowUp: () => selected >= 0 && !event.shiftKey ? this.step("up") : this.pan(0, -pan_step),
            ArrowDown: () => selected >= 0 && !event.shiftKey ? this.step("down") : this.pan(0, pan_step),
            ArrowLeft: () => selected >= 0 && !event.shiftKey ? this.step("left") : this.pan(-pan_step, 0),
            ArrowRight: () => selected >= 0 && !event.shiftKey ? this.step("right") : this.pan(pan_step, 0),
        };
        if (!Object.hasOwn(actions, event.key)) return;
        event.preventDefault();
        event.stopPropagation();
        actions[event.key]();
    }

    open_selected() {
        const vertex = this.drawing.vertices[this.picture.selected];
        if (vertex && (vertex.opens || vertex.nodes.length > 1)) this.toggle(vertex.id);
    }

    /**
     * Along an edge, or to the next vertex of the layer.
     * @param {"up" | "down" | "left" | "right"} direction
     */
    step(direction) {
        const { vertices, edges } = this.drawing, { selected } = this.picture, present = vertices[selected];
        if (direction === "up" || direction === "down") {
            const edge = edges.find(({ from, to }) => (direction === "up" ? to : from) === selected);
            if (edge) this.select(direction === "up" ? edge.from : edge.to);
            return;
        }
        const sign = direction === "left" ? -1 : 1, parent = present.id.slice(0, present.id.lastIndexOf("/"));
        let best = -1;
        vertices.forEach((vertex, i) => {
            if (vertex.layer !== present.layer || vertex.id.slice(0, vertex.id.lastIndexOf("/")) !== parent || (vertex.x - present.x) * sign <= 0) return;
            if (best < 0 || (vertices[best].x - vertex.x) * sign > 0) best = i;
        });
        if (best >= 0) this.select(best);
    }
}
