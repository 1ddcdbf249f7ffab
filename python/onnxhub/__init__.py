# SPDX-License-Identifier: Apache-2.0
"""Load ONNX models from hubs: `from onnxhub import hub` has the functions of ONNX's `onnx.hub`.

The package runs the program `onnxhub`, which downloads, verifies and caches the models. Documentation: docs/python.md.
"""

from ._program import ProgramError
from ._version import __version__

__all__ = ["ProgramError", "__version__"]
