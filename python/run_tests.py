# SPDX-License-Identifier: Apache-2.0
"""Tests of the Python package, for ctest: run_tests.py BUILD STEP

    lint       flake8, pydocstyle, and mypy --strict for each supported version of Python
    make       both wheels and a virtual environment, in BUILD/python_wheels, for the steps below
    wheel      the wheel with the program of BUILD, installed with pip into the virtual environment: all tests
    pure       the wheel without a program, with the program of BUILD on the PATH, in each version of Python found here
    reproducible  wheels that are made again, or by pip, or from another directory, have the same bytes
    debian     the wheel with the program, in an empty Debian with only python3, and only loopback as network

Exit status 77: skipped; the message names what is missing. The tests themselves are in tests/, for pytest.
$ONNXHUB_PYTHONS names further interpreters, separated by colons.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Optional

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DEBIAN_PYTHON = "/usr/bin/python3"  # which has Debian's packages, such as python3-onnx and python3-pytest
SUPPORTED = ("3.9", "3.10", "3.11", "3.12", "3.13")
MOMENT = "1700000000"  # SOURCE_DATE_EPOCH
PACKAGES = Path("/usr/lib/python3/dist-packages")
# pytest of Debian and what it needs: pure Python, so that other versions can use it.
PYTEST = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "attr", "attrs", "tomli", "exceptiongroup", "py",
          "py.py")


def skip(reason: str) -> None:
    print(f"SKIPPED: {reason}")
    sys.exit(77)


def need(*programs: str) -> None:
    for program in programs:
        if not shutil.which(program):
            skip(f"no {program} here (apt-get install {program})")


def run(*command: "str | Path", folder: Path = HERE, environment: Optional[Dict[str, str]] = None) -> str:
    """Returns what it prints. Ends this program if it fails."""
    print("+", *command, flush=True)
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        print(said)
        sys.exit(f"{command[0]}: exit status {done.returncode}")
    return said


def environment(**changes: str) -> Dict[str, str]:
    """This environment, without what leads Python to the sources or to another program."""
    dropped = ("PYTHONPATH", "ONNXHUB_PROGRAM", "PYTHONHOME", "PIP_INDEX_URL")
    return {**{key: value for key, value in os.environ.items() if key not in dropped}, **changes}


def lint() -> None:
    need("flake8", "pydocstyle", "mypy")
    run("flake8")
    run("pydocstyle", "--select=D100,D101,D102,D103,D200,D201,D202,D207,D209,D210,D300,D403,D419", "onnxhub")
    for version in SUPPORTED:
        # The tests import pytest, which takes most of the time. The oldest and the newest version differ most.
        checked = [] if version in (SUPPORTED[0], SUPPORTED[-1]) else ["onnxhub", "make_wheel.py", "run_tests.py"]
        options = ["--no-incremental", "--cache-dir", os.devnull, "--python-version", version]
        print(run("mypy", *options, *checked), end="")


class Made:
    """What the step `make` leaves for the others."""

    def __init__(self, build: Path) -> None:
        self.folder = build / "python_wheels"
        self.dist = self.folder / "dist"
        self.wheels = self.folder / "wheels"
        self.venv = self.folder / "venv"

    def wheel(self, tag: str) -> Path:
        """The wheel with this tag, if it is newer than all that it is made of."""
        found = list(self.wheels.glob(f"onnxhub-*-{tag}*.whl"))
        sources = [self.folder.parent / "cli/onnxhub", ROOT / "docs/python.md", *HERE.glob("*.py")]
        sources += (HERE / "onnxhub").glob("*.py")
        if len(found) != 1 or any(source.stat().st_mtime > found[0].stat().st_mtime for source in sources):
            sys.exit(f"{self.wheels}: has no current wheel; run the step make first")
        return found[0]


def make(build: Path) -> None:
    made = Made(build)
    shutil.rmtree(made.folder, ignore_errors=True)
    made.folder.mkdir()
    make_wheels(build, made.folder)
    if has_pytest():
        # pytest, onnx and numpy are Debian's.
        run(DEBIAN_PYTHON, "-m", "venv", "--system-site-packages", made.venv)


def make_wheels(build: Path, folder: Path, **variables: str) -> None:
    """Both, in folder/wheels, from the program in folder/dist."""
    dist, wheels = folder / "dist", folder / "wheels"
    run("bash", ROOT / "cmake/make_dist.sh", build, dist)
    for arguments in ([wheels], [wheels, dist]):
        run(DEBIAN_PYTHON, "-B", HERE / "make_wheel.py", *arguments, folder=folder,
            environment=environment(SOURCE_DATE_EPOCH=MOMENT, **variables))


def has_pytest() -> bool:
    modules = "import pytest, venv, ensurepip"
    return subprocess.run([DEBIAN_PYTHON, "-c", modules], stderr=subprocess.DEVNULL).returncode == 0


def pytest_here() -> None:
    if not has_pytest():
        skip("no pytest or venv for Python here (apt-get install python3-pytest python3-venv)")


def run_pytest(python: "str | Path", variables: Dict[str, str], work: Path, version: str) -> None:
    options: List["str | Path"] = ["-q", "-p", "no:cacheprovider", "-rs", "--basetemp", work / f"tmp-{version}"]
    options += ["-c", HERE / "pyproject.toml"]
    if version != "debian":
        options += ["-m", "not once"]
    said = run(python, "-B", "-m", "pytest", *options, HERE / "tests", folder=work, environment=variables)
    print(said)
    listed = os.environ.get("ONNXHUB_SKIPPED_TESTS")
    reasons = re.findall(r"^SKIPPED \[\d+\] (.*)$", said, re.M)
    if listed and reasons and version == "debian":
        with open(listed, "a", encoding="utf-8") as file:
            file.writelines(f"python: {reason}\n" for reason in reasons)


def wheel(build: Path, work: Path) -> None:
    pytest_here()
    made = Made(build)
    python, venv = made.venv / "bin/python", made.venv
    options = ["-q", "--no-index", "--no-deps", "--force-reinstall"]
    run(python, "-m", "pip", "install", *options, made.wheel("py3-none-manylinux"), environment=environment())
    at = run(python, "-c", "import onnxhub; print(onnxhub.__file__)", folder=work, environment=environment())
    assert at.startswith(str(venv)), at
    assert run(venv / "bin/onnxhub", "--version").startswith("onnxhub ")
    assert run(python, "-m", "onnxhub", "--version", folder=work, environment=environment()).startswith("onnxhub ")
    # The types reach users.
    program = "from onnxhub import hub\n\nreveal_type(hub.list_models()[0].tags)\n"
    (work / "user.py").write_text(program, encoding="utf-8")
    if shutil.which("mypy"):
        typed = ["--strict", "--no-incremental", "--cache-dir", os.devnull, "--python-executable", str(python)]
        said = run("mypy", *typed, work / "user.py", folder=work, environment=environment())
        assert 'Revealed type is "builtins.set[builtins.str]"' in said, said
    run_pytest(python, environment(), work, "debian")
    run(python, "-m", "pip", "uninstall", "-q", "-y", "onnxhub", environment=environment())
    left = [str(path) for path in venv.rglob("*onnxhub*")]
    assert left == [], left


def interpreters() -> List[str]:
    """Every supported Python of this machine: on the PATH, of pyenv, and in $ONNXHUB_PYTHONS."""
    found = [path for path in os.environ.get("ONNXHUB_PYTHONS", "").split(":") if path]
    found += [path for path in (shutil.which(f"python{version}") for version in SUPPORTED) if path]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found += [str(path) for path in sorted(pyenv.glob("versions/3.*/bin/python3"))]
    usable: Dict[str, str] = {}
    for path in found:
        asked = subprocess.run([path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True)
        version = asked.stdout.decode().strip()
        if asked.returncode == 0 and version in SUPPORTED:
            usable.setdefault(version, path)
    return list(usable.values())


def pure(build: Path, work: Path) -> None:
    pytest_here()
    made = Made(build).wheel("py3-none-any")
    tools = work / "tools"
    tools.mkdir()
    for name in PYTEST:
        if (PACKAGES / name).exists():
            (tools / name).symlink_to(PACKAGES / name)
    for number, python in enumerate(interpreters()):
        site = work / f"site-{number}"
        run(python, "-m", "zipfile", "-e", made, site)
        path = f"{build / 'cli'}:{os.environ['PATH']}"
        # Warnings of an older pytest about a newer Python are not ours.
        variables = environment(PYTHONPATH=f"{site}:{tools}", PATH=path, PYTHONWARNINGS="ignore")
        print(run(python, "--version"), end="")
        run_pytest(python, variables, work, str(number))


def digests(folder: Path) -> Dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def reproducible(build: Path, work: Path) -> None:
    pytest_here()
    made = Made(build)
    first = [made.wheel("py3-none-any"), made.wheel("py3-none-manylinux")]
    os.umask(0o077)
    make_wheels(build, work, TZ="Asia/Tokyo", LC_ALL="C")
    assert digests(work / "wheels") == digests(made.wheels), "the wheels have other bytes when they are made again"
    shutil.copytree(HERE, work / "python", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "docs", work / "docs")
    shutil.copy(ROOT / "LICENSE", work)
    run(made.venv / "bin/pip", "wheel", "-q", "--no-index", "--no-deps", "-w", work / "built", work / "python",
        environment=environment(SOURCE_DATE_EPOCH=MOMENT))
    assert digests(work / "built") == {first[0].name: digests(made.wheels)[first[0].name]}, "pip builds another wheel"
    has_no_path(build, made.dist)
    same_object(build, work)
    print("the same bytes:", *(path.name for path in first))


def has_no_path(build: Path, dist: Path) -> None:
    """The programs contain neither the directory of the sources nor that of the build."""
    for program in ("bin/onnxhub", "libexec/onnxhub/onnx-worker"):
        content = (dist / program).read_bytes()
        for place in (ROOT, build):
            assert os.fsencode(place) not in content, f"{program} has {place}: call onnxhub_has_assertions() in CMake"
    sources = [path for path in ROOT.glob("*/**/*") if path.suffix in (".h", ".cpp")]
    timed = [str(path) for path in sources if path.relative_to(ROOT).parts[0] not in ("build", "tests")
             and re.search(r"__(DATE|TIME|TIMESTAMP)__", path.read_text(encoding="utf-8"))]
    assert timed == [], "these files contain the time of the build"


def same_object(build: Path, work: Path) -> None:
    """A file with an assertion, compiled with the options of the build in two other directories, without ccache.

    The directories have the same files. Compiling the whole program twice would take minutes.
    """
    name = "validator/report.cpp"
    assert "assert(" in (ROOT / name).read_text(encoding="utf-8")
    units = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    target = "CMakeFiles/onnxhub_validator.dir/"
    command = shlex.split(next(unit["command"] for unit in units if target in unit["command"]))
    compiler = next(number for number, word in enumerate(command) if re.search(r"(\+\+|/c\+\+)(-\d+)?$", word))
    options = command[compiler:command.index("-o")]
    objects: List[bytes] = []
    for place in (work / "a", work / "another/directory"):
        (place / "build").mkdir(parents=True)
        for top in ROOT.iterdir():
            if top.name not in ("build", ".git"):
                (place / top.name).symlink_to(top)
        (place / "build/embedded_files").symlink_to(build / "embedded_files")
        moved = [word.replace(str(build), f"{place}/build").replace(str(ROOT), str(place)) for word in options]
        result = place / "build/report.o"
        run(*moved, "-g0", "-UNDEBUG", "-o", result, "-c", place / name, folder=place / "build",
            environment=environment(PWD=str(place / "build"), CCACHE_DISABLE="1"))
        objects.append(result.read_bytes())
        assert b"validator/report.cpp" in objects[-1]
    assert objects[0] == objects[1], f"the object of {name} depends on the directory"


def debian(build: Path, work: Path) -> None:
    need("mmdebstrap", "unshare", "ip")
    if os.geteuid() != 0:
        skip("mmdebstrap and chroot without a user's own rights need root")
    pips = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
    if not pips:
        skip("no pip as a wheel here (apt-get install python3-pip-whl)")
    wheel_with_program = Made(build).wheel("py3-none-manylinux")
    root = work / "root"
    sources = [path for path in Path("/etc/apt/sources.list.d").glob("*.sources")] + [Path("/etc/apt/sources.list")]
    listed = [str(path) for path in sources if path.exists() and path.stat().st_size]
    made = subprocess.run(
        ["mmdebstrap", "-q", "--variant=essential", "--include=python3", "bookworm", str(root), *listed[:1]],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    if made.returncode != 0:
        print(made.stdout.decode("utf-8", "replace"))
        skip("mmdebstrap can't make an empty Debian here")
    inside = root / "work"
    inside.mkdir()
    shutil.copy(wheel_with_program, inside)
    shutil.copy(pips[-1], inside / "pip.whl")
    for name in ("models.py", "servers.py", "empty_system.py"):
        shutil.copy(HERE / "tests" / name, inside)
    python = "/usr/bin/env -i HOME=/root PATH=/usr/bin:/bin python3 -B /work/empty_system.py"
    prepare = 'ip link set lo up && mount -t proc proc "$0/proc"'
    said = run("unshare", "--net", "--mount", "sh", "-c", f'{prepare} && exec chroot "$0" {python}', root)
    print(said)
    assert "the wheel works" in said


def main() -> None:
    build, step = Path(sys.argv[1]).resolve(), sys.argv[2]
    if step == "lint":
        return lint()
    if step == "make":
        return make(build)
    with tempfile.TemporaryDirectory(prefix="onnxhub-python.") as folder:
        {"wheel": wheel, "pure": pure, "reproducible": reproducible, "debian": debian}[step](build, Path(folder))


if __name__ == "__main__":
    main()
