#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes one small thing of a module at a time and checks whether its unit tests notice.

usage: mutate.py SOURCE WORK MODULE COUNT [SEED]

SOURCE is the checkout. Its tracked files are copied to WORK and changed only there. Prints a line for each
change and, for a change that no test noticed, the line before and after it; then a summary.
"""
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

# Test programs by module, where the names differ.
TEST_PROGRAMS = {
    "hosting/client": ["client_tests"],
    "hosting/server": ["server_tests"],
    "hosting/scaffold": ["scaffold_tests"],
    "hosting/export": ["export_tests"],
}
TEST_TIME_LIMIT_S = 600

# Patterns with their replacements. clang-format puts spaces around binary operators, so the patterns do
# not match templates.
CHANGES = [
    (r" < ", [" <= "]),
    (r" <= ", [" < "]),
    (r" > ", [" >= "]),
    (r" >= ", [" > "]),
    (r" == ", [" != "]),
    (r" != ", [" == "]),
    (r" && ", [" || "]),
    (r" \|\| ", [" && "]),
    (r" \+ 1\b", ["", " + 2"]),
    (r" - 1\b", [""]),
    (r" \+= ", [" -= "]),
    (r"\btrue\b", ["false"]),
    (r"\bfalse\b", ["true"]),
    (r"\bcontinue;", ["break;"]),
    (r"\bbreak;", ["continue;"]),
    (r"'9'", ["'8'"]),
    (r"(?<=[( ])!(?=[a-z(])", [""]),
    (r"(?<![\w.'])([2-9]|[1-9]\d+)(?![\w.'])", [lambda found: str(int(found) + 1)]),
]


def tracked_files(source):
    output = subprocess.run(["git", "-C", source, "ls-files", "-z"], check=True, capture_output=True).stdout
    return [name for name in output.decode().split("\0") if name]


def copy_tree(source, work):
    for name in tracked_files(source):
        origin, copy = Path(source) / name, work / name
        if not origin.is_file():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists() or copy.read_bytes() != origin.read_bytes():
            shutil.copyfile(origin, copy)
            shutil.copymode(origin, copy)


def candidates(path):
    """(line index, start, end, replacement) of every change that could be made in a file."""
    for index, line in enumerate(path.read_text().split("\n")):
        code = re.sub(r"//.*", "", line)
        code = re.sub(r'"(?:\\.|[^"\\])*"', lambda text: "~" * len(text.group()), code)
        if code.lstrip().startswith(("#", "static_assert")):
            continue
        for pattern, replacements in CHANGES:
            for found in re.finditer(pattern, code):
                for replacement in replacements:
                    new = replacement(found.group()) if callable(replacement) else replacement
                    yield index, found.start(), found.end(), new


def run(command, folder, limit_s=None):
    try:
        result = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                timeout=limit_s, check=False)
        return result.returncode == 0
    except subprocess.TimeoutExpired:
        return False


class Workshop:
    def __init__(self, source, work, module):
        self.work, self.module = work, module
        self.programs = TEST_PROGRAMS.get(module, [f"{module}_tests"])
        copy_tree(source, work)
        # A change then compiles one file, not the eight of a unity build.
        apart = f"-DONNXHUB_WITHOUT_UNITY=onnxhub_{module.split('/')[-1]}"
        if not run(["cmake", "--preset", "dev", "-Wno-dev", apart], work) or not self.build():
            sys.exit(f"mutate: the module {module} does not build; run ./dev build")
        if not self.tests_pass():
            sys.exit(f"mutate: the tests of {module} fail without any change; run ./dev test -L {module}")

    def build(self):
        targets = self.programs + (["onnxhub"] if "cli_tests" in self.programs else [])
        return run(["cmake", "--build", "build/dev", "--target", *targets], self.work)

    def tests_pass(self):
        return all(run([f"build/dev/tests/{program}", "--gtest_brief=1", "--gtest_fail_fast"], self.work,
                       TEST_TIME_LIMIT_S) for program in self.programs)

    def judge(self, path, change):
        """"killed", "survived" or "does not compile"."""
        index, start, end, new = change
        original = path.read_text()
        lines = original.split("\n")
        lines[index] = lines[index][:start] + new + lines[index][end:]
        path.write_text("\n".join(lines))
        try:
            if not self.build():
                return "does not compile"
            return "survived" if self.tests_pass() else "killed"
        finally:
            path.write_text(original)


def main():
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    source, work, module, count = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    seed = int(sys.argv[5]) if len(sys.argv) == 6 else random.randrange(1 << 32)
    files = sorted((Path(source) / module).glob("*.cpp"))
    if not files:
        sys.exit(f"mutate: no module {module}; name a folder such as manifest or hosting/client")
    print(f"seed {seed}", flush=True)
    workshop = Workshop(source, work, module)
    pool = [(work / module / file.name, change) for file in files for change in candidates(file)]
    random.Random(seed).shuffle(pool)
    judged = {"killed": 0, "survived": 0}
    for path, change in pool:
        if sum(judged.values()) == count:
            break
        index, start, end, new = change
        line = path.read_text().split("\n")[index]
        verdict = workshop.judge(path, change)
        if verdict == "does not compile":
            continue
        judged[verdict] += 1
        print(f"{sum(judged.values())} of {count}: {module}/{path.name}:{index + 1}: {verdict}", flush=True)
        if verdict == "survived":
            print(f"  - {line.strip()}\n  + {(line[:start] + new + line[end:]).strip()}", flush=True)
    print(f"{judged['killed']} of {sum(judged.values())} changes were noticed; read the others one by one: some change nothing")


main()
