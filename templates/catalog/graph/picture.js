// SPDX-License-Identifier: Apache-2.0
// Paints a drawing on a canvas. Only what is visible is painted, and only as exactly as it can be seen.

/** @typedef {import("./scene.js").Drawing} Drawing */
/** @typedef {import("./scene.js").DrawnVertex} DrawnVertex */
/** @typedef {import("./scene.js").DrawnEdge} DrawnEdge */
/** @typedef {{x: number, y: number, scale: number}} View the drawing's point at the canvas's corner, and pixels per unit */

const bucket_height = 400;  // of the drawing; each knows what is in it
const scale_of_text = 0.33;
const scale_of_shapes = 0.12;
export const smallest_scale = 0.004;
export const largest_scale = 3;
const longest_text = 80;

/**
 * A rectangle with round corners, which older definitions of types lack.
 * @type {(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, radius: number) => void}
 */
const add_rectangle = (context, ...sizes) => /** @type {any} */ (context).roundRect(...sizes);

/** @template T @param {T[]} items @param {(item: T) => [number, number]} extent @param {number} height */
function buckets_of(items, extent, height) {
    /** @type {number[][]} */
    const buckets = Array.from({ length: Math.floor(height / bucket_height) + 1 }, () => []);
    items.forEach((item, i) => {
        const [top, bottom] = extent(item);
        const last = Math.min(buckets.length - 1, Math.floor(bottom / bucket_height));
        for (let k = Math.max(0, Math.floor(top / bucket_height)); k <= last; ++k) buckets[k].push(i);
    });
    return buckets;
}

export class Picture {
    /** @param {HTMLCanvasElement} canvas @param {(name: string) => string} color of a CSS variable */
    constructor(canvas, color) {
        this.canvas = canvas;
        this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
        this.color = color;
        /** @type {Drawing} */
        this.drawing = { vertices: [], edges: [], width: 0, height: 0 };
        /** @type {View} */
        this.view = { x: 0, y: 0, scale: 1 };
        this.width = 1;
        this.height = 1;
        this.ratio = 1;
        this.selected = -1;
        /** @type {Set<number>} */
        this.found = new Set();
        /** @type {Map<string, string>} */
        this.cuts = new Map();
        /** @type {Map<string, number>} */
        this.widths = new Map();
        /** @type {Record<string, string>} */
        this.colors = {};
        this.font = "sans-serif";
        /** @type {number[][]} */
        this.vertex_buckets = [];
        /** @type {number[][]} */
        this.edge_buckets = [];
        this.edge_stamp = new Uint32Array(0);
        this.vertex_stamp = new Uint32Array(0);
        this.stamp = 0;
    }

    set_colors() {
        const names = ["ink", "muted", "line", "edge", "surface", "sunken", "accent", "accent-soft", "mark"];
        const groups = ["linear", "activation", "normalization", "pooling", "layout", "control", "recurrent", "quantization", "constant", "arithmetic", "other"];
        this.colors = Object.fromEntries([...names.map((name) => [name, this.color(`--${name}`)]), ...groups.map((name) => [`group-${name}`, this.color(`--group-${name}`)])]);
        this.font = getComputedStyle(this.canvas).fontFamily;
        this.cuts.clear();
        this.widths.clear();
    }

    /** @param {Drawing} drawing */
    set_drawing(drawing) {
        this.drawing = drawing;
        this.vertex_buckets = buckets_of(drawing.vertices, ({ y, height }) => [y, y + height], drawing.height);
        this.edge_buckets = buckets_of(drawing.edges, ({ points }) => points.length ? [points[1], points[points.length - 1]] : [0, -1], drawing.height);
        this.edge_stamp = new Uint32Array(drawing.edges.length);
        this.vertex_stamp = new Uint32Array(drawing.vertices.length);
        this.stamp = 0;
    }

    /** @param {number} width @param {number} height in CSS pixels @param {number} ratio device pixels for each */
    set_size(width, height, ratio) {
        Object.assign(this, { width, height, ratio });
        this.canvas.width = Math.max(1, Math.round(width * ratio));
        this.canvas.height = Math.max(1, Math.round(height * ratio));
    }

    /** @param {number[][]} buckets @param {Uint32Array} stamps @param {(index: number) => void} visit */
    visit_visible(buckets, stamps, visit) {
        const first = Math.max(0, Math.floor(this.view.y / bucket_height));
        const last = Math.min(buckets.length - 1, Math.floor((this.view.y + this.height / this.view.scale) / bucket_height));
        for (let k = first; k <= last; ++k) {
            for (const index of buckets[k]) {
                if (stamps[index] === this.stamp) continue;
                stamps[index] = this.stamp;
                visit(index);
            }
        }
    }

