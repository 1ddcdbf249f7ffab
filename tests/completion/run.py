# SPDX-License-Identifier: Apache-2.0
"""Completions in the real shells, and manual pages in the real man: run.py SOURCE BUILD STEP

    bash, zsh, fish   types commands into the shell on a terminal, presses TAB and ENTER, and looks at what ran
    manual            every page renders without warnings

Exit status 77: skipped; the message names what is missing.
"""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SOURCE, BUILD = (Path(sys.argv[i]).resolve() for i in (1, 2))
STEP = sys.argv[3]
# Each begins with its own letters, so that these and TAB choose it.
HOSTILE = {
    "da": "da$(touch pwned)", "ba": "ba`touch pwned`", "se": "se; touch pwned", "si": "si'; touch pwned; '",
    "do": 'do"; touch pwned; "', "sp": "sp two  blanks", "pi": "pi|touch pwned", "am": "am&touch pwned",
    "gl": "gl*?[a-z]{b,c}", "ti": "ti~root/!!", "ha": "ha # no comment", "re": "re>pwned", "va": "va${HOME}", "bs": "bs\\n\\",
    "co": "co:two:colons", "eq": "eq=uals", "pe": "pe%F{red}%s", "um": "umläut ✓",
}
UNSHOWABLE = ["nl-line\ntouch pwned\n", "es-\x1b]0;pwned\x07", "es-\x1b[2J", "cr-a\rb", "tab-a\tb", "bidi-\u202eabc"]


class Shell:
    """An interactive shell on a terminal, in `folder`."""

    START = {
        "bash": ["bash", "--norc", "--noprofile", "-i"],
        "zsh": ["zsh", "-f", "-i"],
        "fish": ["fish", "--no-config", "-i"],
    }
    # The function shows the words that the shell passes; the scripts ask the program by `command onnxhub`.
    PREPARE = {
        "bash": ["bind 'set enable-bracketed-paste off'", "set +o history", "onnxhub() { show \"$@\"; }", ". ./onnxhub.bash"],
        "zsh": ["unsetopt zle_bracketed_paste prompt_cr prompt_sp 2>/dev/null; PS1='> '", "autoload -U compinit && compinit -u -D",
                "onnxhub() { show \"$@\"; }", ". ./onnxhub.zsh"],
        "fish": ["function fish_prompt; echo '> '; end; set fish_greeting; set -g fish_autosuggestion_enabled 0",
                 "function onnxhub; show $argv; end", "source ./onnxhub.fish"],
    }

    def __init__(self, name, folder):
        self.folder, self.output = folder, b""
        environment = {"HOME": str(folder / "home"), "TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PS1": "> ",
                       "PATH": f"{folder}/bin:{BUILD}/cli:/usr/bin:/bin", "ONNX_HOME": str(folder / "cache"), "INPUTRC": "/dev/null"}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            program = self.START[name]
            os.execvpe(program[0], program, environment)
        import fcntl
        import struct
        import termios
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 200, 200, 0, 0))
        self.number = 0
        for line in self.PREPARE[name]:
            self.send(line + "\r")
        self.send("show ready\r")
        self.shown("ready")

    def send(self, text):
        os.write(self.terminal, text.encode())
        self.read(0.01)

    def read(self, seconds):
        until = time.monotonic() + seconds
        while select.select([self.terminal], [], [], max(0, until - time.monotonic()))[0]:
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                return
            self.output += data
            if b"\x1b[6n" in data:  # where is the cursor?
                os.write(self.terminal, b"\x1b[1;1R")
            if b"\x1b[c" in data or b"\x1b[0c" in data:  # which terminal is it?
                os.write(self.terminal, b"\x1b[?62;c")

    def shown(self, last=None):
        """The words of the next command that ran."""
        until = time.monotonic() + 20
        path = self.folder / "shown.json"
        while time.monotonic() < until:
            self.read(0.02)
            if path.exists():
                words = json.loads(path.read_text())
                path.unlink()
                if last is None or words[-1:] == [last]:
                    return words
        raise AssertionError(f"nothing ran; the terminal has: {self.output[-3000:].decode(errors='replace')}")

    def completed(self, text):
        """The words that run after TAB and ENTER."""
        self.send("\x15" + text + "\t")
        self.send("\r")  # the shell reads it when the completion is done
        return self.shown()

    def listed(self, text):
        """What the terminal shows after TAB, twice. Clears the line."""
        self.output = b""
        self.send("\x15" + text + "\t")
        self.read(0.3)
        self.send("\t")
        self.read(0.3)
        output, self.output = self.output, b""
        self.send("\x03")
        return output.decode(errors="replace")

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


