// SPDX-License-Identifier: Apache-2.0
// Finds parts of a graph that are shown as one: repeated blocks and chains. Pure.

const longest_period = 400;  // nodes of a block
const fewest_repeats = 3;
const shortest_block = 3;
const shortest_chain = 4;

/** @typedef {{begin: number, period: number, repeats: number}} Run */

/**
 * Runs of equal blocks in `tokens`, disjoint and sorted. The largest runs are taken first.
 * @param {string[]} tokens
 */
export const repeats_in = (tokens) => {
    /** @type {Run[]} */
    const runs = [];
    for (let period = shortest_block; period <= Math.min(longest_period, tokens.length / fewest_repeats); ++period) {
        let same = 0;
        for (let i = tokens.length - period - 1; i >= -1; --i) {
            if (i >= 0 && tokens[i] === tokens[i + period]) { same += 1; continue; }
            const is_block = same >= period * (fewest_repeats - 1) && tokens.slice(i + 1, i + 1 + period).some((token) => token !== tokens[i + 1]);
            if (is_block) runs.push({ begin: i + 1, period, repeats: Math.floor(same / period) + 1 });
            same = 0;
        }
    }
    // Of runs with the same nodes, the one with the smallest period has the most blocks.
    runs.sort((a, b) => b.period * b.repeats - a.period * a.repeats || a.period - b.period || a.begin - b.begin);
    const taken = new Uint8Array(tokens.length), chosen = /** @type {Run[]} */ ([]);
    for (const run of runs) {
        const end = run.begin + run.period * run.repeats;
        if (taken[run.begin] || taken[end - 1] || taken.subarray(run.begin, end).includes(1)) continue;
        taken.fill(1, run.begin, end);
        chosen.push(run);
    }
    return chosen.sort((a, b) => a.begin - b.begin);
};

/**
 * Paths of vertices that only their neighbours on the path are connected with.
 * @param {number} count @param {number[][]} after by vertex @param {number[][]} before @param {(vertex: number) => boolean} may_join
 */
export const chains_in = (count, after, before, may_join) => {
    const next = (/** @type {number} */ v) => {
        const [only, ...others] = after[v];
        return only !== undefined && !others.length && before[only].length === 1 && may_join(v) && may_join(only) ? only : -1;
    };
    const chains = [], is_inside = new Uint8Array(count);
    for (let v = 0; v < count; ++v) if (next(v) >= 0) is_inside[next(v)] = 1;
    for (let v = 0; v < count; ++v) {
        if (is_inside[v] || next(v) < 0) continue;
        const chain = [v];
        for (let at = next(v); at >= 0; at = next(at)) chain.push(at);
        if (chain.length >= shortest_chain) chains.push(chain);
    }
    return chains;
};
