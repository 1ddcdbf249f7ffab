# SPDX-License-Identifier: Apache-2.0
"""Invalid output of the program, and each way in which it may end, lead to a ProgramError of one line."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import onnxhub
import pytest
from models import small_hub
from onnxhub import _call, _progress, hub

FILE = "a/model.onnx"
SHA = "0" * 64


Call = Callable[[], Any]


class Fake:
    """A program in place of onnxhub, which writes what a test gives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = folder / f"{SHA}_model.onnx"
        self.model.write_bytes(b"model")
        self.program = folder / "onnxhub"

    def will(self, commands: str, version: str = f"echo onnxhub {onnxhub.__version__}") -> None:
        """Runs these shell commands for every command but --version."""
        text = f'#!/bin/sh\nif [ "$1" = --version ]; then {version}; exit; fi\n{commands}\n'
        # The package asks each new program for its version.
        if not self.program.exists() or self.program.read_text() != text:
            self.program.write_text(text)
            self.program.chmod(0o755)

    def writes(self, output: bytes = b"", errors: bytes = b"", status: int = 0) -> None:
        for name, content in (("out", output), ("err", errors)):
            (self.folder / name).write_bytes(content)
        self.will(f"cat '{self.folder}/out'; cat '{self.folder}/err' >&2; exit {status}")

    def events(self) -> List[Dict[str, Any]]:
        """Those of a download."""
        place = f"a/{SHA}_model.onnx"
        return [
            {"event": "start", "file": FILE, "place": place, "total_bytes": 5},
            {"event": "progress", "file": FILE, "bytes": 2, "total_bytes": 5},
            {"event": "file", "file": FILE, "place": place, "path": str(self.model), "sha256": SHA, "bytes": 5,
             "cached": False, "source": "https://example.com"},
            {"event": "model", "model": "M", "opset_version": 12, "path": str(self.model)},
        ]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake(tmp_path)
    monkeypatch.setenv("ONNXHUB_PROGRAM", str(made.program))
    return made


