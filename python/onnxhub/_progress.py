# SPDX-License-Identifier: Apache-2.0
"""One line of progress on a terminal or in a notebook, for all threads of the process together."""

import sys
import threading
import time
from typing import Dict, Optional, TextIO, Tuple

_INTERVAL = 0.05  # seconds between two drawings: a model may have thousands of files
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def human_bytes(count: float) -> str:
    """Formats a number of bytes, such as "97.8 MiB"."""
    unit = 0
    while count >= 1024 and unit + 1 < len(_UNITS):
        count /= 1024
        unit += 1
    return f"{count:.0f} {_UNITS[0]}" if unit == 0 else f"{count:.1f} {_UNITS[unit]}"


def printable(text: str) -> str:
    """`text` on one line, without characters that control a terminal: names come from hubs."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def say(text: str, stream: Optional[TextIO]) -> None:
    """Prints one line. Characters that the stream can't encode are escaped. `stream` may be None, as sys.stderr may."""
    if stream is None:
        return
    try:
        print(printable(text), file=stream)
    except UnicodeEncodeError:
        print(printable(text).encode("ascii", "backslashreplace").decode("ascii"), file=stream)


def _is_notebook() -> bool:
    """Whether the output goes to a Jupyter notebook, which obeys carriage returns."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


def _stream_for_progress() -> Optional[TextIO]:
    stream = sys.stderr
    try:
        return stream if stream is not None and (stream.isatty() or _is_notebook()) else None
    except (AttributeError, ValueError):  # replaced or closed
        return None


class Transfer:
    """One file that arrives."""

    def __init__(self, name: str, total: Optional[int]) -> None:
        self.name = name
        self.total = total  # None: unknown
        self.done = 0
        self.begin: Optional[int] = None  # bytes that an earlier, interrupted transfer left
        self.start = time.monotonic()

    def speed(self) -> float:
        """In bytes a second; 0 if it is unknown."""
        seconds = time.monotonic() - self.start
        return (self.done - (self.begin or 0)) / seconds if seconds > 0.2 else 0.0


class Display:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._transfers: Dict[Tuple[int, str], Transfer] = {}  # by owner and file
        self._width = 0  # columns of the line that is drawn
        self._drawn = 0.0  # when

    def update(self, owner: int, name: str, total: Optional[int], done: Optional[int] = None) -> None:
        """Shows that `done` bytes of a file have arrived; None: the transfer begins. Owners are different loads."""
        with self._lock:
            transfer = self._transfers.setdefault((owner, name), Transfer(name, total))
            if done is not None:
                transfer.begin = done if transfer.begin is None else transfer.begin
                transfer.done = done
            if self._width == 0 or time.monotonic() - self._drawn >= _INTERVAL:
                self._draw()

    def end(self, owner: int) -> None:
        """The transfers of this load are over."""
        with self._lock:
            ended = [key for key in self._transfers if key[0] == owner]
            for key in ended:
                del self._transfers[key]
            if ended:
                self._draw()

    def _draw(self) -> None:
        stream = _stream_for_progress()
        if stream is None:
            return
        line = self._line() if self._transfers else ""
        try:
            stream.write("\r" + line.ljust(self._width) + ("" if line else "\r"))
            stream.flush()
        except (OSError, ValueError):  # the terminal is gone; the download continues
            return
        self._width = len(line)
        self._drawn = time.monotonic()

    def _line(self) -> str:
        transfers = list(self._transfers.values())
        total = sum(transfer.total or 0 for transfer in transfers)
        done = sum(transfer.done for transfer in transfers)
        speed = sum(transfer.speed() for transfer in transfers)
        what = transfers[0].name.rsplit("/", 1)[-1] if len(transfers) == 1 else f"{len(transfers)} files"
        is_known = all(transfer.total is not None for transfer in transfers)
        text = f"{what}: "
        text += f"{100 * done // max(total, 1)} % of {human_bytes(total)}" if is_known else human_bytes(done)
        if speed > 0:
            text += f", {human_bytes(speed)}/s"
            text += f", {max(total - done, 0) / speed:.0f} s left" if is_known else ""
        return printable(text).encode("ascii", "replace").decode("ascii")[:79]


display = Display()
