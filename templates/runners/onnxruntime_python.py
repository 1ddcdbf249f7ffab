# SPDX-License-Identifier: Apache-2.0
"""Run a model in ONNX Runtime's package for Python.

The program onnxhub starts this script in its sandbox (model/model_run.cpp): it reads one JSON request
from standard input and answers in lines of JSON on standard output.
"""

import base64
import json
import os
import sys

# numpy starts threads of its own when it is imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy  # noqa: E402
import onnxruntime  # noqa: E402

# ONNX's names of element types, where numpy has the same type.
TYPES = {
    "float": "<f4", "double": "<f8", "float16": "<f2", "bool": "?", "complex64": "<c8", "complex128": "<c16",
    "int8": "<i1", "int16": "<i2", "int32": "<i4", "int64": "<i8",
    "uint8": "<u1", "uint16": "<u2", "uint32": "<u4", "uint64": "<u8",
}
NAMES = {numpy.dtype(theirs): name for name, theirs in TYPES.items()}


class Unsupported(Exception):
    """A value that the package cannot take or give."""


def answer(value):
    """Write one line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def take(value):
    """Make a value of the request one of numpy."""
    if value is None:
        return None
    if "sequence" in value:
        return [take(item) for item in value["sequence"]]
    if "keys" in value:
        return dict(zip(take(value["keys"]).tolist(), [take(item) for item in value["values"]]))
    if value["type"] == "string":
        return numpy.array(value["strings"], dtype=object).reshape(value["dims"])
    if value["type"] not in TYPES:
        raise Unsupported(f"onnxruntime takes no numpy arrays of {value['type']}")
    return numpy.frombuffer(base64.b64decode(value["data"]), TYPES[value["type"]]).reshape(value["dims"])


def give(value):
    """Make a value of numpy one of the answer."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return {"sequence": [give(item) for item in value]}
    if isinstance(value, dict):
        keys = numpy.array(list(value), dtype=object if value and isinstance(next(iter(value)), str) else "<i8")
        return {"keys": give(keys), "values": [give(item) for item in value.values()]}
    array = numpy.asarray(value)
    if array.dtype == object or array.dtype.kind == "U":
        return {"type": "string", "dims": list(array.shape), "strings": [str(item) for item in array.ravel()]}
    if array.dtype not in NAMES:
        raise Unsupported(f"onnxruntime gives numpy arrays of {array.dtype}")
    return {"type": NAMES[array.dtype], "dims": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def run(request):
    """Load the model and run each set of inputs."""
    stage = "load"
    try:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        model = request["model"]
        if isinstance(model, int):
            with open(model, "rb") as file:
                model = file.read()
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        stage = "run"
        for inputs in request["sets"]:
            results = session.run(None, {name: take(value) for name, value in inputs.items()})
            answer({"outputs": {name: give(value) for name, value in zip(names, results)}})
    except Exception as error:  # pylint: disable=broad-except
        answer({"error": str(error), "stage": stage, "unsupported": isinstance(error, Unsupported)})


def main():
    """Answer the request on standard input."""
    request = json.load(sys.stdin.buffer)
    answer({"runtime": onnxruntime.__version__})
    if "model" in request:
        run(request)


main()
