// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { compare_bytes, IndexReader, index_words } from "../../../templates/catalog/index_reader.js";
import { large } from "../hubs.mjs";
import { index_files } from "../index_files.mjs";

const files = index_files(large(2000));
let requests = 0;
const fetch_json = async (sha) => {
    ++requests;
    return JSON.parse(files.get(`index/${sha.slice(0, 2)}/${sha}.json`));
};
const reader = new IndexReader(JSON.parse(files.get("index/root.json")), fetch_json);

test("words and their order are those of the index", () => {
    assert.deepEqual(index_words("ResNet50-v1 (ÜBER) resnet50"), ["resnet50", "v1", "Über"].map((word) => word.replace("Über", "ÜBER").replace(/[A-Z]/g, (c) => c.toLowerCase())));
    assert.ok(compare_bytes("\uffff", "\u{10000}") < 0, "by code point, not by UTF-16");
    assert.ok(compare_bytes("a", "ab") < 0 && compare_bytes("b", "ab") > 0 && compare_bytes("", "") === 0);
});

test("a model is found by its name, with few requests", async () => {
    requests = 0;
    assert.deepEqual((await reader.entries_of("YOLONET-1005")).map(({ model }) => model), ["YoloNet-1005"]);
    assert.ok(requests <= 3, String(requests));
    assert.deepEqual(await reader.entries_of("no such model"), []);
});

test("words are searched whole, as beginnings, and with a typo", async () => {
    const names = async (query) => (await reader.search(query)).postings.map(({ name }) => name);
    assert.deepEqual(await names("yolonet 1005"), ["YoloNet-1005"]);
    assert.equal((await reader.search("yolonet")).total, 200);
    assert.ok((await names("yolo")).length > 0);
    assert.ok((await names("yolonte")).length > 0);
    assert.deepEqual(await names("zzzzzz"), []);
    assert.deepEqual(await names(""), []);
});

test("tags are counted in the whole hub, and searched whole", async () => {
    const all = large(2000).flatMap(({ metadata }) => metadata.tags), tag = all[1];
    const counts = await reader.tag_counts([tag.toUpperCase(), "no such tag"]), count = all.filter((one) => one === tag).length;
    assert.deepEqual([...counts], [[tag.toUpperCase(), count], ["no such tag", 0]]);
    assert.ok(count > 1);
    const { total, postings } = await reader.search("", [tag.toUpperCase()]);
    assert.equal(total, count);
    assert.ok(postings.length > 0 && postings.every((posting) => posting.tags.some((one) => one.toLowerCase() === tag)));
    assert.deepEqual((await reader.search("yolonet", [tag])).postings.filter(({ tags: own }) => !own.map((one) => one.toLowerCase()).includes(tag)), []);
    assert.deepEqual(await reader.search("", ["no such tag"]), { total: 0, postings: [] });
});

test("a damaged index gives nothing", async () => {
    for (const root of [null, 7, {}, { models: { children: [[1, 2], "x"] }, terms: { level: 9, children: [["", "../x"]] } }]) {
        const damaged = new IndexReader(root, fetch_json);
        assert.deepEqual([await damaged.entries_of("a"), await damaged.first_entries(), (await damaged.search("a", ["b"])).postings, [...await damaged.tag_counts(["a"])]], [[], [], [], [["a", 0]]]);
    }
    const loop = { level: 3, children: [["", "0".repeat(64)]] };
    assert.deepEqual(await new IndexReader({ models: loop }, async () => loop).entries_of("a"), []);
});
