# SPDX-License-Identifier: Apache-2.0
"""Graphviz draws what `onnxhub inspect --graph dot` prints: drawings.py PROGRAM

Of a model with hostile names and, with ONNXHUB_CORPUS, of a part of ONNX's node tests."""
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

import onnx
from onnx import TensorProto, helper

PROGRAM = sys.argv[1]
SVG = "{http://www.w3.org/2000/svg}"
# Ends of strings, escapes, records and HTML labels of the language, and markup of the picture.
HOSTILE = ['a"]; b [label="x', "c\\", "\\N \\G", "<b>d</b>", "</svg><script>alert(1)</script>", "{e|f}", "g\nh\r\t", "%s &amp; &",
           "URL=\"javascript:alert(1)\"", "\u202ei", "->", "}", "-- //", "#j", "subgraph", "k;"]
EVERY = 12  # of the node tests in the corpus


def inspect(model, drawing):
    return subprocess.run([PROGRAM, "inspect", model, "--graph", drawing], check=True, stdout=subprocess.PIPE).stdout


def hostile_model():
    """A chain in which each hostile text is an operator, a name, a value and an attribute."""
    nodes = [helper.make_node(text, [HOSTILE[i - 1] if i else "x"], [text], name=text, domain="made", alpha=text)
             for i, text in enumerate(HOSTILE)]
    branch = helper.make_graph([helper.make_node("Neg", [HOSTILE[0]], ["y"], name=HOSTILE[0])], HOSTILE[1], [], [
        helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])])
    nodes.append(helper.make_node("If", [HOSTILE[-1]], ["z"], name=HOSTILE[2], then_branch=branch, else_branch=branch))
    graph = helper.make_graph(nodes, HOSTILE[0], [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])],
                              [helper.make_tensor_value_info("z", TensorProto.FLOAT, [1])])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("made", 1)])


class Drawings(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="onnxhub-drawings."))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def draw(self, model):
        """The picture as XML. Graphviz must have nothing to say."""
        done = subprocess.run(["dot", "-Tsvg"], input=inspect(model, "dot"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""), model)
        return xml.etree.ElementTree.fromstring(done.stdout)

    def nodes_of(self, model):
        """Operators of all nodes."""
        return [node["op"] for graph in json.loads(inspect(model, "json"))["graphs"] for node in graph["nodes"]]

    def assert_has_its_nodes(self, model):
        picture = self.draw(model)
        drawn = [group for group in picture.iter(f"{SVG}g") if group.get("class") == "node"]
        self.assertGreaterEqual(len(drawn), len(self.nodes_of(model)), model)
        return picture

    def test_hostile_names_are_text(self):
        model = self.folder / "model.onnx"
        onnx.save(hostile_model(), str(model))
        picture = self.assert_has_its_nodes(model)
        self.assertEqual([element.tag for element in picture.iter() if element.tag in (f"{SVG}script", f"{SVG}image")], [])
        for link in picture.iter(f"{SVG}a"):  # Graphviz makes one for each tooltip
            self.assertEqual([name for name in link.attrib if name.endswith("href")], [], link.attrib)
        shown = {text.text for text in picture.iter(f"{SVG}text")}
        for text in ("<b>d</b>", "</svg><script>alert(1)</script>", "{e|f}", "%s &amp; &", "c\\", "\\N \\G"):
            self.assertTrue(any(text in (one or "") for one in shown), (text, shown))

    def test_node_tests_of_onnx(self):
        corpus = os.environ.get("ONNXHUB_CORPUS")
        if not corpus:
            self.skipTest("ONNXHUB_CORPUS is not set")
        with tarfile.open(Path(corpus) / "onnx-node/node-tests.tar.gz") as archive:
            models = sorted(name for name in archive.getnames() if name.endswith("model.onnx"))[::EVERY]
            self.assertGreater(len(models), 50)
            for name in models:
                model = self.folder / "model.onnx"
                model.write_bytes(archive.extractfile(name).read())
                self.assert_has_its_nodes(model)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
