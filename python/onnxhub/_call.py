# SPDX-License-Identifier: Apache-2.0
"""Runs one command of the program and reads its JSON while it works."""

import json
from typing import Any, Callable, Dict, List, Optional, Sequence

from . import _child
from ._child import Argument, Malformed
from ._program import ProgramError, environment, find_program
from ._progress import printable

Event = Dict[str, Any]

# Bytes that the program may write. It has its own limits, and accepts manifests of up to 512 MiB.
OUTPUT_LIMIT = 1 << 30
EVENTS_LIMIT = 256 << 20
MESSAGES_LIMIT = 16 << 20

_KEPT_TEXT = 4096  # characters of unexpected output that an error shows
_LONGEST_NUMBER = 4300  # digits. Older Pythons need quadratic time for each number
_PROBLEMS = frozenset(
    "hub manifest broken-manifest unreachable model opset ambiguous test-data entry untrusted offline content "
    "signature cache composition other".split()
)


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
        self.failure: Optional[Failure] = None  # the first error
        self.text = ""

    def add(self, line: bytes) -> None:
        """Takes one line."""
        try:
            message = read_json(line) if b'"level"' in line else None
        except Malformed:
            message = None
        level = message.get("level") if isinstance(message, dict) else None
        if level == "error":
            self.failure = self.failure or _failure_of(message)
        elif level == "warning":
            self.warnings.append(printable(_text_of(message)))
        elif level != "note":
            self.text = (self.text + line.decode("utf-8", "replace") + "\n")[-_KEPT_TEXT:]


def _text_of(message: Any) -> str:
    text = message.get("message")
    if not isinstance(text, str) or not text:
        raise Malformed("a message has no text")
    return text


def _failure_of(message: Any) -> Failure:
    problem, status = message.get("problem"), message.get("http_status")
    if not isinstance(problem, str) or problem not in _PROBLEMS:
        raise Malformed("an error has no known problem")
    if status is not None and not (is_number(status) and 100 <= status <= 999):
        raise Malformed("an error has a wrong http_status")
    return Failure(problem, printable(_text_of(message)), status)


def is_number(value: object) -> bool:
    """Whether this is a whole number of 64 bits, not negative."""
    return type(value) is int and 0 <= value < 1 << 64


def _whole_number(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(f"a number has more than {_LONGEST_NUMBER} digits")
    return int(digits)


def read_json(text: bytes) -> Any:
    """Reads JSON. Raises Malformed."""
    try:
        return json.loads(str(text, "utf-8"), parse_int=_whole_number)
    except UnicodeDecodeError:
        raise Malformed("its JSON is not UTF-8") from None
    except RecursionError:
        raise Malformed("its JSON is nested too deeply") from None
    except MemoryError:
        raise Malformed("its JSON needs more memory than this process has") from None
    except ValueError as error:
        raise Malformed(f"it has no valid JSON: {error}") from None


def _read_event(line: bytes) -> Event:
    event = read_json(line)
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise Malformed("a line is not an event")
    return event


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
    output = _child.Bytes("its output", OUTPUT_LIMIT)
    reader: _child.Reader = output
    if on_event:
        take = on_event
        reader = _child.Lines("its output", EVENTS_LIMIT, lambda line: take(_read_event(line)))
    errors = _child.Lines("its standard error", MESSAGES_LIMIT, messages.add)
    command: List[Argument] = [program, "--message-format=json", *arguments]
    try:
        status = _child.run(command, environment(program), reader, errors)
    except _child.NotStarted as error:
        raise ProgramError(f"{program}: can't be run ({error})") from None
    except Malformed as error:
        raise unusable(error) from None
    _check(program, status, messages)
    return output.value()


def unusable(error: Malformed) -> ProgramError:
    """The same as an error of the program, on one line."""
    return ProgramError(f"{find_program()}: can't be used: {printable(str(error))}; install it again")


def _check(program: str, status: int, messages: Messages) -> None:
    if status == 130:
        raise KeyboardInterrupt
    if status == 0 and messages.failure:
        raise unusable(Malformed(f"it reports an error, but its exit status is 0 ({messages.failure.message})"))
    if status == 0:
        return
    if messages.failure:
        raise messages.failure
    ended = f"ended by signal {-status}" if status < 0 else f"exit status {status}"
    reason = printable(" ".join(messages.text.split()))
    raise ProgramError(f"{program}: {ended}" + (f": {reason}" if reason else ""))
