# SPDX-License-Identifier: Apache-2.0
"""Checks the workflows, templates and release scripts of this repository without running a workflow: project.py SOURCE BUILD"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml
from runner import Runner
from workflow_rules import check_own_workflow, check_pins, check_scripts, check_workflow, uses_of

SOURCE, BUILD = (Path(sys.argv[i]).resolve() for i in (1, 2))
PROGRAM = BUILD / "cli/onnxhub"
VERSION = re.search(r"^project\(onnxhub VERSION ([0-9.]+)", (SOURCE / "CMakeLists.txt").read_text(), re.M)[1]
GLIBC = os.confstr("CS_GNU_LIBC_VERSION").split()[1]
COMMIT = "11bd71901bbe5b1630ceea73d27597364c9af683"
WORKFLOW = f"""
on: push
permissions:
  contents: read
concurrency: one
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: {{contents: read}}
    defaults: {{run: {{shell: bash}}}}
    steps:
      - uses: actions/checkout@{COMMIT} # v4.2.2
        with: {{persist-credentials: false}}
      - run: echo one
"""


def tracked(*patterns):
    """Files of the repository. An archive of the sources has no git: then all files that match."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *patterns], cwd=SOURCE, capture_output=True, text=True)
    return [SOURCE / line for line in listed.stdout.splitlines() if (SOURCE / line).is_file()]


