// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { no_filters } from "../../../templates/catalog/addresses.js";
import { read_entry } from "../../../templates/catalog/entries.js";
import { group_families } from "../../../templates/catalog/families.js";
import { read_hub } from "../../../templates/catalog/hub.js";
import { comparison_rows } from "../../../templates/catalog/model_comparison.js";
import { group_models } from "../../../templates/catalog/models.js";
import { Search } from "../../../templates/catalog/search.js";
import { architecture_of, family_of, input_of, precision_of, task_of } from "../../../templates/catalog/traits.js";
import { distance, query_words, words_of_name } from "../../../templates/catalog/words.js";

const facts = {
    "vision/classification/resnet": { about: "Sorts pictures.", words: "image classification network", metrics: { "model/r.onnx": ["Top-1", "74.9"] } },
    "text/bert": { words: "question answering", history: { "b.onnx": [["2024-05-06", "c".repeat(40), true], ["never", "", false]] } },
};
const hub = read_hub(JSON.stringify({ name: "Hub", facts: [["", "catalog/facts-1.json"]] }), new URL("https://hub.example/zoo/"), async () => JSON.stringify(facts));
await hub.facts.load_all();
const port = (name, type, shape) => ({ name, type, shape });
const entry = (model, model_path, opset_version, tags, metadata = {}) => read_entry({ model, model_path, opset_version, metadata: { tags, ...metadata } }, hub);
const image = { io_ports: { inputs: [port("data", "tensor(float)", ["N", 3, 224, 224])], outputs: [port("out", "tensor(float)", ["N", 1000])] } };
const entries = [
    entry("ResNet50", "vision/classification/resnet/model/r.onnx", 7, ["vision", "classification", "resnet"], image),
    entry("ResNet50", "vision/classification/resnet/model/r12.onnx", 12, ["vision", "classification", "resnet"], image),
    entry("ResNet50-int8", "vision/classification/resnet/model/r12-int8.onnx", 12, ["vision", "classification", "resnet"]),
    entry("BERT", "text/bert/b.onnx", 10, ["text", "machine_comprehension"], { model_bytes: 5 }),
];
const search = new Search(group_models(entries));
const found = (filters) => search.find({ ...no_filters(), ...filters });
const names = (filters) => found(filters).results.map(({ entry: { name } }) => name);

test("words of names and of queries", () => {
    assert.deepEqual([...words_of_name("ResNet50-int8")].sort(), ["8", "50", "int", "int8", "net", "res", "resnet", "resnet50"].sort());
    assert.deepEqual(query_words("Image-classification  İ ünï"), ["image", "classification", "i", "ünï"].slice(0, 2).concat(query_words("İ ünï")));
    assert.deepEqual([distance("resnte", "resnet", 1), distance("abc", "abc", 1), distance("abc", "xyz", 1), distance("a", "abcd", 2)], [1, 0, 2, 3]);
});

test("all words must be there, in any field", () => {
    assert.deepEqual(names({ query: "image classification" }), ["ResNet50", "ResNet50-int8"]);
    assert.deepEqual(names({ query: "answering" }), ["BERT"]);
    assert.deepEqual(names({ query: "questions answered" }), ["BERT"], "other forms of the words");
    assert.deepEqual(names({ query: "answering image" }), []);
    assert.deepEqual(names({ query: "resnte" }), ["ResNet50", "ResNet50-int8"]);
    assert.deepEqual(names({ query: "resnet50-int8" }), ["ResNet50-int8"]);
    assert.deepEqual(names({ query: "resnet50" })[0], "ResNet50", "the whole name is the best");
    assert.deepEqual(names({ query: "constructor __proto__" }), []);
});

test("nothing found: near words, single words, no filters", () => {
    const suggestions = search.suggest({ ...no_filters(), query: "resneeet answering", from: 12 });
    assert.ok(suggestions.words.includes("resnet"));
    assert.equal(suggestions.without_filters, 0);
    assert.deepEqual(search.suggest({ ...no_filters(), query: "bert", from: 12 }), { words: [], without_filters: 1, by_word: [] });
    assert.deepEqual(search.suggest({ ...no_filters(), query: "bert picture" }).by_word.map(({ word }) => word), ["bert", "picture"]);
});

test("facets count what their other values would give", () => {
    const { counts } = found({ choices: new Map([["precision", new Set(["int8"])]]) });
    assert.deepEqual([counts.of("precision", "int8"), counts.of("precision", "fp32"), counts.of("input", "image"), counts.of("input", "text")], [1, 1, 1, 0]);
    assert.deepEqual(names({ choices: new Map([["tag", new Set(["vision", "resnet"])]]) }), ["ResNet50", "ResNet50-int8"]);
    assert.deepEqual(names({ choices: new Map([["tag", new Set(["vision", "text"])]]) }), [], "tags must all be there");
    assert.deepEqual(names({ choices: new Map([["input", new Set(["image", "text"])]]) }), ["BERT", "ResNet50", "ResNet50-int8"]);
    assert.equal(found({ to: 7 }).results[0].entry.opset, 7, "the newest version that passes");
});

test("sorting", () => {
    assert.deepEqual(names({ sort: "metric", to: 7 }), ["ResNet50"]);
    assert.deepEqual(names({ sort: "date" })[0], "BERT");
    assert.deepEqual(names({ sort: "small" })[0], "BERT");
    assert.deepEqual(names({ sort: "new" }), ["ResNet50", "ResNet50-int8", "BERT"]);
});

test("traits", () => {
    assert.deepEqual(entries.map(precision_of), ["fp32", "fp32", "int8", ""]);
    assert.deepEqual(entries.map(input_of), ["image", "image", "image", "text"]);
    assert.deepEqual(entries.map(task_of), ["classification", "classification", "classification", "machine comprehension"]);
    assert.deepEqual(entries.map(architecture_of), ["resnet", "resnet", "resnet", ""]);
    assert.deepEqual(["ResNet50", "ResNet50-int8", "resnet50_qdq", "int8"].map(family_of), ["resnet50", "resnet50", "resnet50", "int8"]);
    assert.equal(input_of(entry("x", "x.onnx", 1, ["constructor", "__proto__"])), "");
});

test("precisions share a row", () => {
    const families = group_families(found({}).results);
    assert.deepEqual(families.map(({ main, others }) => [main.entry.name, ...others.map((other) => other.entry.name)]), [["BERT"], ["ResNet50", "ResNet50-int8"]]);
});

test("history and measures come from the facts", () => {
    assert.deepEqual(entries[3].history, [{ date: "2024-05-06", commit: "c".repeat(40), is_new: true }]);
    assert.deepEqual(entries[0].metric, { name: "Top-1", text: "74.9", value: 74.9 });
    assert.equal(entries[1].description, "Sorts pictures.");
});

test("a comparison has a row for each difference", () => {
    const rows = comparison_rows(entries[0], entries[2]).filter(({ left, right }) => left !== right);
    assert.deepEqual(rows.map(({ title, left, right }) => [title, left, right]), [
        ["Opset", "7", "12"], ["Precision", "fp32", "int8"], ["Accuracy", "74.9 Top-1", "unknown"],
        ["Input data", "float[N,3,224,224]", ""], ["Output out", "float[N,1000]", ""],
    ]);
});
