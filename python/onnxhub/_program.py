# SPDX-License-Identifier: Apache-2.0
"""Finds the program `onnxhub`, checks its version, and prepares its environment."""

import os
import re
import shutil
import sys
from typing import Dict, List, NoReturn, Optional, Tuple

from . import _child
from ._progress import printable
from ._version import __version__

_BUNDLED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundle", "bin", "onnxhub")

# The certificates of the system, where the program's libraries, built on Debian, do not look. In this order: Debian,
# Red Hat, openSUSE, Alpine.
_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_CERTIFICATE_VARIABLES = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")

_VERSION_LIMIT = 1 << 16  # bytes of the answer to --version
_VERSION_TIME = 60  # seconds, on a machine that is busy or has the program on a slow disk

# Programs whose version fits, by path, modification time and size.
_checked: Dict[Tuple[str, int, int], bool] = {}


class ProgramError(RuntimeError):
    """The program is missing, has another version than this package, ended abnormally, or its output is invalid."""


def find_program() -> str:
    """Returns the path of a program that fits this package: `$ONNXHUB_PROGRAM`, the wheel's own, or one on the PATH."""
    program = os.environ.get("ONNXHUB_PROGRAM")
    if not program:
        program = _BUNDLED if os.path.exists(_BUNDLED) else shutil.which("onnxhub")
    if not program:
        raise ProgramError(
            "the program onnxhub is missing: this wheel does not contain it, and it is not on the PATH; "
            "install the program, install the wheel for this platform, or set ONNXHUB_PROGRAM to its path"
        )
    _check_version(program)
    return program


def _check_version(program: str) -> None:
    try:
        status = os.stat(program)
    except OSError as error:
        raise ProgramError(f"{program}: {error.strerror}; install onnxhub, or correct ONNXHUB_PROGRAM") from None
    key = (program, status.st_mtime_ns, status.st_size)
    if key in _checked:
        return
    version = _version_of(program)
    if version.split(".")[:2] != __version__.split(".")[:2]:
        raise ProgramError(
            f"{program}: has version {version}, but this package needs {__version__}; "
            "install the same version of both, or set ONNXHUB_PROGRAM to another program"
        )
    _checked[key] = True


def _version_of(program: str) -> str:
    said, errors = _child.Bytes("its output", _VERSION_LIMIT), _child.Bytes("its standard error", _VERSION_LIMIT)
    try:
        status = _child.run([program, "--version"], environment(program), said, errors, _VERSION_TIME)
        match = re.match(rb"onnxhub (\d+\.\d+[\w.+-]{0,50})\s", said.value())
        if status == 0 and match:
            return match[1].decode("ascii")
        reason = " ".join(errors.value().decode("utf-8", "replace").split()) or f"its exit status is {status}"
    except _child.NotStarted as error:
        raise ProgramError(f"{program}: can't be run ({error}); install onnxhub for this machine") from None
    except _child.Malformed as error:
        reason = str(error)
    raise ProgramError(f"{program}: is not a working onnxhub ({printable(reason)}); install it again")


def environment(program: str) -> Optional[Dict[str, str]]:
    """The environment for the program; None: unchanged.

    The libraries in the wheel look for certificates where Debian has them. Elsewhere, a variable names the file.
    """
    if program != _BUNDLED or any(os.environ.get(name) for name in _CERTIFICATE_VARIABLES):
        return None
    certificates = find_certificates()
    if certificates is None or certificates == _CERTIFICATES[0]:
        return None
    return {**os.environ, "SSL_CERT_FILE": certificates}


def find_certificates() -> Optional[str]:
    """The file with the certificates of the system, else of the package certifi, else None."""
    for path in _CERTIFICATES:
        if os.path.exists(path):
            return path
    try:
        import certifi
    except ImportError:
        return None
    return str(certifi.where())


def main(arguments: Optional[List[str]] = None) -> NoReturn:
    """Runs the program in place of this process: the command `onnxhub` and `python -m onnxhub`."""
    try:
        program = find_program()
        given = sys.argv[1:] if arguments is None else arguments
        os.execve(program, [program, *given], environment(program) or dict(os.environ))
    except (ProgramError, OSError) as error:
        print(f"onnxhub: error: {error}", file=sys.stderr)
        sys.exit(2)