class Repository(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="onnxhub-project."))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def new_hub(self):
        """The files that `onnxhub init` writes."""
        hub = self.folder / "hub"
        if not hub.exists():
            subprocess.run([PROGRAM, "init", "-q", hub], check=True, stdout=subprocess.DEVNULL,
                           env={**os.environ, "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"})
        return [path for path in sorted(hub.rglob("*")) if path.is_file() and ".git" not in path.relative_to(hub).parts]

    def test_every_action_is_pinned_and_every_file_uses_the_same_commit(self):
        files = [*tracked("*.yml", "*.yaml", "README.md", "CONTRIBUTING.md", "docs/*.md", "templates/*"), *self.new_hub()]
        seen, problems, count = {}, [], 0
        for path in files:
            text = path.read_text(encoding="utf-8")
            count += len(list(uses_of(text)))
            problems += check_pins(str(path), text, VERSION, seen)
        self.assertEqual(problems, [])
        self.assertGreater(count, 40)
        self.assertGreater(len(seen), 6)

    def test_workflows_are_sound(self):
        own = tracked(".github/workflows/*.yml")
        self.assertEqual([path.name for path in own], ["ci.yml", "release.yml"])
        problems = [line for path in own for line in check_own_workflow(path.name, path.read_text())]
        others = [*tracked("templates/hub/*.yml", "templates/sweep/*.yml"),
                  *(path for path in self.new_hub() if ".github/workflows/" in str(path))]
        self.assertGreater(len(others), 8)
        problems += [line for path in others for line in check_workflow(str(path), path.read_text())]
        problems += check_scripts("action.yml", (SOURCE / "action.yml").read_text())
        self.assertEqual(problems, [])

    def test_the_rules_find_what_they_are_for(self):
        self.assertEqual(check_own_workflow("w", WORKFLOW) + check_pins("w", WORKFLOW, "1.0.0", {}), [])
        for old, new, problem in (
                (f"{COMMIT} # v4.2.2", "v4", "is not PATH"), (f"{COMMIT} # v4.2.2", COMMIT, "is not PATH"),
                (f"{COMMIT} # v4.2.2", f"{COMMIT[:-1]} # v4.2.2", "is not PATH"), (f"{COMMIT} # v4.2.2", f"{COMMIT} # v4", "is not PATH"),
                (f"actions/checkout@{COMMIT} # v4.2.2", "onnxhub/onnxhub@v1", "is not PATH"),
                (f"actions/checkout@{COMMIT} # v4.2.2", "docker://debian:12", "is not PATH"),
                ("- run: echo one", f"- uses: actions/checkout@{'0' * 40} # v4.2.2", "another commit"),
                ("- run: echo one", f"- uses: actions/checkout@{COMMIT} # v4.2.1", "another commit"),
                ("- run: echo one", '- {name: a, "uses": other/action@v1}', "is not PATH"),
                ("echo one", "echo ${{ github.event.issue.title }}", "an expression in a script"),
                ("- run: echo one", "- uses:\n          other/action@v1", "is not PATH"),
                ("permissions:\n  contents: read\n", "", "does not list its permissions"),
                ("permissions:\n  contents: read", "permissions: write-all", "does not list its permissions"),
                ("permissions:\n  contents: read", "permissions:\n  contents: write", "gives all jobs write permission"),
                ("    permissions: {contents: read}\n", "", "one: does not list its permissions"),
                ("    timeout-minutes: 5\n", "", "has no timeout-minutes"), ("concurrency: one\n", "", "has no concurrency"),
                ("{persist-credentials: false}", "{fetch-depth: 0}", "leaves its token"), ("shell: bash", "shell: sh", "another shell"),
                ("on: push", "on: {pull_request_target: {}}", "runs on pull_request_target"), ("on: push", "name: x", "has no event"),
                ("    timeout-minutes: 5", "    timeout-minutes: 5\n    needs: two", "needs two, which is not a job"),
                ("- run: echo one", "- run: x\n        if: ${{ needs.two.outputs.x == 'y' }}", "reads the output x of two"),
                ("- run: echo one", "- run: x\n        if: ${{ steps.two.outputs.x == 'y' }}", "reads from the step two"),
                ("- run: echo one", "- run: x\n        env: {X: '${{ matrix.x }}'}", "reads matrix.x"),
                ("- run: echo one", "- name: nothing", "not exactly one of")):
            with self.subTest(new=new):
                self.assertIn(old, WORKFLOW)
                text = WORKFLOW.replace(old, new, 1)
                problems = check_own_workflow("w", text) + check_pins("w", text, "1.0.0", {})
                self.assertTrue(any(problem in line for line in problems), problems)

    def test_only_the_job_that_publishes_may_write(self):
        jobs = yaml.safe_load((SOURCE / ".github/workflows/release.yml").read_text())["jobs"]
        for name, job in jobs.items():
            writes = sorted(key for key, value in job["permissions"].items() if value == "write")
            self.assertEqual(writes, ["attestations", "contents", "id-token"] if name == "publish" else [], name)
        self.assertIn("is-release == 'true'", jobs["publish"]["if"])
        self.assertEqual(sorted(jobs["publish"]["needs"]), sorted(set(jobs) - {"publish"}))
        # No script of a pull request runs before the packages are published.
        triggers = yaml.safe_load((SOURCE / ".github/workflows/release.yml").read_text())[True]
        self.assertEqual(triggers, {"push": {"tags": ["v*"]}, "workflow_dispatch": None})

    def test_scripts_of_workflows_exist_and_pass_shellcheck(self):
        scripts = []
        for path in tracked(".github/workflows/*.yml"):
            for job in yaml.safe_load(path.read_text())["jobs"].values():
                scripts += [step["run"] for step in job["steps"] if "run" in step]
        self.assertGreater(len(scripts), 10)
        for script in scripts:
            for name in re.findall(r"(?:^|\s)(\./[\w./]+|packaging/[\w.]+)", script):
                self.assertTrue(os.access(SOURCE / name, os.X_OK), name)
        commands = re.findall(r"\./dev (\w+)", "\n".join(scripts))
        for command in commands:
            self.assertTrue(re.search(rf"(?m)^  {command}\)", (SOURCE / "dev").read_text()), f"./dev has no command {command}")
        if not shutil.which("shellcheck"):
            self.skipTest("shellcheck is not installed (apt-get install shellcheck)")
        for script in [*scripts, (SOURCE / "packaging/release.sh").read_text()]:
            text = script if script.startswith("#!") else "#!/bin/bash\n" + script
            done = subprocess.run(["shellcheck", "--severity=style", "-"], input=text, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + script)

    def test_issue_forms_have_what_github_needs(self):
        forms = [path for path in tracked(".github/ISSUE_TEMPLATE/*.yml") if path.name != "config.yml"]
        self.assertEqual([path.name for path in forms], ["bug.yml", "feature.yml"])
        for path in forms:
            form = yaml.safe_load(path.read_text())
            self.assertTrue(form["name"] and form["description"])
            ids = [field["id"] for field in form["body"]]
            self.assertEqual(len(ids), len(set(ids)))
            for field in form["body"]:
                self.assertIn(field["type"], ("checkboxes", "dropdown", "input", "textarea"))
                self.assertTrue(field["attributes"]["label"])
                self.assertLessEqual(set(field), {"type", "id", "attributes", "validations"})
                for option in field["attributes"].get("options", []):
                    self.assertTrue(option["label"])
            self.assertLessEqual(set(form), {"name", "description", "labels", "body", "title"})
        config = yaml.safe_load((SOURCE / ".github/ISSUE_TEMPLATE/config.yml").read_text())
        for link in config["contact_links"]:
            self.assertEqual(set(link), {"name", "url", "about"})

    def test_code_owners_and_dependabot_name_what_exists(self):
        for line in (SOURCE / ".github/CODEOWNERS").read_text().splitlines():
            if line and not line.startswith("#"):
                pattern, *owners = line.split()
                self.assertTrue(pattern == "*" or (SOURCE / pattern.lstrip("/")).exists(), pattern)
                self.assertTrue(owners and all(re.fullmatch(r"@[\w-]+(/[\w-]+)?", owner) for owner in owners))
        update, = yaml.safe_load((SOURCE / ".github/dependabot.yml").read_text())["updates"]
        self.assertEqual((update["package-ecosystem"], update["directory"]), ("github-actions", "/"))


