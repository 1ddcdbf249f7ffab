// SPDX-License-Identifier: Apache-2.0
// Places graphs in a worker, so that the page answers meanwhile.
import { layout_library, place_nested } from "./layout.js";

/** @typedef {import("./layout.js").NestedGraph} NestedGraph */
/** @typedef {import("./layout.js").PlacedGraph} PlacedGraph */

/** The library has no imports, so that its text is a whole program. */
const program = () => `const { place_nested } = (${layout_library})();
onmessage = ({ data }) => { postMessage(place_nested(data)); };`;

/** @typedef {(program: string) => Worker | null} StartWorker null: this browser gives none */

/** Without a worker, graphs are placed here. */
export class LayoutWorker {
    /** @param {StartWorker} start */
    constructor(start) {
        this.worker = start(program());
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
