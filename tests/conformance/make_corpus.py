# SPDX-License-Identifier: Apache-2.0
"""Makes the data that the conformance tests read, from public repositories: make_corpus.py DIR.

Needs git and, for the ports, pip. No model of the zoo is downloaded: Git LFS stays off, and clones
leave out large blobs. Sources can be replaced, by
mirrors or by local clones: --zoo URL, --opencv URL, --onnx URL. --only PART makes one part.
"""
import argparse
import json
import os
import posixpath
import re
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path

ZOO_COMMITS = ("69c5d375", "b1eeaa1a")  # July 2023, and the last commit with the tables' models
ONNX_TAG = "v1.19.0"
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
# What a manifest generator reads of a hub, besides pointers.
TEXT_FILES = re.compile(r"(^|/)(README\.md|LICENSE[^/]*|\.gitattributes|\.lfsconfig|[^/]*\.ya?ml|ONNX_HUB_MANIFEST\.json)$")
POINTERS = re.compile(r"\.(onnx|pb|gz|tgz|zip)$")


def run(*command, cwd=None, data=None, env=None):
    return subprocess.run(command, cwd=cwd, input=data, env={**os.environ, **(env or {})},
                          stdout=subprocess.PIPE, check=True).stdout


def say(text):
    print(f"make_corpus: {text}", file=sys.stderr, flush=True)


class Clone:
    """A bare clone without blobs above 200 kB, all of them models that Git LFS does not hold."""

    def __init__(self, url, folder):
        say(f"cloning {url}")
        self.folder = folder
        run("git", "clone", "-q", "--bare", "--filter=blob:limit=200k", url, folder)

    def git(self, *arguments, data=None, env=None):
        return run("git", *arguments, cwd=self.folder, data=data, env=env)

    def commit(self, name):
        for revision in (name, f"zoo-{name}"):
            found = subprocess.run(["git", "rev-parse", "-q", "--verify", f"{revision}^{{commit}}"],
                                   cwd=self.folder, stdout=subprocess.PIPE, check=False)
            if found.returncode == 0:
                return found.stdout.decode().strip()
        raise SystemExit(f"make_corpus: {self.folder} has no commit {name}")

    def files(self, commit):
        """Path to (mode, object id) of each file worth keeping."""
        kept = {}
        for line in self.git("ls-tree", "-r", "-z", "-l", commit).decode().split("\0"):
            if not line:
                continue
            (mode, kind, oid, size), path = line.split("\t")[0].split(), line.split("\t")[1]
            if kind != "blob" or mode == "120000":
                continue
            is_pointer = POINTERS.search(path) and size != "-" and int(size) < 1024
            if is_pointer or TEXT_FILES.search(path):
                kept[path] = (mode, oid)
        return kept

    def blob(self, oid):
        return self.git("cat-file", "blob", oid)

    def only(self, commit, files, parent, message):
        """A commit that holds these files alone."""
        index = str(Path(self.folder) / "corpus_index")
        Path(index).unlink(missing_ok=True)
        lines = "".join(f"{mode} {oid}\t{path}\0" for path, (mode, oid) in sorted(files.items()))
        fixed = {"GIT_INDEX_FILE": index, "GIT_AUTHOR_DATE": "2023-07-01T00:00:00Z",
                 "GIT_COMMITTER_DATE": "2023-07-01T00:00:00Z"}
        for role in ("AUTHOR", "COMMITTER"):
            fixed |= {f"GIT_{role}_NAME": "corpus", f"GIT_{role}_EMAIL": "corpus@example.org"}
        self.git("update-index", "-z", "--add", "--index-info", data=lines.encode(), env=fixed)
        tree = self.git("write-tree", env=fixed).decode().strip()
        parents = ("-p", parent) if parent else ()
        return self.git("commit-tree", tree, *parents, "-m", message, env=fixed).decode().strip()


