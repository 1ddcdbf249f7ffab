// SPDX-License-Identifier: Apache-2.0
// The graph of a model. A later script: see later_script.js.
import { make } from "../nodes.js";

/** @typedef {{name: string, address: string}} GraphModel `address` of the graph's file, relative to the page */

/**
 * Fills `place`.
 * @param {HTMLElement} place @param {GraphModel} model
 */
export async function mount(place, model) {
    place.replaceChildren(make("p", null, make("a", { href: model.address, download: true }, "Graph as JSON")));
}
