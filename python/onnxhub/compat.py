# SPDX-License-Identifier: Apache-2.0
"""Runs an unchanged program whose `onnx.hub` is onnxhub's:

python -m onnxhub.compat script.py ARGUMENT...
python -m onnxhub.compat -m module ARGUMENT...
"""

import os
import runpy
import sys
from typing import List

from . import hub

_USAGE = "usage: python -m onnxhub.compat SCRIPT [ARGUMENT...]\n       python -m onnxhub.compat -m MODULE [ARGUMENT...]"


def main(arguments: List[str]) -> None:
    """Installs `onnx.hub` and runs the script or module as `__main__`."""
    if not arguments or arguments[0] in ("-h", "--help") or arguments == ["-m"]:
        print(_USAGE, file=sys.stdout if arguments[:1] in (["-h"], ["--help"]) else sys.stderr)
        sys.exit(0 if arguments[:1] in (["-h"], ["--help"]) else 2)
    hub.install()
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path[0] = os.getcwd()
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return
    sys.argv = list(arguments)
    sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
    runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
