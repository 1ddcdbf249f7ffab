# SPDX-License-Identifier: Apache-2.0
"""Where the action's program comes from: a release, its cache, or a compiler. install.py SOURCE BUILD"""

import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from run import BUILD, PROGRAM, SOURCE, Hub

VERSION = re.search(r"^project\(onnxhub VERSION ([0-9.]+)", (SOURCE / "CMakeLists.txt").read_text(), re.M)[1]
SYSTEM = f"linux-{platform.machine()}"
NAME = f"onnxhub-{VERSION}-{SYSTEM}"
FILE = NAME + ".tar.gz"
GLIBC = os.confstr("CS_GNU_LIBC_VERSION").split()[1]
COMPILERS = ("c++", "g++", "gcc", "cc", "clang", "clang++", "cmake", "ninja", "make", "apt-get", "dpkg-query")


class Mirror(ThreadingHTTPServer):
    """Serves the files of a directory and records the requests."""

    def __init__(self, folder):
        requests = self.requests = []

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=str(folder))

            def log_message(self, form, *arguments):
                requests.append(self.path)

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Install(Hub):
    @classmethod
    def setUpClass(cls):
        """A release of this build, as `./dev dist` installs it."""
        cls.releases = Path(tempfile.mkdtemp(prefix="onnxhub-releases."))
        cls.addClassCleanup(shutil.rmtree, cls.releases, True)
        subprocess.run(["bash", SOURCE / "cmake/make_dist.sh", BUILD, cls.releases / NAME], check=True)
        with tarfile.open(cls.releases / FILE, "w:gz", compresslevel=1) as archive:
            archive.add(cls.releases / NAME, NAME)
        cls.program = (cls.releases / NAME / "bin/onnxhub").read_bytes()
        shutil.rmtree(cls.releases / NAME)

    def setUp(self):
        super().setUp()
        self.runner.program = None
        self.calls = self.folder / "calls"
        self.calls.touch()
        self.fakes = self.folder / "fakes"
        self.fakes.mkdir()
        for name in COMPILERS:
            self.script(self.fakes / name, f'echo {name} >>"{self.calls}"; exit 99')
        # Takes the place of ./dev in the copy of the action.
        self.script(self.runner.action / "dev",
                    f'echo "dev $1" >>"{self.calls}"; mkdir -p "$2/bin"; ln -s "{PROGRAM}" "$2/bin/onnxhub"')
        self.break_manifest()
        self.broken = self.commit("Break it")

    def script(self, path, text):
        path.write_text("#!/bin/bash\n" + text + "\n")
        path.chmod(0o755)

    def table(self, *lines):
        (self.runner.action / "action/releases.txt").write_text("# A comment\n\n" + "".join(f"{line}\n" for line in lines))

    def line(self, archive, version=VERSION, system=SYSTEM, glibc=GLIBC):
        return f"{version} {system} {glibc} {hashlib.sha256(Path(archive).read_bytes()).hexdigest()}"

    def validate_push(self, inputs=None, url=None):
        """Runs the action for the push of a wrong manifest."""
        environment = {"PATH": f"{self.fakes}:/usr/bin:/bin", "ONNXHUB_RELEASE_URL": str(url or self.releases)}
        return self.action(inputs or {}, "push", {"before": self.base}, self.broken, "refs/heads/main", environment=environment)

    def called(self):
        return self.calls.read_text().split("\n")[:-1]

    def assert_finds(self, outcome):
        self.assertEqual(outcome.status, 1, outcome.log)
        self.assertRegex(outcome.log, r"(?m)^::error file=ONNX_HUB_MANIFEST.json,line=\d+")

    def assert_refused(self, outcome, reason):
        """One error, and nothing was unpacked."""
        self.assertEqual(outcome.status, 2, outcome.log)
        errors = [line for line in outcome.log.splitlines() if "action: error: " in line]
        self.assertEqual(len(errors), 1, outcome.log)
        self.assertRegex(errors[0], "^onnxhub action: error: .*" + reason)
        self.assertEqual(self.called(), [])
        left = [path for path in self.runner.temp.rglob("*") if path.is_file() and path.name != FILE]
        self.assertEqual(left, [])
        self.assertEqual(list(self.folder.rglob("pwned*")), [])

    # Releases

    def test_a_release_is_downloaded_and_no_compiler_is_called(self):
        self.table(f"9.9 {SYSTEM} 2.0 {'0' * 64}", f"{VERSION} linux-other 2.0 {'0' * 64}", self.line(self.releases / FILE))
        outcome = self.validate_push()
        self.assert_finds(outcome)
        self.assertEqual(self.called(), [])
        program = self.runner.temp / "onnxhub/program/bin/onnxhub"
        self.assertTrue(program.is_file() and not program.is_symlink())
        self.assertTrue(program.read_bytes() == self.program)
        self.assertTrue((self.runner.temp / "onnxhub/program/libexec/onnxhub/onnx-worker").is_file())
        self.assertIn(f"onnxhub action: downloads file://{self.releases}/{FILE}\n", outcome.log)

    def test_the_command_install_puts_the_program_into_the_path(self):
        self.table(self.line(self.releases / FILE))
        outcome = self.validate_push({"command": "install"})
        self.assertEqual(outcome.status, 0, outcome.log)
        self.assertTrue(self.runner.environment["PATH"].startswith(f"{self.runner.temp}/onnxhub/program/bin:"))

    def test_the_second_run_takes_the_archive_from_the_cache_and_checks_it(self):
        mirror = Mirror(self.releases)
        self.addCleanup(mirror.server_close)
        self.addCleanup(mirror.shutdown)
        self.table(self.line(self.releases / FILE))
        self.assert_finds(self.validate_push(url=mirror.url))
        self.assertEqual(mirror.requests, [f"/{FILE}"])
        outcome = self.validate_push(url=mirror.url)
        self.assert_finds(outcome)
        self.assertIn(f"{FILE} is from the cache", outcome.log)
        self.assertEqual((mirror.requests, len(self.runner.cache)), ([f"/{FILE}"], 1))
        # Another workflow of the repository may have written to the cache.
        kept = next(iter(self.runner.cache.values())) / FILE
        kept.write_bytes(self.archive([("bin/onnxhub", "touch pwned")]).read_bytes())
        outcome = self.validate_push(url=mirror.url)
        self.assert_finds(outcome)
        self.assertIn("in the cache is damaged; downloads it again", outcome.log)
        self.assertEqual(mirror.requests, [f"/{FILE}"] * 2)
        self.assertEqual((list(self.folder.rglob("pwned")), self.called()), ([], []))

    # The compiler

    def assert_compiles(self, reason, inputs=None):
        outcome = self.validate_push(inputs)
        self.assert_finds(outcome)
        self.assertEqual(self.called(), ["dev dist"])
        line = f"onnxhub action: {reason}; compiles the program, which takes about ten minutes"
        self.assertIn(line, outcome.log.splitlines())
        self.assertNotIn("downloads", outcome.log)
        # The next run has the program in its cache.
        outcome = self.validate_push(inputs)
        self.assert_finds(outcome)
        self.assertEqual(self.called(), ["dev dist"])
        self.assertIn(f"onnxhub action: {reason}; the program is from the cache", outcome.log.splitlines())
        self.calls.write_text("")
        self.runner.cache.clear()

    def test_where_no_release_fits_the_program_is_compiled_and_the_log_says_why(self):
        reason = f"no release fits this machine (version {VERSION}, {SYSTEM}, glibc {GLIBC})"
        archive = self.releases / FILE
        for lines in ([], [self.line(archive, version="0.0.1")], [self.line(archive, version=VERSION + ".1")],
                      [self.line(archive, system="linux-riscv64")], [self.line(archive, glibc="2.999")],
                      [self.line(archive, glibc="3.0")]):
            with self.subTest(lines=lines):
                self.table(*lines)
                self.assert_compiles(reason)

    def test_another_c_library_has_no_release(self):
        self.table(self.line(self.releases / FILE))
        self.script(self.fakes / "getconf", "exit 1")
        self.assert_compiles(f"no release fits this machine (version {VERSION}, {SYSTEM}, a C library other than glibc)")

    def test_the_input_build_compiles_although_a_release_fits(self):
        self.table(self.line(self.releases / FILE))
        self.assert_compiles("the input build is true", {"build": "true"})
        outcome = self.validate_push({"build": "yes"})
        self.assert_refused(outcome, "the input build must be one of: false true$")

    # What is refused

    def archive(self, members, top=NAME):
        """A tarball of (name, script) pairs or TarInfo objects. Names with a "/" at the start or ".." are kept."""
        path = self.folder / FILE
        with tarfile.open(path, "w:gz", compresslevel=1) as file:
            for member in members:
                content = b""
                if isinstance(member, tuple):
                    name, text = member
                    content = b"#!/bin/sh\n" + text.encode() + b"\n"
                    member = tarfile.TarInfo(name if name.startswith(("/", ".")) or not top else f"{top}/{name}")
                    member.mode, member.size = 0o755, len(content)
                file.addfile(member, io.BytesIO(content))
        return path

    def refuses(self, archive, reason):
        self.table(self.line(archive))
        self.assert_refused(self.validate_push(url=archive.parent), reason)

    def test_a_wrong_digest_ends_with_one_error_and_nothing_is_executed(self):
        program = f'touch "{self.folder}/pwned"'
        right = self.line(self.releases / FILE)
        self.table(right)
        archive = self.archive([("bin/onnxhub", program)])
        outcome = self.validate_push(url=archive.parent)
        self.assert_refused(outcome, rf"/{re.escape(FILE)}: its SHA-256 is not that of action/releases.txt \({right[-64:]}\); "
                                     "the file was deleted and not used")
        self.assertEqual(list(self.runner.temp.rglob("*.gz")), [])
        self.assertEqual(self.runner.cache, {})
        # The same archive with its own digest runs, so the test above could have failed.
        self.table(self.line(archive))
        self.validate_push(url=archive.parent)
        self.assertTrue((self.folder / "pwned").exists())

    def test_archives_with_other_paths_are_refused(self):
        good = ("bin/onnxhub", "exit 0")
        for name in ("../pwned", f"{NAME}/../../pwned", "/tmp/pwned-by-onnxhub", "./pwned", f"{NAME}x/pwned", "other/pwned",
                     f"{NAME}/a\nb/pwned", f"{NAME}/a b/pwned", f"{NAME}/$(touch pwned)", f"{NAME}/.."):
            with self.subTest(name=name):
                member = tarfile.TarInfo(name)
                self.refuses(self.archive([good, member]), "which is not a path below " + NAME)
        self.assertFalse(Path("/tmp/pwned-by-onnxhub").exists())

    def test_archives_with_links_devices_or_special_permissions_are_refused(self):
        for kind, mode in ((tarfile.SYMTYPE, 0o777), (tarfile.LNKTYPE, 0o755), (tarfile.CHRTYPE, 0o644),
                           (tarfile.FIFOTYPE, 0o644), (tarfile.REGTYPE, 0o4755), (tarfile.REGTYPE, 0o2755),
                           (tarfile.DIRTYPE, 0o1777)):
            with self.subTest(kind=kind, mode=oct(mode)):
                member = tarfile.TarInfo(f"{NAME}/lib/link")
                member.type, member.mode = kind, mode
                member.linkname = f"{NAME}/bin/onnxhub" if kind == tarfile.LNKTYPE else str(self.folder)
                self.refuses(self.archive([("bin/onnxhub", "exit 0"), member, ("lib/link/pwned", "")]),
                             "the member .*lib/link.*, which is not a plain file or directory")

    def test_archives_that_are_too_large_are_refused(self):
        many = self.archive([("bin/onnxhub", "exit 0")] + [(f"share/{i}", "") for i in range(5000)])
        self.refuses(many, "has more than 5000 members")
        bomb = self.folder / FILE
        subprocess.run(f"head -c 1000000001 /dev/zero | gzip -1 >'{bomb}'", shell=True, check=True)
        self.refuses(bomb, "has more than 1000000000 bytes when unpacked")
        sparse = self.folder / "sparse" / NAME
        sparse.mkdir(parents=True)
        with open(sparse / "file", "wb") as file:
            file.truncate(1_000_000_001)
        subprocess.run(["tar", "-C", sparse.parent, "--sparse", "-czf", bomb, NAME], check=True)
        self.assertLess(bomb.stat().st_size, 10_000)
        self.refuses(bomb, "has more than 1000000000 bytes when unpacked")
        shutil.rmtree(sparse.parent)
        with open(bomb, "wb") as file:
            file.truncate(300_000_001)
        self.table(f"{VERSION} {SYSTEM} {GLIBC} {'0' * 64}")
        self.assert_refused(self.validate_push(url=bomb.parent), "is larger than 300000000 bytes")

    def test_damaged_archives_and_those_without_a_program_are_refused(self):
        path = self.archive([("bin/onnxhub", "exit 0")])
        data = path.read_bytes()
        for damaged in (b"", b"no archive", data[:-20], data[: len(data) // 2]):
            with self.subTest(size=len(damaged)):
                path.write_bytes(damaged)
                self.refuses(path, "is damaged")
        self.refuses(self.archive([("bin/other", "exit 0")]), "has no program bin/onnxhub")

    def test_a_failed_download_says_what_to_do(self):
        self.table(self.line(self.releases / FILE))
        self.assert_refused(self.validate_push(url=self.folder / "nowhere"),
                            "cannot download file://.*; run the job again, or set the input build to true$")
        mirror = Mirror(self.folder / "nowhere")
        self.addCleanup(mirror.server_close)
        self.addCleanup(mirror.shutdown)
        self.assert_refused(self.validate_push(url=mirror.url), f"cannot download {mirror.url}")
        self.script(self.fakes / "curl", f'printf "%s\\n" "$@" >"{self.folder}/arguments"; exit 6')
        for place, repository in ((self.runner.action, "onnxhub/onnxhub"), (self.folder / "_actions/team/fork/a/branch", "team/fork")):
            if place != self.runner.action:
                shutil.copytree(self.runner.action, place)
                self.runner.action = place
            outcome = self.action({}, "push", {}, self.broken, "refs/heads/main", environment={"PATH": f"{self.fakes}:/usr/bin:/bin"})
            self.assert_refused(outcome, f"cannot download https://github.com/{repository}/releases/download/v{VERSION}/{FILE}")
            self.assertIn("\n--proto\n=https\n", (self.folder / "arguments").read_text())

    def test_wrong_lines_of_the_table_are_errors(self):
        digest = "0" * 64
        for line in ("nonsense", f"{VERSION} {SYSTEM} {digest}", f"{VERSION} {SYSTEM} 2.36 {digest}0", f"{VERSION} {SYSTEM} 2.36 {'A' * 64}",
                     f"{VERSION} {SYSTEM} 2.36 {digest} x", f"{VERSION} ../{SYSTEM} 2.36 {digest}"):
            with self.subTest(line=line):
                self.table(line)
                self.assert_refused(self.validate_push(), "action/releases.txt:3: is not ")

    def test_the_table_of_the_action_can_be_read(self):
        shutil.copy(SOURCE / "action/releases.txt", self.runner.action / "action")
        found = subprocess.run(["bash", self.runner.action / "action/release.sh", "find"], capture_output=True, text=True)
        self.assertEqual((found.returncode, found.stderr), (0, ""))
        self.assertRegex(found.stdout, r"^(reason=no release fits .*\n|file=onnxhub-.*\.tar\.gz\nsha256=[0-9a-f]{64}\n)$")

    # Other systems

    def test_the_script_for_other_systems_does_the_same(self):
        environment = {"PATH": f"{self.fakes}:/usr/bin:/bin", "ONNXHUB_RELEASE_URL": str(self.releases), "HOME": str(self.folder)}
        install = ["bash", self.runner.action / "action/program.sh"]
        folder = self.folder / "a/program"
        self.table(self.line(self.releases / FILE))
        for _ in range(2):
            done = subprocess.run([*install, folder], env=environment, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            environment["ONNXHUB_RELEASE_URL"] = "/nowhere"
        self.assertEqual(subprocess.run([folder / "bin/onnxhub", "--version"], capture_output=True).returncode, 0)
        self.assertEqual(self.called(), [])
        self.table(f"{VERSION} {SYSTEM} {GLIBC} {'0' * 64}")
        environment["ONNXHUB_RELEASE_URL"] = str(self.releases)
        done = subprocess.run([*install, self.folder / "b"], env=environment, capture_output=True, text=True)
        self.assertEqual((done.returncode, (self.folder / "b").exists(), self.called()), (2, False, []), done.stderr)
        environment["ONNXHUB_BUILD"] = "true"
        done = subprocess.run([*install, self.folder / "b"], env=environment, capture_output=True, text=True)
        self.assertEqual((done.returncode, self.called()), (0, ["dev dist"]), done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
