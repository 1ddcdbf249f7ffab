# SPDX-License-Identifier: Apache-2.0
"""The examples of ONNX's page about its hub (docs/Hub.md of ONNX 1.20) run unchanged."""

import glob
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict

import pytest
from models import Hub
from programs import MODULES, Answers
from servers import Server

COMMIT = "771185265efbdc049fb223bd68ab1aeb1aecde76"
IMPORTS = ["from onnxhub import hub", "from onnxhub import hub\nhub.install()\nfrom onnx import hub"]

EXAMPLES = {
    "load": 'model = hub.load("resnet50")',
    "commit": f'model = hub.load("resnet50", repo="onnx/models:{COMMIT}")',
    "list": "all_models = hub.list_models()",
    "list_name": 'mnist_models = hub.list_models(model="mnist")',
    "list_tags": 'vision_models = hub.list_models(tags=["vision"])',
    "info": 'print(hub.get_model_info(model="mnist", opset=8))',
    "set_dir": 'hub.set_dir("my/cache/directory")',
    "get_dir": "print(hub.get_dir())",
    "reload": 'model = hub.load("resnet50", force_reload=True)',
}


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=IMPORTS, ids=["onnxhub", "installed"])
def names(request: pytest.FixtureRequest, server: Server, monkeypatch: pytest.MonkeyPatch) -> Dict[str, Any]:
    onnx = pytest.importorskip("onnx")
    before = getattr(onnx, "hub", None)
    monkeypatch.setattr(onnx, "hub", before, raising=False)
    monkeypatch.setitem(MODULES, "onnx.hub", MODULES.get("onnx.hub"))
    namespace: Dict[str, Any] = {}
    exec(request.param, namespace)
    return namespace


def test_load(names: Dict[str, Any]) -> None:
    exec(EXAMPLES["load"], names)
    assert names["model"].graph.name == "resnet"
    assert type(names["model"]).__name__ == "ModelProto"


def test_load_from_a_commit(
    names: Dict[str, Any],
    server: Server,
    models: Hub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.add_github(f"onnx/models:{COMMIT}", models)
    Answers(monkeypatch, "y")
    exec(EXAMPLES["commit"], names)
    assert names["model"].graph.name == "resnet"
    said = capsys.readouterr()
    assert said.out.startswith("Continue?[y/n]\nDownloading resnet50 to local path ")
    assert f"onnx/models:{COMMIT} is not trusted" in said.err
    assert any(path.startswith(f"/media/onnx/models/{COMMIT}/") for path in server.requests)


def test_list(names: Dict[str, Any]) -> None:
    for example in ("list", "list_name", "list_tags"):
        exec(EXAMPLES[example], names)
    assert len(names["all_models"]) == 7
    assert [(info.model, info.opset) for info in names["mnist_models"]] == [("MNIST", 7), ("MNIST", 8), ("MNIST", 12)]
    assert [info.model for info in names["vision_models"]] == ["MNIST"] * 3 + ["ResNet50", "ResNet-preproc"]


def test_info(names: Dict[str, Any], models: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    exec(EXAMPLES["info"], names)
    metadata = models.entries[1]["metadata"]
    path = "vision/classification/mnist/model/mnist-8.onnx"
    assert capsys.readouterr().out == f"ModelInfo(model=MNIST, opset=8, path={path}, metadata={metadata})\n"


def test_cache_directory(names: Dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(EXAMPLES["set_dir"], names)
    exec(EXAMPLES["get_dir"], names)
    assert capsys.readouterr().out == "my/cache/directory\n"
    exec(EXAMPLES["load"], names)
    assert glob.glob(str(tmp_path / "my/cache/directory/**/*_resnet50-12.onnx"), recursive=True)


def test_reload(names: Dict[str, Any], server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    exec(EXAMPLES["load"], names)
    count = len(server.downloads())
    exec(EXAMPLES["load"], names)
    assert len(server.downloads()) == count
    exec(EXAMPLES["reload"], names)
    assert len(server.downloads()) > count
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in said] == ["Downloading", "Using", "Downloading"]


@pytest.mark.parametrize(
    "variables, expected",
    [
        ({"ONNX_HOME": "/a"}, "/a/hub"),
        ({"XDG_CACHE_HOME": "/b"}, "/b/onnx/hub"),
        ({"ONNX_HOME": "/a", "XDG_CACHE_HOME": "/b"}, "/a/hub"),
        ({}, "/home/someone/.cache/onnx/hub"),
    ],
)
def test_default_cache_directory(variables: Dict[str, str], expected: str) -> None:
    clean = {key: value for key, value in os.environ.items() if key not in ("ONNX_HOME", "XDG_CACHE_HOME")}
    program = "from onnxhub import hub; print(hub.get_dir())"
    environment = {**clean, "HOME": "/home/someone", **variables}
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert said.stdout.strip() == expected
