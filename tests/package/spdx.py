# SPDX-License-Identifier: Apache-2.0
"""Checks a document by the rules of SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/) that our documents use: required
fields, their formats, and that each reference leads somewhere."""

import re

ALGORITHMS = {"SHA1": 40, "SHA224": 56, "SHA256": 64, "SHA384": 96, "SHA512": 128, "MD5": 32}
PURPOSES = {"APPLICATION", "FRAMEWORK", "LIBRARY", "CONTAINER", "OPERATING-SYSTEM", "DEVICE", "FIRMWARE", "SOURCE", "ARCHIVE", "FILE",
            "INSTALL", "OTHER"}
FILE_TYPES = {"SOURCE", "BINARY", "ARCHIVE", "APPLICATION", "AUDIO", "IMAGE", "TEXT", "VIDEO", "DOCUMENTATION", "SPDX", "OTHER"}
RELATIONSHIPS = {
    "AMENDS", "ANCESTOR_OF", "BUILD_DEPENDENCY_OF", "BUILD_TOOL_OF", "CONTAINED_BY", "CONTAINS", "COPY_OF", "DATA_FILE_OF",
    "DEPENDENCY_MANIFEST_OF", "DEPENDENCY_OF", "DEPENDS_ON", "DESCENDANT_OF", "DESCRIBED_BY", "DESCRIBES", "DEV_DEPENDENCY_OF",
    "DEV_TOOL_OF", "DISTRIBUTION_ARTIFACT", "DOCUMENTATION_OF", "DYNAMIC_LINK", "EXAMPLE_OF", "EXPANDED_FROM_ARCHIVE", "FILE_ADDED",
    "FILE_DELETED", "FILE_MODIFIED", "GENERATED_FROM", "GENERATES", "HAS_PREREQUISITE", "METAFILE_OF", "OPTIONAL_COMPONENT_OF",
    "OPTIONAL_DEPENDENCY_OF", "OTHER", "PACKAGE_OF", "PATCH_APPLIED", "PATCH_FOR", "PREREQUISITE_FOR", "PROVIDED_DEPENDENCY_OF",
    "REQUIREMENT_DESCRIPTION_FOR", "RUNTIME_DEPENDENCY_OF", "SPECIFICATION_FOR", "STATIC_LINK", "TEST_CASE_OF", "TEST_DEPENDENCY_OF",
    "TEST_OF", "TEST_TOOL_OF", "VARIANT_OF",
}
DOCUMENT_FIELDS = {"spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo", "packages", "files", "relationships"}
PACKAGE_FIELDS = {"SPDXID", "name", "versionInfo", "packageFileName", "downloadLocation", "filesAnalyzed", "homepage", "sourceInfo",
                  "licenseConcluded", "licenseDeclared", "copyrightText", "primaryPackagePurpose", "externalRefs", "checksums"}
FILE_FIELDS = {"SPDXID", "fileName", "fileTypes", "checksums", "licenseConcluded", "copyrightText"}
IDENTIFIER = r"SPDXRef-[A-Za-z0-9.-]+"
URL = r"[a-z][a-z0-9+.-]*:[^\s#]+"
# Licences that our documents may state. The list of SPDX has several hundred.
LICENCES = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-or-later", "ISC",
            "LGPL-2.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-or-later", "MIT", "OLDAP-2.8", "Zlib", "curl"}
EXCEPTIONS = {"GCC-exception-3.1"}


class Problems(list):
    """What is wrong, one line each."""

    def need(self, condition, text):
        if not condition:
            self.append(text)

    def need_text(self, element, key, pattern, where):
        value = element.get(key)
        self.need(isinstance(value, str) and re.fullmatch(pattern, value), f"{where}: {key} is {value!r}")

    def need_one_of(self, element, key, values, where):
        self.need(element.get(key) in values, f"{where}: {key} is {element.get(key)!r}")


def check_licence(problems, element, key, where):
    value = element.get(key)
    if value in ("NOASSERTION", "NONE"):
        return
    problems.need(isinstance(value, str) and value, f"{where}: {key} is {value!r}")
    for part in re.split(r" (?:AND|OR) ", value or ""):
        licence, _, exception = part.partition(" WITH ")
        problems.need(licence in LICENCES, f"{where}: {key} names the licence {licence!r}")
        problems.need(not exception or exception in EXCEPTIONS, f"{where}: {key} names the exception {exception!r}")


