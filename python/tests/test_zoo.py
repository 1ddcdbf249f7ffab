# SPDX-License-Identifier: Apache-2.0
"""The same answers as ONNX's own client about every model, opset and tag of the official zoo."""

import io
import json
import os
import subprocess
import types
from typing import Any, Callable, Dict, List

import onnx_client
import pytest
from onnxhub import _call, hub
from servers import MANIFEST, Server

# Names are compared without case.
REVISIONS: Dict[str, Callable[[str], str]] = {"zoo-69c5d375": str.upper, "zoo-b1eeaa1a": str}


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> str:
    corpus = os.environ.get("ONNXHUB_CORPUS")
    if not corpus:
        pytest.skip("ONNXHUB_CORPUS names no corpus")
    folder = str(tmp_path_factory.mktemp("zoo") / "zoo.git")
    subprocess.run(["git", "clone", "-q", "--bare", f"{corpus}/zoo/zoo.bundle", folder], check=True)
    return folder


def described(info: Any) -> Dict[str, Any]:
    return {**vars(info), "text": str(info), "repr": repr(info)}


def answers(client: Any, entries: List[Dict[str, Any]], spelling: Callable[[str], str]) -> Dict[str, Any]:
    """What it answers about these entries. The key names the question."""

    def info(name: str, opset: "int | None") -> Any:
        try:
            return described(client.get_model_info(name, opset=opset))
        except AssertionError:
            return "AssertionError"

    names = sorted({entry["model"] for entry in entries})
    tags = sorted({tag for entry in entries for tag in entry["metadata"].get("tags", [])})
    opsets = {name: {entry["opset_version"] for entry in entries if entry["model"] == name} for name in names}
    found: Dict[str, Any] = {"all": [described(model) for model in client.list_models()]}
    for name in names:
        asked = spelling(name)
        found[f"name {name}"] = [described(model) for model in client.list_models(model=asked)]
        for opset in [None, 4711, *sorted(opsets[name])]:
            found[f"info {name} {opset}"] = info(asked, opset)
        for tag in tags:
            key = f"name {name} tag {tag}"
            found[key] = [model.model_path for model in client.list_models(model=asked, tags=[tag.upper()])]
    for tag in tags:
        found[f"tag {tag}"] = [model.model_path for model in client.list_models(tags=[tag.upper()])]
    for first, second in zip(tags, tags[1:]):
        found[f"tags {first} {second}"] = [model.model_path for model in client.list_models(tags=[first, second])]
    return found


def remembering(run: Callable[..., bytes]) -> Callable[..., bytes]:
    """Thousands of questions follow, with the same few commands."""
    results: Dict[Any, Any] = {}

    def once(arguments: Any, messages: Any, on_event: Any = None) -> bytes:
        key = tuple(arguments)
        if key not in results:
            try:
                results[key] = run(arguments, messages, on_event)
            except Exception as error:
                results[key] = error
        if isinstance(results[key], Exception):
            raise results[key]
        return bytes(results[key])

    return once


@pytest.mark.parametrize("revision", REVISIONS)
def test_same_answers(revision: str, zoo: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = onnx_client.original()
    manifest = subprocess.run(
        ["git", "-C", zoo, "show", f"{revision}:{MANIFEST}"], check=True, stdout=subprocess.PIPE
    ).stdout
    entries = json.loads(manifest)
    server.put(f"/raw/onnx/models/main/{MANIFEST}", manifest)
    monkeypatch.setattr(theirs, "urlopen", lambda url: io.BytesIO())
    monkeypatch.setattr(theirs, "json", types.SimpleNamespace(load=lambda file: entries))
    monkeypatch.setattr(_call, "run", remembering(_call.run))
    expected = answers(theirs, entries, REVISIONS[revision])
    found = answers(hub, entries, REVISIONS[revision])
    different = [question for question in expected if found[question] != expected[question]]
    assert different == []
    assert len(expected) > 5000
