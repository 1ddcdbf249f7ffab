# SPDX-License-Identifier: Apache-2.0
"""The program as a child: Ctrl-C, threads, hubs that hang, hostile names, and a program that does not fit."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, Iterator, List

import onnxhub
import pytest
from models import Hub, relu
from onnxhub import _program, hub
from programs import Answers
from servers import Hanging, Server

MNIST = "vision/classification/mnist/model/mnist-12.onnx"
# A test run in the background ignores Ctrl-C, and its children would too.
LOAD = """
import signal
import sys
from onnxhub import hub
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.stdout.reconfigure(errors="backslashreplace")
print(hub.path(*sys.argv[1:], trust=True))
"""


def start(*arguments: str, **variables: str) -> "subprocess.Popen[str]":
    """A Python program that loads a model, with the variables of this one."""
    environment: Dict[str, str] = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables}
    command = [sys.executable, "-B", "-c", LOAD, *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def children(process: int) -> List[int]:
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


@pytest.mark.parametrize("to_group", [False, True], ids=["kernel", "terminal"])
def test_an_interrupt_ends_the_child(server: Server, models: Hub, cache: str, to_group: bool) -> None:
    """A terminal sends SIGINT to the whole group; a notebook only to Python."""
    content = relu(12, "x" * 100_000)
    models.add("Slow", "slow/slow-12.onnx", 12, content)
    repo = server.add_plain("/slow", models)
    hanging = Hanging(len(content), content[:70_000])
    server.pages["/slow/slow/slow-12.onnx"] = hanging
    python = start("slow", repo, ONNX_HOME=cache)
    assert hanging.has_begun.wait(60)
    child = children(python.pid)[0]
    if to_group:
        os.killpg(python.pid, signal.SIGINT)
    else:
        python.send_signal(signal.SIGINT)
    out, err = python.communicate(timeout=60)
    hanging.may_end.set()
    assert python.returncode == -signal.SIGINT, err
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert not os.path.exists(f"/proc/{child}")
    assert [path for path in Path(cache).rglob("*") if path.suffix == ".onnx"] == []


def test_a_hub_that_hangs_ends_by_the_limits_of_the_client(
    server: Server, models: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONNXHUB_TIMEOUT", "1")
    content = models.files[MNIST]
    hanging = Hanging(len(content), content[:10])
    server.pages["/plain/" + MNIST] = hanging
    with pytest.raises(urllib.error.URLError, match="no source has it"):
        hub.path("mnist", f"{server.url}/plain", trust=True)
    server.pages["/plain/ONNX_HUB_MANIFEST.json"] = hanging
    with pytest.warns(UserWarning, match="using the last copy"):
        hub.list_models(f"{server.url}/plain")
    hanging.may_end.set()


def test_many_threads(server: Server, models: Hub) -> None:
    names = ["mnist", "resnet50", "bert", "large", "resnet-preproc"] * 6
    with ThreadPoolExecutor(len(names)) as threads:
        files = list(threads.map(hub.path, names))
        infos = list(threads.map(hub.get_model_info, names))
    for name, file, info in zip(names, files, infos):
        assert file is not None and info.model.lower() == name
        assert Path(file).read_bytes() == models.files[info.model_path]
    assert len([path for path in server.downloads() if path.startswith("/cdn/")]) == 6  # each file once


def test_an_exception_of_the_caller_ends_the_child(
    server: Server, models: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For example a broken pipe on standard output, in the middle of a download."""

    class Broken:
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            pass

    monkeypatch.setattr(sys, "stdout", Broken())
    with pytest.raises(BrokenPipeError):
        hub.path("mnist")
    assert children(os.getpid()) == []


