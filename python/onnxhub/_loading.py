# SPDX-License-Identifier: Apache-2.0
"""Follows the events of `onnxhub load --json`: docs/client.md, "JSON Lines"."""

import os
import sys
from os.path import join
from typing import Optional, Set, Tuple

from . import _call
from ._child import Malformed
from ._progress import display, say

_FILES_LIMIT = 100_000  # of one load: a model and its external data


class Loading:
    """Shows what a load does, and collects its result."""

    def __init__(self, model: str, cache: str, silent: bool) -> None:
        self._model = model
        self._cache = cache
        self._silent = silent
        self._has_told = False
        self._place = ""  # of the first file, in the cache
        self._files: Set[str] = set()
        self.path: Optional[str] = None

    def __call__(self, event: _call.Event) -> None:
        """Takes one event."""
        kind = event["event"]
        if kind == "start":
            file, total, place = *_transfer(event), _text(event, "place")
            self._tell(f"Downloading {self._model} to local path {join(self._cache, _path(place))}")
            self._show(file, total, None)
        elif kind == "progress":
            self._show(*_transfer(event), _number(event, "bytes"))
        elif kind == "file":
            self._place = self._place or _text(event, "place")
            path = self._local(_text(event, "path"))
            if _flag(event, "cached"):
                self._tell(f"Using cached {self._model} model from {path}")
        elif kind == "model":
            if self.path is not None:
                raise Malformed('there are two events "model"')
            self.path = self._local(_text(event, "path"))

    def result(self) -> str:
        """The path, after the program has ended without an error."""
        if self.path is None:
            raise _call.unusable(Malformed('it ended without an event "model"'))
        if not os.path.exists(self.path):
            raise _call.unusable(Malformed(f"it names a file that does not exist, {self.path}"))
        return self.path

    def _show(self, file: str, total: Optional[int], done: Optional[int]) -> None:
        self._files.add(file)
        if len(self._files) > _FILES_LIMIT:
            raise Malformed(f"it loads more than {_FILES_LIMIT} files")
        if not self._silent:
            display.update(id(self), file, total, done)

    def _tell(self, text: str) -> None:
        if not self._silent and not self._has_told:
            say(text, sys.stdout)
        self._has_told = True

    def _local(self, text: str) -> str:
        """The path. JSON has no bytes that are not UTF-8, so such a cache directory is put back."""
        below = self._place[: -len(".tar.gz")] if self._place.endswith(".tar.gz") else self._place
        begin = text.rfind(below)
        if "\ufffd" in text and below and begin >= 0:
            return join(self._cache, _path(text[begin:]))
        return _path(text)

    def end(self) -> None:
        """Wipes the progress line."""
        display.end(id(self))


def _text(event: _call.Event, key: str) -> str:
    """A path of the event."""
    value = event.get(key)
    if not isinstance(value, str) or not value or "\0" in value:
        raise _wrong(event, key)
    return value


def _number(event: _call.Event, key: str) -> int:
    number: int = event.get(key, -1)
    if not _call.is_number(number):
        raise _wrong(event, key)
    return number


def _flag(event: _call.Event, key: str) -> bool:
    value = event.get(key)
    if not isinstance(value, bool):
        raise _wrong(event, key)
    return value


def _transfer(event: _call.Event) -> Tuple[str, Optional[int]]:
    """The file that arrives, and its size, if it is known."""
    is_unknown = event.get("total_bytes", "") is None
    return _text(event, "file"), None if is_unknown else _number(event, "total_bytes")


def _wrong(event: _call.Event, key: str) -> Malformed:
    return Malformed(f'an event "{event["event"]}" has no valid "{key}"')


def _path(text: str) -> str:
    """A path of the program, which is UTF-8, for this locale."""
    return os.fsdecode(_call.utf8(text))
