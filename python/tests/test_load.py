# SPDX-License-Identifier: Apache-2.0
"""Loading: trust, silence, the cache, test data, external data, locks."""

import os
import types
import urllib.error
import warnings
from pathlib import Path
from typing import Any

import pytest
from models import Hub, relu
from onnxhub import hub
from programs import MODULES, Answers, hide
from servers import Server

MNIST = "vision/classification/mnist/model"


def read(path: "str | None") -> bytes:
    assert path is not None
    return Path(path).read_bytes()


def test_path_needs_no_package(server: Server, models: Hub, cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "onnx")
    file = hub.path("mnist", opset=8)
    assert read(file) == models.files[f"{MNIST}/mnist-8.onnx"]
    sha = models.entries[1]["metadata"]["model_sha"]
    assert file == os.path.join(cache, MNIST, f"{sha}_mnist-8.onnx")


def test_load_without_onnx_says_so_before_the_download(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "onnx")
    with pytest.raises(ImportError, match=r"hub\.load\(\).*needs the package onnx.*hub\.path\(\)"):
        hub.load("mnist")
    assert server.requests == []


def test_the_official_hub_falls_through_to_the_mirror(server: Server) -> None:
    hub.path("mnist")
    assert server.downloads()[0] == f"/media/onnx/models/main/{MNIST}/mnist-12.onnx"
    assert server.downloads()[-2] == "/hf/onnxmodelzoo/mnist-12/resolve/main/mnist-12.onnx"


def test_a_load_makes_one_request_for_the_manifest(server: Server) -> None:
    hub.path("mnist")
    assert len(server.requests) - len(server.downloads()) == 1