class Completion(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="onnxhub-completion."))
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("bin", "home", "hub", "hub/below", "cache"):
            (self.folder / name).mkdir()
        show = self.folder / "bin/show"
        show.write_text(f"#!/usr/bin/python3 -I\nimport json, os, sys\n"
                        f"open('{self.folder}/shown.tmp', 'w').write(json.dumps([a for a in sys.argv[1:]]))\n"
                        f"os.rename('{self.folder}/shown.tmp', '{self.folder}/shown.json')\n")
        show.chmod(0o755)
        for script in (SOURCE / "templates/completion").iterdir():
            shutil.copy(script, self.folder)
        git = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", "-C", self.folder]
        subprocess.run([*git, "init", "-q", "-b", "release-$(touch${IFS}pwned)"], check=True)
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "One"], check=True)
        subprocess.run([*git, "branch", "main"], check=True)
        self.write_hub([*HOSTILE.values(), *UNSHOWABLE, "--trust", "ResNet50"])
        self.shell = Shell(STEP, self.folder)
        self.addCleanup(self.shell.close)
        self.addCleanup(self.assert_nothing_ran)

    def write_hub(self, names):
        entry = {"model_path": "a.onnx", "onnx_version": "1.9", "opset_version": 13,
                 "metadata": {"model_sha": "0" * 64, "model_bytes": 1, "tags": ["vision", "da$(touch pwned)"]}}
        (self.folder / "hub/ONNX_HUB_MANIFEST.json").write_text(json.dumps([{**entry, "model": name} for name in names]))

    def assert_nothing_ran(self):
        self.assertEqual([str(path) for path in self.folder.rglob("pwned*")], [])

    def test_commands_options_and_values(self):
        self.assertEqual(self.shell.completed("onnxhub gen"), ["generate"])
        self.assertEqual(self.shell.completed("onnxhub validate --write-b"), ["validate", "--write-baseline"])
        self.assertEqual(self.shell.completed("onnxhub validate --format=sar"), ["validate", "--format=sarif"])
        self.assertEqual(self.shell.completed("onnxhub validate --format sar"), ["validate", "--format", "sarif"])
        self.assertEqual(self.shell.completed("onnxhub cache ver"), ["cache", "verify"])
        self.assertEqual(self.shell.completed("onnxhub completion fi"), ["completion", "fish"])

    def test_rules_refs_tags_and_paths(self):
        self.assertEqual(self.shell.completed("onnxhub validate --select readme-conf"), ["validate", "--select", "readme-conflict"])
        self.assertEqual(self.shell.completed("onnxhub generate --rev mai"), ["generate", "--rev", "main"])
        self.assertEqual(self.shell.completed("onnxhub generate --base=rel"),
                         ["generate", "--base=release-$(touch${IFS}pwned)"])
        self.assertEqual(self.shell.completed("onnxhub diff main..mai"), ["diff", "main..main"])
        self.assertEqual(self.shell.completed("onnxhub list --hub ./hub --tag vis"), ["list", "--hub", "./hub", "--tag", "vision"])
        self.assertEqual(self.shell.completed("onnxhub inspect onnxhub.ba"), ["inspect", "onnxhub.bash"])
        self.assertEqual(self.shell.completed("onnxhub inspect hub/ONN"), ["inspect", "hub/ONNX_HUB_MANIFEST.json"])
        self.assertEqual(self.shell.completed("onnxhub export hub/be")[-1].rstrip("/"), "hub/below")

    def test_hostile_names_of_models_are_words(self):
        for start, name in HOSTILE.items():
            with self.subTest(name=name):
                self.assertEqual(self.shell.completed(f"onnxhub load --hub ./hub {start}"), ["load", "--hub", "./hub", name])

    def test_a_quote_that_is_open_stays_one_word(self):
        for quote in "'\"":
            words = self.shell.completed(f"onnxhub load --hub ./hub {quote}ResN")
            self.assertEqual(words, ["load", "--hub", "./hub", "ResNet50"])
            words = self.shell.completed(f"onnxhub load --hub ./hub {quote}da")
            self.assertEqual(words, ["load", "--hub", "./hub", HOSTILE["da"]])

    def test_names_that_no_terminal_should_get_are_left_out(self):
        # The letters select only such names, so nothing is completed.
        for start in ("nl-", "es-", "cr-", "tab-", "bidi-"):
            self.assertEqual(self.shell.completed(f"onnxhub load --hub ./hub {start}"), ["load", "--hub", "./hub", start])
        self.assertNotRegex(self.shell.listed("onnxhub load --hub ./hub "), "\x1b]0;pwned|\x1b\\[2J|\u202e|--trust")

    def test_what_cannot_be_read_is_silent(self):
        (self.folder / "hub/ONNX_HUB_MANIFEST.json").write_text('[{"model": "tail')
        words = self.shell.completed("onnxhub load --hub ./hub ta")
        self.assertEqual(words, ["load", "--hub", "./hub", "ta"])
        words = self.shell.completed("onnxhub load --hub https://hub.invalid ta")
        self.assertEqual(words, ["load", "--hub", "https://hub.invalid", "ta"])
        self.assertNotIn("error", self.shell.listed("onnxhub load --hub ./hub ta"))


