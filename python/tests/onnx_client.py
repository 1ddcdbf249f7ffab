# SPDX-License-Identifier: Apache-2.0
"""ONNX's own client (ONNX 1.11 to 1.20, such as Debian's 1.12), for comparison."""

from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import Any

import pytest


def original() -> Any:
    """The module `onnx.hub`, also where tests have installed another. Skips the test if there is none."""
    onnx = pytest.importorskip("onnx")
    spec = PathFinder.find_spec("onnx.hub", onnx.__path__)
    if spec is None or spec.loader is None:
        pytest.skip(f"ONNX {onnx.__version__} has no module onnx.hub")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def use(module: Any, server_url: str, cache: str) -> None:
    """Lets it ask the server in place of GitHub."""

    def base_url(repo: str, lfs: bool = False) -> str:
        owner, name, ref = module._parse_repo_info(repo)
        return f"{server_url}/{'media' if lfs else 'raw'}/{owner}/{name}/{ref}/"

    module._get_base_url = base_url
    module._ONNX_HUB_DIR = cache
