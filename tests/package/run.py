# SPDX-License-Identifier: Apache-2.0
"""Tests of the packages that `./dev package` makes: run.py SOURCE BUILD STEP

    lint          flake8, mypy --strict and shellcheck of the scripts that make packages
    make          makes them in BUILD/packages, from the preset "release"
    contents      SHA256SUMS, the SBOM, the files and their permissions, manual pages; no file names a folder of the build
    again         packed again elsewhere, under another umask: the same bytes
    lintian       finds nothing
    unit          systemd-analyze rates the sandbox of the service below 2.0
    development   the example builds with onnxhub-dev, by CMake and by pkg-config, and loads a model
    root          makes an empty Debian in BUILD/package_root, as other steps use it
    service       systemd starts a copy of it and serves hubs with the service
    deb, tarball, wheel    installed in a copy of it without network; users' commands of the README run; removed without traces
    remove_root

Exit status 77: skipped; the message names what is missing.
"""

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import spdx  # noqa: E402

SOURCE, BUILD = (Path(sys.argv[i]).resolve() for i in (1, 2))
STEP = sys.argv[3]
PACKAGES = BUILD / "packages"
RELEASE = SOURCE / "build/release"
ROOT = BUILD / "package_root"
VERSION = re.search(r"project\(onnxhub VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
MACHINE = os.uname().machine
# Packages that users have who follow the README.
IN_ROOT = "ca-certificates,git,git-lfs,python3,systemd"


def skip(reason):
    print(f"SKIPPED: {reason}")
    listed = os.environ.get("ONNXHUB_SKIPPED_TESTS")
    if listed:
        with open(listed, "a", encoding="utf-8") as file:
            file.write(f"package.{STEP}: {reason}\n")
    sys.exit(77)


def need(program, package):
    if not shutil.which(program):
        skip(f"no {program} here (apt-get install {package})")


def run(*command, shown=None, **options):
    """Returns what it prints. Ends this program if it fails."""
    print("+", *(shown or command), flush=True)
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **options)
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        print(said)
        sys.exit(f"{command[0]}: exit status {done.returncode}")
    return said


def architecture():
    return run("dpkg", "--print-architecture").strip()


def file_names():
    name = f"onnxhub-{VERSION}"
    wheels = sorted(path.name for path in PACKAGES.glob(f"{name}-py3-none-*.whl"))
    assert len(wheels) == 2 and wheels[0].endswith("-any.whl") and MACHINE in wheels[1], wheels
    debs = [f"onnxhub_{VERSION}_{architecture()}.deb", f"onnxhub-dev_{VERSION}_{architecture()}.deb"]
    return {"deb": debs[0], "development": debs[1], "tarball": f"{name}-linux-{MACHINE}.tar.gz", "sbom": f"{name}.spdx.json",
            "pure": wheels[0], "wheel": wheels[1]}


def lint():
    for program in ("flake8", "mypy", "shellcheck"):
        need(program, program)
    run("flake8", "--max-line-length", "150", SOURCE / "packaging", SOURCE / "tests/package")
    run("mypy", "--strict", "--no-incremental", "--cache-dir", os.devnull, *sorted((SOURCE / "packaging").glob("*.py")))
    scripts = [*(SOURCE / "packaging").glob("*.sh"), *(SOURCE / "packaging/debian").glob("p*"), *(SOURCE / "tests/package").glob("*.sh")]
    run("shellcheck", *sorted(scripts))


def make():
    run("bash", SOURCE / "dev", "package", PACKAGES)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def unpacked(deb, folder):
    run("dpkg-deb", "--extract", PACKAGES / deb, folder)
    return folder


