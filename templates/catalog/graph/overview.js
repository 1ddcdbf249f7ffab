// SPDX-License-Identifier: Apache-2.0
// A small picture of the whole drawing, with a frame around what is visible.

/** @typedef {import("./picture.js").Picture} Picture */

const most_vertices = 4000;

export class Overview {
    /** @param {HTMLCanvasElement} canvas @param {Picture} picture */
    constructor(canvas, picture) {
        this.canvas = canvas;
        this.picture = picture;
        this.base = document.createElement("canvas");
        this.left = 0;
        this.top = 0;
        this.scale = 1;
    }

    /** Call it after the drawing, its colours or the size have changed. */
    refresh() {
        const { canvas, picture, base } = this, { drawing, ratio, colors } = picture;
        const width = canvas.clientWidth, height = canvas.clientHeight;
        this.scale = Math.min(width / (drawing.width || 1), height / (drawing.height || 1));
        this.left = (width - drawing.width * this.scale) / 2;
        this.top = (height - drawing.height * this.scale) / 2;
        for (const each of [canvas, base]) Object.assign(each, { width: Math.max(1, Math.round(width * ratio)), height: Math.max(1, Math.round(height * ratio)) });
        const context = /** @type {CanvasRenderingContext2D} */ (base.getContext("2d"));
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.fillStyle = colors.surface;
        context.fillRect(0, 0, width, height);
        const step = Math.max(1, Math.ceil(drawing.vertices.length / most_vertices));
        for (let i = 0; i < drawing.vertices.length; i += step) {
            const vertex = drawing.vertices[i];
            if (vertex.is_open) continue;
            context.fillStyle = picture.fill_of(vertex);
            context.fillRect(this.left + vertex.x * this.scale, this.top + vertex.y * this.scale, Math.max(1, vertex.width * this.scale), Math.max(1, vertex.height * this.scale));
        }
    }

    paint() {
        const { canvas, picture } = this, { view, ratio } = picture;
        const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.drawImage(this.base, 0, 0);
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.strokeStyle = picture.colors.accent;
        context.lineWidth = 2;
        const x = Math.max(1, this.left + view.x * this.scale), y = Math.max(1, this.top + view.y * this.scale);
        const right = Math.min(canvas.clientWidth - 1, this.left + (view.x + picture.width / view.scale) * this.scale);
        const bottom = Math.min(canvas.clientHeight - 1, this.top + (view.y + picture.height / view.scale) * this.scale);
        context.strokeRect(x, y, Math.max(4, right - x), Math.max(4, bottom - y));
    }

    /**
     * The place in the drawing.
     * @param {number} x @param {number} y of the small picture @returns {[number, number]}
     */
    place_at(x, y) {
        return [(x - this.left) / this.scale, (y - this.top) / this.scale];
    }
}
