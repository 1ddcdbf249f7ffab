# SPDX-License-Identifier: Apache-2.0
"""Writes the wheels of onnxhub, the same bytes from the same files:

    make_wheel.py OUTPUT_DIRECTORY              the package alone: onnxhub-VERSION-py3-none-any.whl
    make_wheel.py OUTPUT_DIRECTORY DIST         with the program and its libraries, as `./dev dist DIST` installs them

Times in the wheel are $SOURCE_DATE_EPOCH, else 1980. It is also the build backend of pyproject.toml (PEP 517), so that
`pip install ./python` works without other packages. Formats: https://packaging.python.org/en/latest/specifications/
"""

import base64
import hashlib
import os
import platform
import re
import sys
import time
import zipfile
from pathlib import Path
from typing import Dict, List, Optional, Tuple

_HERE = Path(__file__).resolve().parent
_PACKAGE = _HERE / "onnxhub"
_SUMMARY = "Load ONNX models from hubs, verified and cached: the functions of onnx.hub and more"
_FIRST_TIME = 315532800  # 1980-01-01, the first time that a zip file can record

# Path in the wheel: content and permissions.
Files = Dict[str, Tuple[bytes, int]]


def version() -> str:
    """The version in onnxhub/_version.py."""
    match = re.search(r'^__version__ = "([^"]+)"$', (_PACKAGE / "_version.py").read_text(encoding="utf-8"), re.M)
    assert match
    return match[1]


def platform_tag() -> str:
    """This machine and its C library, on which the program was built: "manylinux_2_36_x86_64"."""
    name, _, number = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    if name != "glibc":
        raise SystemExit("make_wheel.py: this system has no glibc; make the wheel without the program")
    major, minor = number.split(".")[:2]
    return f"manylinux_{major}_{minor}_{platform.machine()}"


def _package_files() -> Files:
    names = sorted(path.name for path in _PACKAGE.iterdir() if path.suffix == ".py" or path.name == "py.typed")
    return {f"onnxhub/{name}": ((_PACKAGE / name).read_bytes(), 0o644) for name in names}


def _bundle_files(dist: Path) -> Files:
    files: Files = {}
    for path in sorted(dist.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        mode = 0o755 if os.access(path, os.X_OK) else 0o644
        files[f"onnxhub/bundle/{path.relative_to(dist).as_posix()}"] = (path.read_bytes(), mode)
    if "onnxhub/bundle/bin/onnxhub" not in files:
        raise SystemExit(f"make_wheel.py: {dist} has no bin/onnxhub; make it with ./dev dist {dist}")
    return files


def _metadata() -> str:
    lines = [
        "Metadata-Version: 2.1",
        "Name: onnxhub",
        f"Version: {version()}",
        f"Summary: {_SUMMARY}",
        "License: Apache-2.0",
        "Requires-Python: >=3.9",
        "Classifier: License :: OSI Approved :: Apache Software License",
        "Classifier: Operating System :: POSIX :: Linux",
        "Classifier: Programming Language :: Python :: 3",
        "Classifier: Typing :: Typed",
        "Provides-Extra: onnx",
        'Requires-Dist: onnx; extra == "onnx"',
        "Provides-Extra: onnxruntime",
        'Requires-Dist: onnxruntime; extra == "onnxruntime"',
    ]
    page = _HERE.parent / "docs" / "python.md"
    if not page.exists():
        return "\n".join(lines) + "\n"
    text = re.sub(r"<!--.*?-->\n?", "", page.read_text(encoding="utf-8"))
    return "\n".join([*lines, "Description-Content-Type: text/markdown", "", text])


def _information(tag: str, has_program: bool) -> Files:
    """The files of the directory .dist-info, without RECORD."""
    texts = {
        "METADATA": _metadata(),
        "WHEEL": "Wheel-Version: 1.0\nGenerator: onnxhub make_wheel\n"
        f"Root-Is-Purelib: {'false' if has_program else 'true'}\nTag: {tag}\n",
    }
    if has_program:
        texts["entry_points.txt"] = "[console_scripts]\nonnxhub = onnxhub._program:main\n"
    licence = _HERE.parent / "LICENSE"
    if licence.exists():
        texts["LICENSE"] = licence.read_text(encoding="utf-8")
    return {f"onnxhub-{version()}.dist-info/{name}": (text.encode(), 0o644) for name, text in sorted(texts.items())}


def _record(files: Files) -> Tuple[str, bytes]:
    name = f"onnxhub-{version()}.dist-info/RECORD"
    lines: List[str] = []
    for path, (content, _) in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(content)}")
    return name, "\n".join([*lines, f"{name},,", ""]).encode()


def write_wheel(output: Path, dist: Optional[Path] = None) -> Path:
    """Writes one wheel into the directory and returns its path. Without `dist`, the wheel has no program."""
    tag = f"py3-none-{platform_tag() if dist else 'any'}"
    files = {**_package_files(), **(_bundle_files(dist) if dist else {}), **_information(tag, dist is not None)}
    name, record = _record(files)
    files[name] = (record, 0o644)
    output.mkdir(parents=True, exist_ok=True)
    wheel = output / f"onnxhub-{version()}-{tag}.whl"
    unfinished = wheel.with_suffix(".unfinished")
    moment = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH") or 0), _FIRST_TIME))[:6]
    with zipfile.ZipFile(unfinished, "w") as archive:
        for path, (content, mode) in files.items():
            entry = zipfile.ZipInfo(path, moment)
            entry.create_system = 3  # Unix, whose permissions follow
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=6)
    os.replace(unfinished, wheel)
    return wheel


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Called by pip: the wheel without the program."""
    return write_wheel(Path(wheel_directory)).name


def main() -> None:
    """Writes one wheel and prints its path."""
    if len(sys.argv) not in (2, 3):
        raise SystemExit("usage: make_wheel.py OUTPUT_DIRECTORY [DIST]")
    print(write_wheel(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else None))


if __name__ == "__main__":
    main()
