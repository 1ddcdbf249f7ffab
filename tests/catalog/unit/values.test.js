// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { human_size, port_type, signature } from "../../../templates/catalog/formats.js";
import { file_link, https_link, is_safe_path, of_nearest_folder, safe_link } from "../../../templates/catalog/paths.js";
import { as_object, as_sha, as_size, parse_object, shown, well_formed } from "../../../templates/catalog/values.js";

test("values of other types become empty ones", () => {
    assert.deepEqual([as_size("7"), as_size(-1), as_size(1.5), as_size(7)], [null, null, null, 7]);
    assert.deepEqual([as_sha("A".repeat(64)), as_sha("a".repeat(63)), as_sha({})], ["a".repeat(64), "", ""]);
    assert.deepEqual([as_object([1]), as_object(null), parse_object("[1]"), parse_object("{")], [{}, {}, {}, {}]);
});

test("invisible characters are shown, long texts are cut", () => {
    assert.equal(shown("a\u202eb\u0000\ud800"), "a\\u202eb\\u0000\\ud800");
    assert.equal(shown("x".repeat(300)).length, 201);
    assert.equal(well_formed("a\ud800"), "a\ufffd");
});

test("paths stay in the hub", () => {
    for (const path of ["", "../a", "a/../b", "/a", "a//b", "javascript:x", "a\\b", ".git/config", "a\u0000", "a/\ud800"]) assert.equal(is_safe_path(path), false, path);
    assert.equal(file_link("a b/100% #1?.onnx"), "./a%20b/100%25%20%231%3F.onnx");
});

test("links lead to web servers", () => {
    assert.equal(safe_link("javascript:alert(1)"), null);
    assert.equal(https_link("https://user:pw@x.example/"), null);
    assert.equal(https_link("http://x.example/"), null);
    assert.equal(https_link("https://x.example/a b"), "https://x.example/a%20b");
});

test("the nearest directory counts", () => {
    const values = { "": "top", "a/b": "deep" };
    const value_of = (folder) => values[folder];
    assert.deepEqual([of_nearest_folder(value_of, "a/b/c/m.onnx"), of_nearest_folder(value_of, "a/m.onnx"), of_nearest_folder(() => null, "a/m.onnx")], ["deep", "top", null]);
});

test("sizes and types", () => {
    assert.deepEqual([human_size(null), human_size(1), human_size(1023), human_size(26_143), human_size(102_583_340)], ["size unknown", "1 byte", "1,023 bytes", "25.5 KiB", "97.8 MiB"]);
    const port = (type, shape) => ({ name: "", type, shape });
    assert.deepEqual([port_type(port("tensor(float)", ["N", "3"])), port_type(port("seq(tensor(uint8))", [])), port_type(port("", []))], ["float[N,3]", "seq(tensor(uint8))", "unknown type"]);
    const ports = { total: 3, first: [port("tensor(float)", []), port("tensor(int64)", ["1"]), port("", [])] };
    assert.equal(signature({ inputs: ports, outputs: { total: 0, first: [] } }), "float, int64[1], and 1 more → nothing");
});
