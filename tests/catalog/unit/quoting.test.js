// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { graph_hash, list_hash, no_filters, read_list_hash, read_model_hash } from "../../../templates/catalog/addresses.js";
import { cpp_string, javascript_string, python_string, shell_word } from "../../../templates/catalog/quoting.js";

test("words of a shell", () => {
    assert.equal(shell_word("plain-1.0"), "plain-1.0");
    assert.equal(shell_word("plain", true), `"plain"`);
    assert.equal(shell_word("$(x)"), "'$(x)'");
    assert.equal(shell_word("it's"), `'it'\\''s'`);
    assert.equal(shell_word("a\nb\u202e"), "$'a\\x0ab\\xe2\\x80\\xae'");
});

test("strings of JavaScript and C++", () => {
    assert.equal(javascript_string(`a"\u202e`), `"a\\"\\u202e"`);
    assert.equal(cpp_string(`a"\\?é`), `"a\\"\\\\\\?\\303\\251"`);
});

test("strings of Python", () => {
    assert.equal(python_string(`a"\\`), `"a\\"\\\\"`);
    assert.equal(python_string("\u202e\u{1f600}é"), `"\\u202e\\U0001f600é"`);
});

test("filters survive the address", () => {
    const filters = { ...no_filters(), query: "a b", choices: new Map([["precision", new Set(["int8"])], ["tag", new Set(["x&y", "ü"])]]), from: 7, to: 12, size: 1024, sort: "new" };
    assert.deepEqual(read_list_hash(list_hash(filters)), filters);
    assert.deepEqual(read_list_hash("#/?sort=__proto__&from=x&to=-1&size=1e999"), no_filters());
});

test("addresses of models may be typed by hand", () => {
    assert.deepEqual(read_model_hash("#/model/a/b%20c.onnx?entry=3"), { path: "a/b c.onnx", twin: 2, name: "", sha: "", opens_graph: false });
    assert.deepEqual(read_model_hash("#/model/%E0%A4%A"), { path: "%E0%A4%A", twin: 0, name: "", sha: "", opens_graph: false });
    assert.deepEqual(read_model_hash("#/sha256/" + "A".repeat(64)), { path: "", twin: 0, name: "", sha: "a".repeat(64), opens_graph: false });
    for (const hash of ["#/model/a/b.onnx", "#/model/a/b.onnx?entry=3", "#/sha256/" + "a".repeat(64)]) {
        assert.deepEqual(read_model_hash(graph_hash(hash)), { ...read_model_hash(hash), opens_graph: true });
    }
});
