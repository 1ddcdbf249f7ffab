# SPDX-License-Identifier: Apache-2.0
"""Each test has its own cache, home and servers."""

import os
from pathlib import Path
from typing import Iterator

import pytest
from models import Hub, small_hub
from onnxhub import hub as onnxhub_hub
from servers import Server

VARIABLES = ("ONNX_HOME", "ONNXHUB_CONFIG", "ONNXHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN", "HF_TOKEN", "XDG_CACHE_HOME",
             "XDG_STATE_HOME", "XDG_CONFIG_HOME", "http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY",
             "ALL_PROXY")


@pytest.fixture
def models() -> Hub:
    return small_hub()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = str(tmp_path / "cache")
    monkeypatch.setattr(onnxhub_hub, "_ONNX_HUB_DIR", folder)
    return folder


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: Hub, cache: str) -> Iterator[Server]:
    """Has the models as onnx/models (downloads from GitHub switched off), as team/models, and at /plain."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    os.makedirs(tmp_path / "home")
    with Server() as running:
        running.add_github("onnx/models:main", models, has_lfs=False)
        running.add_hugging_face("onnxmodelzoo", models)
        running.add_github("team/models:main", models)
        running.add_plain("/plain", models)
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running
