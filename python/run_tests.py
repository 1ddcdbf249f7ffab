# SPDX-License-Identifier: Apache-2.0
"""Tests of the Python package, for ctest: run_tests.py BUILD STEP

    lint       flake8, pydocstyle, and mypy --strict for each supported version of Python
    wheel      the wheel with the program of BUILD, installed with pip into a new virtual environment: all tests
    pure       the wheel without a program, with the program of BUILD on the PATH, in each version of Python found here
    reproducible  both wheels made twice are the same bytes, as is one that pip builds from the sources
    debian     the wheel with the program, in an empty Debian with only python3, and only loopback as network

Exit status 77: skipped; the message names what is missing. The tests themselves are in tests/, for pytest.
$ONNXHUB_PYTHONS names further interpreters, separated by colons.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Optional

HERE = Path(__file__).resolve().parent
DEBIAN_PYTHON = "/usr/bin/python3"  # which has Debian's packages, such as python3-onnx and python3-pytest
SUPPORTED = ("3.9", "3.10", "3.11", "3.12", "3.13")
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
        print(run("mypy", "--no-incremental", "--cache-dir", os.devnull, "--python-version", version), end="")


def make_wheel(build: Path, work: Path) -> Path:
    """The wheel with the program of this build."""
    dist = work / "dist"
    run("bash", HERE.parent / "cmake/make_dist.sh", build, dist)
    return Path(run(DEBIAN_PYTHON, "-B", "make_wheel.py", work / "wheels", dist).strip())


def make_pure_wheel(work: Path) -> Path:
    return Path(run(DEBIAN_PYTHON, "-B", "make_wheel.py", work / "wheels").strip())


def pytest_here() -> None:
    modules = "import pytest, venv, ensurepip"
    if subprocess.run([DEBIAN_PYTHON, "-c", modules], stderr=subprocess.DEVNULL).returncode != 0:
        skip("no pytest or venv for Python here (apt-get install python3-pytest python3-venv)")


def run_pytest(python: "str | Path", variables: Dict[str, str], work: Path, version: str) -> None:
    options: List["str | Path"] = ["-q", "-p", "no:cacheprovider", "-rs", "--basetemp", work / f"tmp-{version}"]
    said = run(python, "-B", "-m", "pytest", *options, HERE / "tests", folder=work, environment=variables)
    print(said)
    listed = os.environ.get("ONNXHUB_SKIPPED_TESTS")
    reasons = re.findall(r"^SKIPPED \[\d+\] (.*)$", said, re.M)
    if listed and reasons and version == "debian":
        with open(listed, "a", encoding="utf-8") as file:
            file.writelines(f"python: {reason}\n" for reason in reasons)


def wheel(build: Path, work: Path) -> None:
    pytest_here()
    made = make_wheel(build, work)
    # pytest, onnx and numpy are Debian's.
    run(DEBIAN_PYTHON, "-m", "venv", "--system-site-packages", work / "venv")
    python = work / "venv/bin/python"
    run(python, "-m", "pip", "install", "-q", "--no-index", "--no-deps", made, environment=environment())
    at = run(python, "-c", "import onnxhub; print(onnxhub.__file__)", folder=work, environment=environment())
    assert at.startswith(str(work)), at
    assert run(work / "venv/bin/onnxhub", "--version").startswith("onnxhub ")
    assert run(python, "-m", "onnxhub", "--version", folder=work, environment=environment()).startswith("onnxhub ")
    run_pytest(python, environment(), work, "debian")
    run(python, "-m", "pip", "uninstall", "-q", "-y", "onnxhub", environment=environment())
    left = [str(path) for path in (work / "venv").rglob("*onnxhub*")]
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
    made = make_pure_wheel(work)
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


def reproducible(build: Path, work: Path) -> None:
    variables = environment(SOURCE_DATE_EPOCH="1700000000")
    made: List[List[bytes]] = []
    for place in (work / "one", work / "other"):
        place.mkdir()
        dist = place / "dist"
        run("bash", HERE.parent / "cmake/make_dist.sh", build, dist)
        for arguments in ([place / "wheels"], [place / "wheels", dist]):
            run(DEBIAN_PYTHON, "-B", HERE / "make_wheel.py", *arguments, folder=place, environment=variables)
        os.utime(dist / "bin/onnxhub")
        made.append([path.read_bytes() for path in sorted((place / "wheels").iterdir())])
    assert len(made[0]) == 2 and made[0] == made[1]
    shutil.copytree(HERE, work / "python", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(HERE.parent / "docs", work / "docs")
    shutil.copy(HERE.parent / "LICENSE", work)
    run(DEBIAN_PYTHON, "-m", "venv", work / "venv")
    run(work / "venv/bin/pip", "wheel", "-q", "--no-index", "--no-deps", "-w", work / "built", work / "python",
        environment=variables)
    assert [path.read_bytes() for path in (work / "built").iterdir()] == made[0][:1], "pip builds another wheel"
    print("the same bytes:", *sorted(path.name for path in (work / "one/wheels").iterdir()))


def debian(build: Path, work: Path) -> None:
    need("mmdebstrap", "unshare", "ip")
    if os.geteuid() != 0:
        skip("mmdebstrap and chroot without a user's own rights need root")
    pips = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
    if not pips:
        skip("no pip as a wheel here (apt-get install python3-pip-whl)")
    root = work / "root"
    sources = [path for path in Path("/etc/apt/sources.list.d").glob("*.sources")] + [Path("/etc/apt/sources.list")]
    listed = [str(path) for path in sources if path.exists() and path.stat().st_size]
    made = subprocess.run(
        ["mmdebstrap", "-q", "--variant=minbase", "--include=python3", "bookworm", str(root), *listed[:1]],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    if made.returncode != 0:
        print(made.stdout.decode("utf-8", "replace"))
        skip("mmdebstrap can't make an empty Debian here")
    inside = root / "work"
    inside.mkdir()
    shutil.copy(make_wheel(build, work), inside)
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
    with tempfile.TemporaryDirectory(prefix="onnxhub-python.") as folder:
        {"wheel": wheel, "pure": pure, "reproducible": reproducible, "debian": debian}[step](build, Path(folder))


if __name__ == "__main__":
    main()
