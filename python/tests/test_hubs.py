# SPDX-License-Identifier: Apache-2.0
"""The same models from GitHub, Hugging Face, a plain web server, and the real `onnxhub serve`."""

import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any, Iterator, List, Tuple

import onnx_client
import pytest
from models import Hub, relu
from onnxhub import _program, hub
from programs import Answers
from servers import INDEX, MANIFEST, Server

MNIST = "vision/classification/mnist/model/mnist-{}.onnx"
TOKEN = "a-token-of-this-test"


def write(folder: Path, models: Hub) -> Path:
    """The models and their manifest as files."""
    for name, content in [(MANIFEST, models.manifest()), *models.files.items()]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


class Serving:
    """`onnxhub serve` with these arguments, by the program that the package uses."""

    def __init__(self, *arguments: "str | Path") -> None:
        command = [_program.find_program(), "serve", "--port=0", *map(str, arguments)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.log: List[str] = []
        assert self._process.stdout and self._process.stderr
        line = self._process.stdout.readline()
        self.url = line[line.find("http://"):].split()[0].rstrip("/") if "http://" in line else ""
        self._reader = threading.Thread(target=self.log.extend, args=(self._process.stderr,))
        self._reader.start()

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *unused: object) -> None:
        self._process.terminate()
        self._process.wait(60)
        self._reader.join(60)
        assert self._process.stdout and self._process.stderr
        self._process.stdout.close()
        self._process.stderr.close()
        assert self.url.startswith("http://127.0.0.1:"), self.log

    def requests(self) -> List[Tuple[str, int]]:
        """Path and status of each request, once the server has ended."""
        parts = [line.split('"') for line in self.log if '"GET ' in line]
        return [(part[1].split()[1], int(part[2].split()[0])) for part in parts]


