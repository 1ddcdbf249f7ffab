# SPDX-License-Identifier: Apache-2.0
"""Mistakes raise what they raise in ONNX's own client."""

import builtins
import glob
import importlib.util
import json
import os
import pathlib
import re
from typing import Any, Callable, List, Tuple

import onnx_client
import pytest
from models import Hub, relu, sha256
from onnxhub import _call, hub
from programs import Answers
from servers import MANIFEST, Server

Call = Callable[[Any], Any]
PLACE = "/raw/onnx/models/{}/" + MANIFEST
MNIST = "vision/classification/mnist/model/mnist-12.onnx"


def alter_cache(cache: str, content: bytes) -> None:
    for path in glob.glob(f"{cache}/**/*mnist-12.onnx", recursive=True):
        with open(path, "wb") as file:
            file.write(content)


def load_altered(client: Any) -> None:
    """A cached file is altered between two loads."""
    client.load("mnist", "onnx/models:good", silent=False)
    alter_cache(client._ONNX_HUB_DIR, b"altered")
    client.load("mnist", "onnx/models:good")


def load_with(**arguments: Any) -> Call:
    return lambda client: client.load(**{"model": "mnist", **arguments})


def in_directory(folder: Any, call: Call) -> Call:
    def set_and_call(client: Any) -> None:
        client.set_dir(folder)
        call(client)

    return set_and_call


MISTAKES: List[Tuple[str, Call, Any]] = [
    ("unknown model", load_with(model="mnits"), AssertionError),
    ("empty name", load_with(model=""), AssertionError),
    ("name with a space", load_with(model="mnist "), AssertionError),
    ("name with a leading dash", load_with(model="--help"), AssertionError),
    ("name with a newline", load_with(model="mnist\nmnist"), AssertionError),
    ("name with NUL", load_with(model="mnist\0"), AssertionError),
    ("name of another type", load_with(model=5), AttributeError),
    ("no name", lambda client: client.load(), TypeError),
    ("unknown opset", load_with(opset=9), AssertionError),
    ("negative opset", load_with(opset=-1), AssertionError),
    ("huge opset", load_with(opset=10**30), AssertionError),
    ("opset as text", load_with(opset="8"), AssertionError),
    ("opset as fraction", load_with(opset=8.5), AssertionError),
    ("info of an unknown model", lambda client: client.get_model_info("mnits"), AssertionError),
    ("info of an unknown opset", lambda client: client.get_model_info("mnist", opset=9), AssertionError),
    ("list of a name of another type", lambda client: client.list_models(model=5), AttributeError),
    ("tags that are no list", lambda client: client.list_models(tags=5), TypeError),
    ("tags of another type", lambda client: client.list_models(tags=[5]), AttributeError),
    ("unknown parameter", load_with(opsets=8), TypeError),
    ("repo without a slash", load_with(repo="models"), IndexError),
    ("empty repo", load_with(repo=""), IndexError),
    ("repo of another type", load_with(repo=None), AttributeError),
    ("unknown branch", load_with(repo="onnx/models:unknown"), AssertionError),
    ("unknown owner", load_with(repo="noone/models"), AssertionError),
    ("repo of slashes", load_with(repo="//"), AssertionError),
    ("manifest refused", load_with(repo="onnx/models:refused"), AssertionError),
    ("server error", load_with(repo="onnx/models:error"), AssertionError),
    ("manifest that is not JSON", load_with(repo="onnx/models:text"), json.JSONDecodeError),
    ("empty manifest", load_with(repo="onnx/models:empty"), json.JSONDecodeError),
    ("model that is missing", load_with(repo="onnx/models:gone"), Exception),  # HTTPError
    ("model with other bytes", load_with(repo="onnx/models:wrong"), AssertionError),
    ("model that is cut", load_with(repo="onnx/models:cut"), AssertionError),
    ("model that is too long", load_with(repo="onnx/models:long"), AssertionError),
    ("altered cache", load_altered, AssertionError),
    ("no one answers", load_with(repo="team/unanswered"), EOFError),
    ("cache directory of another type", in_directory(None, load_with()), TypeError),
]


