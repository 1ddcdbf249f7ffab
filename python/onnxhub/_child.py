# SPDX-License-Identifier: Apache-2.0
"""Runs a program and reads what it writes, within limits of bytes and time."""

import os
import selectors
import subprocess
import time
from typing import Callable, Dict, Optional, Sequence, Union

Argument = Union[str, bytes]

_BLOCK = 1 << 16  # bytes
_INTERVAL = 0.5  # seconds between looks whether it has ended without closing its output
PATIENCE = 5  # seconds that a program has to end after it was interrupted, or after it closed its output
LINE_LIMIT = 4 << 20  # bytes. A valid line may have the name of a model twice, with six bytes for each of its bytes


class NotStarted(Exception):
    """The system can't run this file. The text says why."""


class Malformed(Exception):
    """The program wrote invalid output, or too much, or does not end. The text says what is wrong."""


class Bytes:
    """Collects a stream."""

    def __init__(self, what: str, limit: int) -> None:
        """Raises Malformed, which names `what`, after `limit` bytes."""
        self._what = what
        self._limit = limit
        self._content = bytearray()

    def add(self, block: bytes) -> None:
        """Takes the next bytes."""
        if len(self._content) + len(block) > self._limit:
            raise Malformed(f"{self._what} has more than {self._limit} bytes")
        self._content += block

    def end(self) -> None:
        """Nothing follows."""

    def value(self) -> bytes:
        """All bytes."""
        return bytes(self._content)


class Lines:
    """Cuts a stream into lines and gives each to a function."""

    def __init__(self, what: str, limit: int, take: Callable[[bytes], None]) -> None:
        """Raises Malformed, which names `what`, after `limit` bytes, or LINE_LIMIT bytes in one line."""
        self._what = what
        self._limit = limit
        self._left = limit
        self._take = take
        self._rest = b""

    def add(self, block: bytes) -> None:
        """Takes the next bytes."""
        self._left -= len(block)
        if self._left < 0:
            raise Malformed(f"{self._what} has more than {self._limit} bytes")
        *lines, self._rest = (self._rest + block).split(b"\n")
        if max(map(len, (*lines, self._rest))) > LINE_LIMIT:
            raise Malformed(f"{self._what} has a line of more than {LINE_LIMIT} bytes")
        for line in lines:
            self._take(line)

    def end(self) -> None:
        """Nothing follows."""
        if self._rest:
            self._take(self._rest)


Reader = Union[Bytes, Lines]


def run(
    command: Sequence[Argument],
    environment: Optional[Dict[str, str]],
    output: Reader,
    errors: Reader,
    seconds: Optional[float] = None,
) -> int:
    """Runs a command and returns its exit status, negative for a signal. `seconds`: how long it may take.

    The program ends before this function does, also on Ctrl-C and on any other exception. Raises NotStarted, Malformed,
    and all that the readers raise.
    """
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
    except OSError as error:
        raise NotStarted(error.strerror) from None
    try:
        _read(process, output, errors, None if seconds is None else time.monotonic() + seconds)
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        _stop(process)
        raise Malformed("it has closed its output and does not end") from None
    except MemoryError:
        _stop(process)
        raise Malformed("it writes more than this process has memory for") from None
    except BaseException:
        _stop(process)
        raise
    finally:
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()


def _read(process: "subprocess.Popen[bytes]", output: Reader, errors: Reader, deadline: Optional[float]) -> None:
    """Reads to the end of both streams, or until the process has ended, if another one still holds them open."""
    with selectors.DefaultSelector() as selector:
        for pipe, reader in ((process.stdout, output), (process.stderr, errors)):
            assert pipe is not None
            selector.register(pipe, selectors.EVENT_READ, reader)
        while selector.get_map():
            has_ended = process.poll() is not None
            ready = selector.select(0 if has_ended else _INTERVAL)
            for key, _ in ready:
                block = os.read(key.fd, _BLOCK)
                if block:
                    key.data.add(block)
                else:
                    key.data.end()
                    selector.unregister(key.fileobj)
            if has_ended and not ready:
                break
            if deadline is not None and time.monotonic() > deadline:
                raise Malformed("it does not end")
        for key in list(selector.get_map().values()):
            key.data.end()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ends the program. It leaves no wrong file, and what it downloaded can be resumed."""
    try:
        process.terminate()
        process.wait(PATIENCE)
    except BaseException:  # it does not react, or the user pressed Ctrl-C again
        process.kill()
        process.wait()
