# SPDX-License-Identifier: Apache-2.0
"""What a build of onnxhub consists of, as the build itself and dpkg know it.

dependencies.py copyright BUILD    prints the copyright file of a package: the licence of onnxhub, and of each library
                                   whose headers alone are compiled in
dependencies.py libraries BUILD    prints the packages of all libraries, with the versions of their sources
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Iterable, List, Optional, Set

SOURCE = Path(__file__).resolve().parent.parent
# Part of every glibc system: never bundled.
SYSTEM_LIBRARIES = re.compile(r"(libc|libm|libdl|libpthread|librt|libresolv)\.so|ld-linux")
# Declarations of the kernel's interface, without code.
NO_CODE = ("linux-libc-dev",)
# Debian's short names of licences, where SPDX has another spelling.
SPDX_NAMES = {
    "apache-2.0": "Apache-2.0", "asl-2.0": "Apache-2.0", "boost-1.0": "BSL-1.0", "bsd": "BSD-3-Clause", "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause", "bsd-3-clauses": "BSD-3-Clause", "curl": "curl", "expat": "MIT", "mit": "MIT", "isc": "ISC",
    "gpl-2": "GPL-2.0-only", "gpl-2.0+": "GPL-2.0-or-later", "gpl-2+": "GPL-2.0-or-later", "gpl-3+": "GPL-3.0-or-later",
    "lgpl-2+": "LGPL-2.0-or-later", "lgpl-2.1": "LGPL-2.1-only", "lgpl-2.1+": "LGPL-2.1-or-later", "lgpl-3+": "LGPL-3.0-or-later",
    "lgpl-3+ or gpl-2+": "LGPL-3.0-or-later OR GPL-2.0-or-later", "openldap-2.8": "OLDAP-2.8", "zlib": "Zlib",
    "bsd-3-clause~google": "BSD-3-Clause", "bsd-3-google": "BSD-3-Clause",
}
# Of source packages that state it in another form.
KNOWN_LICENCES = {
    "fmtlib": "MIT", "gcc": "GPL-3.0-or-later WITH GCC-exception-3.1", "glibc": "LGPL-2.1-or-later", "libxml2": "MIT",
    "pcre2": "BSD-3-Clause", "valijson": "BSD-2-Clause",
}


def output(*command: "str | Path", check: bool = True) -> str:
    """What a command prints."""
    environment = {**os.environ, "LC_ALL": "C"}
    return subprocess.run([str(part) for part in command], env=environment, check=check, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=None if check else subprocess.DEVNULL).stdout.decode()


@dataclass
class Package:
    """A package of the distribution."""

    name: str
    version: str
    source: str
    source_version: str
    architecture: str
    headers_alone: bool = False  # no library of this source package is linked or loaded
    needs: Set[str] = field(default_factory=set)  # names of packages with libraries that its libraries are linked with

    @property
    def copyright_file(self) -> Optional[Path]:
        path = Path("/usr/share/doc", self.name, "copyright")
        return path if path.is_file() else None

    @property
    def licence(self) -> Optional[str]:
        """The SPDX identifier of the licence of most of its files; None if the package does not state one that SPDX knows."""
        known = KNOWN_LICENCES.get(re.sub(r"-\d+$", "", self.source))
        if known or not self.copyright_file:
            return known
        text = self.copyright_file.read_text(encoding="utf-8", errors="replace")
        for paragraph in re.split(r"\n\s*\n", text):
            if re.search(r"^Files:\s*\*", paragraph, re.M):
                stated = re.search(r"^License:[ \t]*(.+)$", paragraph, re.M)
                return SPDX_NAMES.get(stated[1].strip().lower()) if stated else None
        return None


def installed_package(name: str) -> Package:
    """As dpkg knows it."""
    form = r"${Package}\t${Version}\t${source:Package}\t${source:Version}\t${Architecture}\t${db:Status-Status}\n"
    for line in output("dpkg-query", "-W", "-f", form, name).splitlines():
        if line.endswith("\tinstalled"):
            name, version, source, source_version, architecture, _ = line.split("\t")
            return Package(name, version, source, source_version, architecture)
    raise SystemExit(f"{name}: the package is not installed; run ./dev setup")


class Dependencies:
    """Of a build folder in which `onnxhub` was built with Ninja."""

    def __init__(self, build: Path) -> None:
        self.programs = [build / "cli/onnxhub", build / "libexec/onnxhub/onnx-worker"]
        self.packages: Dict[str, Package] = {}
        loaded = [Path(line) for line in (build / "loaded_libraries.txt").read_text().split()]
        self.libraries = self._find_libraries([*self.programs, *loaded], loaded)
        self.package_of_library = self._owners(self.libraries.values())
        self.linked = self._packages_needed_by(self.programs)
        self.loaded = {self.package_of_library[path] for path in loaded}
        for soname, path in self.libraries.items():
            package = self._package(self.package_of_library[path])
            package.needs |= self._packages_needed_by([path]) - {package.name}
        sources = {package.source for package in self.packages.values()}
        headers = self._headers(build)
        self.header_packages = set(self._owners(headers).values()) - set(NO_CODE)
        for name in self.header_packages:
            if self._package(name).source in sources:
                self.packages.pop(name)
            else:
                self.packages[name].headers_alone = True

    def headers_alone(self) -> List[Package]:
        """Libraries that are compiled in, sorted by name."""
        return [package for _, package in sorted(self.packages.items()) if package.headers_alone]

    @staticmethod
    def _find_libraries(files: Iterable[Path], loaded: Iterable[Path]) -> Dict[str, Path]:
        """By soname, with those that the libraries need."""
        found = {path.name: path for path in loaded}
        for line in output("ldd", *files).splitlines():
            resolved = re.match(r"\s*(\S+) => (/\S+)", line)
            if resolved:
                found[resolved[1]] = Path(resolved[2])
        return found

    def _packages_needed_by(self, files: Iterable[Path]) -> Set[str]:
        names = re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "-d", *files))
        return {self.package_of_library[self.libraries[name]] for name in names if name in self.libraries}

    @staticmethod
    def _headers(build: Path) -> Set[Path]:
        """Those that the objects of the programs include, outside of the sources and the build folder."""
        found: Set[Path] = set()
        for entry in output("ninja", "-C", build, "-t", "deps").split("\n\n"):
            target, *lines = entry.strip("\n").splitlines() or [""]
            if not target.startswith(("tests/", "bench/")):
                paths = (os.path.normpath(build / line.strip()) for line in lines)
                found |= {Path(path) for path in paths if not path.startswith((f"{build}/", f"{SOURCE}/"))}
        return found

    @staticmethod
    def _owners(paths: Iterable[Path]) -> Dict[Path, str]:
        """The package of each file. dpkg knows some files below /lib, which is a link to /usr/lib."""
        spellings: Dict[str, Path] = {}
        for path in sorted(set(paths)):
            real = os.path.realpath(path)
            for spelling in (str(path), real, real.removeprefix("/usr"), f"/usr{path}"):
                spellings.setdefault(spelling, path)
        owners: Dict[Path, str] = {}
        for line in output("dpkg-query", "-S", *spellings, check=False).splitlines():
            names, _, found = line.partition(": ")
            if found in spellings:
                owners[spellings[found]] = names.split(",")[0].split(":")[0]
        unknown = sorted(str(path) for path in spellings.values() if path not in owners)
        if unknown:
            raise SystemExit(f"{unknown[0]}: no package of this system has this file; build with the distribution's libraries")
        return owners

    def _package(self, name: str) -> Package:
        if name not in self.packages:
            self.packages[name] = installed_package(name)
        return self.packages[name]


def copyright_text(dependencies: Dependencies) -> str:
    """For /usr/share/doc/PACKAGE/copyright."""
    parts = [(SOURCE / "packaging/debian/copyright").read_text(encoding="utf-8")]
    for package in dependencies.headers_alone():
        assert package.copyright_file, f"{package.name} has no copyright file"
        text = package.copyright_file.read_text(encoding="utf-8")
        parts.append(f"{'-' * 80}\n{package.name} {package.version}\n{'-' * 80}\n\n{text.strip()}\n")
    return "\n".join(parts)


def distribution() -> str:
    """The name of this distribution: "debian" or "ubuntu"."""
    found = re.search(r'^ID="?([a-z]+)"?$', Path("/etc/os-release").read_text(encoding="utf-8"), re.M)
    return found[1] if found else "debian"


def library_list(dependencies: Dependencies) -> str:
    """For users of the tarball."""
    lines = [
        f"Libraries in lib/ are unchanged copies of those in these packages of {distribution()}. Headers of the packages",
        "marked with * are compiled in. The other files here are the copyright files of these packages. Their sources are",
        "at https://snapshot.debian.org/ and https://launchpad.net/ubuntu/+source/.", "", "package version: source package version", "",
    ]
    for name, package in sorted(dependencies.packages.items()):
        mark = " *" if package.headers_alone else ""
        if package.source != "glibc":  # the system's
            lines.append(f"{name} {package.version}: {package.source} {package.source_version}{mark}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """See above."""
    tasks = {"copyright": copyright_text, "libraries": library_list}
    if len(sys.argv) != 3 or sys.argv[1] not in tasks:
        raise SystemExit("usage: dependencies.py copyright|libraries BUILD")
    print(tasks[sys.argv[1]](Dependencies(Path(sys.argv[2]).resolve())), end="")


if __name__ == "__main__":
    main()