    /** @param {DrawnVertex} vertex */
    is_visible({ x, y, width, height }) {
        const { view } = this;
        return x + width >= view.x && x <= view.x + this.width / view.scale && y + height >= view.y && y <= view.y + this.height / view.scale;
    }

    paint() {
        const { context, view, ratio, colors } = this;
        this.stamp += 1;
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.fillStyle = colors.sunken;
        context.fillRect(0, 0, this.width, this.height);
        context.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, -view.x * view.scale * ratio, -view.y * view.scale * ratio);
        /** @type {number[]} */
        const visible = [];
        this.visit_visible(this.vertex_buckets, this.vertex_stamp, (index) => { if (this.is_visible(this.drawing.vertices[index])) visible.push(index); });
        visible.sort((a, b) => a - b);
        for (const index of visible) if (this.drawing.vertices[index].is_open) this.paint_box(this.drawing.vertices[index], index);
        this.paint_edges();
        if (view.scale < scale_of_shapes) this.paint_dots(visible);
        else for (const index of visible) if (!this.drawing.vertices[index].is_open) this.paint_vertex(this.drawing.vertices[index], index);
        if (this.selected >= 0 && view.scale < scale_of_shapes) this.paint_marker(this.drawing.vertices[this.selected]);
    }

    paint_edges() {
        const { context, view, drawing, colors } = this;
        const is_rough = view.scale < scale_of_shapes;
        /** @type {DrawnEdge[]} */
        const of_selected = [];
        context.beginPath();
        this.visit_visible(this.edge_buckets, this.edge_stamp, (index) => {
            const edge = drawing.edges[index];
            if (edge.from === this.selected || edge.to === this.selected) of_selected.push(edge);
            else this.add_edge(edge, is_rough);
        });
        context.strokeStyle = colors.edge;
        context.globalAlpha = is_rough ? 0.5 : 0.85;
        context.lineWidth = Math.max(1.2, 0.6 / view.scale);
        context.stroke();
        context.globalAlpha = 1;
        context.beginPath();
        for (const edge of of_selected) this.add_edge(edge, is_rough);
        context.strokeStyle = colors.accent;
        context.lineWidth = Math.max(2.4, 1.6 / view.scale);
        context.stroke();
        if (is_rough) return;
        context.fillStyle = colors.edge;
        context.beginPath();
        this.stamp += 1;
        this.visit_visible(this.edge_buckets, this.edge_stamp, (index) => this.add_arrow(drawing.edges[index].points));
        context.fill();
    }

    /** @param {DrawnEdge} edge @param {boolean} is_rough */
    add_edge({ points }, is_rough) {
        if (points.length < 4) return;
        const { context } = this;
        context.moveTo(points[0], points[1]);
        for (let k = 2; k < points.length; k += 2) {
            const x = points[k], y = points[k + 1], from_x = points[k - 2], from_y = points[k - 1];
            if (is_rough || x === from_x) context.lineTo(x, y);
            else context.bezierCurveTo(from_x, (from_y + y) / 2, x, (from_y + y) / 2, x, y);
        }
    }

    /** @param {Float32Array} points */
    add_arrow(points) {
        if (points.length < 4) return;
        const x = points[points.length - 2], y = points[points.length - 1];
        this.context.moveTo(x, y);
        this.context.lineTo(x - 4, y - 7);
        this.context.lineTo(x + 4, y - 7);
        this.context.closePath();
    }

    /** @param {DrawnVertex} vertex */
    fill_of(vertex) {
        const { colors } = this;
        if (vertex.kind === "input" || vertex.kind === "output") return colors.accent;
        return vertex.group ? colors[`group-${vertex.group}`] : colors.muted;
    }

    /** @param {number[]} visible */
    paint_dots(visible) {
        const { context, drawing } = this;
        const least = 1.5 / this.view.scale;
        for (const index of visible) {
            const vertex = drawing.vertices[index];
            if (vertex.is_open) continue;
            context.fillStyle = this.found.has(index) ? this.colors.accent : this.fill_of(vertex);
            context.fillRect(vertex.x, vertex.y, Math.max(least, vertex.width), Math.max(least, vertex.height));
        }
    }

    /** @param {DrawnVertex} vertex */
    paint_marker(vertex) {
        const { context, view } = this;
        context.strokeStyle = this.colors.accent;
        context.lineWidth = 2 / view.scale;
        const margin = 6 / view.scale;
        context.strokeRect(vertex.x - margin, vertex.y - margin, vertex.width + 2 * margin, vertex.height + 2 * margin);
    }

    /** @param {DrawnVertex} vertex @param {number} index */
    outline_of(vertex, index) {
        const { context, colors, view } = this;
        const is_selected = index === this.selected;
        context.strokeStyle = is_selected ? colors.accent : this.found.has(index) ? colors.accent : colors.edge;
        context.lineWidth = is_selected ? Math.max(3, 2 / view.scale) : this.found.has(index) ? 2 : 1;
    }

    /** @param {DrawnVertex} vertex @param {number} index */
    paint_box(vertex, index) {
        const { context, colors } = this;
        context.beginPath();
        add_rectangle(context, vertex.x, vertex.y, vertex.width, vertex.height, 10);
        context.fillStyle = vertex.depth % 2 ? colors.sunken : colors["accent-soft"];
        context.fill();
        this.outline_of(vertex, index);
        context.stroke();
        if (this.view.scale < scale_of_text) return;
        this.text(vertex.title, vertex.x + 14, vertex.y + 18, vertex.width - 28, colors.ink, 600);
        for (const label of vertex.labels) this.text(label.text, label.x, vertex.y + 40, Math.max(60, label.width), colors.muted, 400);
    }

    /** @param {DrawnVertex} vertex @param {number} index */
    paint_vertex(vertex, index) {
        const { context, colors } = this;
        const { x, y, width, height, kind } = vertex;
        const is_port = kind === "input" || kind === "output";
        if (kind === "block" || kind === "chain") {
            context.fillStyle = colors.surface;
            this.outline_of(vertex, index);
            context.beginPath();
            add_rectangle(context, x + 5, y + 5, width, height, 7);
            context.fill();
            context.stroke();
        }
        context.beginPath();
        add_rectangle(context, x, y, width, height, is_port || kind === "outer" ? height / 2 : 7);
        context.fillStyle = this.found.has(index) ? colors.mark : is_port ? colors["accent-soft"] : colors.surface;
        context.fill();
        if (vertex.group) {
            context.save();
            context.clip();
            context.fillStyle = this.fill_of(vertex);
            context.fillRect(x, y, 7, height);
            context.restore();
        }
        this.outline_of(vertex, index);
        if (is_port && index !== this.selected) { context.strokeStyle = colors.accent; context.lineWidth = 2; }
        if (kind === "outer") context.setLineDash([5, 4]);
        context.stroke();
        context.setLineDash([]);
        if (this.view.scale < scale_of_text) return;
        const left = x + (is_port || kind === "outer" ? 18 : 15), room = width - (is_port || kind === "outer" ? 32 : 22) - (vertex.opens ? 14 : 0);
        const middle = y + height / 2;
        this.text(vertex.title, left, vertex.sub ? middle - 9 : middle, room, colors.ink, 600);
        if (vertex.sub) this.text(vertex.sub, left, middle + 9, room, colors.muted, 400);
        if (vertex.opens) this.text("+", x + width - 17, middle, 12, colors.accent, 700);
    }

    /** @param {string} text @param {number} x @param {number} y @param {number} room @param {string} color @param {number} weight */
    text(text, x, y, room, color, weight) {
        const { context } = this;
        context.font = this.font_of(weight);
        context.textBaseline = "middle";
        context.fillStyle = color;
        context.fillText(this.cut(text, room, weight), x, y);
    }

    /**
     * The width that a title needs.
     * @param {string} text
     */
    width_of(text) {
        const known = this.widths.get(text);
        if (known !== undefined) return known;
        this.context.font = this.font_of(600);
        const width = this.context.measureText(text.slice(0, longest_text)).width;
        this.widths.set(text, width);
        return width;
    }

    /** @param {number} weight */
    font_of(weight) { return `${weight} ${weight >= 600 ? 13 : 12}px ${this.font}`; }

    /** @param {string} text @param {number} room @param {number} weight */
    cut(text, room, weight) {
        const key = `${weight} ${Math.round(room)} ${text}`, known = this.cuts.get(key);
        if (known !== undefined) return known;
        const { context } = this;
        const whole = text.slice(0, longest_text), fits = (/** @type {string} */ part) => context.measureText(part).width <= room;
        let result = whole;
        if (!fits(whole)) {
            let least = 0, most = whole.length;
            while (least < most) {
                const middle = Math.ceil((least + most) / 2);
                if (fits(`${whole.slice(0, middle)}…`)) least = middle;
                else most = middle - 1;
            }
            result = `${whole.slice(0, least)}…`;
        }
        if (this.cuts.size > 20_000) this.cuts.clear();
        this.cuts.set(key, result);
        return result;
    }

    /**
     * The vertex at a place of the canvas; -1: none.
     * @param {number} x @param {number} y
     */
    vertex_at(x, y) {
        const { view, drawing } = this;
        const at_x = view.x + x / view.scale, at_y = view.y + y / view.scale;
        const bucket = this.vertex_buckets[Math.floor(at_y / bucket_height)] ?? [];
        for (let k = bucket.length - 1; k >= 0; --k) {
            const vertex = drawing.vertices[bucket[k]];
            if (at_x >= vertex.x && at_x <= vertex.x + vertex.width && at_y >= vertex.y && at_y <= vertex.y + vertex.height) return bucket[k];
        }
        return -1;
    }
}
