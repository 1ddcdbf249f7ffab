# SPDX-License-Identifier: Apache-2.0
"""A signed hub that the user pinned."""

import shutil
import subprocess
from pathlib import Path
from typing import Iterator

import pytest
from models import Hub
from onnxhub import _program, hub
from programs import Answers
from servers import MANIFEST, Server
from test_hubs import write

STATEMENT = MANIFEST + ".sig"


def run(*arguments: "str | Path") -> str:
    done = subprocess.run([_program.find_program(), *map(str, arguments)], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    return done.stdout


def lose_copies(tmp_path: Path) -> None:
    """The copies of verified manifests, as if the hub had not been read yet."""
    shutil.rmtree(tmp_path / "home/.local/state/onnxhub/signed")


@pytest.fixture
def pinned(server: Server, models: Hub, tmp_path: Path) -> Iterator[str]:
    """The address of a signed hub at `/signed`, after `onnxhub trust add`."""
    folder, key = write(tmp_path / "owned", models), tmp_path / "key.pem"
    (tmp_path / "key.pub").write_text(run("key", "create", "--output", key))
    run("sign", "--init", folder, "--hub", "team/models", "--key", key)
    run("sign", folder, "--key", key)
    for file in folder.rglob("*"):
        if file.is_file():
            server.put(f"/signed/{file.relative_to(folder)}", file.read_bytes())
    address = f"{server.url}/signed"
    run("trust", "add", address, "--key", tmp_path / "key.pub")
    yield address


@pytest.mark.once
def test_a_pinned_hub_needs_no_question(pinned: str, models: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = Answers(monkeypatch, "n").questions
    assert [info.raw_model_info for info in hub.list_models(pinned)] == models.entries
    file = hub.path("mnist", pinned, 8)
    assert file and Path(file).read_bytes() == models.files["vision/classification/mnist/model/mnist-8.onnx"]
    assert questions == []  # the pin is consent


@pytest.mark.once
def test_a_replaced_manifest_is_an_assertion_error(pinned: str, server: Server, tmp_path: Path) -> None:
    server.put(f"/signed/{MANIFEST}", b"[]")
    lose_copies(tmp_path)
    with pytest.raises(AssertionError, match="the manifest is not the one that was signed"):
        hub.list_models(pinned)
    with pytest.raises(AssertionError, match="the manifest is not the one that was signed"):
        hub.path("mnist", pinned, 8, trust=True)  # trust does not turn the check off


@pytest.mark.once
def test_a_removed_statement_is_an_assertion_error(pinned: str, server: Server) -> None:
    del server.pages[f"/signed/{STATEMENT}"]
    for spelling in (pinned, pinned + "/", pinned.replace("/signed", "/%73igned")):
        with pytest.raises(AssertionError, match="although it is pinned as signed"):
            hub.get_model_info("mnist", spelling)


@pytest.mark.once
def test_with_a_copy_a_replaced_manifest_is_a_warning(pinned: str, server: Server, models: Hub) -> None:
    server.put(f"/signed/{MANIFEST}", b"[]")
    with pytest.warns(UserWarning, match="the manifest is not the one that was signed.*using the last copy"):
        assert [info.raw_model_info for info in hub.list_models(pinned)] == models.entries