@pytest.fixture
def mistaken(server: Server, models: Hub, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Hubs with one fault each, by the ref, all trusted."""
    content = models.files[MNIST]
    for page in [page for page in server.pages if page.startswith("/hf/")]:
        del server.pages[page]  # the mirrors of the official hub would have the right bytes
    for ref, sent in {
        "main": content,
        "good": content,
        "wrong": relu(12, "mnist99"),
        "cut": content[:-1],
        "long": content + b"x",
    }.items():
        server.add_github(f"onnx/models:{ref}", models)
        server.put(f"/media/onnx/models/{ref}/{MNIST}", sent)
    server.pages[PLACE.format("refused")] = (403, {}, b"")
    server.pages[PLACE.format("error")] = (500, {"Retry-After": "0"}, b"")
    server.put(PLACE.format("text"), b"<html>")
    server.put(PLACE.format("empty"), b"")
    server.put(PLACE.format("gone"), models.manifest())
    server.add_github("team/unanswered:main", models)
    for client in (hub, builtins):
        monkeypatch.setattr(client, "_verify_repo_ref", lambda repo: repo.startswith("onnx/models:"), raising=False)
    return server


def raised(call: Call, client: Any) -> type:
    with pytest.raises(Exception) as caught:
        call(client)
    return caught.type


@pytest.mark.parametrize("name, call, expected", MISTAKES, ids=[name for name, _, _ in MISTAKES])
def test_mistake(name: str, call: Call, expected: Any, mistaken: Server, cache: str, tmp_path: Any,
                 monkeypatch: pytest.MonkeyPatch) -> None:
    def no_answer() -> str:
        raise EOFError

    monkeypatch.setattr(builtins, "input", no_answer)
    found = raised(call, hub)
    if issubclass(found, ImportError) and importlib.util.find_spec("onnx") is None:
        pytest.skip("load needs the package onnx, which this Python does not have")
    assert issubclass(found, expected)
    theirs = onnx_client.original()
    onnx_client.use(theirs, mistaken.url, str(tmp_path / "theirs"))
    theirs._verify_repo_ref = hub._verify_repo_ref
    assert found is raised(call, theirs)


def test_there_are_at_least_thirty() -> None:
    assert len(MISTAKES) >= 30


def test_errors_name_what_to_do(mistaken: Server) -> None:
    """The messages are the program's."""
    pytest.importorskip("onnx")
    for call, message in (
        (load_with(model="mnits"), 'the hub has no model "mnits"; did you mean MNIST\\?'),
        (load_with(opset=9), '"mnist" has no version with opset 9; it has the opsets 7, 8, 12'),
        (load_with(repo="onnx/models:unknown"), "there is no manifest \\(404\\); check the hub's name and branch"),
        (load_with(repo="models"), '"models" is not a hub.*write owner/name'),
    ):
        with pytest.raises(Exception, match=message):
            call(hub)


def test_files_that_are_not_in_the_manifest_are_not_needed(mistaken: Server, models: Hub) -> None:
    assert sha256(models.files[MNIST]) in str(hub.get_model_info("mnist"))


def test_same_cache_both_ways(server: Server, cache: str, models: Hub, monkeypatch: pytest.MonkeyPatch,
                              capsys: pytest.CaptureFixture[str]) -> None:
    theirs = onnx_client.original()
    server.add_github("onnx/models:main", models)
    onnx_client.use(theirs, server.url, cache)
    Answers(monkeypatch, "n")
    for first, second in ((hub, theirs), (theirs, hub)):
        for name, opset in (("mnist", 7), ("MNIST", 8), ("mnist", None), ("resnet50", None), ("Bert", 12)):
            one = first.load(name, opset=opset)
            said = capsys.readouterr().out
            count = len(server.downloads())
            assert second.load(name, opset=opset) == one
            assert len(server.downloads()) == count
            path = said.strip().rsplit(" ", 1)[1]
            assert capsys.readouterr().out == f"Using cached {name} model from {path}\n"
        files = sorted(os.path.relpath(path, cache) for path in glob.glob(f"{cache}/**/*.onnx", recursive=True))
        assert len(files) == 5
        cache = cache + "-2"
        hub.set_dir(cache)
        theirs.set_dir(cache)


def test_every_problem_of_the_program_is_known() -> None:
    names = pathlib.Path(__file__).parents[2] / "hosting/client/hub_error.cpp"
    if not names.is_file():
        pytest.skip("the sources of the program are missing")
    assert set(re.findall(r'return "([a-z-]+)";', names.read_text())) == _call._PROBLEMS
