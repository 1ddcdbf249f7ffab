# SPDX-License-Identifier: Apache-2.0
"""Generates a manifest with Python packages: Markdown to HTML, each model loaded completely, hashed and parsed.

Usage: peer.py HUB OUTPUT. It reads each file only once, which is faster than most scripts."""
import hashlib
import html.parser
import json
import posixpath
import sys

import markdown
import onnx

TYPES = {number: name.lower() for name, number in onnx.TensorProto.DataType.items()}
TYPES[onnx.TensorProto.FLOAT] = "float"


class Tables(html.parser.HTMLParser):
    """Each table as a list of rows, each cell as (text, first link)."""

    def __init__(self, text):
        super().__init__()
        self.tables = []
        self.in_cell = False
        self.feed(markdown.markdown(text, extensions=["tables"]))

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append(["", None])
            self.in_cell = True
        elif tag == "a" and self.in_cell and self.tables[-1][-1][-1][1] is None:
            self.tables[-1][-1][-1][1] = dict(attrs).get("href")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data):
        if self.in_cell:
            self.tables[-1][-1][-1][0] += data


def rows(readme, wanted):
    """The rows, as dictionaries by column, of all tables that have the wanted columns."""
    with open(readme, encoding="utf-8") as file:
        for header, *body in Tables(file.read()).tables:
            columns = [text.strip() for text, _ in header]
            if all(column in columns for column in wanted):
                yield from (dict(zip(columns, row)) for row in body)


def port(value):
    tensor = value.type.tensor_type
    shape = [getattr(dim, dim.WhichOneof("value")) if dim.WhichOneof("value") else None
             for dim in tensor.shape.dim]
    return {"name": value.name, "shape": shape, "type": f"tensor({TYPES[tensor.elem_type]})"}


def metadata(path, folder):
    with open(path, "rb") as file:
        content = file.read()
    graph = onnx.load_model_from_string(content).graph
    weights = {tensor.name for tensor in graph.initializer}
    return {"model_sha": hashlib.sha256(content).hexdigest(),
            "model_bytes": len(content),
            "tags": [segment.replace("_", " ") for segment in folder.split("/")],
            "io_ports": {"inputs": [port(value) for value in graph.input if value.name not in weights],
                         "outputs": [port(value) for value in graph.output]}}


def entries(hub):
    columns = ("Model", "Download", "ONNX version", "Opset version")
    for folder in sorted(row["Model Class"][1] for row in rows(f"{hub}/README.md", ["Model Class"])):
        for row in rows(f"{hub}/{folder}/README.md", columns):
            path = posixpath.normpath(f"{folder}/{row['Download'][1]}")
            yield {"model": row["Model"][0],
                   "model_path": path,
                   "onnx_version": row["ONNX version"][0],
                   "opset_version": int(row["Opset version"][0]),
                   "metadata": metadata(f"{hub}/{path}", folder)}


def main(hub, output):
    manifest = sorted(entries(hub), key=lambda entry: entry["model_path"])
    with open(output, "w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=4)


main(*sys.argv[1:])