def files_below(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def check_sums(names):
    listed = dict(reversed(line.split("  ")) for line in (PACKAGES / "SHA256SUMS").read_text().splitlines())
    assert listed == {name: digest(PACKAGES / name) for name in names.values()}, listed
    assert {path.name for path in PACKAGES.iterdir()} == {*names.values(), "SHA256SUMS"}


def check_sbom(path, names, tree):
    document = json.loads(path.read_text(encoding="utf-8"))
    problems = spdx.check_document(document)
    assert not problems, "\n".join(problems)
    hashes = {file["fileName"]: {one["algorithm"]: one["checksumValue"] for one in file["checksums"]} for file in document["files"]}
    in_tree = {f"./{name}" for name in files_below(tree) if name.startswith(("bin/", "lib/", "libexec/"))}
    assert set(hashes) == in_tree
    assert all(values["SHA256"] == digest(tree / name) for name, values in hashes.items())
    packages = {package["name"]: package for package in document["packages"]}
    for kind in ("deb", "development", "tarball", "pure", "wheel"):
        assert packages[names[kind]]["checksums"] == [{"algorithm": "SHA256", "checksumValue": digest(PACKAGES / names[kind])}]
    related = {(one["spdxElementId"], one["relationshipType"], one["relatedSpdxElement"]) for one in document["relationships"]}
    own = "SPDXRef-Package-onnxhub"
    compiled_in = {name for name, package in packages.items() if (own, "STATIC_LINK", package["SPDXID"]) in related}
    # These are the ones whose licences make_dist.sh copies.
    assert compiled_in == {"libcli11-dev", "nlohmann-json3-dev"}, compiled_in
    linked = " ".join(name for name, package in packages.items() if (own, "DYNAMIC_LINK", package["SPDXID"]) in related)
    loaded = " ".join(name for name, package in packages.items() if (package["SPDXID"], "RUNTIME_DEPENDENCY_OF", own) in related)
    for pattern, found in [("libgit2", linked), ("libonnx", linked), ("libssl", linked), ("libarchive", loaded), ("libcurl", loaded),
                           ("libmicrohttpd", loaded)]:
        assert re.search(pattern, found), (pattern, found)
    without_licence = sorted(name for name, package in packages.items() if package["licenseDeclared"] == "NOASSERTION")
    print(f"{len(packages)} packages, without a known licence: {' '.join(without_licence)}")
    check_that_wrong_documents_fail(document)


def check_that_wrong_documents_fail(document):
    """A document with one field removed or changed has a problem."""
    text = json.dumps(document)
    damages = [
        ('"SPDX-2.3"', '"SPDX-2.2"'), ('"CC0-1.0"', '"MIT"'), ('"SPDXRef-DOCUMENT"', '"DOCUMENT"'), ('"Organization: onnxhub"', '"onnxhub"'),
        ('"downloadLocation": "NOASSERTION"', '"downloadLocation": ""'), ('"licenseDeclared": "MIT"', '"licenseDeclared": "Expat"'),
        ('"filesAnalyzed": false', '"filesAnalyzed": true'), ('"SHA1"', '"CRC"'), ('"DYNAMIC_LINK"', '"LINKS"'), ('"LIBRARY"', '"LIB"'),
        ('"fileName": "./', '"fileName": "'), ('"purl"', '"url"'), ('"pkg:deb/', '"deb/'),
        ('"relatedSpdxElement": "SPDXRef-', '"relatedSpdxElement": "SPDXRef-No'),
        ('"created": "2', '"created": "on 2'), ('"versionInfo": "', '"versionInfo": " '), ('"copyrightText": "NOASSERTION"', '"copyrightText": ""'),
        ('"checksumValue": "', '"checksumValue": "x'), ('"name": "onnxhub"', '"title": "onnxhub"'),
    ]
    for old, new in damages:
        assert old in text, old
        assert spdx.check_document(json.loads(text.replace(old, new, 1))), f"nothing is wrong with {new}"


def check_modes(tree, executables):
    for path in [tree, *tree.rglob("*")]:
        mode = stat.S_IMODE(path.lstat().st_mode)
        name = path.relative_to(tree).as_posix()
        expected = 0o755 if path.is_dir() or name in executables else 0o644
        assert path.is_symlink() or mode == expected, (name, oct(mode))


def check_manual(folder):
    need("man", "man-db")
    pages = sorted(folder.rglob("*.[15]*"))
    assert len(pages) > 20, pages
    for page in pages:
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", page], stdin=subprocess.DEVNULL, capture_output=True,
                              env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
        assert (done.returncode, done.stderr) == (0, b"") and len(done.stdout) > 500, (page, done.stderr)


def check_paths(tree):
    """No file names the folders of the build."""
    for path in tree.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert f"{SOURCE}/".encode() not in path.read_bytes(), f"{path} names {SOURCE}"


def unpack_tarball(names, folder):
    with tarfile.open(PACKAGES / names["tarball"]) as archive:
        assert {member.name.split("/")[0] for member in archive} == {names["tarball"].removesuffix(".tar.gz")}
        assert {(member.uid, member.gid, member.uname, member.gname) for member in archive} == {(0, 0, "", "")}
        archive.extractall(folder)
    return folder / names["tarball"].removesuffix(".tar.gz")


def contents(work):
    names = file_names()
    check_sums(names)
    tree = unpack_tarball(names, work)
    check_sbom(PACKAGES / names["sbom"], names, tree)
    check_modes(tree, {"bin/onnxhub", "libexec/onnxhub/onnx-worker"})
    listed = files_below(tree)
    assert {"LICENSE", "CHANGELOG.md", "share/bash-completion/completions/onnxhub", "share/fish/vendor_completions.d/onnxhub.fish",
            "share/zsh/site-functions/_onnxhub", "share/man/man1/onnxhub.1", "share/man/man5/onnxhub.toml.5"} <= listed
    libraries = {name for name in listed if name.startswith("lib/")}
    read = (tree / "share/licenses/README.txt").read_text(encoding="utf-8")
    licences = {path.stem for path in (tree / "share/licenses").iterdir()} - {"README"}
    assert {line.split()[0] for line in read.splitlines() if re.match(r"\S+ \S*\d\S*: \S+ \S+", line)} == licences, licences
    assert len(libraries) > 30 and len([name for name in listed if name.startswith("share/licenses/")]) > 30
    deb, development = unpacked(names["deb"], work / "deb"), unpacked(names["development"], work / "development")
    installed = files_below(deb)
    pages = {name for name in installed if name.startswith("usr/share/man/")}
    assert all(re.fullmatch(r"usr/share/man/man([15])/onnxhub[a-z.-]*\.\1\.gz", page) for page in pages) and len(pages) > 20
    assert installed - pages == {
        "usr/bin/onnxhub", "usr/libexec/onnxhub/onnx-worker", "usr/lib/systemd/system/onnxhub@.service",
        "usr/share/bash-completion/completions/onnxhub", "usr/share/fish/vendor_completions.d/onnxhub.fish",
        "usr/share/zsh/vendor-completions/_onnxhub",
        *(f"usr/share/doc/onnxhub/{name}" for name in ("CHANGELOG.md.gz", "changelog.gz", "copyright"))}, installed - pages
    check_modes(deb / "usr", {"bin/onnxhub", "libexec/onnxhub/onnx-worker"})
    check_modes(development / "usr", set())
    assert {path.name for path in (development / "usr/include").iterdir()} == {"onnxhub"}
    of_libraries = re.compile(r"usr/(include/onnxhub/.*\.h|lib/[^/]+/(libonnxhub_[a-z]+\.a|cmake/onnxhub/[\w-]+\.cmake|pkgconfig/onnxhub\.pc)|"
                              r"share/doc/onnxhub-dev/(changelog\.gz|copyright))")
    assert all(of_libraries.fullmatch(name) for name in files_below(development)), files_below(development)
    for folder in (tree, deb, development):
        check_paths(folder)
    check_manual(tree / "share/man")
    check_manual(deb / "usr/share/man")
    for kind in ("pure", "wheel"):
        assert zipfile.ZipFile(PACKAGES / names[kind]).testzip() is None


def again(work):
    epoch = run("git", "-C", SOURCE, "log", "-1", "--format=%ct").strip()
    os.umask(0o077)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch, "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"}
    run("bash", SOURCE / "packaging/make_packages.sh", RELEASE, work / "again", env=environment)
    differing = [path.name for path in sorted(PACKAGES.iterdir()) if path.read_bytes() != (work / "again" / path.name).read_bytes()]
    assert not differing, f"other bytes: {differing}"


