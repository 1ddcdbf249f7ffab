# SPDX-License-Identifier: Apache-2.0
"""The action's input `peek` with a server that has the models: peek.py SOURCE BUILD"""

import hashlib
import re
import struct
import subprocess
import sys
import unittest
from pathlib import Path

from run import PROGRAM, Hub

MODEL = "units/temperature/model/celsius-to-fahrenheit-13.onnx"  # has no test data
WEIGHTS = 1000  # rows and columns of a matrix of 4 MB


def field(number, value):
    """One field of a protocol buffer: https://protobuf.dev/programming-guides/encoding/"""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value):
    data = b""
    while value > 0x7F:
        data += bytes([value & 0x7F | 0x80])
        value >>= 7
    return data + bytes([value])


def model_with_weights(producer, input_name):
    """`y = MatMul(input, w)`. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto"""
    def port(name):
        shape = b"".join(field(1, field(1, size)) for size in (1, WEIGHTS))
        return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))

    weights = field(1, WEIGHTS) * 2 + field(2, 1) + field(8, "w") + field(9, struct.pack("<f", 0.5) * WEIGHTS**2)
    node = field(1, input_name) + field(1, "w") + field(2, "y") + field(4, "MatMul")
    graph = field(1, node) + field(2, "test") + field(5, weights) + field(11, port(input_name)) + field(12, port("y"))
    return field(1, 7) + field(2, producer) + field(7, graph) + field(8, field(2, 13))


class Peek(Hub):
    def setUp(self):
        super().setUp()
        self.runner.gitconfig = f"[lfs]\n\turl = {self.server.url}/lfs\n"
        config = self.folder / "config.toml"
        config.write_text(f'[network]\nallow = ["{self.server.url.removeprefix("http://")}"]\n')
        self.environment = {"ONNXHUB_CONFIG": str(config)}
        self.old = self.set_model("producer-old", "x_old")
        self.base = self.commit("A model in Git LFS")

    def set_model(self, producer, input_name):
        """A model with its manifest and its pointer; the server has the bytes. Returns their SHA-256."""
        data = model_with_weights(producer, input_name)
        (self.hub / MODEL).write_bytes(data)
        subprocess.run([PROGRAM, "generate", "-q", self.hub], check=True)
        self.to_lfs()
        return hashlib.sha256(data).hexdigest()

    def change(self):
        self.new = self.set_model("producer-new", "x_new")

    def change_without_upload(self):
        self.change()
        del self.server.objects[self.new]

    def break_ports(self):
        """The entry of the changed model has other ports than its graph. Without the graph this is unknown."""
        self.change()
        path = self.hub / "ONNX_HUB_MANIFEST.json"
        path.write_text(path.read_text().replace('"x_new"', '"x_wrong"'))

    def add_broken_models(self):
        """Each is broken at another byte, so that each has a message of its own."""
        path = self.hub / Path(MODEL).parents[1] / "README.md"
        rows = ""
        for i in range(25):
            (self.hub / MODEL).with_name(f"broken-{i}.onnx").write_bytes(field(2, "x" * (i + 1)) + b"\x0f")
            rows += f"| Broken {i} | [1 kB](model/broken-{i}.onnx) | 1.8 | 13 |\n"
        path.write_text(path.read_text() + rows)
        self.to_lfs()

    def validate_change(self, edit, peek="true"):
        event, merge = self.pull_request(edit)
        self.server.requests.clear()
        return self.action({"peek": peek}, "pull_request", event, merge, "refs/pull/9/merge", "2", self.environment)

    def test_graphs_of_changed_models_are_checked_and_shown(self):
        outcome = self.validate_change(self.change)
        self.assertEqual(outcome.status, 0, outcome.log)
        # validate asks for the new model. diff has it from the cache, and asks for the old one.
        self.assertEqual(self.server.batches, [[self.new], [self.old]])
        self.assertEqual(list(dict.fromkeys(oid for oid, _, _ in self.server.ranges)), [self.new, self.old])
        self.assertEqual(len(self.server.downloads()), len(self.server.ranges))
        lengths = [last - first + 1 for oid, first, last in self.server.ranges if oid == self.new]
        self.assertLess(sum(lengths), len(self.server.objects[self.new]) / 100)
        self.assertIn(f"\n### Graphs read without weights\n\n    1 model, {len(lengths)} requests, {sum(lengths) / 1024:.1f} KiB\n\n"
                      "### Models: 1 changed; 2 unchanged\n", outcome.summary)
        # Only graphs have producers.
        self.assertIn("| producer | producer-old | producer-new |", outcome.summary)
        self.assertNotIn("graphs were not compared", outcome.summary)

    def test_graphs_on_the_server_decide_about_entries(self):
        self.assertEqual(self.validate_change(self.break_ports, peek="false").status, 0)
        self.assertEqual(self.server.requests, [])
        outcome = self.validate_change(self.break_ports)
        self.assertEqual(outcome.status, 1, outcome.log)
        self.assertRegex(outcome.log, '(?m)^::error file=.*title=io-ports-differ::.*"x_new" in the graph, "x_wrong" in the entry')

    def test_words_in_a_readme_ask_no_server(self):
        outcome = self.validate_change(self.edit_readme)
        self.assertEqual((outcome.status, self.server.requests), (0, []), outcome.log)
        self.assertIn("\n    0 models, 0 requests, 0 bytes\n", outcome.summary)

    def test_without_a_base_no_graph_is_read(self):
        outcome = self.action({"peek": "true"}, "push", {"before": "0" * 40}, self.base, "refs/heads/main", "1", self.environment)
        self.assertEqual(self.server.requests, [], outcome.log)
        self.assertIn("there is no base to compare with, so no graph is read from a server", outcome.log)
        self.assertNotIn("Graphs read", outcome.summary)

    def test_a_graph_that_the_server_does_not_have_fails_the_step(self):
        outcome = self.validate_change(self.change_without_upload)
        self.assertEqual(outcome.status, 2, outcome.log)
        for text, count in ((outcome.log, 2), (outcome.summary, 1)):  # the log has the messages of validate and diff
            found = re.findall(f"(?m)^.*{MODEL}: its graph was not read: .*/objects/{self.new}: answers with status 404; .*$", text)
            self.assertEqual(len(found), count, text)
        self.assertIn("\n### Graphs that could not be read\n\nThe step fails, because these models were not checked.\n\n"
                      f"    {MODEL}: ", outcome.summary)
        self.assertIn("the graphs were not compared: now, it is a Git LFS pointer", outcome.summary)

    def test_the_summary_lists_twenty_graphs_that_could_not_be_read(self):
        outcome = self.validate_change(self.add_broken_models)
        self.assertEqual(outcome.status, 2, outcome.log)
        self.assertEqual(len(re.findall("(?m)^    .*/broken-.*: its graph was not read: ", outcome.summary)), 20, outcome.summary)
        self.assertIn("\n    and 5 more lines in the log\n", outcome.summary)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
