# SPDX-License-Identifier: Apache-2.0
"""Runs every command in the text of a page: run.py SOURCE BUILD PAGE

With --all PAGE... instead of PAGE, checks that each page and block has a test. blocks.py documents the comments
by which a page states what a block needs, and why a block cannot be run. Exit status 77: skipped; the message names
what is missing.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import hubs
from blocks import blocks_of, indented_commands
from session import Failure, Session

# Blocks that no test runs, by their first line. The comment in the page has the reason.
NOT_RUN = {
    "CONTRIBUTING.md: ./dev build          # build/dev/cli/onnxhub",
    "README.md: ./dev quickstart    # create a small example hub, generate its manifest, validate it",
    "docs/trust.md: onnxhub sign --folder DIR --key signer.pem --certificate-chain chain.pem       # the signer's certificate first, without the root",
    "docs/running.md: pip install onnxruntime                 # or: npm install --prefix ~/runtime onnxruntime-node",
    "docs/hosting.md: systemctl enable --now onnxhub@team        # systemctl reload onnxhub@team after a change of the certificate or token",
    "docs/peeking.md: onnxhub generate --peek            # io_ports of models that are not available locally",
    "docs/releasing.md: bash packaging/release.sh set-version 0.3.0",
    "docs/hosting.md: docker build --file packaging/Dockerfile --tag onnxhub:0.2.0 .",
    "docs/hosting.md: aws s3 sync /srv/hub s3://bucket/hub --exclude ONNX_HUB_MANIFEST.json",
}
# Templates have placeholders. `init` fills them in, and the test runs the result. The hub that they start in is named
# here and not in the page, because `init` copies the page into other hubs.
MADE_BY_INIT = {"templates/hub/README.md": ("README.md", hubs.readme_of_new_hub),
                "templates/hub/contribute.md": ("contribute.md", hubs.contributor)}
QUICKSTART = "examples/quickstart/run.sh"  # also prints commands
# Pages whose fenced blocks are not onnxhub's own.
OTHERS = {"CHANGELOG.md"}
LANGUAGES = {"json", "toml", "yaml", "python", "cpp", "ini", "text"}


def pages(source):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=source, check=True,
                            capture_output=True, text=True).stdout.split()
    return sorted(page for page in listed if page not in OTHERS)


def what_quickstart_says(source, build):
    """Its last lines as a page: commands to try next. `validate` and `--check` exit with 1."""
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(["bash", source / QUICKSTART, build, f"{folder}/hub"], check=True, capture_output=True,
                              text=True).stdout
        commands = [line.strip() for line in said.split("What to try next\n")[1].splitlines()]
    commands[0] = commands[0].replace(f"{folder}/hub", ".")
    return "\n".join(["<!-- docs-test: hub quickstart; exit 0 0 1 1 0 0 -->", "```", *commands, "```"])


def text_of(source, build, page):
    if page == QUICKSTART:
        return what_quickstart_says(source, build)
    if page not in MADE_BY_INIT:
        return (source / page).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HOME": folder}
        subprocess.run([build / "cli/onnxhub", "init", "-q", f"{folder}/hub"], env=environment, check=True,
                       stdout=subprocess.DEVNULL)
        text = (Path(folder) / "hub" / MADE_BY_INIT[page][0]).read_text(encoding="utf-8")
        return text.replace("--hub HUB", "--hub ./HUB")  # a directory, as the page explains


def missing_for(block):
    """What the block needs and is missing; None: nothing."""
    if "corpus" in block.directives and not os.environ.get("ONNXHUB_CORPUS"):
        return "ONNXHUB_CORPUS is not set"
    program = block.directives.get("needs")
    return f"{program} is not installed" if program and not shutil.which(program) else None


def check_data(block):
    """Parses a block of data, if there is a parser for its language."""
    text = "\n".join(block.lines)
    if block.language == "json":
        json.loads("{" + text + "}" if re.match(r'\s*"[^"]*":', text) else text)
    elif block.language == "toml":
        tomllib.loads(text)
    elif block.language == "python":
        compile(text, block.name, "exec")
    elif block.language not in LANGUAGES:
        raise Failure(f"{block.language} is not one of {sorted(LANGUAGES)}")


def statuses(block, count):
    numbers = [int(number) for number in block.directives.get("exit", "0").split()]
    return [0] * (count - 1) + numbers if len(numbers) == 1 else numbers


def run_block(session, block):
    if "hub" in block.directives:
        session.folder = getattr(hubs, block.directives["hub"])(session)
    commands = block.commands()
    for command, status in zip(commands, statuses(block, len(commands)), strict=True):
        try:
            session.run(command, status)
        except Failure as error:
            raise Failure(f"{block.page}:{command.line}: `{command.text}` {error}") from error


def run_page(source, build, page):
    """Returns the exit status."""
    skipped, failed, ran = [], [], 0
    work = Path(tempfile.mkdtemp(prefix="onnxhub-docs."))
    session = Session(work, source, build)
    try:
        if page in MADE_BY_INIT:
            session.folder = MADE_BY_INIT[page][1](session)
        for block in blocks_of(page, text_of(source, build, page)):
            if "not-run" in block.directives:
                continue
            reason = missing_for(block)
            if reason:
                skipped.append(f"{page}:{block.line}: {reason}")
                continue
            try:
                if block.is_commands:
                    run_block(session, block)
                elif block.is_python_session:
                    if "hub" in block.directives:
                        session.folder = getattr(hubs, block.directives["hub"])(session)
                    session.python_session(block)
                else:
                    check_data(block)
                    if block.language == "python" and session.urls:
                        session.python(block)
                ran += 1
            except (Failure, ValueError, RuntimeError) as error:
                failed.append(str(error))
    finally:
        session.close()
        if failed and os.environ.get("ONNXHUB_KEEP"):
            print("kept:", work)
        else:
            shutil.rmtree(work, True)
    for line in skipped:
        print("SKIPPED:", line)
    for line in failed:
        print("FAILED:", line)
    print(f"{page}: {ran} blocks ran, {len(skipped)} were skipped, {len(failed)} failed")
    return 1 if failed else 77 if skipped and not ran else 0


def check_limits(source):
    """Each row of the table in docs/security.md names a constant and a test that exist; "none" says that there is none."""
    suites = "\n".join(path.read_text(encoding="utf-8") for path in source.glob("tests/*/*_test.cpp"))
    tests = {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", suites, re.M)}
    failed, rows = [], 0
    for line in (source / "docs/security.md").read_text(encoding="utf-8").splitlines():
        row = re.fullmatch(r"\| [^|]+ \| [^|]*\d[^|]* \| `([\w./]+)`: `(\w+)` \| (?:`([\w.]+)`|none) \|", line)
        if not row:
            if line.startswith("|") and rows:
                failed.append(f"docs/security.md: {line}: not limit, number, `file`: `constant`, `Suite.Test`")
            continue
        rows += 1
        place, constant, test = row.groups()
        if not (source / place).is_file() or not re.search(rf"\b{constant}\b", (source / place).read_text(encoding="utf-8")):
            failed.append(f"docs/security.md: {place} has no {constant}")
        if test and test not in tests:
            failed.append(f"docs/security.md: there is no test {test}")
    return failed if rows else ["docs/security.md: has no table of limits"]


def check_inline_commands(source, build):
    """Commands in sentences and tables have no hub to run in. Compares their options with --help."""
    def options_of(*command):
        result = subprocess.run([build / "cli/onnxhub", *command, "--help"], capture_output=True, text=True)
        return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", result.stdout)) if result.returncode == 0 else None

    failed, known, global_options = [], {}, options_of()
    for page in pages(source):
        prose = re.sub(r"^(```|~~~).*?^\1", "", (source / page).read_text(encoding="utf-8"), flags=re.M | re.S)
        for span in re.findall(r"`(onnxhub [a-z][^`]*)`", prose):
            words = span.split()[1:]
            command = (words[0],) if words[0] not in ("bundle", "cache", "key", "trust") or len(words) < 2 else tuple(words[:2])
            if command not in known:
                known[command] = options_of(*command)
            if known[command] is None:
                failed.append(f"{page}: `{span}`: there is no such command")
                continue
            used = set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", span.split(" -- ")[0]))
            unknown = used - known[command] - global_options
            if unknown:
                failed.append(f"{page}: `{span}`: has no {', '.join(sorted(unknown))}")
    for section in re.split(r"^## ", (source / "docs/cli.md").read_text(encoding="utf-8"), flags=re.M)[1:]:
        title = section.split("\n")[0]
        commands = [words.split() for words in re.sub(r"[\[\]A-Z….|]+", " ", title).split(",")]
        there = global_options.union(*(options_of(command[0]) or set() for command in commands if command))
        for row in re.findall(r"^\|([^|]*)\|", section, re.M):
            unknown = set(re.findall(r"`(?:-\w, )?(--[a-z-]+)", row)) - there
            if unknown:
                failed.append(f"docs/cli.md: {title}: has no {', '.join(sorted(unknown))}")
    return failed


def check_all(source, build, tested):
    """Each page with blocks has a test, and each block that no test runs is in NOT_RUN with a reason on its page."""
    failed, not_run = [], set()
    for page in pages(source):
        text = (source / page).read_text(encoding="utf-8")
        blocks = blocks_of(page, text)
        for block in blocks:
            if "not-run" not in block.directives:
                continue
            not_run.add(block.name)
            if len(block.directives["not-run"]) < 10:
                failed.append(f"{page}:{block.line}: not-run without a reason")
        if blocks and page not in tested:
            failed.append(f"{page}: has blocks and no test; add it to DOCS_PAGES in tests/CMakeLists.txt")
        failed += [f"{page}: {line.strip()}: an indented block; fence it" for line in indented_commands(text)]
    failed += [f"{page}: is tested and has no blocks" for page in tested
               if page != QUICKSTART and not blocks_of(page, (source / page).read_text(encoding="utf-8"))]
    failed += [f"not run, and not in NOT_RUN: {name}" for name in sorted(not_run - NOT_RUN)]
    failed += [f"in NOT_RUN, and run or gone: {name}" for name in sorted(NOT_RUN - not_run)]
    failed += check_limits(source)
    failed += check_inline_commands(source, build)
    for line in failed:
        print("FAILED:", line)
    return 1 if failed else 0


def main():
    source, build = (Path(argument).resolve() for argument in sys.argv[1:3])
    if sys.argv[3] == "--all":
        return check_all(source, build, sys.argv[4:])
    return run_page(source, build, sys.argv[3])


if __name__ == "__main__":
    sys.exit(main())
