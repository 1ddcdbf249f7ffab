# SPDX-License-Identifier: Apache-2.0
"""Runs one command of the program and reads its JSON while it works."""

import json
import os
import selectors
import subprocess
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from ._program import ProgramError, environment, find_program

Argument = Union[str, bytes]
Event = Dict[str, Any]

_BLOCK = 1 << 16  # bytes
_PATIENCE = 5  # seconds that an interrupted program has to stop by itself
_KEPT_TEXT = 4096  # characters of unexpected output that an error shows


class Failure(Exception):
    """The program ended with an error. `problem` is a name of hosting/client/hub_error.h, such as "untrusted"."""

    def __init__(self, problem: str, message: str, http_status: Optional[int] = None) -> None:
        super().__init__(message)
        self.problem = problem
        self.message = message
        self.http_status = http_status


class Messages:
    """What the program wrote to standard error: JSON Lines, or text where something else went wrong."""

    def __init__(self) -> None:
        self.warnings: List[str] = []
        self.notes: List[str] = []
        self.error: Optional[Event] = None
        self.text = ""

    def add(self, line: bytes) -> None:
        """Takes one line."""
        message = _object_of(line)
        text = str(message.get("message", ""))
        level = message.get("level")
        if level == "error":
            self.error = self.error or message
        elif level == "warning":
            self.warnings.append(text)
        elif level == "note":
            self.notes.append(text)
        else:
            self.text = (self.text + line.decode("utf-8", "replace") + "\n")[-_KEPT_TEXT:]


def _object_of(line: bytes) -> Event:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


class _Lines:
    """Cuts a stream into lines and gives each to a function."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._rest = b""

    def add(self, block: bytes) -> None:
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in lines:
            self._take(line)

    def end(self) -> None:
        if self._rest:
            self._take(self._rest)


class _Bytes:
    """Collects a stream."""

    def __init__(self) -> None:
        self._blocks: List[bytes] = []

    def add(self, block: bytes) -> None:
        self._blocks.append(block)

    def end(self) -> None:
        pass

    def value(self) -> bytes:
        return b"".join(self._blocks)


def utf8(text: str) -> bytes:
    """An argument that is not a path. The program reads UTF-8 in any locale."""
    return text.encode("utf-8", "surrogatepass")


def run(
    arguments: Sequence[Argument],
    messages: Messages,
    on_event: Optional[Callable[[Event], None]] = None,
) -> bytes:
    """Runs the program with these arguments and returns its standard output.

    With `on_event`, the output is JSON Lines: each object goes to this function as it arrives, and b"" is returned.
    The program ends before this function does, also on Ctrl-C and on any other exception. Raises Failure,
    KeyboardInterrupt, and ProgramError.
    """
    program = find_program()
    output = _Bytes()

    def take_event(line: bytes) -> None:
        event = _object_of(line)
        if on_event and event:
            on_event(event)

    command: List[Argument] = [program, "--message-format=json", *arguments]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(program),
        )
    except OSError as error:
        raise ProgramError(f"{program}: can't be run ({error.strerror})") from None
    try:
        _read(process, _Lines(take_event) if on_event else output, _Lines(messages.add))
        status = process.wait()
    except BaseException:
        _stop(process)
        raise
    finally:
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
    _check(program, status, messages)
    return output.value()


def _read(process: "subprocess.Popen[bytes]", output: Union[_Lines, _Bytes], errors: _Lines) -> None:
    with selectors.DefaultSelector() as selector:
        for pipe, reader in ((process.stdout, output), (process.stderr, errors)):
            assert pipe is not None
            selector.register(pipe, selectors.EVENT_READ, reader)
        while selector.get_map():
            for key, _ in selector.select():
                block = os.read(key.fd, _BLOCK)
                if block:
                    key.data.add(block)
                else:
                    key.data.end()
                    selector.unregister(key.fileobj)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ends the program. It leaves no wrong file, and what it downloaded can be resumed."""
    try:
        process.terminate()
        process.wait(_PATIENCE)
    except BaseException:  # it does not react, or the user pressed Ctrl-C again
        process.kill()
        process.wait()


def _check(program: str, status: int, messages: Messages) -> None:
    if status == 0:
        return
    if status == 130:
        raise KeyboardInterrupt
    if messages.error:
        error = messages.error
        answered = error.get("http_status")
        status_of_server = None if answered is None else int(answered)
        raise Failure(str(error.get("problem", "other")), str(error.get("message", "")), status_of_server)
    ended = f"ended by signal {-status}" if status < 0 else f"exit status {status}"
    reason = messages.text.strip()
    raise ProgramError(f"{program}: {ended}" + (f": {reason}" if reason else ""))
