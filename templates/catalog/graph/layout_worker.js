// SPDX-License-Identifier: Apache-2.0
// Places graphs in a worker, so that the page answers meanwhile.
import { layout_library, place_nested } from "./layout.js";

/** @typedef {import("./layout.js").NestedGraph} NestedGraph */
/** @typedef {import("./layout.js").PlacedGraph} PlacedGraph */

/** The library has no imports, so that its text is a whole program. */
const program = () => `const { place_nested } = (${layout_library})();
onmessage = ({ data }) => { postMessage(place_nested(data)); };`;

/** @typedef {(program: string) => Worker | null} StartWorker null: this browser gives none */

// Smaller graphs are placed faster than a worker starts.
const placed_here = 200;  // vertices

/**
 * With those of inner graphs.
 * @param {NestedGraph} graph @returns {number}
 */
const vertices_of = (graph) => Object.values(graph.inner ?? {}).flat().reduce((sum, inner) => sum + vertices_of(inner), graph.widths.length);

/** Without a worker, all graphs are placed here. */
export class LayoutWorker {
    /** @param {StartWorker} start */
    constructor(start) {
        this.start = start;
        /** @type {Worker | null | undefined} undefined: not started yet; null: this browser gives none */
        this.worker = undefined;
        /** @type {Promise<unknown>} */
        this.last = Promise.resolve();
    }

    /**
     * Calls are answered one after another.
     * @param {NestedGraph} graph @returns {Promise<PlacedGraph>}
     */
    place(graph) {
        const placed = this.last.then(() => this.place_now(graph));
        this.last = placed;
        return placed;
    }

    /** @param {NestedGraph} graph @returns {Promise<PlacedGraph>} */
    place_now(graph) {
        if (vertices_of(graph) < placed_here) return Promise.resolve(place_nested(graph));
        if (this.worker === undefined) this.worker = this.start(program());
        const { worker } = this;
        if (!worker) return Promise.resolve(place_nested(graph));
        return new Promise((resolve) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = (event) => {
                event.preventDefault();
                this.worker = null;
                resolve(place_nested(graph));
            };
            worker.postMessage(graph);
        });
    }

    stop() { this.worker?.terminate(); }
}
