# SPDX-License-Identifier: Apache-2.0
"""Small models and hubs, as bytes. The package onnx is not needed."""

import gzip
import hashlib
import io
import json
import tarfile
from typing import Any, Dict, List, Optional, Tuple


def _varint(number: int) -> bytes:
    if number < 128:
        return bytes([number])
    return bytes([number & 127 | 128]) + _varint(number >> 7)


def field(number: int, value: "bytes | str | int") -> bytes:
    """One field in protobuf's wire format."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def port(name: str, shape: Tuple[int, ...] = (1, 4)) -> bytes:
    """A ValueInfoProto of floats."""
    dimensions = b"".join(field(1, field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dimensions)))


def relu(opset: int, name: str = "relu", inputs: str = "x", outputs: str = "y", extra_domain: int = 0) -> bytes:
    """A model with one node, `outputs = Relu(inputs)`."""
    node = field(1, inputs) + field(2, outputs) + field(3, f"{name}_node") + field(4, "Relu")
    graph = field(1, node) + field(2, name) + field(11, port(inputs)) + field(12, port(outputs))
    domain = field(8, field(1, "ai.onnx.ml") + field(2, extra_domain)) if extra_domain else b""
    return field(1, 7) + field(2, "tests") + field(7, graph) + field(8, field(2, opset)) + domain


def with_external_data(opset: int, location: str) -> bytes:
    """A model that adds four floats, which another file holds."""
    places = [("location", location), ("offset", "0"), ("length", "16")]
    weights = field(1, 4) + field(2, 1) + field(8, "w")
    weights += b"".join(field(13, field(1, key) + field(2, value)) for key, value in places) + field(14, 1)
    node = field(1, "x") + field(1, "w") + field(2, "y") + field(4, "Add")
    graph = field(1, node) + field(2, "weights") + field(5, weights) + field(11, port("x")) + field(12, port("y"))
    return field(1, 7) + field(7, graph) + field(8, field(2, opset))


def archive(model: bytes) -> bytes:
    """A tar.gz with a model and its test data, the same bytes each time."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, content in (("mnist/model.onnx", model), ("mnist/test_data_set_0/input_0.pb", b"\x08\x01\x10\x01")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), mtime=0)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def entry(
    model: str,
    path: str,
    opset: int,
    content: bytes,
    tags: Optional[List[str]] = None,
    test_data: Optional[Tuple[str, bytes]] = None,
) -> Dict[str, Any]:
    metadata: Dict[str, Any] = {
        "model_sha": sha256(content),
        "model_bytes": len(content),
        "tags": ["vision"] if tags is None else tags,
        "io_ports": {
            "inputs": [{"name": "x", "shape": [1, 4], "type": "tensor(float)"}],
            "outputs": [{"name": "y", "shape": [1, 4], "type": "tensor(float)"}],
        },
    }
    if test_data:
        data_path, data = test_data
        metadata["model_with_data_path"] = data_path
        metadata["model_with_data_sha"] = sha256(data)
        metadata["model_with_data_bytes"] = len(data)
    return {"model": model, "model_path": path, "onnx_version": "1.8", "opset_version": opset, "metadata": metadata}


class Hub:
    """Entries of a manifest and the files that belong to them."""

    def __init__(self) -> None:
        self.entries: List[Dict[str, Any]] = []
        self.files: Dict[str, bytes] = {}

    def add(self, model: str, path: str, opset: int, content: bytes, **more: Any) -> Dict[str, Any]:
        self.entries.append(entry(model, path, opset, content, **more))
        self.files[path] = content
        if more.get("test_data"):
            self.files[more["test_data"][0]] = more["test_data"][1]
        return self.entries[-1]

    def manifest(self) -> bytes:
        return json.dumps(self.entries, indent=4).encode()


def small_hub() -> Hub:
    """Some models of the official hub, by name; and one with external data."""
    hub = Hub()
    mnist = "vision/classification/mnist/model/mnist-{}.onnx"
    for opset in (7, 8, 12):
        content = relu(opset, f"mnist{opset}")
        test_data = (mnist.format(opset)[:-5] + ".tar.gz", archive(content))
        tags = ["vision", "classification", "mnist"]
        hub.add("MNIST", mnist.format(opset), opset, content, tags=tags, test_data=test_data)
    hub.add("ResNet50", "vision/classification/resnet/model/resnet50-12.onnx", 12, relu(12, "resnet", "y", "z"))
    hub.add("ResNet-preproc", "vision/classification/resnet/preproc/resnet-preproc-9.onnx", 9, relu(9, "preproc"))
    hub.add("BERT", "text/bert/model/bert-12.onnx", 12, relu(12, "bert"), tags=["text"])
    large = hub.add("Large", "text/large/model/large-13.onnx", 13, with_external_data(13, "large.bin"), tags=["text"])
    weights = b"\x00\x00\x80\x3f" * 4
    hub.files["text/large/model/large.bin"] = weights
    large["metadata"]["external_data"] = [
        {"path": "text/large/model/large.bin", "sha": sha256(weights), "bytes": len(weights)}
    ]
    return hub
