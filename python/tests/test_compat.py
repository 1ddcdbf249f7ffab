# SPDX-License-Identifier: Apache-2.0
"""Programs that replace parts of `onnx.hub`, and programs that are not changed at all."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import pytest
from models import Hub
from onnxhub import hub
from programs import Answers
from servers import Server

MNIST = "vision/classification/mnist/model/mnist-12.onnx"


@pytest.fixture
def company(server: Server, models: Hub, monkeypatch: pytest.MonkeyPatch) -> Server:
    """No server answers at GitHub's addresses. A company has the manifest and the files at two other addresses."""
    for name in ("RAW", "MEDIA"):
        monkeypatch.setenv(f"ONNXHUB_GITHUB_{name}_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    server.put("/company/manifest/ONNX_HUB_MANIFEST.json", models.manifest())
    for path, content in models.files.items():
        server.put(f"/company/files/{path}", content)
    monkeypatch.setattr(
        hub, "_get_base_url", lambda repo, lfs=False: f"{server.url}/company/{'files' if lfs else 'manifest'}/"
    )
    return server


def test_replaced_addresses(company: Server, models: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = Answers(monkeypatch, "n").questions
    file = hub.path("mnist")  # "onnx/models:main" is trusted wherever it is, as in onnx.hub
    assert file and Path(file).read_bytes() == models.files[MNIST]
    assert company.downloads() == [f"/company/files/{MNIST}"]
    assert questions == []
    assert len(hub.list_models("any/thing")) == 7
    assert hub.path("bert", "any/thing") is None
    assert questions == [""]
    Answers(monkeypatch, "y")
    assert hub.path("bert", "any/thing")


def test_replaced_addresses_take_any_repo(company: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: List[str] = []
    replaced = hub._get_base_url

    def address(repo: str, lfs: bool = False) -> str:
        seen.append(repo)
        return replaced(repo, lfs)

    monkeypatch.setattr(hub, "_get_base_url", address)
    hub.list_models("what the company calls it")
    assert set(seen) == {"what the company calls it"}


def test_a_local_folder_as_address(
    server: Server, models: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in [("ONNX_HUB_MANIFEST.json", models.manifest()), *models.files.items()]:
        (tmp_path / "zoo" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "zoo" / name).write_bytes(content)
    monkeypatch.setattr(hub, "_get_base_url", lambda repo, lfs=False: f"file://{tmp_path}/zoo/")
    file = hub.path("mnist")
    assert file and Path(file).read_bytes() == models.files[MNIST]


def test_replaced_trust(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = Answers(monkeypatch, "n").questions
    monkeypatch.setattr(hub, "_verify_repo_ref", lambda repo: repo == "team/models")
    assert hub.path("mnist", "team/models")
    assert questions == []
    assert hub.path("bert") is None  # the official hub, which the program does not trust
    assert questions == [""]
    Answers(monkeypatch, "y")
    assert hub.path("bert")


def test_replaced_parser(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "_parse_repo_info", lambda repo: ("onnx", "models", "main"))
    assert hub._get_base_url("zoo/zoo", lfs=True) == "https://media.githubusercontent.com/media/onnx/models/main/"
    assert hub._verify_repo_ref("zoo/zoo")


def test_replaced_input_of_the_module(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "input", lambda: "y", raising=False)
    assert hub.path("mnist", "team/models")


def test_replaced_cache_directory(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "_ONNX_HUB_DIR", str(tmp_path / "other"))
    file = hub.path("mnist")
    assert file and file.startswith(str(tmp_path / "other"))
    monkeypatch.setattr(hub, "_ONNX_HUB_DIR", tmp_path / "pathlib")
    file = hub.path("mnist")
    assert file and file.startswith(str(tmp_path / "pathlib"))


@pytest.mark.parametrize(
    "repo, expected",
    [
        ("onnx/models", ("onnx", "models", "main")),
        ("onnx/models:main", ("onnx", "models", "main")),
        ("a/b:c/d", ("a", "b", "c/d")),
        ("a/b:", ("a", "b", "")),
        ("a/b:c:d", ("a", "b", "c")),
    ],
)
def test_parsed_names(repo: str, expected: Any) -> None:
    assert hub._parse_repo_info(repo) == expected
    ending = "/".join(expected) + "/"
    assert hub._get_base_url(repo) == "https://raw.githubusercontent.com/" + ending
    assert hub._get_base_url(repo, lfs=True) == "https://media.githubusercontent.com/media/" + ending
    assert hub._verify_repo_ref(repo) == (expected == ("onnx", "models", "main"))


PROGRAM = """
import sys
import onnx.hub
from onnx import hub
assert hub is onnx.hub
model = hub.load(sys.argv[1])
print("graph", model.graph.name, __name__)
"""


@pytest.fixture
def onnx_without_hub(tmp_path: Path) -> str:
    """A directory with the package onnx as of 1.21, which has no hub."""
    onnx = pytest.importorskip("onnx")
    source = Path(onnx.__file__).parent
    target = tmp_path / "packages/onnx"
    target.mkdir(parents=True)
    for item in source.iterdir():
        if item.name not in ("hub.py", "__pycache__"):
            (target / item.name).symlink_to(item)
    return str(target.parent)


def test_unchanged_programs(server: Server, cache: str, onnx_without_hub: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(PROGRAM)
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([onnx_without_hub, *sys.path]), "ONNX_HOME": cache}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-B", *arguments]
        return subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True)

    assert "onnx.hub" in run(str(script), "mnist").stderr  # a ModuleNotFoundError
    for call in (["script.py"], [str(script)], ["-m", "script"]):
        said = run("-m", "onnxhub.compat", *call, "mnist")
        assert said.stdout.splitlines()[-1] == "graph mnist12 __main__", said.stderr
    installed = run("-c", "from onnxhub import hub; hub.install(); exec(open('script.py').read())", "bert")
    assert installed.stdout.splitlines()[-1] == "graph bert __main__", installed.stderr
    assert run("-m", "onnxhub.compat").returncode == 2


def test_signatures() -> None:
    """Names, parameters and defaults of ONNX 1.20. Further parameters can only be given by name."""
    import inspect

    official = "onnx/models:main"
    load = {"model": ..., "repo": official, "opset": None, "force_reload": False, "silent": False}
    composite = {
        "network_model": ...,
        "preprocessing_model": ...,
        "network_repo": official,
        "preprocessing_repo": official,
        "opset": None,
        "force_reload": False,
        "silent": False,
    }
    expected: Dict[str, Dict[str, Any]] = {
        "list_models": {"repo": official, "model": None, "tags": None},
        "get_model_info": {"model": ..., "repo": official, "opset": None},
        "load": load,
        "download_model_with_test_data": load,
        "load_composite_model": composite,
        "set_dir": {"new_dir": ...},
        "get_dir": {},
        "_verify_repo_ref": {"repo": ...},
        "_parse_repo_info": {"repo": ...},
        "_get_base_url": {"repo": ..., "lfs": False},
    }
    for name, parameters in expected.items():
        found = inspect.signature(getattr(hub, name)).parameters
        given = {
            key: ... if value.default is inspect.Parameter.empty else value.default
            for key, value in found.items()
            if value.kind is not inspect.Parameter.KEYWORD_ONLY
        }
        assert list(given.items()) == list(parameters.items()), name
