#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reports phrases of forbidden_phrases.txt in the texts of the repository, one per line, as file:line: phrase.

Usage: check.py [--root DIR] [--count] [--only PATH...]

Exit status 1 when a phrase is found. --only checks these files and directories. --count prints a number per module.
"""
import argparse
import bisect
import collections
import pathlib
import re
import subprocess
import sys

ENDINGS = (".md", ".h", ".cpp", ".toml", ".yml", ".yaml", ".sh", ".mjs", ".js", ".html", ".json", ".cmake", ".in", ".example", ".py")
NAMES = ("CMakeLists.txt", "dev", ".ci/run", ".clang-tidy")

# Files or directories that are not checked, each with its reason.
SKIPPED = {
    "tests/english/": "the list itself",
    "tests/fuzz/seeds/": "inputs for parsers, not prose",
}

# (path, phrase) pairs that may stay, each with its reason: quotes of other projects and of standards.
QUOTES: dict[tuple[str, str], str] = {}

# What may stand between two words of one sentence: line breaks with the marks of comments, and the quotes between
# adjacent string literals.
GAP = re.compile(r'[ \t]*"?[ \t]*\n[ \t]*(?://+[!<]?|#+|\*+|--|>|")?[ \t]*|[ \t]+')


def patterns(path):
    """Compiled (expression, advice) pairs of the list."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        phrase, _, advice = line.partition("=>")
        try:
            found.append((re.compile(rf"(?<!\w)(?:{phrase.strip()})(?!\w)", re.IGNORECASE), advice.strip()))
        except re.error as error:
            sys.exit(f"{path}:{number}: {error}")
    return found


def joined(text):
    """The text with one space for each gap; the offsets in it where parts of the original text start; these parts'
    offsets in the original."""
    parts, starts, origins, end, length = [], [], [], 0, 0
    for gap in GAP.finditer(text):
        starts.append(length)
        origins.append(end)
        parts.append(text[end:gap.start()] + " ")
        length += gap.start() - end + 1
        end = gap.end()
    starts.append(length)
    origins.append(end)
    return "".join([*parts, text[end:]]), starts, origins


def line_of(text, starts, origins, offset):
    """The line in `text` of an offset in the joined text."""
    part = bisect.bisect_right(starts, offset) - 1
    return text.count("\n", 0, origins[part] + offset - starts[part]) + 1


def is_checked(path):
    if any(path.startswith(skipped) for skipped in SKIPPED):
        return False
    return path.endswith(ENDINGS) or path in NAMES or pathlib.PurePosixPath(path).name in NAMES


def module(path):
    """The module of a file: its first folder, the first two in hosting/ and tests/, or "top"."""
    folders = path.split("/")[:-1]
    if not folders:
        return "top"
    return "/".join(folders[:2] if folders[0] in ("hosting", "tests") else folders[:1])


def files_of(root, only):
    output = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, stdout=subprocess.PIPE).stdout.decode("utf-8", "surrogateescape")
    paths = sorted(path for path in set(output.split("\0")) if path and is_checked(path) and (root / path).is_file())
    if not only:
        return paths
    chosen = [pathlib.PurePosixPath(name.rstrip("/")) for name in only]
    return [path for path in paths if any(pathlib.PurePosixPath(path).is_relative_to(name) for name in chosen)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--count", action="store_true", help="print the number of phrases per module")
    parser.add_argument("--only", nargs="+", metavar="PATH", help="check these files and directories")
    arguments = parser.parse_args()

    expressions = patterns(pathlib.Path(__file__).with_name("forbidden_phrases.txt"))
    counts = collections.Counter()
    for path in files_of(arguments.root, arguments.only):
        original = (arguments.root / path).read_text(encoding="utf-8", errors="replace")
        text, starts, origins = joined(original)
        found = {}
        for expression, advice in expressions:
            for match in expression.finditer(text):
                if (path, match.group().lower()) not in QUOTES:
                    found[(line_of(original, starts, origins, match.start()), match.group())] = advice
        counts[module(path)] += len(found)
        if not arguments.count:
            for (line, phrase), advice in sorted(found.items()):
                print(f"{path}:{line}: {phrase}" + (f"  (write: {advice})" if advice else ""))
    total = sum(counts.values())
    if arguments.count:
        for name, count in sorted(counts.items()):
            print(f"{count:6}  {name}")
    print(f"{total} phrases to replace" if total else "no phrase of the list", file=sys.stderr)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
