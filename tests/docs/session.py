# SPDX-License-Identifier: Apache-2.0
"""Runs a page's commands one after the other, as its reader would in one shell."""

import os
import re
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from github import GitHub

TIME_LIMIT = 120  # seconds for one command

# What varies from run to run, in outputs and on pages alike.
VARYING = [
    (re.compile(r"\b\d+(?:\.\d+)? (?:ms|s)\b"), "TIME"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "DATE"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:PORT"),
]


def pattern_of(shown):
    """What a page shows, as an expression: a line "..." is any lines, "…" is any text within one."""
    parts = []
    for line in shown:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(re.escape(part) for part in normal(line).split("…")) + r"\n")
    return re.compile("".join(parts))


def normal(text):
    for pattern, name in VARYING:
        text = pattern.sub(name, text)
    return re.sub(r" +$", "", text, flags=re.M)


class Failure(Exception):
    pass


class Session:
    def __init__(self, work, source, build):
        self.work, self.source, self.build = Path(work), Path(source), Path(build)
        self.folder = self.work
        self.servers, self.urls = [], {}
        self.github = GitHub()
        home = self.work / "home"
        home.mkdir()
        (home / ".gitconfig").write_text(
            "[user]\n\tname = Reader\n\temail = reader@example.org\n[init]\n\tdefaultBranch = main\n"
            "[advice]\n\tdetachedHead = false\n")
        programs = self.work / ".programs"
        programs.mkdir()
        (programs / "python3").symlink_to("/usr/bin/python3")  # has the package onnx; another one on the PATH may not
        closed = "http://127.0.0.1:9"  # the discard port: requests to the internet fail at once
        self.environment = {
            "PATH": f"{programs}:{self.build}/cli:{os.environ['PATH']}",
            "HOME": str(home), "ONNX_HOME": str(self.work / "cache"), "TMPDIR": str(self.work),
            "PYTHONPATH": str(self.source / "python"), "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "https_proxy": closed, "http_proxy": closed, "no_proxy": "127.0.0.1,localhost",
            "ONNXHUB_GITHUB_RAW_URL": self.github.url, "ONNXHUB_GITHUB_MEDIA_URL": f"{self.github.url}/media",
            "ONNXHUB_GITHUB_API_URL": f"{self.github.url}/api", "HF_ENDPOINT": f"{self.github.url}/hf",
            "GIT_EDITOR": "echo A message >",
            "GITHUB_STEP_SUMMARY": str(self.work / "summary.md"),
        }
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def close(self):
        for server in self.servers:
            server.send_signal(signal.SIGTERM)
        for server in self.servers:
            server.wait(TIME_LIMIT)
            server.stdout.close()
        self.github.close()

    def run(self, command, status=0):
        """Runs a command of a page and compares what it prints. Standard error counts as output: readers see it."""
        text = self.here(command.text)
        if re.match(r"onnxhub serve\b", text):
            return self.serve(text)
        result = self.shell(text)
        if result.returncode != status:
            raise Failure(f"exit status {result.returncode}, not {status}:\n{result.stdout}")
        if command.output is None:
            return None
        printed = normal(self.as_shown(result.stdout))
        if not pattern_of(command.output).fullmatch(printed):
            raise Failure("prints\n" + printed + "where the page shows\n" + "\n".join(command.output))
        return None

    def shell(self, text):
        """In the folder where the last command ended."""
        place = self.work / ".folder"
        script = f'cd "$1" || exit 125\n{text}\nstatus=$?\npwd >"$2"\nexit $status\n'
        try:
            result = subprocess.run(
                ["bash", "-o", "pipefail", "-c", script, "bash", self.folder, place], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIME_LIMIT,
                text=True, errors="replace")
        except subprocess.TimeoutExpired as error:
            raise Failure(f"takes longer than {TIME_LIMIT} s") from error
        if place.exists():
            self.folder = Path(place.read_text().rstrip("\n"))
            place.unlink()
        return result

    def python(self, block):
        """A client in Python, with the interpreter that has ONNX's. "y" answers its question."""
        with tempfile.NamedTemporaryFile("w", dir=self.work, suffix=".py", delete=False) as file:
            file.write(self.here("\n".join(block.lines)))
        result = subprocess.run(["/usr/bin/python3", file.name], env=self.environment, input="y\n", text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIME_LIMIT)
        if result.returncode != 0:
            raise Failure(f"{block.page}:{block.line}: fails:\n{result.stdout}")

    def python_session(self, block):
        """Examples with ">>>" and what they print, as doctest runs them. "y" answers a question."""
        text = self.here("\n".join(block.lines)) + "\n"
        program = ("import doctest, sys\n"
                   "test = doctest.DocTestParser().get_doctest(sys.argv[1], {}, 'page', None, 0)\n"
                   "flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE\n"
                   "sys.exit(doctest.DocTestRunner(optionflags=flags).run(test).failed)\n")
        result = subprocess.run(["/usr/bin/python3", "-c", program, text], cwd=self.folder, env=self.environment,
                                input="y\n", text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                timeout=TIME_LIMIT)
        if result.returncode != 0:
            raise Failure(f"{block.page}:{block.line}: {self.as_shown(result.stdout)}")

    def serve(self, text):
        """In the background, on a port that is free; later commands find it under the address of the page."""
        text = re.sub(r" --port \d+", "", text.split(" #")[0]).replace("--bind 0.0.0.0", "--bind 127.0.0.1")
        log = open(self.work / f"server-{len(self.servers)}.log", "w+", encoding="utf-8", errors="replace")
        server = subprocess.Popen(["bash", "-c", f"exec {text} --port 0"], cwd=self.folder, env=self.environment,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        self.servers.append(server)
        timer = threading.Timer(TIME_LIMIT, server.kill)
        timer.start()
        url = server.stdout.readline().strip()
        timer.cancel()
        if not url:
            log.seek(0)
            raise Failure(f"does not serve:\n{log.read()}")
        self.urls = {"http://127.0.0.1:8080": url, "http://hub.example:8080": url}

    def here(self, text):
        """The command with places of the page as they are here."""
        text = re.sub(r"(?<![\w/])/srv/", f"{self.work}/srv/", text)
        for shown, url in self.urls.items():
            text = text.replace(shown, url)
        return text

    def as_shown(self, output):
        output = output.replace(f"{self.work}/srv/", "/srv/")
        for place in (self.folder.resolve(), self.folder, self.work.resolve(), self.work):
            output = output.replace(f"{place}/", "")
        return output
