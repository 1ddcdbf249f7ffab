# SPDX-License-Identifier: Apache-2.0
"""`./dev corpus` describes the zoo as the corpus at hand does: make_corpus_test.py, with the corpus
in ONNXHUB_CORPUS. Its bundle stands in for the public repository."""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def entries(folder, name):
    text = (folder / "zoo" / f"zoo-{name}.entries.json").read_text("utf-8")
    return sorted(json.dumps(entry, sort_keys=True) for entry in json.loads(text))


def main():
    corpus = os.environ.get("ONNXHUB_CORPUS")
    if not corpus:
        print("SKIPPED: ONNXHUB_CORPUS is not set")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        script = Path(__file__).with_name("make_corpus.py")
        subprocess.run([sys.executable, str(script), str(made), "--only", "zoo",
                        "--zoo", f"{corpus}/zoo/zoo.bundle"], check=True)
        for name in ("69c5d375", "b1eeaa1a"):
            ours, theirs = entries(made, name), entries(Path(corpus), name)
            assert ours == theirs, f"{name}: {set(ours) ^ set(theirs)}"
        heads = subprocess.run(["git", "bundle", "list-heads", str(made / "zoo/zoo.bundle")],
                               check=True, stdout=subprocess.PIPE).stdout.decode()
        for tag in ("zoo-69c5d375", "zoo-b1eeaa1a"):
            assert f"refs/tags/{tag}" in heads, heads
    return 0


sys.exit(main())