def lintian(work):
    need("lintian", "lintian")
    names = file_names()
    # The packages have no overrides. What lintian calls information is only shown.
    said = run("lintian", "--allow-root", "--tag-display-limit", "0", "--display-info", "--show-overrides", "--fail-on", "error,warning,override",
               PACKAGES / names["deb"], PACKAGES / names["development"], stderr=subprocess.STDOUT)
    print(said)
    assert not re.search(r"^[EWO]:", said, re.M)


def unit(work):
    need("systemd-analyze", "systemd")
    deb = unpacked(file_names()["deb"], work / "deb")
    service = work / "onnxhub@team.service"
    shutil.copy(deb / "usr/lib/systemd/system/onnxhub@.service", service)
    said = run("systemd-analyze", "security", "--offline=true", "--threshold=20", service)
    rating = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)[1]
    assert float(rating) < 2.0, said
    print("exposure", rating)


def development(work):
    names = file_names()
    prefix = unpacked(names["development"], unpacked(names["deb"], work / "installed")) / "usr"
    shutil.copytree(SOURCE / "examples/load_model", work / "load_model")
    run("cmake", "-S", work / "load_model", "-B", work / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", work / "build")
    config = run("pkg-config", "--cflags", "--libs", "onnxhub", env={**os.environ, "PKG_CONFIG_PATH": next(prefix.glob("lib/*/pkgconfig"))})
    assert run("pkg-config", "--modversion", "onnxhub",
               env={**os.environ, "PKG_CONFIG_PATH": next(prefix.glob("lib/*/pkgconfig"))}).strip() == VERSION
    run("c++", "-std=c++20", "-o", work / "by_pkg_config", work / "load_model/main.cpp", *config.split())
    make_hub(work / "hub")
    for program in (work / "build/load_model", work / "by_pkg_config"):
        said = run(program, "Flower Classifier", work / "hub", env={**os.environ, "ONNX_HOME": work / "cache"})
        assert re.search(r"(?m)^input \S+\n(.*\n)*output \S+", said), said


def make_hub(folder):
    run("bash", SOURCE / "examples/quickstart/run.sh", BUILD, folder)


def depends(deb):
    """Names of the packages that it depends on, the first of alternatives."""
    field = run("dpkg-deb", "--field", PACKAGES / deb, "Depends")
    return [re.match(r"[^ (|]+", part.strip())[0] for part in field.split(",")]


def root():
    need("mmdebstrap", "mmdebstrap")
    if os.geteuid() != 0:
        skip("mmdebstrap and chroot without a user's own rights need root")
    shutil.rmtree(ROOT, ignore_errors=True)
    shutil.rmtree(ROOT.with_suffix(".new"), ignore_errors=True)
    listed = [*sorted(Path("/etc/apt/sources.list.d").glob("*.sources")), Path("/etc/apt/sources.list")]
    sources = [str(path) for path in listed if path.exists() and path.stat().st_size][:1]
    codename = re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(encoding="utf-8"), re.M)[1]
    # The packages that ours depends on are downloaded into the root's cache and not installed.
    wanted = " ".join(depends(file_names()["deb"]))
    download = f"APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -y -qq --download-only --no-install-recommends install {wanted}"
    made = subprocess.run(["mmdebstrap", "-q", "--variant=minbase", f"--include={IN_ROOT}", "--skip=cleanup/apt/lists,cleanup/apt/cache",
                           f"--customize-hook={download}", codename, ROOT.with_suffix(".new"), *sources],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode != 0:
        print(made.stdout.decode("utf-8", "replace"))
        skip("mmdebstrap can't make an empty Debian here")
    os.rename(ROOT.with_suffix(".new"), ROOT)


class Copy:
    """A copy of the root, in which commands run without network."""

    def __init__(self, folder):
        if not ROOT.exists():
            skip("the empty Debian is missing (test package.root)")
        self.folder = folder / "root"
        run("cp", "-a", "--reflink=auto", ROOT, self.folder)
        self.work = self.folder / "work"
        self.work.mkdir()

    def run(self, *command, path="/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"):
        prepare = 'ip link set lo up && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
        environment = {"PATH": path, "HOME": "/work/home", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        return run("unshare", "--net", "--mount", "--pid", "--fork", "sh", "-c", prepare, self.folder, "/usr/bin/env", "-i",
                   *(f"{key}={value}" for key, value in environment.items()), *command, shown=("in the root:", *command))

    def files(self):
        """Each file with its content, without what records that a package was here once, and our own files."""
        ignored = ("work", "proc", "sys", "dev", "tmp", "run", "var/tmp", "var/log", "var/cache", "var/lib/dpkg/info", "var/lib/dpkg/status",
                   "var/lib/dpkg/status-old", "var/lib/dpkg/available", "var/lib/dpkg/lock", "etc/ld.so.cache")
        found = {}
        for top, folders, names in os.walk(self.folder):
            below = os.path.relpath(top, self.folder)
            folders[:] = [name for name in folders if os.path.normpath(f"{below}/{name}") not in ignored]
            for name in [*names, *folders]:
                path = os.path.normpath(f"{below}/{name}")
                if path not in ignored:
                    full = os.path.join(top, name)
                    found[path] = os.readlink(full) if os.path.islink(full) else os.path.isdir(full) or digest(Path(full))
        return found

    def use(self, path="/usr/local/bin:/usr/bin:/bin"):
        """What the three users of the README do."""
        make_hub(self.work / "hub")
        shutil.copy(SOURCE / "tests/package/use_program.sh", self.work)
        said = self.run("bash", "/work/use_program.sh", "/work/hub", VERSION, path=path)
        assert said.endswith("all users are done\n"), said
        print(said)

    def named_onnxhub(self):
        found = run("find", self.folder, "-xdev", "-path", self.work, "-prune", "-o", "-name", "*onnxhub*", "-print")
        return found.split()


def deb(work):
    names = file_names()
    copy = Copy(work)
    for kind in ("deb", "development"):
        shutil.copy(PACKAGES / names[kind], copy.work)
    # As a user installs it; apt finds what it depends on.
    copy.run("apt-get", "install", "-y", "-qq", "--no-install-recommends", f"/work/{names['deb']}")
    copy.run("dpkg", "--purge", "onnxhub")
    assert copy.named_onnxhub() == []
    before = copy.files()
    copy.run("dpkg", "--install", f"/work/{names['deb']}")
    said = copy.run("onnxhub", "--version", "--verbose")
    for library in ("libcurl/", "libmicrohttpd ", "libarchive ", "libgit2 ", "libonnx "):
        assert library in said, said
    assert copy.run("dpkg", "--verify", "onnxhub") == ""
    copy.use()
    # The library's own dependencies exist in this Debian; installing them takes too long here.
    assert "Inst onnxhub-dev" in copy.run("apt-get", "install", "--simulate", "-qq", f"/work/{names['development']}")
    copy.run("dpkg", "--purge", "onnxhub")
    assert copy.files() == before
    assert copy.named_onnxhub() == []


def service(work):
    need("systemd-nspawn", "systemd-container")
    name = file_names()["deb"]
    copy = Copy(work)
    shutil.copy(PACKAGES / name, copy.work)
    copy.run("apt-get", "install", "-y", "-qq", "--no-install-recommends", f"/work/{name}")
    make_hub(copy.work / "hub")
    git = ["git", "-C", copy.work / "hub", "-c", "user.name=T", "-c", "user.email=t@example.org"]
    run(*git, "add", "-A")
    run(*git, "commit", "-q", "-m", "Manifest")
    shutil.copy(SOURCE / "tests/package/use_service.sh", copy.work)
    units = copy.folder / "etc/systemd/system"
    (units / "test.service").write_text("[Service]\nType=oneshot\nExecStart=bash /work/use_service.sh\n"
                                        "ExecStopPost=systemctl poweroff --no-block\n")
    (units / "multi-user.target.wants").mkdir(exist_ok=True)
    (units / "multi-user.target.wants/test.service").symlink_to("../test.service")
    booted = subprocess.run(["timeout", "--kill-after=10", "120", "systemd-nspawn", "--quiet", "--directory", copy.folder, "--boot", "--register=no",
                             "--keep-unit", "--private-network"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    result = copy.work / "service.txt"
    if not result.exists():
        print(booted.stdout.decode("utf-8", "replace"))
        skip("systemd does not start in a container here")
    said = result.read_text(encoding="utf-8")
    print(said)
    assert said.endswith("the service works\n")


def tarball(work):
    copy = Copy(work)
    before = copy.files()
    tree = unpack_tarball(file_names(), copy.folder / "opt")
    copy.use(f"/opt/{tree.name}/bin:/usr/bin:/bin")
    tree.rename(tree.parent / "moved")
    assert copy.run("/opt/moved/bin/onnxhub", "--version").strip() == f"onnxhub {VERSION}"
    report = copy.run("/opt/moved/bin/onnxhub", "--version", "--verbose")
    assert "cannot be loaded" not in report and "libonnx " in report, report
    shutil.rmtree(tree.parent / "moved")
    assert copy.files() == before


def wheel(work):
    pips = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
    if not pips:
        skip("no pip as a wheel here (apt-get install python3-pip-whl)")
    copy = Copy(work)
    name = file_names()["wheel"]
    shutil.copy(PACKAGES / name, copy.work)
    shutil.copy(pips[-1], copy.work / "pip.whl")
    before = copy.files()
    pip = ["python3", "/work/pip.whl/pip"]
    copy.run(*pip, "install", "-q", "--no-index", "--root-user-action=ignore", "--break-system-packages", f"/work/{name}")
    copy.use()
    text = "from onnxhub import hub; print(hub.path('Flower Classifier', repo='/work/hub', trust=True, silent=True))"
    path = copy.run("python3", "-c", text).strip()
    assert path.endswith(".onnx"), path
    copy.run(*pip, "uninstall", "-q", "-y", "--root-user-action=ignore", "--break-system-packages", "onnxhub")
    left = {path: value for path, value in copy.files().items() if before.get(path) != value}
    # pip made the directories of Debian's own layout.
    assert all(value is True and path.startswith("usr/local/") for path, value in left.items()), left
    assert copy.named_onnxhub() == []


def main():
    if STEP in ("lint", "make", "root"):
        return {"lint": lint, "make": make, "root": root}[STEP]()
    if STEP == "remove_root":
        return shutil.rmtree(ROOT, ignore_errors=True)
    if not (PACKAGES / "SHA256SUMS").exists():
        skip("the packages are missing (test package.make)")
    with tempfile.TemporaryDirectory(prefix="onnxhub-package.") as folder:
        {"contents": contents, "again": again, "lintian": lintian, "unit": unit, "development": development, "deb": deb, "service": service,
         "tarball": tarball, "wheel": wheel}[STEP](Path(folder))


if __name__ == "__main__":
    main()