def git(folder: Path, *arguments: str) -> str:
    if not shutil.which("git"):
        pytest.skip("no git here (apt-get install git)")
    author = ["-c", "user.name=Tests", "-c", "user.email=tests@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *author, *arguments], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def commit(folder: Path, models: Hub) -> str:
    """Returns the hash."""
    write(folder, models)
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "models")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(params=["GitHub", "Hugging Face", "plain", "serve", "serve a ref", "serve as GitHub"])
def repo(request: pytest.FixtureRequest, server: Server, models: Hub, tmp_path: Path,
         monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a hub of this kind, with the models."""
    kind = request.param
    if not kind.startswith("serve"):
        yield {"GitHub": "team/models", "Hugging Face": "hf://onnxmodelzoo", "plain": f"{server.url}/plain"}[kind]
        return
    folder = tmp_path / "served"
    if kind == "serve":
        write(folder, models)
    else:
        folder.mkdir()
        server.put("/api/repos/team/models/commits/main", commit(folder, models).encode())
    with Serving(folder if kind == "serve" else f"{folder}:main") as serving:
        if kind == "serve as GitHub":
            monkeypatch.setenv("ONNXHUB_GITHUB_RAW_URL", serving.url)
            monkeypatch.setenv("ONNXHUB_GITHUB_MEDIA_URL", serving.url + "/media")
        yield "team/models" if kind == "serve as GitHub" else serving.url
    found = {status for path, status in serving.requests() if path != "/" + INDEX}  # the hub has none
    assert found and found <= {200, 206, 304}
    expected = {"/api/repos/team/models/commits/main"} if kind == "serve as GitHub" else set()
    assert set(server.requests) <= expected  # all else came from the program


@pytest.mark.once
def test_the_same_from_every_hub(repo: str, models: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                 capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert [info.raw_model_info for info in hub.list_models(repo)] == models.entries
    assert [info.opset for info in hub.list_models(repo, "mnist", ["vision"])] == [7, 8, 12]
    assert hub.get_model_info("mnist", repo, 8).model_path == MNIST.format(8)
    assert {info.model for info in hub.search("resnet", repo)} == {"ResNet50", "ResNet-preproc"}
    with pytest.raises(AssertionError, match="did you mean MNIST"):
        hub.get_model_info("mnits", repo)

    questions = Answers(monkeypatch, "n").questions
    assert hub.path("mnist", repo) is None and questions == [""]
    with pytest.raises(AssertionError, match="silent=True does not mean"):
        hub.path("mnist", repo, silent=True)
    Answers(monkeypatch, "y")
    for entry in models.entries:
        file = hub.path(entry["model"], repo, entry["opset_version"])
        assert file and Path(file).read_bytes() == models.files[entry["model_path"]]
    data = Path(hub.path("large", repo) or "").parent / "large.bin"
    assert data.read_bytes() == models.files["text/large/model/large.bin"]
    folder = hub.download_model_with_test_data("mnist", repo, 8)
    assert folder and sorted(os.listdir(folder)) == ["model.onnx", "test_data_set_0"]
    capsys.readouterr()
    file = hub.path("mnist", repo, 7)
    assert capsys.readouterr().out == f"Using cached mnist model from {file}\n"
    assert hub.path("mnist", repo, 7, force_reload=True) == file
    assert capsys.readouterr().out == f"Continue?[y/n]\nDownloading mnist to local path {file}\n"

    hub.lock("mnist", "large", repo=repo)
    assert hub.locked_path("mnist") == hub.path("mnist", repo)


@pytest.mark.once
def test_the_same_models_from_every_hub(repo: str, models: Hub) -> None:
    pytest.importorskip("onnx")
    model: Any = hub.load("large", repo, trust=True)
    assert model.graph.initializer[0].raw_data == models.files["text/large/model/large.bin"]
    composed: Any = hub.load_composite_model("ResNet50", "ResNet-preproc", repo, repo, trust=True)
    assert [node.op_type for node in composed.graph.node] == ["Relu", "Relu"]


def test_a_server_without_a_model(server: Server, models: Hub, tmp_path: Path) -> None:
    served = write(tmp_path / "served", models)
    (served / MNIST.format(12)).unlink()
    (served / MNIST.format(8)).write_bytes(relu(8, "other"))
    with Serving(served) as serving:
        with pytest.raises(OSError, match="no source has it"):
            hub.path("mnist", serving.url, trust=True)
        with pytest.raises(AssertionError, match="SHA-256|bytes"):
            hub.path("mnist", serving.url, 8, trust=True)
    with pytest.warns(UserWarning, match="using the last copy"):
        assert len(hub.list_models(serving.url)) == 7  # the server has ended


def test_a_server_with_a_token(server: Server, models: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n")
    with Serving(write(tmp_path / "served", models), f"--token-file={tmp_path / 'token'}") as serving:
        for wrong in (None, "wrong"):
            with pytest.raises(AssertionError, match="does not grant access .401.*ONNXHUB_TOKEN"):
                hub.list_models(serving.url)
            monkeypatch.setenv("ONNXHUB_TOKEN", "wrong")
        monkeypatch.setenv("ONNXHUB_TOKEN", TOKEN)
        assert len(hub.list_models(serving.url)) == 7
        assert hub.path("mnist", serving.url, trust=True)
    assert TOKEN not in "".join(serving.log)


def test_a_lock_file_survives_the_next_commit(server: Server, models: Hub, tmp_path: Path) -> None:
    """The hub of a repository names its commits, and serves an earlier one."""
    served, lock = tmp_path / "served", tmp_path / "models.lock"
    served.mkdir()
    first = commit(served, models)
    with Serving(f"{served}:main") as serving:
        hub.lock("mnist", repo=serving.url, lock_file=lock)
        assert first in lock.read_text()
        old = models.files[MNIST.format(12)]
        models.entries = [entry for entry in models.entries if entry["model_path"] != MNIST.format(12)]
        new = relu(12, "mnist-new")
        models.add("MNIST", MNIST.format(12), 12, new)
        assert commit(served, models) != first
        file = hub.path("mnist", serving.url, trust=True)
        assert file and Path(file).read_bytes() == new
        hub.set_dir(str(tmp_path / "empty"))
        file = hub.locked_path("mnist", lock, trust=True)
        assert file and Path(file).read_bytes() == old


def test_programs_that_replace_the_address(server: Server, models: Hub, tmp_path: Path,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    """As docs/hosting.md says, with ONNX's own client as with this one."""
    served = tmp_path / "served"
    served.mkdir()
    commit(served, models)
    Answers(monkeypatch, "y")
    with Serving(f"{served}:main") as serving:

        def address(repo: str, lfs: bool = False) -> str:
            owner, name, ref = hub._parse_repo_info(repo)
            return f"{serving.url}/{'media/' if lfs else ''}{owner}/{name}/{ref}/"

        monkeypatch.setattr(hub, "_get_base_url", address)
        file = hub.path("mnist", "team/models:main")
        assert file and Path(file).read_bytes() == models.files[MNIST.format(12)]
        theirs = onnx_client.original()
        theirs._get_base_url = address
        theirs._ONNX_HUB_DIR = str(tmp_path / "theirs")
        assert theirs.load("mnist", "team/models:main") == hub.load("mnist", "team/models:main")
