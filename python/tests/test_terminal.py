# SPDX-License-Identifier: Apache-2.0
"""Progress on a terminal and in a notebook."""

import io
import os
import pty
import re
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, List

import pytest
from models import Hub, relu
from onnxhub import _progress, hub
from servers import Server

CONTENT = relu(12, "x" * 200_000)


class Slow:
    """Sends each tenth of the file after the program has had time to report the one before."""

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        import time

        handler.send_response(200)
        handler.send_header("Content-Length", str(len(CONTENT)))
        handler.end_headers()
        size = len(CONTENT) // 10 + 1
        for begin in range(0, len(CONTENT), size):
            handler.wfile.write(CONTENT[begin : begin + size])
            handler.wfile.flush()
            time.sleep(0.15)


@pytest.fixture
def slow(server: Server, models: Hub) -> str:
    models.add("Slow", "slow/slow-12.onnx", 12, CONTENT)
    repo = server.add_plain("/slow", models)
    server.pages["/slow/slow/slow-12.onnx"] = Slow()
    return repo


def read_all(terminal: int) -> str:
    """What was written to the other side, which is closed."""
    said = b""
    try:
        while block := os.read(terminal, 1 << 16):
            said += block
    except OSError:  # the end, on Linux
        pass
    os.close(terminal)
    return said.decode()


def test_a_line_of_progress_on_a_terminal(slow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        hub.path("slow", slow, trust=True)
    said = read_all(ours)
    assert re.search(r"\rslow-12\.onnx: [1-9]\d? % of 390\.\d KiB, [\d.]+ [KM]iB/s, \d+ s left", said), said
    assert said.endswith("\r")  # wiped
    assert said.split("\r")[-2].strip() == ""


def test_nothing_in_a_log_or_when_silent(slow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    hub.path("slow", slow, trust=True)
    assert log.getvalue() == ""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        hub.path("slow", slow, trust=True, silent=True, force_reload=True)
        terminal.write("end")
    assert read_all(ours) == "end"


def test_no_standard_error(slow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in programs without a console."""
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(sys, "stdout", None)
    assert hub.path("slow", slow, trust=True)


def test_several_files_share_the_line() -> None:
    display = _progress.Display()
    display.update(1, "a/one.onnx", 100)
    display.update(2, "a/two.onnx", 300, 200)
    assert display._line() == "2 files: 50 % of 400 bytes"
    display.end(2)
    assert display._line() == "one.onnx: 0 % of 100 bytes"
    display.update(3, "b/unknown.onnx", None, 2048)
    assert display._line() == "2 files: 2.0 KiB"


@pytest.mark.parametrize(
    "count, text", [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (97.8 * 2**20, "97.8 MiB")]
)
def test_human_bytes(count: float, text: str) -> None:
    assert _progress.human_bytes(count) == text


def test_printable_text() -> None:
    assert _progress.printable("a\x1b[31m\n\u202eb\u00fc\ud800") == "a\\x1b[31m\\n\\u202eb\u00fc\\ud800"


NOTEBOOK = """
import sys
sys.path[:0] = {path!r}
from onnxhub import hub
print(hub.path("slow", {repo!r}, trust=True))
"""


def test_a_notebook(slow: str, cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in a real kernel. Skipped without ipykernel and nbclient."""
    nbclient: Any = pytest.importorskip("nbclient")
    nbformat: Any = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("ONNX_HOME", cache)
    kernels = tmp_path / "jupyter/kernels/python3"
    kernels.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernels / "kernel.json").write_text(
        '{"argv": ["' + '", "'.join(command) + '"], "display_name": "Python 3", "language": "python"}'
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    source = NOTEBOOK.format(path=sys.path, repo=slow)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs: List[Any] = notebook.cells[0].outputs
    names = ("stdout", "stderr")
    streams = {name: "".join(item.text for item in outputs if item.get("name") == name) for name in names}
    assert streams["stdout"].splitlines()[-1].endswith("_slow-12.onnx")
    assert re.search(r"slow-12\.onnx: \d+ % of 390", streams["stderr"]), outputs
