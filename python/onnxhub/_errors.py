# SPDX-License-Identifier: Apache-2.0
"""Errors of the program become the exceptions of `onnx.hub`."""

import json
import urllib.error
from email.message import Message
from typing import NoReturn

from . import _call


def raise_as_onnx(failure: _call.Failure, repo: str) -> NoReturn:
    """Raises what onnx.hub raises in this case, with the program's message."""
    problem, message = failure.problem, failure.message
    if problem in ("model", "opset", "ambiguous", "manifest", "content", "entry", "untrusted", "signature"):
        raise AssertionError(message) from None
    if problem == "hub":
        raise (AssertionError if "/" in repo else IndexError)(message) from None
    if problem in ("unreachable", "offline"):
        status = failure.http_status
        if status is not None and status >= 400:
            raise urllib.error.HTTPError(repo, status, message, Message(), None) from None
        raise urllib.error.URLError(message) from None
    if problem == "broken-manifest":
        raise json.JSONDecodeError(message, "", 0) from None
    if problem == "test-data":
        raise KeyError(message) from None
    if problem == "cache":
        raise OSError(f"{message} (in Python: hub.set_dir() or ONNX_HOME)") from None
    if problem == "composition":
        raise ValueError(message) from None
    raise RuntimeError(message) from None
