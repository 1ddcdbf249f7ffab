// SPDX-License-Identifier: Apache-2.0
// Finds documents, which are numbers, by the words of their texts. A word may be the beginning of a longer one, or have one
// typo when no document has it.
import { distance, stem } from "./words.js";

const shortest_inside = 3;  // letters of a word that is found in the middle of another
const shortest_typo = 4;
const quality = { whole: 1, beginning: 0.75, form: 0.6, inside: 0.5, typo: 0.35 };

export class TextIndex {
    constructor() {
        /** @type {Map<string, Map<number, number>>} weights of documents by word */
        this.words = new Map();
    }

    /** @param {number} document @param {Iterable<string>} words @param {number} weight the highest of a word counts */
    add(document, words, weight) {
        for (const word of words) {
            const weights = this.words.get(word) ?? new Map();
            this.words.set(word, weights);
            weights.set(document, Math.max(weights.get(document) ?? 0, weight));
        }
    }

    /**
     * Scores of the documents with `word`; none when there are none.
     * @param {string} word @returns {Map<number, number>}
     */
    find(word) {
        /** @type {Map<number, number>} */
        const scores = new Map();
        const form = stem(word);
        this.collect(scores, (known) => {
            if (known === word) return quality.whole;
            if (known.startsWith(word)) return quality.beginning;
            if (stem(known) === form) return quality.form;
            return word.length >= shortest_inside && known.includes(word) ? quality.inside : 0;
        });
        if (scores.size === 0 && word.length >= shortest_typo) this.collect(scores, (known) => distance(word, known, 1) <= 1 ? quality.typo : 0);
        return scores;
    }

    /** @param {Map<number, number>} scores @param {(known: string) => number} quality_of */
    collect(scores, quality_of) {
        for (const [known, weights] of this.words) {
            const found = quality_of(known);
            if (!found) continue;
            for (const [document, weight] of weights) scores.set(document, Math.max(scores.get(document) ?? 0, weight * found));
        }
    }

    /**
     * Known words that resemble an unknown one, the nearest first.
     * @param {string} word @param {number} count @returns {string[]}
     */
    near(word, count) {
        const limit = word.length < 6 ? 2 : 3;
        const found = [...this.words].map(([known, weights]) => ({ known, texts: weights.size, far: known.length < 3 ? limit + 1 : distance(word, known, limit) }));
        return found.filter(({ far }) => far <= limit).sort((a, b) => a.far - b.far || b.texts - a.texts).slice(0, count).map(({ known }) => known);
    }
}
