# SPDX-License-Identifier: Apache-2.0
"""ONNX's own Python client, asked what our tests ask ours: python_client.py ACTION ARGUMENT...

    queries MANIFEST           all its answers about a manifest, as one JSON object
    load RAW_URL MEDIA_URL MODEL [OPSET]
    test_data RAW_URL MEDIA_URL MODEL

The latter two use the cache of $ONNX_HOME. Only where its servers are is replaced."""
import contextlib
import io
import json
import os
import sys
import tarfile
import types

from onnx import hub


def paths(models):
    return [model.model_path for model in models]


def chosen(model, opset):
    try:
        return hub.get_model_info(model, opset=opset).model_path
    except AssertionError:
        return None


def queries(manifest_file):
    with open(manifest_file, encoding="utf-8") as file:
        manifest = json.load(file)
    # Parsed once: thousands of questions follow.
    hub.urlopen = lambda url: io.BytesIO()
    hub.json = types.SimpleNamespace(load=lambda file: manifest)
    names = list(dict.fromkeys(entry["model"] for entry in manifest))
    tags = sorted({tag for entry in manifest for tag in entry["metadata"].get("tags", [])})
    opsets = {entry["model"]: set() for entry in manifest}
    for entry in manifest:
        opsets[entry["model"]].add(entry["opset_version"])
    return {
        "all": paths(hub.list_models()),
        "by_name": {name: paths(hub.list_models(model=name)) for name in names},
        "by_tag": {tag: paths(hub.list_models(tags=[tag])) for tag in tags},
        "by_name_and_tag": {name: {tag: paths(hub.list_models(model=name.upper(), tags=[tag.upper()]))
                                   for tag in tags} for name in names},
        "info": {name: {str(opset): chosen(name, opset) for opset in [*opsets[name], 4711]} for name in names},
        "largest": {name: chosen(name, None) for name in names},
    }


def use_servers(raw_url, media_url):
    def base_url(repo, lfs=False):
        owner, name, ref = hub._parse_repo_info(repo)
        return f"{media_url if lfs else raw_url}/{owner}/{name}/{ref}/"
    hub._get_base_url = base_url


def load(raw_url, media_url, model, opset=None):
    use_servers(raw_url, media_url)
    loaded = hub.load(model, opset=opset and int(opset))
    return {"inputs": [value.name for value in loaded.graph.input]}


def download_as_later_versions_do(model):
    """ONNX 1.12 has no download_model_with_test_data. The same by hand, with its own functions."""
    metadata = hub.get_model_info(model).metadata
    folder, name = os.path.split(metadata["model_with_data_path"])
    archive = os.path.join(hub.get_dir(), folder, f"{metadata['model_with_data_sha']}_{name}")
    if not os.path.exists(archive):
        os.makedirs(os.path.dirname(archive), exist_ok=True)
        hub._download_file(hub._get_base_url("onnx/models:main", True) + metadata["model_with_data_path"], archive)
    unpacked = archive[:-len(".tar.gz")]
    with tarfile.open(archive) as members:
        members.extractall(unpacked)
    return os.path.join(unpacked, os.listdir(unpacked)[0])


def test_data(raw_url, media_url, model):
    use_servers(raw_url, media_url)
    return {"path": getattr(hub, "download_model_with_test_data", download_as_later_versions_do)(model)}


ACTIONS = {"queries": queries, "load": load, "test_data": test_data}
said = io.StringIO()
try:
    with contextlib.redirect_stdout(said):
        answer = ACTIONS[sys.argv[1]](*sys.argv[2:])
except AssertionError as error:
    answer = {"error": str(error)}
if isinstance(answer, dict):
    answer["said"] = said.getvalue()
json.dump(answer, sys.stdout)