def lines(events: List[Dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def fails(call: Call, saying: str) -> None:
    """The call raises a ProgramError of one short line that begins with the path of the program."""
    with pytest.raises(onnxhub.ProgramError, match=saying) as caught:
        call()
    said = str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert said.startswith(os.environ["ONNXHUB_PROGRAM"] + ": ")
    assert said.isprintable() and len(said) < 6000


def load() -> Any:
    return hub.path("m", "a/b")


LOADS: Tuple[Call, ...] = (load, lambda: hub.download_model_with_test_data("m", "a/b"), lambda: hub.locked_path("m"))
LISTS: Tuple[Call, ...] = (hub.list_models, lambda: hub.get_model_info("mnist"), lambda: hub.search("mnist"))
COMMANDS: Tuple[Call, ...] = (*LOADS, *LISTS, lambda: hub.lock("m"))


def test_a_whole_download(fake: Fake) -> None:
    fake.writes(lines(fake.events()))
    for call in LOADS:
        assert call() == str(fake.model)


def test_events_of_a_later_version_are_ignored(fake: Fake) -> None:
    first, *rest = fake.events()
    fake.writes(lines([{"event": "later", "x": None}, {**first, "more": [1]}, *rest]))
    assert load() == str(fake.model)


WRONG: Dict[str, List[Any]] = {
    "text": [None, 5, True, "", [], {}, "a\0b"],
    "number": [-1, 1.5, "5", True, [], {}, 1 << 64, float("inf"), float("nan")],
    "flag": [None, 0, "true", [], {}],
}
FIELDS = [
    (0, "file", "text"),
    (0, "place", "text"),
    (0, "total_bytes", "number"),
    (1, "file", "text"),
    (1, "bytes", "number"),
    (1, "total_bytes", "number"),
    (2, "place", "text"),
    (2, "path", "text"),
    (2, "cached", "flag"),
    (3, "path", "text"),
]


@pytest.mark.parametrize("number, key, kind", FIELDS, ids=[f"{number}-{key}" for number, key, _ in FIELDS])
def test_events_with_wrong_members(fake: Fake, number: int, key: str, kind: str) -> None:
    name = fake.events()[number]["event"]
    events = fake.events()
    del events[number][key]
    fake.writes(lines(events))
    fails(load, f'an event "{name}" has no valid "{key}"; install it again')
    for value in WRONG[kind]:
        events[number][key] = value
        fake.writes(lines(events))
        fails(load, f'an event "{name}" has no valid "{key}"; install it again')


NO_EVENTS = [
    b"text",
    b"",
    b"[]",
    b"null",
    b"5",
    b"{}",
    b'{"event": 5}',
    b'{"event": null}',
    b'{"event": ["model"]}',
    b'{"event": "model", "path": "/etc/pass',
    b'{"event": "start"} {}',
    b'{"event": "\xff"}',
    b"\xef\xbb\xbf{}",
    b"{\0\0\0",
    b"[" * 100_000,
    b'{"event":' * 100_000,
    b'{"event": ' + b"9" * 1_000_000 + b"}",
    b"\x1b[31m::error::\xe2\x80\xae",
]


@pytest.mark.parametrize("line", NO_EVENTS, ids=range(len(NO_EVENTS)))
def test_lines_that_are_no_events(fake: Fake, line: bytes) -> None:
    good = lines(fake.events())
    begin = time.process_time()
    for output in (line + b"\n" + good, good + line + b"\n"):
        fake.writes(output)
        for call in LOADS[:2]:
            fails(call, "can't be used: .*; install it again")
    assert time.process_time() - begin < 5


def test_a_download_without_a_result(fake: Fake) -> None:
    events = fake.events()
    for output in (b"", lines(events[:3]), lines(events)[:-5], lines(events[:3]) + b"\r\n"):
        fake.writes(output)
        for call in LOADS:
            fails(call, "can't be used")
    fake.writes(lines(events[:3]))
    fails(load, 'it ended without an event "model"')
    fake.writes(lines([*events, events[3]]))
    fails(load, 'there are two events "model"')
    fake.model.unlink()
    fake.writes(lines(events))
    fails(load, "it names a file that does not exist, .*_model.onnx")


def test_too_many_files(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    from onnxhub import _loading

    monkeypatch.setattr(_loading, "_FILES_LIMIT", 3)
    start, _, *rest = fake.events()
    more = [{**start, "file": f"a/{number}"} for number in (1, 2, 3, 1)]
    fake.writes(lines([*more, *rest]))
    assert load() == str(fake.model)
    fake.writes(lines([*more, start, *rest]))
    fails(load, "it loads more than 3 files")


def test_thousands_of_files_share_the_line() -> None:
    display = _progress.Display()
    begin = time.process_time()
    for number in range(20_000):
        display.update(1, str(number), 1)
    assert time.process_time() - begin < 2
    assert display._line() == "20000 files: 0 % of 19.5 KiB"


WRONG_MEMBERS: Dict[str, List[Any]] = {
    "model": [None, 5, [], {}],
    "model_path": [None, 5, [], {}],
    "metadata": [None, 5, "text", []],
    "opset_version": [None, "8", 8.5, True, [], {}],
    "tags": [None, 5, "vision", {}, [5], [None], [[]], [{}]],
}


@pytest.mark.parametrize("key", WRONG_MEMBERS)
def test_entries_with_wrong_members(fake: Fake, key: str) -> None:
    entries = small_hub().entries
    fake.writes(json.dumps(entries).encode())
    assert len(hub.list_models()) == len(entries)
    good = entries[1]
    for value in WRONG_MEMBERS[key]:
        entries[1] = {**good, "metadata": {"tags": value}} if key == "tags" else {**good, key: value}
        fake.writes(json.dumps(entries).encode())
        for call in LISTS[:2]:
            fails(call, "model 2 of its list is not an entry of a manifest; install it again")


@pytest.mark.parametrize("key", ["model", "model_path", "metadata", "opset_version"])
def test_entries_with_missing_members(fake: Fake, key: str) -> None:
    entries = small_hub().entries
    del entries[1][key]
    fake.writes(json.dumps(entries).encode())
    for call in LISTS:
        fails(call, "model 2 of its list is not an entry")


NO_LISTS = [b"", b"text", b"{}", b"null", b"5", b'"text"', b"[5]", b"[null]", b"[[]]", b"[] []", b"[\xff]", b"\0[]",
            b"[" * 1_000_000, b"[" + b"9" * 5_000_000 + b"]", b'{"model": "mnist"}', b"\xff\xfe[\0]\0"]


@pytest.mark.parametrize("output", NO_LISTS, ids=range(len(NO_LISTS)))
def test_lists_that_are_none(fake: Fake, output: bytes) -> None:
    fake.writes(output)
    begin = time.process_time()
    for call in LISTS:
        fails(call, "can't be used: .*; install it again")
    assert time.process_time() - begin < 5


def test_a_list_that_is_cut_off(fake: Fake) -> None:
    whole = small_hub().manifest()
    for size in (1, 2, 100, len(whole) // 2, len(whole) - 1):
        fake.writes(whole[:size])
        for call in LISTS:
            fails(call, "it has no valid JSON")


MISSING: Any = object()


def message(**members: Any) -> bytes:
    merged: Dict[str, Any] = {"level": "error", "problem": "model", "message": "there is none", **members}
    return json.dumps({key: value for key, value in merged.items() if value is not MISSING}).encode() + b"\n"


def messages(key: str, *values: Any, **others: Any) -> List[bytes]:
    return [message(**{key: value, **others}) for value in values]


WRONG_MESSAGES = [
    *messages("problem", MISSING, None, 5, True, "", "unknown", [], {}, ["model"]),
    *messages("message", MISSING, None, 5, True, "", [], {}),
    *messages("http_status", "404", "many", -1, 0, 99, 1000, 10**400, 404.5, True, [], {}, float("inf"), float("nan")),
    *messages("message", MISSING, None, 5, "", [], {}, level="warning"),
]


@pytest.mark.parametrize("line", WRONG_MESSAGES, ids=range(len(WRONG_MESSAGES)))
def test_messages_with_wrong_members(fake: Fake, line: bytes) -> None:
    for output in (line, message() + line) if b"warning" in line else (line, line + message()):
        fake.writes(errors=output, status=2)
        for call in (LOADS[0], LISTS[0], COMMANDS[-1]):
            fails(call, "can't be used: (an error|a message) has .*; install it again")


def test_messages_that_are_right(fake: Fake) -> None:
    fake.writes(errors=message(problem="unreachable", http_status=404), status=2)
    for call in COMMANDS:
        with pytest.raises(OSError, match="there is none"):
            call()
    # What is no message is text; only its end is kept.
    for text in (b"null\n", b"[]\n", b"5", b"{}", b"[" * 100_000, b'{"level": 5}\n', b"9" * 100_000, b"\xff\0\n"):
        fake.writes(errors=text + b" \x1b[1m last\nline", status=3)
        for call in (LOADS[0], LISTS[0]):
            fails(call, "exit status 3: .*last line$")
    fake.writes(errors=message(), status=0)
    for call in COMMANDS:
        fails(call, "it reports an error, but its exit status is 0 .there is none.")


def test_messages_are_one_line(fake: Fake) -> None:
    fake.writes(b"[]", message(level="warning", message="one\n\x1b[31mtwo"))
    with pytest.warns(UserWarning, match=r"^one\\n\\x1b\[31mtwo$"):
        hub.list_models()
    fake.writes(errors=message(message="one\n\x1b[31mtwo", problem="content"), status=2)
    with pytest.raises(AssertionError, match=r"^one\\n\\x1b\[31mtwo$"):
        hub.list_models()


def test_limits(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    events, listed = lines(fake.events()), small_hub().manifest()
    warning = message(level="warning")
    cases: List[Tuple[str, bytes, bytes, Call]] = [
        ("EVENTS_LIMIT", events, b"", load),
        ("OUTPUT_LIMIT", listed, b"", hub.list_models),
        ("MESSAGES_LIMIT", events, warning, load),
        ("MESSAGES_LIMIT", listed, warning, hub.list_models),
    ]
    for name, output, errors, call in cases:
        fake.writes(output, errors)
        size = len(errors or output)
        with monkeypatch.context() as patch:
            patch.setattr(_call, name, size)
            if errors:
                with pytest.warns(UserWarning, match="there is none"):
                    assert call()
            else:
                assert call()
            patch.setattr(_call, name, size - 1)
            fails(call, f"its (output|standard error) has more than {size - 1} bytes")


def test_the_longest_line(fake: Fake) -> None:
    from onnxhub import _child

    first, *rest = fake.events()
    line = lines([{**first, "more": ""}])[:-1]
    for excess in (0, 1):
        long = line[:-2] + b"x" * (_child.LINE_LIMIT + excess - len(line)) + b'"}'
        for output in (long + b"\n" + lines(rest), lines([first, *rest]) + long):
            fake.writes(output)
            if excess:
                fails(load, f"its output has a line of more than {_child.LINE_LIMIT} bytes")
            else:
                assert load() == str(fake.model)


# Python itself needs about 100 MiB of addresses here.
SMALL = """
import resource, sys
from onnxhub import ProgramError, hub
resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
try:
    eval(sys.argv[1])
except ProgramError as error:
    print("ProgramError", error)
"""


@pytest.mark.once
@pytest.mark.parametrize("where", ["", " >&2"], ids=["output", "errors"])
@pytest.mark.parametrize("what", ["x", '{"event": "progress"', '{"level": "note", "message": "more"}'],
                         ids=["one-line", "events", "notes"])
@pytest.mark.parametrize("call", ["hub.list_models()", "hub.path('m', 'a/b')"])
def test_output_without_end(fake: Fake, call: str, what: str, where: str) -> None:
    """Ends, with 400 MiB of memory, and ends the program too."""
    cut = " | tr -d '\\n'" if what == "x" else ""
    fake.will(f"echo $$ >'{fake.folder}/pid'; exec 3>&1; (yes '{what}'{cut}){where}")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-B", "-c", SMALL, call]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert said.stdout.startswith("ProgramError ") and said.stdout.count("\n") == 1, said
    assert said.returncode == 0
    assert not os.path.exists(f"/proc/{(fake.folder / 'pid').read_text().strip()}")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1 << 21


def test_valid_events_without_end(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_call, "EVENTS_LIMIT", 4 << 20)
    progress = lines(fake.events()[1:2]).decode().strip()
    fake.will(f"yes '{progress}'")
    fails(load, "its output has more than 4194304 bytes")


@pytest.mark.once
def test_a_program_that_closes_its_output_and_stays(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    from onnxhub import _child

    monkeypatch.setattr(_child, "PATIENCE", 0.5)
    for stubborn in ("", "trap '' TERM; "):
        fake.will(f"echo $$ >'{fake.folder}/pid'; {stubborn}exec >&- 2>&-; while :; do sleep 1; done")
        for call in (LOADS[0], LISTS[0], COMMANDS[-1]):
            begin = time.monotonic()
            fails(call, "it has closed its output and does not end; install it again")
            assert time.monotonic() - begin < 30
            assert not os.path.exists(f"/proc/{(fake.folder / 'pid').read_text().strip()}")


def test_a_program_whose_child_keeps_the_output_open(fake: Fake) -> None:
    """For example a daemon. The result does not wait for it."""
    fake.writes(small_hub().manifest())
    fake.will(f"sleep 300 & echo $! >'{fake.folder}/pid'; cat '{fake.folder}/out'")
    begin = time.monotonic()
    try:
        assert len(hub.list_models()) == 7
        assert time.monotonic() - begin < 60
    finally:
        os.kill(int((fake.folder / "pid").read_text()), signal.SIGKILL)


VERSIONS = [
    ("while :; do sleep 1; done", "it does not end"),
    ("exec >&- 2>&-; while :; do sleep 1; done", "it has closed its output and does not end"),
    ("yes", "its output has more than 65536 bytes"),
    ("yes >&2", "its standard error has more than 65536 bytes"),
    (f"echo 'onnxhub {onnxhub.__version__}{'x' * 100}'", "its exit status is 0"),
    ("printf 'onnxhub 0.1\\377\\n'", "its exit status is 0"),
    ("printf 'one\\033[1m\\ntwo' >&2; exit 1", r"one\\x1b\[1m two"),
]


@pytest.mark.parametrize("answer, reason", VERSIONS, ids=range(len(VERSIONS)))
def test_versions_that_are_none(fake: Fake, answer: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from onnxhub import _child, _program

    monkeypatch.setattr(_child, "PATIENCE", 0.5)
    monkeypatch.setattr(_program, "_VERSION_TIME", 1)
    fake.will("exit 0", answer)
    for call in (LOADS[0], LISTS[0]):
        fails(call, rf"is not a working onnxhub \({reason}\); install it again")


def test_a_combined_model_that_is_none(fake: Fake) -> None:
    pytest.importorskip("onnx")
    (fake.folder / "list").write_bytes(small_hub().manifest())
    (fake.folder / "load").write_bytes(lines(fake.events()))
    for writing in ("", "printf 'no model' >\"${argument#--output=}\"", ": >\"${argument#--output=}\"",
                    "mkdir \"${argument#--output=}\""):
        composing = f'for argument; do case $argument in --output=*) {writing or ":"} ;; esac; done'
        fake.will(f'case $2 in load-composite) {composing} ;; *) cat "{fake.folder}/$2" ;; esac')
        if writing.startswith(":"):  # protobuf takes no bytes for an empty model
            composed: Any = hub.load_composite_model("M", "M")
            assert not composed.graph.node
            continue
        fails(lambda: hub.load_composite_model("M", "M"), "it has not written the combined model")


def test_arguments_that_no_program_can_take(fake: Fake) -> None:
    """The system refuses NUL and very long arguments."""
    fake.writes(small_hub().manifest())
    for text in ("a/b\0", "a/" + "b" * 200_000):
        calls: List[Call] = [lambda: hub.list_models(text), lambda: hub.path("mnist", text), lambda: hub.path(text),
                             lambda: hub.locked_path(text), lambda: hub.lock("m", repo=text), lambda: hub.lock(text)]
        for call in calls:
            with pytest.raises(AssertionError, match="^[^\\0\n]{1,1100}$"):
                call()
        assert hub.list_models(model=text) == []