class Manual(unittest.TestCase):
    def test_every_page_renders_without_warnings(self):
        pages = sorted((BUILD / "manual").iterdir())
        commands = re.findall(r"^  ([a-z-]+) +[A-Z]", subprocess.run([BUILD / "cli/onnxhub", "--help"], check=True,
                              capture_output=True, text=True).stdout.partition("Global options:")[0], re.M)
        self.assertGreater(len(commands), 15)
        self.assertEqual([page.name for page in pages],
                         sorted(["onnxhub.1", "onnxhub.toml.5", *(f"onnxhub-{command}.1" for command in commands)]))
        for page in pages:
            for width in ("60", "80", "132"):
                done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", page], stdin=subprocess.DEVNULL, capture_output=True,
                                      env={"PATH": "/usr/bin:/bin", "MANWIDTH": width, "LC_ALL": "C.UTF-8"})
                self.assertEqual((done.returncode, done.stderr), (0, b""), page)
                self.assertIn(page.stem, done.stdout.decode())

    def test_a_page_has_what_help_has(self):
        for command in ("load", "serve", "validate"):
            text = subprocess.run(["man", "-E", "UTF-8", "-l", BUILD / f"manual/onnxhub-{command}.1"], check=True, capture_output=True,
                                  env={"PATH": "/usr/bin:/bin", "MANWIDTH": "500", "LC_ALL": "C.UTF-8"}).stdout.decode()
            said = subprocess.run([BUILD / "cli/onnxhub", command, "--help"], check=True, capture_output=True, text=True).stdout
            options = set(re.findall(r"^  (?:-\w, |    )(--[a-z-]+)", said.partition("Global options:")[0], re.M))
            self.assertGreater(len(options), 8)
            for option in options:
                self.assertRegex(text, rf"(?m)^ +(-\w, )?{option}\b")


def main():
    program = "man" if STEP == "manual" else STEP
    if not shutil.which(program):
        print(f"SKIPPED: no {program} here (apt-get install {'man-db' if program == 'man' else program})")
        sys.exit(77)
    chosen = unittest.defaultTestLoader.loadTestsFromTestCase(Manual if STEP == "manual" else Completion)
    sys.exit(not unittest.TextTestRunner(verbosity=1).run(chosen).wasSuccessful())


if __name__ == "__main__":
    main()