def check_checksums(problems, element, where, required):
    checksums = element.get("checksums", [])
    found = set()
    for checksum in checksums:
        algorithm, value = checksum.get("algorithm"), checksum.get("checksumValue", "")
        problems.need(set(checksum) == {"algorithm", "checksumValue"}, f"{where}: a checksum has {sorted(checksum)}")
        problems.need(algorithm in ALGORITHMS, f"{where}: unknown algorithm {algorithm!r}")
        problems.need(re.fullmatch(r"[0-9a-f]{%d}" % ALGORITHMS.get(algorithm, 0), value), f"{where}: {algorithm} is {value!r}")
        found.add(algorithm)
    problems.need(required <= found, f"{where}: no checksum of {sorted(required - found)}")


def check_package(problems, package):
    where = f"package {package.get('name')!r}"
    problems.need(set(package) <= PACKAGE_FIELDS, f"{where}: unknown fields {sorted(set(package) - PACKAGE_FIELDS)}")
    problems.need_text(package, "SPDXID", IDENTIFIER, where)
    problems.need_text(package, "name", r"\S+", where)
    problems.need_text(package, "versionInfo", r"\S+", where)
    problems.need_text(package, "downloadLocation", rf"NOASSERTION|NONE|(git\+)?{URL}", where)
    problems.need(package.get("filesAnalyzed") is False, f"{where}: files are analyzed, so it needs packageVerificationCode")
    problems.need_text(package, "copyrightText", r"(?s).+", where)
    problems.need_one_of(package, "primaryPackagePurpose", PURPOSES, where)
    for key in ("licenseConcluded", "licenseDeclared"):
        check_licence(problems, package, key, where)
    check_checksums(problems, package, where, {"SHA256"} if "packageFileName" in package else set())
    for reference in package.get("externalRefs", []):
        problems.need_one_of(reference, "referenceCategory", {"PACKAGE-MANAGER"}, where)
        problems.need_one_of(reference, "referenceType", {"purl"}, where)
        problems.need_text(reference, "referenceLocator", r"pkg:[a-z]+/[A-Za-z0-9.%_~/-]+@[A-Za-z0-9.%_~-]+(\?arch=\w+)?", where)


def check_file(problems, file):
    where = f"file {file.get('fileName')!r}"
    problems.need(set(file) <= FILE_FIELDS, f"{where}: unknown fields {sorted(set(file) - FILE_FIELDS)}")
    problems.need_text(file, "SPDXID", IDENTIFIER, where)
    problems.need_text(file, "fileName", r"\./[^\s]+", where)
    problems.need_text(file, "copyrightText", r"(?s).+", where)
    problems.need(set(file.get("fileTypes", [])) <= FILE_TYPES, f"{where}: fileTypes are {file.get('fileTypes')}")
    check_licence(problems, file, "licenseConcluded", where)
    check_checksums(problems, file, where, {"SHA1", "SHA256"})


def check_document(document):
    """Returns what is wrong with it."""
    problems = Problems()
    problems.need(set(document) == DOCUMENT_FIELDS, f"fields: {sorted(set(document) ^ DOCUMENT_FIELDS)}")
    problems.need_one_of(document, "spdxVersion", {"SPDX-2.3"}, "document")
    problems.need_one_of(document, "dataLicense", {"CC0-1.0"}, "document")
    problems.need_one_of(document, "SPDXID", {"SPDXRef-DOCUMENT"}, "document")
    problems.need_text(document, "name", r"\S+", "document")
    problems.need_text(document, "documentNamespace", URL, "document")
    creation = document.get("creationInfo", {})
    problems.need_text(creation, "created", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "creationInfo")
    creators = creation.get("creators", [])
    problems.need(creators and all(re.fullmatch(r"(Tool|Person|Organization): \S.*", creator) for creator in creators),
                  f"creationInfo: creators are {creators}")
    for package in document.get("packages", []):
        check_package(problems, package)
    for file in document.get("files", []):
        check_file(problems, file)
    identifiers = [element.get("SPDXID") for element in [document, *document.get("packages", []), *document.get("files", [])]]
    twice = sorted({one for one in identifiers if identifiers.count(one) > 1})
    problems.need(not twice, f"SPDXID is not unique: {twice}")
    related = set()
    for relationship in document.get("relationships", []):
        where = f"relationship {relationship}"
        problems.need(set(relationship) == {"spdxElementId", "relationshipType", "relatedSpdxElement"}, where)
        problems.need_one_of(relationship, "relationshipType", RELATIONSHIPS, where)
        for key in ("spdxElementId", "relatedSpdxElement"):
            problems.need(relationship.get(key) in identifiers, f"{where}: no such element")
            related.add(relationship.get(key))
    described = [one for one in document.get("relationships", []) if one.get("relationshipType") == "DESCRIBES"]
    problems.need(described and all(one.get("spdxElementId") == "SPDXRef-DOCUMENT" for one in described), "the document describes nothing")
    alone = sorted(str(one) for one in identifiers if one not in related)
    problems.need(not alone, f"related to nothing: {alone}")
    return problems