HOSTILE = [
    "--help",
    "-h",
    "--trust",
    "-",
    "--",
    "mnist\n--trust",
    "mnist\r\n",
    "\x1b[31mmnist",
    "mnist\0",
    "$(touch /tmp/x)",
    "mnist; true",
    "../../../etc/passwd",
    "ünïcödé",
    "\ud800",
    "\udcff",
    "x" * 100_000,
    "::error::mnist",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names(server: Server, name: str) -> None:
    assert hub.list_models(model=name) == []
    hub.search(name)
    with pytest.raises(AssertionError):
        hub.get_model_info(name)
    for function in (hub.path, hub.download_model_with_test_data):
        with pytest.raises(AssertionError):
            function(name)
    assert server.downloads() == []


REPOS = ["--help/x", "-/-", "a/b\n--trust", "a/b --trust", "./-x", "a/b:\x1b[31m", "a/b:../.."]


@pytest.mark.parametrize("repo", REPOS, ids=range(len(REPOS)))
def test_hostile_repos(server: Server, repo: str) -> None:
    with pytest.raises(AssertionError):
        hub.list_models(repo)
    with pytest.raises(AssertionError):
        hub.path("mnist", repo)
    assert server.downloads() == []


def test_names_of_a_hostile_hub(server: Server, models: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    name = "--trust\n\x1b[31m\u202e"
    models.add(name, "odd/\u202eodd.onnx", 12, relu(12, "odd"), tags=["--tag", "\x1b"])
    repo = server.add_plain("/odd", models)
    assert hub.list_models(repo, tags=["--tag"])[0].model == name
    file = hub.path(name, repo, trust=True)
    assert file and Path(file).read_bytes() == relu(12, "odd")
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err and said.out.count("\n") == 1


@pytest.mark.parametrize("place", ["../../out.onnx", "/etc/out.onnx", "a/../../out.onnx", ".hidden/out.onnx"])
def test_paths_of_a_hostile_hub(server: Server, models: Hub, cache: str, place: str) -> None:
    models.add("Escape", place, 12, relu(12, "escape"))
    repo = server.add_plain("/escape", models)
    with pytest.raises(AssertionError):
        hub.path("escape", repo, trust=True)
    assert not list(Path(cache).parent.rglob("*out.onnx"))


def test_a_read_only_home(server: Server, cache: str, tmp_path: Path) -> None:
    """No file can be made below a home that is a file, not even by root."""
    home = tmp_path / "no-folder"
    home.write_text("")
    for _ in range(2):
        said = start("mnist", ONNX_HOME=cache, HOME=str(home)).communicate(timeout=60)
        assert said[0].splitlines()[-1].endswith("_mnist-12.onnx"), said[1]


def test_a_cache_that_cannot_be_made(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    hub.set_dir(str(tmp_path / "file/cache"))
    with pytest.raises(OSError, match="cache"):
        hub.path("mnist")


def test_a_cache_with_a_leading_dash(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("-cache", "--trust", ""):
        hub.set_dir(folder)
        file = hub.path("mnist")
        assert file and os.path.exists(file) and os.path.abspath(file).startswith(str(tmp_path / folder))


LOCALES = [
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "C.UTF-8"},
]


@pytest.mark.parametrize("variables", LOCALES, ids=["C", "ascii", "utf-8"])
@pytest.mark.parametrize("folder", [b"plain", "gr\u00fcn".encode(), b"gr\xfcn"], ids=["ascii", "utf-8", "latin-1"])
def test_locales(server: Server, models: Hub, tmp_path: Path, variables: Dict[str, str], folder: bytes) -> None:
    content = relu(12, "green")
    archive = ("gr\u00fcn/gr\u00fcn.tar.gz", models.files[MNIST.replace(".onnx", ".tar.gz")])
    models.add("Gr\u00fcn", "gr\u00fcn/gr\u00fcn.onnx", 12, content, test_data=archive)
    repo = server.add_plain("/green", models)
    home = os.fsencode(tmp_path) + b"/" + folder
    program = (
        "from onnxhub import hub, _progress; import sys\n"
        "name = [i.model for i in hub.list_models(sys.argv[1]) if i.opset == 12 and i.model.startswith('Gr')][0]\n"
        "for _ in range(2):\n"
        "    data = open(hub.path(name, sys.argv[1], trust=True), 'rb').read()\n"
        "    folder = hub.download_model_with_test_data(name, sys.argv[1], trust=True)\n"
        "    open(folder + '/model.onnx').close()\n"
        "sys.stdout.flush(); sys.stdout.buffer.write(b'RESULT' + data)\n"
    )
    environment = {os.fsencode(key): os.fsencode(value) for key, value in {**os.environ, **variables}.items()}
    environment.update({b"ONNX_HOME": home, b"PYTHONPATH": os.fsencode(os.pathsep.join(sys.path))})
    said = subprocess.run([sys.executable, "-B", "-c", program, repo], env=environment, capture_output=True)
    assert said.stdout.split(b"RESULT")[-1] == content, said.stderr


@pytest.fixture
def no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_program, "_BUNDLED", "/nowhere/onnxhub")
    monkeypatch.delenv("ONNXHUB_PROGRAM", raising=False)


def make_program(folder: Path, text: str) -> str:
    folder.mkdir(exist_ok=True)
    program = folder / "onnxhub"
    program.write_text(text)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


def test_a_missing_program(no_bundle: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(onnxhub.ProgramError, match="the program onnxhub is missing.*ONNXHUB_PROGRAM"):
        hub.list_models()
    monkeypatch.setenv("ONNXHUB_PROGRAM", str(tmp_path / "gone"))
    with pytest.raises(onnxhub.ProgramError, match="gone: No such file.*correct ONNXHUB_PROGRAM"):
        hub.list_models()


@pytest.mark.parametrize(
    "text, message",
    [
        ("#!/bin/sh\necho onnxhub 9.8.7\n", f"has version 9.8.7, but this package needs {onnxhub.__version__}"),
        ("#!/bin/sh\necho something else\n", "is not a working onnxhub"),
        ("#!/bin/sh\necho broken >&2; exit 127\n", r"is not a working onnxhub \(broken\)"),
        ("no program\0", "can't be run"),
        ("", "can't be run"),
    ],
)
def test_a_program_that_does_not_fit(
    no_bundle: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    make_program(tmp_path / "bin", text)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(onnxhub.ProgramError, match=message):
        hub.list_models()


@pytest.mark.parametrize(
    "ending, message",
    [
        ("kill -9 $$", "ended by signal 9"),
        ("echo oops >&2; exit 3", "exit status 3: oops"),
        ("exit 1", "exit status 1"),
    ],
)
def test_a_program_that_dies(
    no_bundle: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, message: str
) -> None:
    version = f'[ "$1" = --version ] && echo onnxhub {onnxhub.__version__} && exit 0\n'
    monkeypatch.setenv("ONNXHUB_PROGRAM", make_program(tmp_path / "bin", f"#!/bin/sh\n{version}{ending}\n"))
    with pytest.raises(onnxhub.ProgramError, match=message):
        hub.list_models()


def test_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel's program finds the certificates of systems that keep them elsewhere than Debian."""
    for name in _program._CERTIFICATE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    places = [str(tmp_path / name) for name in ("debian", "red-hat", "suse", "alpine")]
    monkeypatch.setattr(_program, "_CERTIFICATES", tuple(places))
    assert _program.environment("/usr/bin/onnxhub") is None
    for place in reversed(places):
        Path(place).write_text("")
        found = _program.environment(_program._BUNDLED)
        assert (found or {}).get("SSL_CERT_FILE") == (None if place == places[0] else place)
    monkeypatch.setenv("SSL_CERT_FILE", "/mine")
    assert _program.environment(_program._BUNDLED) is None
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setattr(_program, "_CERTIFICATES", (str(tmp_path / "none"),))
    certifi = pytest.importorskip("certifi")
    assert (_program.environment(_program._BUNDLED) or {})["SSL_CERT_FILE"] == certifi.where()


@pytest.mark.once
def test_the_program_uses_these_certificates(
    server: Server, models: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub with https, whose certificate only the system of the user knows."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl here (apt-get install openssl)")
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tests -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    for name in _program._CERTIFICATE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(_program, "_BUNDLED", _program.find_program())
    places = [str(tmp_path / name) for name in ("debian", "red-hat", "suse", "alpine")]
    monkeypatch.setattr(_program, "_CERTIFICATES", tuple(places))
    with Server((certificate, key)) as secure:
        repo = secure.add_plain("/plain", models)
        assert repo.startswith("https://")
        with pytest.raises(urllib.error.URLError, match="certificate"):
            hub.list_models(repo)
        for place in places[1:]:
            shutil.copy(certificate, place)
            assert len(hub.list_models(repo)) == 7
            assert hub.path("mnist", repo, trust=True, force_reload=True)
            os.unlink(place)
        with pytest.warns(UserWarning, match="last copy"), pytest.raises(urllib.error.URLError, match="certificate"):
            hub.path("bert", repo, trust=True)
        monkeypatch.setenv("SSL_CERT_FILE", certificate)
        assert hub.path("bert", repo, trust=True)


def test_threads_ask_one_after_another(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(monkeypatch, "y")
    with ThreadPoolExecutor(4) as threads:
        files = list(threads.map(lambda _: hub.path("mnist", "team/models"), range(4)))
    assert len(set(files)) == 1 and 1 <= len(answers.questions) <= 4
    assert threading.active_count() < 50


OTHER_USER = 65534
AS_OTHER_USER = ["setpriv", f"--reuid={OTHER_USER}", f"--regid={OTHER_USER}", "--clear-groups"]
WITHOUT_RIGHTS = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
READ_ONLY = """
import os, sys
for folder in (os.environ["HOME"], os.path.dirname(sys.argv[1])):
    try:
        os.mkdir(os.path.join(folder, "new"))
    except OSError:
        continue
    sys.exit(f"{folder}: can be written")
import onnxhub
from onnxhub import hub
assert os.path.dirname(onnxhub.__file__) == sys.argv[1], onnxhub.__file__
try:
    names = [info.model for info in hub.list_models()]
    files = [hub.path(name) for name in ("mnist", "large", "mnist")]
    folder = hub.download_model_with_test_data("mnist", opset=8)
    hub.lock("mnist", lock_file=os.path.join(hub.get_dir(), "models.lock"))
    print(len(names), *files, folder)
except OSError as error:
    print("OSError", error)
"""


class Installed:
    """A copy of the package that no one may write, and a program that uses it as another user."""

    def __init__(self, folder: Path) -> None:
        self.package = folder / "packages/onnxhub"
        shutil.copytree(os.path.dirname(onnxhub.__file__), self.package, symlinks=True)
        self.home = folder / "read-only-home"
        (self.home / ".cache").mkdir(parents=True)
        for top in (self.package.parent, self.home):
            for path in (top, *top.rglob("*")):
                path.chmod(path.stat().st_mode & 0o555 | 0o444)
        for parent in (folder, *folder.parents):  # those of pytest are closed to other users
            if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
        self.user = self._other_user()

    def _other_user(self) -> List[str]:
        """A command that runs another one without root's rights: as another user, if he can run this interpreter."""
        if os.geteuid() != 0:
            return []
        is_possible = subprocess.run([*AS_OTHER_USER, sys.executable, "-c", ""], stderr=subprocess.DEVNULL)
        return AS_OTHER_USER if is_possible.returncode == 0 else WITHOUT_RIGHTS

    def make_cache(self, path: Path) -> Path:
        """A folder of the user."""
        path.mkdir()
        if self.user == AS_OTHER_USER:
            os.chown(path, OTHER_USER, OTHER_USER)
        return path

    def files(self) -> List[str]:
        return sorted(str(path) for top in (self.package.parent, self.home) for path in top.rglob("*"))

    def run(self, cache: Path) -> str:
        """What the program prints. It may write byte code."""
        variables = {**os.environ, "HOME": str(self.home), "ONNX_HOME": str(cache)}
        variables["PYTHONPATH"] = str(self.package.parent)
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [*self.user, sys.executable, "-c", READ_ONLY, str(self.package)]
        done = subprocess.run(command, env=variables, cwd="/", capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    def make_writable(self) -> None:
        for top in (self.package.parent, self.home):
            for path in (top, *top.rglob("*")):
                path.chmod(path.stat().st_mode | 0o200)


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installed]:
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("no setpriv here (apt-get install util-linux)")
    made = Installed(tmp_path)
    yield made
    made.make_writable()


def test_a_home_and_a_package_that_are_read_only(server: Server, installed: Installed, tmp_path: Path) -> None:
    cache = installed.make_cache(tmp_path / "elsewhere")
    before = installed.files()
    for _ in range(2):
        first, *files = installed.run(cache).splitlines()[-1].split()
        assert first == "7" and [os.path.exists(file) for file in files] == [True] * 4
        assert all(file.startswith(str(cache)) for file in files)
    assert installed.files() == before


@pytest.mark.once
def test_a_cache_that_is_read_only(server: Server, installed: Installed, tmp_path: Path) -> None:
    """One line, which names the folder, the reason, and what to do."""
    cache = tmp_path / "cache-of-another-user"
    cache.mkdir(mode=0o555)
    for top in (cache, cache / "a/b", installed.home / ".cache"):
        first = {cache / "a/b": cache / "a/b"}.get(top, top / "hub")
        reason = rf"OSError {first}: can't be made \(Permission denied\); choose another folder with --cache"
        assert re.fullmatch(rf"{reason} \(in Python: hub.set_dir\(\) or ONNX_HOME\)\n", installed.run(top))
    assert list(cache.iterdir()) == []


@pytest.mark.once
def test_a_filled_cache_that_is_read_only(server: Server, installed: Installed, tmp_path: Path) -> None:
    """Cached models are used. Another one is an error of one line."""
    cache = tmp_path / "filled"
    hub.set_dir(str(cache / "hub"))
    for name in ("mnist", "large"):
        hub.path(name)
    for path in (cache, *cache.rglob("*")):
        path.chmod(path.stat().st_mode & 0o555)
    before = sorted(cache.rglob("*"))
    said = installed.run(cache).splitlines()
    assert [line.split()[0] for line in said] == ["Using", "Using", "Using", "OSError"]
    assert "Permission denied" in said[-1] and "--cache" in said[-1]
    assert sorted(cache.rglob("*")) == before
    for path in (cache, *cache.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