def pointer_of(clone, files, path):
    """(SHA-256, size) that a Git LFS pointer states; None for other files."""
    if path not in files:
        return None
    text = clone.blob(files[path][1])
    if not text.startswith(LFS_POINTER):
        return None
    keys = dict(line.split(" ", 1) for line in text.decode().splitlines())
    return keys["oid"].removeprefix("sha256:"), int(keys["size"])


def expected_entries(clone, files):
    """What a manifest without ports has to say: the zoo's own manifest, which its maintainers made
    with all models at hand, and the rows of the tables that it lacks."""
    committed = json.loads(clone.blob(files["ONNX_HUB_MANIFEST.json"][1]))
    entries = []
    for entry in committed:
        entry["metadata"] = {key: value for key, value in entry["metadata"].items()
                             if key not in ("io_ports", "extra_ports")}
        # The last manifest was not generated again when the models moved into validated/.
        first = entry["model_path"].split("/")[0]
        if entry["metadata"]["tags"][0] != first:
            entry["metadata"]["tags"].insert(0, first)
        entries.append(entry)
    known = {entry["model_path"] for entry in committed}
    for folder in model_folders(clone.blob(files["README.md"][1]).decode()):
        readme = f"{folder}/README.md"
        if readme not in files:
            continue
        for row in table_rows(clone.blob(files[readme][1]).decode()):
            entry = table_entry(clone, files, folder, row)
            if entry and entry["model_path"] not in known:
                known.add(entry["model_path"])
                entries.append(entry)
    return sorted(entries, key=lambda entry: entry["model_path"])


def model_folders(readme):
    return sorted(set(re.findall(r"^\|\s*<b>\[[^]]*\]\(([^)#]+)\)", readme, re.MULTILINE)))


def table_rows(readme):
    """Rows of tables with the columns of a model, as dictionaries of Markdown by column."""
    header = None
    for line in readme.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if "|" not in line:
            header = None
        elif header is None:
            header = cells if {"Model", "Download", "ONNX version", "Opset version"} <= set(cells) else None
        elif not set(line) <= set("|-: \t"):
            yield dict(zip(header, cells))


def link_of(folder, cell):
    link = re.search(r"\]\(([^)\s]+)", cell)
    return posixpath.normpath(posixpath.join(folder, link[1])) if link else ""


def table_entry(clone, files, folder, row):
    path = link_of(folder, row["Download"])
    facts = pointer_of(clone, files, path)
    if not facts:
        return None
    metadata = {"model_sha": facts[0], "model_bytes": facts[1],
                "tags": [segment.replace("_", " ") for segment in folder.split("/")]}
    sample = next((row[name] for name in row if name.startswith("Download (with sample")), "")
    archive = link_of(folder, sample)
    facts = pointer_of(clone, files, archive)
    if facts:
        metadata |= {"model_with_data_path": archive, "model_with_data_sha": facts[0],
                     "model_with_data_bytes": facts[1]}
    # The zoo's generator reads tables as HTML, so a link in a name becomes an element.
    name = re.sub(r"\[([^]]*)\]\(([^)]*)\)", r'<a href="\2">\1</a>', row["Model"])
    return {"model": name, "model_path": path, "onnx_version": row["ONNX version"],
            "opset_version": int(row["Opset version"]), "metadata": metadata}


def make_zoo(to, sources, work):
    clone = Clone(sources.zoo, f"{work}/zoo.git")
    parent = None
    for name in ZOO_COMMITS:
        commit = clone.commit(name)
        files = {path: held for path, held in clone.files(commit).items()
                 if not re.search(r"\.ya?ml$", path)}
        entries = expected_entries(clone, files)
        (to / f"zoo-{name}.entries.json").write_text(json.dumps(entries, indent=1) + "\n", "utf-8")
        say(f"the zoo at {name}: {len(files)} files, {len(entries)} entries")
        parent = clone.only(commit, files, parent, f"Zoo tree {name}: READMEs, LFS pointers and manifest")
        clone.git("tag", "-f", f"zoo-{name}", parent)
    clone.git("update-ref", "refs/heads/main", parent)
    clone.git("symbolic-ref", "HEAD", "refs/heads/main")
    clone.git("bundle", "create", str(to / "zoo.bundle"), "HEAD", "main",
              *(f"zoo-{name}" for name in ZOO_COMMITS))


