# SPDX-License-Identifier: Apache-2.0
"""Writes the software bill of materials of a build as SPDX 2.3 in JSON, the same bytes from the same build:

    make_sbom.py BUILD FOLDER TREE VERSION COMMIT TIME OUTPUT

FOLDER has the packages, TREE is the content of the tarball, TIME is a number of seconds since 1970.
Format: https://spdx.github.io/spdx-spec/v2.3/
"""

import hashlib
import json
import re
import sys
import time
import uuid
from pathlib import Path
from typing import Any, Dict, List, Tuple
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dependencies import Dependencies, Package, distribution, installed_package  # noqa: E402

Element = Dict[str, Any]
REPOSITORY = "https://github.com/onnxhub/onnxhub"
BUILD_TOOLS = ("cmake", "esbuild", "g++", "ninja-build", "protobuf-compiler")


def identifier(*parts: str) -> str:
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", "-".join(parts))


def checksums(path: Path, *algorithms: str) -> List[Element]:
    content = path.read_bytes()
    return [{"algorithm": name, "checksumValue": hashlib.new(name.lower(), content).hexdigest()} for name in algorithms]


def distribution_package(package: Package) -> Element:
    """A library or tool of the distribution."""
    name = distribution()
    # Everything but letters, digits and .-_~ is escaped: https://github.com/package-url/purl-spec
    version = quote(package.version, safe="")
    url = f"pkg:deb/{name}/{quote(package.name, safe='')}@{version}?arch={package.architecture}"
    return {
        "SPDXID": identifier("Package", package.name),
        "name": package.name,
        "versionInfo": package.version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "sourceInfo": f"built by {name} from the source package {package.source} {package.source_version}",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": package.licence or "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "LIBRARY",
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url}],
    }


def own_package(name: str, version: str, purpose: str, **more: Any) -> Element:
    """The program, or one of its packages."""
    return {
        "SPDXID": identifier("Package" if purpose == "APPLICATION" else "Artifact", name),
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "Apache-2.0",
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": purpose,
        **more,
    }


def program_files(tree: Path) -> List[Element]:
    """The programs and libraries in the tarball."""
    paths = sorted(path for folder in ("bin", "lib", "libexec") for path in (tree / folder).rglob("*") if path.is_file())
    return [{
        "SPDXID": identifier("File", path.relative_to(tree).as_posix()),
        "fileName": f"./{path.relative_to(tree).as_posix()}",
        "fileTypes": ["BINARY"],
        "checksums": checksums(path, "SHA1", "SHA256"),
        "licenseConcluded": "NOASSERTION",
        "copyrightText": "NOASSERTION",
    } for path in paths]


class Document:
    """Collects elements and how they are related."""

    def __init__(self, version: str, commit: str) -> None:
        self.packages: List[Element] = [own_package(
            "onnxhub", version, "APPLICATION",
            downloadLocation=f"git+{REPOSITORY}@{commit}", homepage=REPOSITORY,
            externalRefs=[{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                           "referenceLocator": f"pkg:github/onnxhub/onnxhub@{commit}"}])]
        self.program = self.packages[0]["SPDXID"]
        self.files: List[Element] = []
        self.relationships: List[Tuple[str, str, str]] = [("SPDXRef-DOCUMENT", "DESCRIBES", self.program)]

    def relate(self, element: str, kind: str, other: str) -> None:
        self.relationships.append((element, kind, other))

    def add_dependencies(self, dependencies: Dependencies) -> None:
        for name, package in sorted(dependencies.packages.items()):
            self.packages.append(distribution_package(package))
            own = self.packages[-1]["SPDXID"]
            if package.headers_alone:
                self.relate(self.program, "STATIC_LINK", own)
            if name in dependencies.linked:
                self.relate(self.program, "DYNAMIC_LINK", own)
            if name in dependencies.loaded:
                self.relate(own, "RUNTIME_DEPENDENCY_OF", self.program)
            for other in sorted(package.needs):
                self.relate(own, "DYNAMIC_LINK", identifier("Package", other))

    def add_build_tools(self) -> None:
        for name in BUILD_TOOLS:
            self.packages.append({**distribution_package(installed_package(name)), "primaryPackagePurpose": "APPLICATION"})
            self.relate(self.packages[-1]["SPDXID"], "BUILD_TOOL_OF", self.program)

    def add_artifacts(self, folder: Path, version: str) -> None:
        for path in sorted(folder.iterdir()):
            if path.suffix in (".deb", ".gz", ".whl"):
                purpose = "ARCHIVE" if path.suffix == ".gz" else "INSTALL"
                self.packages.append(own_package(path.name, version, purpose, packageFileName=path.name,
                                                 checksums=checksums(path, "SHA256")))
                self.relate(self.packages[-1]["SPDXID"], "GENERATED_FROM", self.program)

    def add_files(self, tree: Path, dependencies: Dependencies) -> None:
        tarball = next(package["SPDXID"] for package in self.packages if package.get("packageFileName", "").endswith(".tar.gz"))
        owners = {soname: dependencies.package_of_library[path] for soname, path in dependencies.libraries.items()}
        self.files = program_files(tree)
        for file in self.files:
            self.relate(tarball, "CONTAINS", file["SPDXID"])
            owner = owners.get(file["fileName"].rpartition("/")[2])
            self.relate(file["SPDXID"], "COPY_OF" if owner else "GENERATED_FROM",
                        identifier("Package", owner) if owner else self.program)

    def text(self, version: str, seconds: int) -> str:
        body: Element = {
            "packages": self.packages,
            "files": self.files,
            "relationships": [{"spdxElementId": element, "relationshipType": kind, "relatedSpdxElement": other}
                              for element, kind, other in self.relationships],
        }
        unique = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
        head = {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"onnxhub-{version}",
            "documentNamespace": f"{REPOSITORY}/sbom/onnxhub-{version}-{unique}",
            "creationInfo": {"created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)),
                             "creators": [f"Tool: onnxhub-make_sbom-{version}", "Organization: onnxhub"]},
        }
        return json.dumps({**head, **body}, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """See above."""
    if len(sys.argv) != 8:
        raise SystemExit("usage: make_sbom.py BUILD FOLDER TREE VERSION COMMIT TIME OUTPUT")
    build, folder, tree, destination = (Path(sys.argv[i]).resolve() for i in (1, 2, 3, 7))
    version, commit, seconds = sys.argv[4], sys.argv[5], int(sys.argv[6])
    dependencies = Dependencies(build)
    document = Document(version, commit)
    document.add_dependencies(dependencies)
    document.add_build_tools()
    document.add_artifacts(folder, version)
    document.add_files(tree, dependencies)
    destination.write_text(document.text(version, seconds), encoding="utf-8")


if __name__ == "__main__":
    main()
