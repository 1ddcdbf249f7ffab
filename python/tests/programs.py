# SPDX-License-Identifier: Apache-2.0
"""What tests replace in a Python program."""

import builtins
import sys
from typing import Any, Dict, List

import pytest

MODULES: Dict[str, Any] = sys.modules  # a module may be None, which hides it


class Answers:
    """Answers each question of input() in the same way, and counts them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
        self.answer = answer
        self.questions: List[str] = []
        monkeypatch.setattr(builtins, "input", self)

    def __call__(self, prompt: str = "") -> str:
        self.questions.append(prompt)
        return self.answer


def hide(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """The module is not installed."""
    monkeypatch.setitem(MODULES, module, None)