def make_layouts(to, sources, work):
    for name, url in (("onnx-models", sources.zoo), ("opencv_zoo", sources.opencv)):
        clone = Clone(url, f"{work}/{name}.git")
        commit = clone.commit("HEAD")
        made = clone.only(commit, clone.files(commit), None, f"{name}: tables, settings and pointers")
        clone.git("tag", "-f", name, made)
        clone.git("update-ref", "refs/heads/main", made)
        clone.git("symbolic-ref", "HEAD", "refs/heads/main")
        clone.git("bundle", "create", str(to / f"{name}.bundle"), "HEAD", "main", name)


def runtime_ports(python, folder):
    """What ONNX Runtime reports of each model below `folder`, a JSON document a line."""
    script = """
import json, pathlib, sys
import onnxruntime
def port(value):
    return {"name": value.name, "shape": [d if d is not None else None for d in value.shape], "type": value.type}
root = pathlib.Path(sys.argv[1])
for model in sorted(root.rglob("*.onnx")):
    fact = {"path": str(model.relative_to(root))}
    try:
        session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        fact |= {"inputs": [port(v) for v in session.get_inputs()], "outputs": [port(v) for v in session.get_outputs()]}
    except Exception as error:
        fact["error"] = str(error).splitlines()[0]
    print(json.dumps(fact))
"""
    return run(python, "-c", script, str(folder))


def make_models(to, sources, work):
    """ONNX's node tests and its light models, with what ONNX Runtime says of their ports."""
    clone = f"{work}/onnx"
    say(f"cloning {sources.onnx} {ONNX_TAG}")
    run("git", "clone", "-q", "--depth=1", "--branch", ONNX_TAG, "--filter=blob:none", "--sparse",
        sources.onnx, clone)
    run("git", "sparse-checkout", "set", "onnx/backend/test/data/node", "onnx/backend/test/data/light", cwd=clone)
    data = Path(clone) / "onnx/backend/test/data"
    say("installing onnxruntime with pip, into a virtual environment")
    venv.create(f"{work}/venv", with_pip=True)
    python = f"{work}/venv/bin/python"
    run(python, "-m", "pip", "install", "-q", "onnxruntime")
    models = to.parent / "models"
    models.mkdir(exist_ok=True)
    for model in sorted((data / "light").glob("*.onnx")):
        (models / model.name).write_bytes(model.read_bytes())
    (models / "ports.jsonl").write_bytes(runtime_ports(python, models))
    (to / "ports.jsonl").write_bytes(runtime_ports(python, data / "node"))
    run("tar", "--sort=name", "--owner=0", "--group=0", "-czf", str(to / "node-tests.tar.gz"), "-C",
        str(data / "node"), ".")


def make_schema(to, _sources, _work):
    with urllib.request.urlopen(SARIF, timeout=60) as answer:
        (to / "sarif-schema-2.1.0.json").write_bytes(answer.read())


PARTS = {"zoo": make_zoo, "layouts": make_layouts, "onnx-node": make_models, "schema": make_schema}


def main():
    parser = argparse.ArgumentParser(description="Make the data for the conformance tests")
    parser.add_argument("to", type=Path)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--zoo", default="https://github.com/onnx/models")
    parser.add_argument("--opencv", default="https://github.com/opencv/opencv_zoo")
    parser.add_argument("--onnx", default="https://github.com/onnx/onnx")
    sources = parser.parse_args()
    os.environ["GIT_LFS_SKIP_SMUDGE"] = "1"
    failed = []
    for part in sources.only or PARTS:
        folder = sources.to / part
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as work:
            try:
                PARTS[part](folder.resolve(), sources, work)
                say(f"made {folder}")
            except (subprocess.CalledProcessError, OSError) as error:
                failed.append(part)
                say(f"error: {part}: {error}")
    if failed:
        raise SystemExit(f"make_corpus: not made: {', '.join(failed)}; check the network and run it again")


if __name__ == "__main__":
    main()
