#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares model/operators.txt with the operators of the installed Python package onnx: operator_facts.py SOURCE.

The package may be older, so it may lack operators, but those that both have must be equal. Exit status 77: skipped.
"""
import subprocess
import sys
from pathlib import Path

# ONNX corrected these definitions in later releases: the output of GridSample has the type of its input, and Erf takes
# no integers.
CORRECTED = {("ai.onnx", "GridSample", "16"), ("ai.onnx", "Erf", "13")}


def read(text):
    """Versions of operators by (domain, name, since), with sets of types in place of their numbers."""
    domain, sets, versions = "", {}, {}
    for line in text.splitlines():
        words = line.split(" ")
        if not line or line.startswith("#"):
            continue
        if words[0] == "domain":
            domain = words[1]
        elif words[0] == "set":
            sets[words[1]] = " ".join(words[2:])
        elif line.endswith(" deprecated"):
            versions[domain, words[0], words[1]] = "deprecated"
        else:
            head, *parts, variables = line.split(" | ")
            types = {} if variables == "-" else dict(one.split("=") for one in variables.split(" "))
            name, since = head.split(" ")
            versions[domain, name, since] = (parts, {variable: sets[number] for variable, number in types.items()})
    return versions


def main():
    source = Path(sys.argv[1])
    made = subprocess.run([sys.executable, source / "cmake/make_operator_table.py"], capture_output=True, text=True,
                          check=False)
    if "No module named 'onnx'" in made.stderr:
        print("skipped: the Python package onnx is not installed")
        sys.exit(77)
    made.check_returncode()
    known = read((source / "model/operators.txt").read_text(encoding="utf-8"))
    theirs = read(made.stdout)
    different = [key for key, version in theirs.items() if known.get(key) != version and key not in CORRECTED]
    for key in different:
        print("differs:", *key, "\n  here: ", known.get(key), "\n  there:", theirs[key])
    print(f"{len(theirs)} versions of operators compared, {len(different)} differ")
    sys.exit(1 if different or len(theirs) < 300 else 0)


if __name__ == "__main__":
    main()
