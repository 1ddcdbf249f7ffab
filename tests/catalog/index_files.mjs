// SPDX-License-Identifier: Apache-2.0
// Writes the index of a manifest in the format of docs/index.md, with trees of two levels.
import { createHash } from "node:crypto";

const words_of = (text) => text.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
const by_bytes = ([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/// Path and text of each file. `entries` have the form of the manifest.
export function index_files(entries, size = 40) {
    const files = new Map();
    const put = (value) => {
        const text = JSON.stringify(value);
        const sha = createHash("sha256").update(text).digest("hex");
        files.set(`index/${sha.slice(0, 2)}/${sha}.json`, text);
        return [sha, text.length];
    };
    const groups = (items) => Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
    /// `items`: [key, value], sorted. `whole`: makes the content of a leaf from values.
    const tree = (items, whole) => {
        const leaves = groups(items).map((group) => [group[0][0], ...put(whole(group.map(([, value]) => value)))]);
        const nodes = groups(leaves).map((group) => [group[0][0], ...put({ level: 0, children: group })]);
        for (const list of [leaves, nodes]) if (list.length) list[0][0] = "";
        return { level: 1, children: nodes };
    };
    const models = entries.map((entry) => [entry.model.toLowerCase(), entry]).sort(by_bytes);
    const terms = new Map();
    const add = (term, posting) => terms.set(term, [...terms.get(term) ?? [], posting]);
    for (const { model, opset_version, onnx_version, model_path, metadata } of entries) {
        const posting = (rank) => [rank, model, opset_version, onnx_version, metadata.model_bytes ?? null, model_path, metadata.tags];
        const ranks = new Map();
        for (const tag of metadata.tags) for (const word of [...words_of(tag), `tag:${tag.toLowerCase()}`]) ranks.set(word, 2);
        for (const word of words_of(model)) ranks.set(word, 1);
        for (const [word, rank] of ranks) add(word, posting(rank));
    }
    const listed = [...terms].map(([term, postings]) => [term, { term, count: postings.length, models: postings.sort((a, b) => a[0] - b[0]) }]).sort(by_bytes);
    files.set("index/root.json", JSON.stringify({
        format: 1, entries: entries.length, manifest: { sha256: "0".repeat(64), bytes: 1 },
        models: tree(models, (values) => values), terms: tree(listed, (values) => values),
    }));
    return files;
}