@pytest.mark.parametrize("answer", ["n", "", "yes", "no"])
def test_none_without_trust(server: Server, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    Answers(monkeypatch, answer)
    assert hub.path("mnist", "team/models") is None
    assert hub.download_model_with_test_data("mnist", "team/models") is None
    assert server.downloads() == []


def test_the_question_and_its_answer(server: Server, monkeypatch: pytest.MonkeyPatch,
                                     capsys: pytest.CaptureFixture[str]) -> None:
    Answers(monkeypatch, "Y")
    file = hub.path("mnist", "team/models", 7)
    said = capsys.readouterr()
    assert said.out == f"Continue?[y/n]\nDownloading mnist to local path {file}\n"
    assert said.err == (
        "The model repo specification team/models is not trusted and may contain security vulnerabilities. "
        "Only continue if you trust this repo.\n"
    )
    questions = Answers(monkeypatch, "n").questions
    assert hub.path("mnist", "team/models", 7) == file
    assert capsys.readouterr().out == f"Using cached mnist model from {file}\n"
    assert questions == []


def test_silent_is_not_trust(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = Answers(monkeypatch, "n").questions
    for load in (hub.path, hub.download_model_with_test_data):
        with pytest.raises(AssertionError, match=r"trust=True.*silent=True does not mean"):
            load("mnist", "team/models", silent=True)
    assert server.downloads() == []
    assert hub.path("mnist", "team/models", silent=True, trust=True)
    assert hub.path("mnist", "team/models", silent=True)  # cached now: nothing to trust
    assert capsys.readouterr() == ("", "")
    assert questions == []


@pytest.mark.parametrize("repo", ["onnx-evil/models", "onnx/models:other", "ONNX/models", "onnx/models2:main"])
def test_similar_names_are_not_trusted(server: Server, models: Hub, repo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server.add_github(repo if ":" in repo else f"{repo}:main", models)
    Answers(monkeypatch, "n")
    assert hub.path("mnist", repo) is None


def test_hubs_that_the_configuration_trusts(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'trusted = ["team/models:main"]\n[hubs.company]\nhub = "{server.url}/plain"\ntrusted = true\n')
    monkeypatch.setenv("ONNXHUB_CONFIG", str(config))
    questions = Answers(monkeypatch, "n").questions
    assert hub.path("mnist", "team/models")
    assert hub.path("bert", "company")
    assert "/plain/text/bert/model/bert-12.onnx" in server.requests
    assert questions == []


def test_other_hub_specs(server: Server, models: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    for name, content in [("ONNX_HUB_MANIFEST.json", models.manifest()), *models.files.items()]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    expected = models.files[f"{MNIST}/mnist-12.onnx"]
    repos = ["./folder", str(folder), f"file://{folder}", f"{server.url}/plain", "hf://onnxmodelzoo"]
    for number, repo in enumerate(repos):
        hub.set_dir(str(tmp_path / f"cache-{number}"))
        assert len(hub.list_models(repo)) == 7
        assert read(hub.path("mnist", repo, trust=True)) == expected, repo


def test_external_data(server: Server, models: Hub) -> None:
    file = hub.path("large")
    assert read(os.path.join(os.path.dirname(file or ""), "large.bin")) == models.files["text/large/model/large.bin"]
    numpy_helper = pytest.importorskip("onnx.numpy_helper")
    model: Any = hub.load("large")
    assert numpy_helper.to_array(model.graph.initializer[0]).tolist() == [1, 1, 1, 1]


def test_test_data(server: Server, models: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    folder = hub.download_model_with_test_data("mnist", opset=8)
    assert folder and sorted(os.listdir(folder)) == ["model.onnx", "test_data_set_0"]
    assert read(os.path.join(folder, "model.onnx")) == models.files[f"{MNIST}/mnist-8.onnx"]
    assert hub.download_model_with_test_data("mnist", opset=8) == folder
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["Downloading", "Using"]
    with pytest.raises(KeyError):
        hub.download_model_with_test_data("resnet50")


def test_composite(server: Server) -> None:
    pytest.importorskip("onnx")
    model: Any = hub.load_composite_model("ResNet50", preprocessing_model="ResNet-preproc")
    assert [node.op_type for node in model.graph.node] == ["Relu", "Relu"]
    assert [entry.version for entry in model.opset_import] == [12]
    assert [value.name for value in model.graph.output] == ["z"]


def test_composite_of_a_refused_hub(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnx")
    Answers(monkeypatch, "n")
    with pytest.raises(RuntimeError, match="the preprocessing model"):
        hub.load_composite_model("ResNet50", "ResNet-preproc", preprocessing_repo="team/models")
    with pytest.raises(RuntimeError, match="the network model"):
        hub.load_composite_model("ResNet50", "ResNet-preproc", network_repo="team/models")


def test_composite_with_other_versions_of_a_domain(server: Server, models: Hub) -> None:
    pytest.importorskip("onnx")
    models.add("A", "a/a.onnx", 9, relu(9, "a", extra_domain=1))
    models.add("B", "b/b.onnx", 9, relu(9, "b", "y", "z", extra_domain=2))
    repo = server.add_plain("/domains", models)
    with pytest.raises(ValueError, match="ai.onnx.ml"):
        hub.load_composite_model("B", "A", repo, repo, trust=True)


def test_ambiguous_names_take_the_first_with_a_warning(server: Server, models: Hub) -> None:
    first = relu(9, "first")
    models.add("Twice", "a/one.onnx", 9, first)
    models.add("Twice", "a/two.onnx", 9, relu(9, "second"))
    repo = server.add_plain("/twice", models)
    with pytest.warns(UserWarning, match="a/one.onnx.*using the first") as caught:
        assert hub.get_model_info("twice", repo).model_path == "a/one.onnx"
        assert read(hub.path("twice", repo, trust=True)) == first
    assert [warning.filename for warning in caught] == [__file__, __file__]


def test_a_copy_of_the_manifest_is_used_with_a_warning(server: Server) -> None:
    repo = f"{server.url}/plain"
    file = hub.path("mnist", repo, trust=True)
    server.pages["/plain/ONNX_HUB_MANIFEST.json"] = (503, {"Retry-After": "0"}, b"later")
    with pytest.warns(UserWarning, match="using the last copy"):
        assert hub.path("mnist", repo) == file


def test_no_tags_match_nothing(server: Server) -> None:
    assert hub.list_models(tags=[]) == []
    assert hub.list_models(model="nothing of the kind") == []


def test_search(server: Server) -> None:
    assert {info.model for info in hub.search("RESNET")} == {"ResNet50", "ResNet-preproc"}
    assert {info.model for info in hub.search("vision mnist-8")} == {"MNIST"}
    assert hub.search("nothing of the kind") == []


def test_session(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = types.ModuleType("onnxruntime")
    setattr(runtime, "InferenceSession", lambda path, **options: (path, options))
    monkeypatch.setitem(MODULES, "onnxruntime", runtime)
    made = hub.session("mnist", providers=["CPUExecutionProvider"])
    assert made == (hub.path("mnist"), {"providers": ["CPUExecutionProvider"]})
    hide(monkeypatch, "onnxruntime")
    with pytest.raises(ImportError, match=r"needs the package onnxruntime.*hub\.path"):
        hub.session("mnist")


def test_lock(server: Server, models: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repo = f"{server.url}/plain"
    hub.lock("mnist", "bert", repo=repo)
    hub.lock("mnist", opset=8)
    assert '"bytes"' in Path("onnxhub.lock").read_text()
    Answers(monkeypatch, "n")
    assert hub.locked_path("mnist") is None
    with pytest.raises(AssertionError, match="silent=True does not mean"):
        hub.locked_path("mnist", silent=True)
    assert read(hub.locked_path("mnist", trust=True)) == models.files[f"{MNIST}/mnist-8.onnx"]
    server.put("/plain/text/bert/model/bert-12.onnx", relu(12, "bird"))
    with pytest.raises(AssertionError, match="SHA-256"):
        hub.locked_path("bert", trust=True)
    with pytest.raises(AssertionError, match="has no model"):
        hub.locked_path("resnet50")
    pytest.importorskip("onnx")
    model: Any = hub.load_locked("mnist")
    assert model.graph.name == "mnist8"


def test_an_unreachable_hub(server: Server) -> None:
    with pytest.raises(urllib.error.URLError) as caught:
        hub.list_models("http://127.0.0.1:9")
    assert not isinstance(caught.value, urllib.error.HTTPError)


def test_no_warning_without_a_reason(server: Server) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hub.path("mnist")
        hub.path("mnist")
        hub.list_models()