class Release(unittest.TestCase):
    """packaging/release.sh, in a repository with the files that it reads."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="onnxhub-release."))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.top = self.folder / "repository"
        for name in ("packaging/release.sh", "action/releases.txt", "CMakeLists.txt", "docs/packages.md", "templates/hub/validate.yml",
                     "templates/ci/gitlab-ci.yml", "docs/pull-requests.md", "python/onnxhub/_version.py", "packaging/Dockerfile",
                     "packaging/compose.yaml"):
            (self.top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCE / name, self.top / name)
        (self.top / "action/releases.txt").write_text("# none\n")
        (self.top / "CHANGELOG.md").write_text(f"# Changelog\n\n## [Unreleased]\n\n- New.\n\n## [{VERSION}] - 2026-01-01\n\n- Old.\n\n"
                                               "## [0.0.1]\n\n- Oldest.\n")
        self.git("init", "-q", "-b", "main")
        self.commit("First")
        self.packages = self.folder / "packages"
        self.packages.mkdir()
        for name in (f"onnxhub_{VERSION}_amd64.deb", f"onnxhub-dev_{VERSION}_amd64.deb", f"onnxhub-{VERSION}-linux-x86_64.tar.gz",
                     f"onnxhub-{VERSION}-py3-none-any.whl", f"onnxhub-{VERSION}-py3-none-manylinux_2_36_x86_64.whl",
                     f"onnxhub-{VERSION}.spdx.json", "SHA256SUMS"):
            (self.packages / name).write_text(name)

    def git(self, *arguments):
        return subprocess.run(["git", "-C", self.top, "-c", "user.name=Team", "-c", "user.email=t@example.org", *arguments],
                              check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def release(self, *arguments, status=0):
        done = subprocess.run(["bash", self.top / "packaging/release.sh", *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    def test_the_tag_is_the_version_and_the_changelog_has_its_text(self):
        commit = self.git("rev-parse", "HEAD")
        self.assertEqual(self.release("check", f"refs/tags/v{VERSION}"), f"is-release=true\ncommit={commit}\n")
        self.assertEqual(self.release("check", "refs/heads/main"), f"is-release=false\ncommit={commit}\n")
        for tag in ("v9.9.9", VERSION, f"v{VERSION}.1", f"v{VERSION}-rc1", f"v{VERSION};touch pwned"):
            self.assertIn(f"is not v{VERSION}", self.release("check", f"refs/tags/{tag}", status=2))
        self.assertEqual(self.release("notes"), "\n- Old.\n\n")
        (self.top / "CHANGELOG.md").write_text(f"## [Unreleased]\n\n- New.\n\n## [{VERSION}] - today\n\n## [0.0.1]\n\n- Old.\n")
        self.assertIn("CHANGELOG.md: has no text", self.release("check", f"refs/tags/v{VERSION}", status=2))

    def test_packages_are_built_from_the_commit_before_the_digests(self):
        commit = self.git("rev-parse", "HEAD")
        (self.top / "action/releases.txt").write_text("# one\n")
        tagged = self.commit("Digests")
        self.assertNotEqual(commit, tagged)
        self.assertIn(f"commit={commit}\n", self.release("check", f"refs/tags/v{VERSION}"))
        (self.top / "action/other.txt").write_text("other\n")
        later = self.commit("More")
        self.assertIn(f"commit={later}\n", self.release("check", f"refs/tags/v{VERSION}"))

    def test_packages_of_two_distributions_have_different_names(self):
        out = self.folder / "out"
        for distribution in ("debian12", "ubuntu24.04"):
            before = {path: path.read_text() for path in out.glob("*")} if out.exists() else {}
            self.release("collect", str(self.packages), distribution, str(out))
            self.assertEqual({path: path.read_text() for path in before}, before)
        self.release("sums", str(out))
        self.assertEqual(sorted(path.name for path in out.iterdir()), sorted([
            "SHA256SUMS", f"onnxhub_{VERSION}_amd64.deb", f"onnxhub-dev_{VERSION}_amd64.deb", f"onnxhub-{VERSION}-linux-x86_64.tar.gz",
            f"onnxhub-{VERSION}-py3-none-any.whl", f"onnxhub-{VERSION}-py3-none-manylinux_2_36_x86_64.whl",
            f"onnxhub-{VERSION}.spdx.json", f"onnxhub_{VERSION}_ubuntu24.04_amd64.deb", f"onnxhub-dev_{VERSION}_ubuntu24.04_amd64.deb",
            f"onnxhub-{VERSION}_ubuntu24.04.spdx.json"]))
        self.assertEqual(subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out).returncode, 0)
        self.assertEqual(len((out / "SHA256SUMS").read_text().splitlines()), 9)
        (self.packages / f"onnxhub-dev_{VERSION}_amd64.deb").unlink()
        self.assertIn("does not exist", self.release("collect", str(self.packages), "ubuntu24.04", str(out), status=2))
        (self.packages / f"onnxhub-{VERSION}-linux-x86_64.tar.gz").unlink()
        self.assertIn("has no onnxhub-", self.release("collect", str(self.packages), "debian12", str(out), status=2))

    def test_the_action_reads_the_line_that_the_workflow_prints(self):
        out = self.folder / "out"
        self.release("collect", str(self.packages), "debian12", str(out))
        archive = self.packages / f"onnxhub-{VERSION}-linux-x86_64.tar.gz"
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        line = f"{VERSION} linux-x86_64 {GLIBC} {digest}\n"
        self.assertIn(f"```text\n{line}```\n", self.release("table", str(out)))
        self.assertIn(f"write these lines, and move the tag: {line}", self.release("check-table", str(out), status=2))
        table = self.top / "action/releases.txt"
        for text, status in ((line.replace(digest, "0" * 64), 2), (line + line.replace("x86_64", "aarch64"), 2),
                             (f"0.0.1 linux-x86_64 2.36 {'0' * 64}\n" + line, 0)):
            table.write_text("# A comment\n" + text)
            self.release("check-table", str(out), status=status)
        shutil.copy(SOURCE / "action/release.sh", self.top / "action")
        found = subprocess.run(["bash", self.top / "action/release.sh", "find"], capture_output=True, text=True)
        if os.uname().machine == "x86_64":
            self.assertEqual(found.stdout, f"file={archive.name}\nsha256={digest}\n", found.stderr)

    # The whole workflow. ./dev makes packages whose content is their name and the commit.

    def run_workflow(self, event_name, ref):
        dev = self.top / "dev"
        if not dev.exists():
            names = " ".join(path.name for path in self.packages.iterdir())
            dev.write_text("#!/bin/bash\nset -e\necho \"$*\" >>\"$CALLS\"\n[[ $1 != package ]] || { mkdir -p \"$2\"; for name in "
                           f"{names}; do echo \"$name $(git rev-parse HEAD)\" >\"$2/$name\"; done; }}\n")
            dev.chmod(0o755)
            (self.top / ".github/workflows").mkdir(parents=True)
            shutil.copy(SOURCE / ".github/workflows/release.yml", self.top / ".github/workflows")
            self.commit("The workflow")
            self.git("config", "uploadpack.allowAnySHA1InWant", "true")
            fakes = self.folder / "fakes"
            fakes.mkdir()
            for name in ("apt-get", "gh"):
                (fakes / name).write_text(f'#!/bin/bash\necho "{name} $*" >>"$CALLS"\n')
                (fakes / name).chmod(0o755)
        self.calls = self.folder / "calls"
        self.calls.write_text("")
        runner = Runner(SOURCE, None, self.folder / "machine", f"file://{self.top}")
        outcome = runner.run(self.top / ".github/workflows/release.yml", event_name, {}, self.git("rev-parse", "HEAD"), ref,
                             environment={"PATH": f"{self.folder}/fakes:/usr/bin:/bin", "CALLS": str(self.calls)})
        published = [line for line in self.calls.read_text().splitlines() if line.startswith("gh ")]
        return outcome, published, runner

    def test_a_release_from_the_first_build_to_the_published_files(self):
        outcome, published, _ = self.run_workflow("workflow_dispatch", "refs/heads/main")
        self.assertEqual((outcome.status, published, outcome.jobs["publish"]), (0, [], None), outcome.log)
        built = self.git("rev-parse", "HEAD")
        line = re.search(r"```text\n(.*)\n```", outcome.summary)[1]
        archive = f"onnxhub-{VERSION}-linux-x86_64.tar.gz"
        self.assertEqual(line.split()[-1], hashlib.sha256(f"{archive} {built}\n".encode()).hexdigest())
        calls = self.calls.read_text()
        self.assertEqual(calls.count("package build/packages\n"), 2)
        self.assertEqual(calls.count("test -R ^package\\.\n"), 2)

        (self.top / "action/releases.txt").write_text(line + "\n")
        self.commit("The digest")
        outcome, published, runner = self.run_workflow("push", f"refs/tags/v{VERSION}")
        self.assertEqual(outcome.status, 0, outcome.log)
        self.assertEqual(len(published), 2)
        self.assertRegex(published[0], rf"^gh release create v{re.escape(VERSION)} --repo team/hub --verify-tag --draft ")
        self.assertRegex(published[1], rf"^gh release edit v{re.escape(VERSION)} --repo team/hub --draft=false$")
        files = sorted(word.removeprefix("release/") for word in published[0].split() if word.startswith("release/"))
        self.assertEqual((len(files), files), (10, outcome.attested))
        self.assertEqual((runner.workspace / "release" / archive).read_text(), f"{archive} {built}\n")
        self.assertEqual((runner.workspace / "notes.md").read_text().strip(), "- Old.")

    def test_a_tag_with_other_digests_or_of_another_version_publishes_nothing(self):
        (self.top / "action/releases.txt").write_text(f"{VERSION} linux-x86_64 {GLIBC} {'0' * 64}\n")
        outcome, published, _ = self.run_workflow("push", f"refs/tags/v{VERSION}")
        self.assertEqual((outcome.status, published, outcome.attested), (2, [], []), outcome.log)
        self.assertIn("its lines for", outcome.log)
        outcome, published, _ = self.run_workflow("push", "refs/tags/v99.0.0")
        self.assertEqual((outcome.status, published, outcome.jobs), (2, [], {"check": None, "build": None, "table": None, "publish": None}))
        self.assertEqual(self.calls.read_text(), "")

    def test_a_new_version_is_written_everywhere(self):
        changed = self.release("set-version", "12.3.4").split()
        self.assertLessEqual({"docs/packages.md", "docs/pull-requests.md", "templates/hub/validate.yml", "templates/ci/gitlab-ci.yml",
                              "python/onnxhub/_version.py", "packaging/Dockerfile", "packaging/compose.yaml"}, set(changed))
        self.assertIn("project(onnxhub VERSION 12.3.4", (self.top / "CMakeLists.txt").read_text())
        self.assertIn('__version__ = "12.3.4"', (self.top / "python/onnxhub/_version.py").read_text())
        self.assertIn('image.version="12.3.4"', (self.top / "packaging/Dockerfile").read_text())
        self.assertIn("ONNXHUB_VERSION: v12.3.4\n", (self.top / "templates/ci/gitlab-ci.yml").read_text())
        for name in changed:
            text = (self.top / name).read_text()
            self.assertNotRegex(text, rf"(onnxhub(-dev)?[@:_-]v?|refs/tags/v|COMMIT # v){re.escape(VERSION)}(?![0-9])")
            self.assertEqual(check_pins(name, text, "12.3.4", {}), [])
        self.assertIn("is not a version", self.release("set-version", "v1", status=2))

    def test_one_version_is_stated_everywhere(self):
        """GitLab's template and the Python package, which have no `uses:`."""
        self.assertIn(f"ONNXHUB_VERSION: v{VERSION}\n", (SOURCE / "templates/ci/gitlab-ci.yml").read_text())
        self.assertIn(f'__version__ = "{VERSION}"', (SOURCE / "python/onnxhub/_version.py").read_text())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
