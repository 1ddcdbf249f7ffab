# SPDX-License-Identifier: Apache-2.0
"""Reads fenced blocks of Markdown pages and the comments that say how to run them.

The comment is on the line before the fence and is invisible on the rendered page:

    <!-- docs-test: hub quickstart; exit 1 -->

It has directives, separated by "; ":
    hub NAME        prepare this hub (hubs.py) and start in its directory; without it, a block starts
                    where the previous block ended
    exit N          exit status of the block's last command, 0 by default; with several numbers, of each
                    command
    corpus          needs the data in ONNXHUB_CORPUS
    needs PROGRAM   needs this program
    not-run REASON  a test cannot run it; NOT_RUN in run.py lists these blocks too
"""

import re
from dataclasses import dataclass, field

# Info strings of blocks with commands; blocks of other languages are data (data.py).
COMMANDS = ("", "sh", "console")


@dataclass
class Command:
    line: int  # of the page
    text: str
    output: list[str] | None = None  # as the page shows it; None: it shows none


@dataclass
class Block:
    page: str
    line: int  # of the fence
    language: str
    lines: list[str]
    directives: dict[str, str] = field(default_factory=dict)

    @property
    def is_commands(self):
        return self.language in COMMANDS

    @property
    def is_python_session(self):
        return self.language == "python" and any(line.startswith(">>> ") for line in self.lines)

    @property
    def name(self):
        """Stays the same while lines move."""
        return f"{self.page}: {next((line for line in self.lines if line.strip()), '')}"

    def commands(self):
        """"$ " begins a command whose output follows. In a block without any, every line is a command."""
        shows_output = any(line.startswith("$ ") for line in self.lines)
        commands, is_continued = [], False
        for number, line in enumerate(self.lines, self.line + 1):
            if is_continued:
                commands[-1].text += "\n" + line
            elif shows_output and not line.startswith("$ "):
                if not commands:
                    raise ValueError(f"{self.page}:{number}: output before any command")
                commands[-1].output.append(line)
                continue
            elif line.strip() and not line.lstrip().startswith("#"):
                commands.append(Command(number, line.removeprefix("$ "), [] if shows_output else None))
            is_continued = line.endswith("\\")
        return commands


def directives_of(comment):
    directives = {}
    for directive in comment.split("; "):
        key, _, value = directive.strip().partition(" ")
        if key not in ("hub", "exit", "corpus", "needs", "not-run"):
            raise ValueError(f"unknown directive {key!r}")
        directives[key] = value
    return directives


def blocks_of(page, text):
    blocks, comment, fence = [], None, None
    for number, line in enumerate(text.splitlines(), 1):
        if fence:
            if line.strip() == fence:
                fence = None
            else:
                blocks[-1].lines.append(line)
        elif match := re.match(r"(`{3,}|~{3,})(\w*)\s*$", line):
            fence = match[1]
            blocks.append(Block(page, number, match[2], [], directives_of(comment) if comment else {}))
            comment = None
        elif match := re.match(r"<!-- docs-test: (.*) -->$", line):
            comment = match[1]
        elif comment:
            raise ValueError(f"{page}:{number}: a docs-test comment has to stand right before a block")
    if fence:
        raise ValueError(f"{page}: a block is not closed")
    return blocks


def indented_commands(text):
    """Lines of indented blocks that run onnxhub: they have to be fenced, or no test runs them."""
    in_fence, found = False, []
    for line in text.splitlines():
        if re.match(r"`{3,}|~{3,}", line):
            in_fence = not in_fence
        elif not in_fence and re.match(r"( {4,}|\t)(\$ )?onnxhub ", line):
            found.append(line)
    return found
