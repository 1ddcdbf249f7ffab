# SPDX-License-Identifier: Apache-2.0
"""Creates hubs for benchmarks: real models in Git LFS, or many pointers in a bare repository."""
import hashlib
import json
import os
import shutil
import subprocess

LONG_AGO = 1_600_000_000  # well before the index, or git would not trust the time (a racy entry)


def git(folder, *arguments, **options):
    # Ignore this machine's configuration of filters, hooks and names.
    environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1",
                       GIT_AUTHOR_NAME="Bench", GIT_AUTHOR_EMAIL="bench@example.org",
                       GIT_COMMITTER_NAME="Bench", GIT_COMMITTER_EMAIL="bench@example.org")
    subprocess.run(["git", "-C", folder, *arguments], check=True, env=environment,
                   stdout=subprocess.DEVNULL, **options)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def root_table(folders):
    rows = "".join(f"| <b>[{name}]({name})</b> | Made for a benchmark. |\n" for name in folders)
    return "# A synthetic hub\n\n| Model Class | Description |\n|-|-|\n" + rows


def model_table(names):
    rows = "".join(f"| {name} | [model](model/{name}.onnx) | 1.8 | 13 |\n" for name in names)
    return "# Models\n\n| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n" + rows


OPSETS = 3  # of each name, from 11 on


def opset_of(number):
    return 11 + number % OPSETS


def versions_table(files, first=0):
    """The same, with several opsets for each name. `first` is the number of the first file among all of the hub."""
    rows = "".join(f"| model-{(first + i) // OPSETS} | [model](model/{file}.onnx) | 1.8 | {opset_of(first + i)} |\n"
                   for i, file in enumerate(files))
    return "# Models\n\n| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n" + rows


def lfs_checkout(hub, make_model, count, size_mib, is_varied=False):
    """A clean checkout of `count` real models that git stores as LFS pointers. Varied models have a symbolic
    dimension, three opsets for each name, and half of them external data."""
    files = [f"dense-{i}" for i in range(count)]
    write(f"{hub}/README.md", root_table(["dense_layers"]))
    write(f"{hub}/dense_layers/README.md", versions_table(files) if is_varied else model_table(files))
    write(f"{hub}/.gitattributes", "*.onnx filter=lfs diff=lfs merge=lfs -text\n"
                                   "*.weights filter=lfs diff=lfs merge=lfs -text\n")
    folder = f"{hub}/dense_layers/model"
    os.makedirs(folder)
    for seed, file in enumerate(files):
        options = []
        if is_varied:
            options = [str(opset_of(seed)), "batch"] + ([f"{file}.weights"] if seed % 2 else [])
        subprocess.run([make_model, f"{folder}/{file}.onnx", str(size_mib), str(seed), *options], check=True)
    for file in os.listdir(folder):
        os.utime(f"{folder}/{file}", (LONG_AGO, LONG_AGO))
    git(hub, "init", "-q")
    git(hub, "lfs", "install", "--local")
    git(hub, "add", "-A")
    git(hub, "commit", "-q", "-m", "Models")
    # Deletes the second copy of each model. No benchmark reads it.
    shutil.rmtree(f"{hub}/.git/lfs/objects")


def pointer_checkout(hub, objects):
    """A repository with a Git LFS pointer for each pair of an oid and a size, and a table of them."""
    os.makedirs(f"{hub}/networks/model")
    git(hub, "init", "-q")
    names = [f"network-{number}" for number in range(len(objects))]
    for name, (oid, size) in zip(names, objects):
        write(f"{hub}/networks/model/{name}.onnx",
              f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n")
    write(f"{hub}/README.md", root_table(["networks"]))
    write(f"{hub}/networks/README.md", model_table(names))


def plain_hub(folder, make_model, size_mib, filler=0):
    """A directory with one real model and its manifest, for any web server. Another entry with `filler` bytes
    makes the manifest as long as that of a large hub."""
    os.makedirs(folder, exist_ok=True)
    path = f"{folder}/model.onnx"
    subprocess.run([make_model, path, str(size_mib), "1"], check=True)
    with open(path, "rb") as file:
        sha = hashlib.file_digest(file, "sha256").hexdigest()
    entry = {"model": "Model", "model_path": "model.onnx", "onnx_version": "1.8", "opset_version": 13,
             "metadata": {"model_sha": sha, "model_bytes": os.path.getsize(path), "tags": []}}
    write(f"{folder}/ONNX_HUB_MANIFEST.json", json.dumps([entry, dict(entry, model="Filler", filler="x" * filler)] if filler else [entry]))


def bare_repository_of_pointers(repository, count, models_per_folder=100):
    """A bare repository with one commit of `count` LFS pointers, on its branch `main`. Each name has three opsets."""
    git(".", "init", "-q", "--bare", "-b", "main", repository)
    with subprocess.Popen(["git", "-C", repository, "fast-import", "--quiet"],
                          stdin=subprocess.PIPE) as importer:
        for line in pointer_commit(count, models_per_folder):
            importer.stdin.write(line)
    if importer.returncode != 0:
        raise subprocess.CalledProcessError(importer.returncode, "git fast-import")


def pointer_commit(count, models_per_folder):
    def file(path, text):
        content = text.encode()
        return b"M 644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content)

    yield b"commit refs/heads/main\ncommitter Bench <bench@example.org> 0 +0000\ndata 6\nModels\n"
    # Grouped, because fast-import searches a folder from its beginning for each file.
    folders = [f"group_{i // 100}/family_{i}" for i in range((count + models_per_folder - 1) // models_per_folder)]
    yield file("README.md", root_table(folders))
    yield file(".gitattributes", "*.onnx filter=lfs diff=lfs merge=lfs -text\n")
    for number, folder in enumerate(folders):
        first = number * models_per_folder
        names = [f"model-{i}" for i in range(first, min(first + models_per_folder, count))]
        yield file(f"{folder}/README.md", versions_table(names, first))
        for name in names:
            oid = hashlib.sha256(name.encode()).hexdigest()
            yield file(f"{folder}/model/{name}.onnx",
                       f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 104857600\n")
