# SPDX-License-Identifier: Apache-2.0
"""Follows the events of `onnxhub load --json`: docs/client.md, "JSON Lines"."""

import os
import sys
from os.path import join
from typing import Optional

from . import _call
from ._progress import display, say


class Loading:
    """Shows what a load does, and collects its result."""

    def __init__(self, model: str, cache: str, silent: bool) -> None:
        self._model = model
        self._cache = cache
        self._silent = silent
        self._has_told = False
        self._place = ""  # of the first file, in the cache
        self.path: Optional[str] = None

    def __call__(self, event: _call.Event) -> None:
        """Takes one event."""
        kind = event.get("event")
        if kind == "start":
            self._tell(f"Downloading {self._model} to local path {join(self._cache, _path(event['place']))}")
            self._show(event, None)
        elif kind == "progress":
            self._show(event, event["bytes"])
        elif kind == "file":
            self._place = self._place or event["place"]
            if event["cached"]:
                self._tell(f"Using cached {self._model} model from {self._local(event['path'])}")
        elif kind == "model":
            self.path = self._local(event["path"])

    def _show(self, event: _call.Event, done: Optional[int]) -> None:
        if not self._silent:
            display.update(id(self), event["file"], event["total_bytes"], done)

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


def _path(text: str) -> str:
    """A path of the program, which is UTF-8, for this locale."""
    return os.fsdecode(_call.utf8(text))
