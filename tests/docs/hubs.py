# SPDX-License-Identifier: Apache-2.0
"""Hubs that pages start in: `hub NAME` in a docs-test comment calls the function with this name.

Each function takes the session and returns the directory to start in.
"""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

CLASSIFIER = "tabular/classification/model/flower-classifier-13.onnx"


def check(session, *command, folder):
    result = subprocess.run([str(part) for part in command], cwd=folder, env=session.environment, capture_output=True,
                            text=True, errors="replace", stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        raise RuntimeError(f"{command}: {result.stdout}{result.stderr}")
    return result.stdout


def new_folder(session, name):
    for number in range(100):
        folder = session.work / (f"{name}-{number}" if number else name)
        if not folder.exists():
            folder.mkdir(parents=True)
            return folder
    raise RuntimeError(name)


def git(session, folder, *arguments):
    return check(session, "git", *arguments, folder=folder)


def commit(session, folder, message):
    git(session, folder, "add", "-A")
    git(session, folder, "commit", "-q", "-m", message)


def quickstart(session):
    """The hub of `./dev quickstart`, with its manifest committed."""
    folder = session.work / f"quickstart-{len(list(session.work.glob('quickstart-*')))}"
    check(session, "bash", session.source / "examples/quickstart/run.sh", session.build, folder, folder=session.work)
    commit(session, folder, "The manifest")
    return folder


def model(session):
    """Bytes of a model of opset 12, and a folder with its test data."""
    folder = session.work / "model"
    if not folder.exists():
        hub = quickstart(session)
        folder.mkdir()
        bytes_of_13 = (hub / CLASSIFIER).read_bytes()
        opset_13, opset_12 = b"\x42\x02\x10\x0d", b"\x42\x02\x10\x0c"  # ModelProto.opset_import
        assert bytes_of_13.count(opset_13) == 1
        (folder / "model.onnx").write_bytes(bytes_of_13.replace(opset_13, opset_12))
        with tarfile.open((hub / CLASSIFIER).with_suffix("").with_suffix(".tar.gz")) as archive:
            archive.extractall(folder)
    data = next(path for path in folder.iterdir() if path.is_dir())
    return folder / "model.onnx", data


def one_model(session):
    """A directory with model.onnx."""
    return model(session)[0].parent


def put_model(session, folder, name):
    """`NAME.onnx` and `NAME_data` with its test data."""
    file, data = model(session)
    shutil.copy(file, folder / f"{name}.onnx")
    shutil.copytree(data, folder / f"{name}_data", dirs_exist_ok=True)


def remote(session):
    """A clone whose origin is a bare repository beside it, on a branch that changes one model."""
    hub = quickstart(session)
    (hub / "model").mkdir()
    shutil.copy(model(session)[0], hub / "model/resnet50.onnx")
    (hub / "onnxhub.toml").write_text('[generate]\nexclude = ["model/**"]\n')
    check(session, "onnxhub", "generate", "-q", folder=hub)
    commit(session, hub, "A model beside the hub's")
    bare = new_folder(session, "origin.git")
    git(session, bare, "init", "-q", "--bare", ".")
    git(session, hub, "remote", "add", "origin", bare)
    git(session, hub, "push", "-q", "origin", "main")
    git(session, hub, "checkout", "-q", "-b", "my-branch")
    change_model(hub)
    check(session, "onnxhub", "generate", "-q", folder=hub)
    commit(session, hub, "Another producer")
    return hub


def change_model(hub):
    changed = (hub / CLASSIFIER).read_bytes().replace(b"onnxhub-quickstart", b"onnxhub-quickstarx")
    (hub / CLASSIFIER).write_bytes(changed)
    archive = (hub / CLASSIFIER).with_suffix("").with_suffix(".tar.gz")
    if archive.exists():  # which holds the model too
        parts = hub / "parts"
        with tarfile.open(archive) as tar:
            tar.extractall(parts)
        next(parts.glob("*/model.onnx")).write_bytes(changed)
        with tarfile.open(archive, "w:gz") as tar:
            for part in sorted(parts.iterdir()):
                tar.add(part, part.name)
        shutil.rmtree(parts)


def changed_model(session):
    """The quickstart hub with one model changed in the working tree."""
    hub = quickstart(session)
    file = hub / CLASSIFIER
    file.write_bytes(file.read_bytes().replace(b"onnxhub-quickstart", b"onnxhub-quickstarx"))
    return hub


def pointers(session):
    """A hub with Git LFS pointers only; a file:// remote has the objects."""
    source = quickstart(session)
    bare = new_folder(session, "lfs.git")
    git(session, bare, "init", "-q", "--bare", ".")
    git(session, source, "lfs", "install", "--local")
    git(session, source, "remote", "add", "origin", f"file://{bare}")
    (source / ".gitattributes").write_text("*.onnx filter=lfs diff=lfs merge=lfs -text\n"
                                           "*.tar.gz filter=lfs diff=lfs merge=lfs -text\n")
    git(session, source, "add", "--renormalize", ".")
    (source / "ONNX_HUB_MANIFEST.json").write_text("[]")
    commit(session, source, "Everything in Git LFS")
    git(session, source, "push", "-q", "origin", "main")
    clone = new_folder(session, "pointers")
    git(session, clone, "clone", "-q", f"file://{bare}", ".")
    return clone


def official(session):
    """A folder for a reader of models: a fake GitHub serves a hub as onnx/models."""
    hub = new_hub(session, "official")
    put_model(session, session.work, "mnist-12")
    put_model(session, session.work, "resnet50-v1-12")
    for file, folder, name in (("mnist-12", "vision/classification/mnist", "MNIST"),
                               ("resnet50-v1-12", "vision/classification/resnet", "ResNet50-fp32")):
        check(session, "onnxhub", "add", session.work / f"{file}.onnx", "--class", folder, "--name", name, "--test-data",
              session.work / f"{file}_data", folder=hub)
    session.github.hubs["onnx/models"] = hub
    zoo(session)
    return session.work


def new_hub(session, name):
    hub = new_folder(session, name)
    check(session, "onnxhub", "init", ".", "--name", "Model hub", folder=hub)
    return hub


def new_team(session):
    """An empty folder beside models that a team wants to host; a fake GitHub serves my-hub."""
    folder = new_folder(session, "team")
    for place in (folder, Path(session.environment["HOME"])):
        put_model(session, place, "resnet50")
    session.github.hubs["team/models"] = folder / "my-hub"
    (session.work / "srv").mkdir(exist_ok=True)
    return folder


def hosted(session):
    """A hub with a model, a bare clone of it as models.git, here and below /srv."""
    folder = new_folder(session, "hosted")
    hub = folder / "my-hub"
    hub.mkdir()
    check(session, "onnxhub", "init", ".", "--name", "Team hub", "--owner", "team", folder=hub)
    put_model(session, folder, "resnet50")
    check(session, "onnxhub", "add", "../resnet50.onnx", "--class", "vision/classification/resnet", "--name", "ResNet50",
          "--test-data", "../resnet50_data", folder=hub)
    (hub / ".gitattributes").unlink()  # so that the bare clone has the content
    commit(session, hub, "ResNet50")
    git(session, folder, "clone", "-q", "--bare", hub, hub / "models.git")
    (hub / ".git/info/exclude").write_text("models.git\n")
    srv = session.work / "srv"
    srv.mkdir(exist_ok=True)
    git(session, folder, "clone", "-q", "--bare", hub, srv / "models.git")
    session.github.hubs["team/models"] = hub
    return hub


def all_parts(session):
    """The quickstart hub with the parts and reports of three shards."""
    hub = quickstart(session)
    for number in (1, 2, 3):
        shard = f"{number}/3"
        check(session, "onnxhub", "generate", "--shard", shard, "--output", f"manifest-{number}.json", folder=hub)
        check(session, "onnxhub", "validate", "--shard", shard, "--format", "json", "--output", f"report-{number}.json",
              folder=hub)
    return hub


def readme_of_new_hub(session):
    """A new hub as `init` makes it, with a model; its README's HUB is the hub itself."""
    hub = new_hub(session, "new")
    put_model(session, session.work, "contributed")
    check(session, "onnxhub", "add", session.work / "contributed.onnx", "--class", "vision/small", "--name", "NAME",
          folder=hub)
    (session.work / "HUB").symlink_to(hub)
    return session.work


def contributor(session):
    """A clone of a new hub, with a model and test data to contribute."""
    hub = new_hub(session, "clone")
    to = hub / "path/to"
    to.mkdir(parents=True)
    file, data = model(session)
    shutil.copy(file, to / "model.onnx")
    shutil.copytree(data, to / "test_data")
    (hub / ".git/info/exclude").write_text("path\n")
    return hub


def zoo(session):
    """A folder where the official zoo can be cloned, if ONNXHUB_CORPUS has it, with onnxhub's templates."""
    folder = session.work
    if not (folder / "templates").exists():
        (folder / "templates").symlink_to(session.source / "templates")
    corpus = os.environ.get("ONNXHUB_CORPUS")
    if corpus:
        place_zoo(session, Path(corpus) / "zoo/zoo.bundle")
    return folder


def place_zoo(session, bundle):
    """What git gets from GitHub's onnx/models: the bundle, whose tags are named as the zoo's commits are."""
    source = session.work / "github/models.git"
    if source.exists():
        return
    git(session, session.work, "clone", "-q", "--bare", bundle, source)
    for commit_id in ("69c5d375", "b1eeaa1a"):
        git(session, source, "tag", commit_id, f"zoo-{commit_id}")
    git(session, session.work, "config", "--global", f"url.{source}.insteadOf", "https://github.com/onnx/models")
