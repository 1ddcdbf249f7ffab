// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { list_hash, no_filters, read_list_hash, read_model_hash } from "../../../templates/catalog/addresses.js";
import { python_string, shell_word } from "../../../templates/catalog/quoting.js";

test("words of a shell", () => {
    assert.equal(shell_word("plain-1.0"), "plain-1.0");
    assert.equal(shell_word("plain", true), `"plain"`);
    assert.equal(shell_word("$(x)"), "'$(x)'");
    assert.equal(shell_word("it's"), `'it'\\''s'`);
    assert.equal(shell_word("a\nb\u202e"), "$'a\\x0ab\\xe2\\x80\\xae'");
});

test("strings of Python", () => {
    assert.equal(python_string(`a"\\`), `"a\\"\\\\"`);
    assert.equal(python_string("\u202e\u{1f600}é"), `"\\u202e\\U0001f600é"`);
});

test("filters survive the address", () => {
    const filters = { ...no_filters(), query: "a b", tags: new Set(["x&y", "ü"]), from: 7, to: 12, size: 1024, sort: "new" };
    assert.deepEqual(read_list_hash(list_hash(filters)), filters);
    assert.deepEqual(read_list_hash("#/?sort=__proto__&from=x&to=-1&size=1e999"), no_filters());
});

test("addresses of models may be typed by hand", () => {
    assert.deepEqual(read_model_hash("#/model/a/b%20c.onnx?entry=3"), { path: "a/b c.onnx", twin: 2 });
    assert.deepEqual(read_model_hash("#/model/%E0%A4%A"), { path: "%E0%A4%A", twin: 0 });
});
