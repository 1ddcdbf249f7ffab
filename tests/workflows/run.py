# SPDX-License-Identifier: Apache-2.0
"""Runs the action and the workflows of new hubs step by step, as a workflow runner does: run.py SOURCE BUILD"""

import hashlib
import http.server
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse
import zipfile
from pathlib import Path

from runner import Runner

SOURCE, BUILD = (Path(sys.argv[i]).resolve() for i in (1, 2))
PROGRAM = BUILD / "cli/onnxhub"
MODEL = "tabular/classification/model/flower-classifier-13.onnx"
README = "tabular/classification/README.md"
# Names that are commands for programs that print or run them. Git accepts all of them as file names.
HOSTILE = ["$(touch pwned).onnx", "`touch pwned`.onnx", "a\n::error::forged.onnx", "##[error]forged.onnx",
           "::set-output name=x::y.onnx", "<img src=x onerror=alert(1)>.onnx", "[x](http://evil.example).onnx",
           "a|b@team #1 GH-1.onnx", "-rf.onnx", "${{ github.token }}.onnx", "%0A::warning::forged.onnx", "';touch pwned;'.onnx"]


class Server(http.server.ThreadingHTTPServer):
    """The used parts of GitHub's API and of a Git LFS server. Records every request."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.pulls, self.comments, self.objects, self.requests = [], [], {}, []
        self.batches, self.ranges = [], []  # SHA-256s of each batch request; SHA-256, first and last byte of each range
        self.artifact, self.artifact_size, self.has_artifact = None, None, True
        self.fails_on_comments = False
        self.gives_objects = threading.Event()  # until it is set, objects are not sent
        self.gives_objects.set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # of a client that was killed
            super().handle_error(request, client_address)

    def downloads(self):
        return [path for method, path in self.requests if path.startswith("/objects/")]


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def reply(self, body, status=200, kind="application/json", headers=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def send_object(self, oid):
        """All of an object, or exactly the range that was asked for."""
        self.server.gives_objects.wait(60)
        data = self.server.objects.get(oid)
        if data is None:
            return self.reply({"message": "Not Found"}, 404)
        span = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not span:
            return self.reply(data, kind="application/octet-stream")
        first, last = int(span[1]), min(int(span[2]), len(data) - 1)
        self.server.ranges.append((oid, first, last))
        return self.reply(data[first:last + 1], 206, "application/octet-stream",
                          {"Content-Range": f"bytes {first}-{last}/{len(data)}", "ETag": f'"{oid[:16]}"'})

    def handle_request(self):
        server = self.server
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        server.requests.append((self.command, url.path))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if url.path.startswith("/evil"):
            return self.reply({"message": "no\n::error file=README.md::forged by the server\n##[error]forged\n"}, 422)
        if url.path == "/lfs/objects/batch":
            known = [o for o in json.loads(body)["objects"]]
            server.batches.append([o["oid"] for o in known])
            return self.reply({"transfer": "basic", "objects": [
                {**o, "actions": {"download": {"href": f"{server.url}/objects/{o['oid']}"}}} for o in known]},
                kind="application/vnd.git-lfs+json")
        if url.path.startswith("/objects/"):
            return self.send_object(url.path.split("/")[-1])
        if self.headers.get("Authorization") != "Bearer job-token":
            return self.reply({"message": "Bad credentials"}, 401)
        path = url.path.removeprefix("/repos/team/hub/")
        if path == "pulls":
            return self.reply([p for p in server.pulls if p["head"]["label"] == query.get("head")])
        if path == "actions/runs/77/artifacts":
            size = server.artifact_size or len(server.artifact)
            return self.reply({"artifacts": [{"id": 5, "name": "onnxhub-report", "expired": False,
                                              "size_in_bytes": size}] if server.has_artifact else []})
        if path == "actions/artifacts/5/zip":
            return self.reply(server.artifact, kind="application/zip")
        if path == "issues/9/comments" and self.command == "GET" and server.fails_on_comments:
            return self.reply({"message": "Not now"}, 400)
        if path == "issues/9/comments" and self.command == "GET":
            return self.reply(server.comments)
        if path == "issues/9/comments":
            server.comments.append({"id": 100 + len(server.comments), "user": {"login": "github-actions[bot]"}, **json.loads(body)})
            return self.reply(server.comments[-1], 201)
        if path.startswith("issues/comments/"):
            comment = next(c for c in server.comments if str(c["id"]) == path.split("/")[-1])
            comment.update(json.loads(body))
            return self.reply(comment)
        return self.reply({"message": "Not Found"}, 404)

    do_GET = do_POST = do_PATCH = handle_request


class Hub(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="onnxhub-workflows."))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.hub = self.folder / "hub"
        subprocess.run(["bash", SOURCE / "examples/quickstart/run.sh", BUILD, self.hub], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run([PROGRAM, "init", self.hub, "-q"], check=True, stdout=subprocess.DEVNULL)
        settings = self.hub / "onnxhub.toml"
        settings.write_text(settings.read_text().replace('stale_manifest = "note"', 'stale_manifest = "error"'))
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")
        self.git("config", "receive.denyCurrentBranch", "updateInstead")
        self.base = self.commit("Workflows and manifest")
        self.server = Server()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.runner = Runner(self.copy_action(), PROGRAM, self.folder / "machine", f"file://{self.hub}")

    def copy_action(self):
        """The files of the action. `releases.txt` has no line, so that no test depends on a release of the project."""
        copy = self.folder / "action-copy"
        shutil.copytree(SOURCE / "action", copy / "action")
        for name in ("action.yml", "CMakeLists.txt"):
            shutil.copy(SOURCE / name, copy)
        (copy / "action/releases.txt").write_text("# none\n")
        return copy

    def git(self, *arguments):
        return subprocess.run(["git", "-C", self.hub, "-c", "user.name=Team", "-c", "user.email=t@example.org",
                               *arguments], check=True, capture_output=True).stdout.decode().strip()

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def pull_request(self, edit, fork=False):
        """Commits `edit` on a branch; gives event, and the merge commit that GitHub makes of it."""
        self.git("checkout", "-q", "-B", "change", self.base)
        edit()
        self.head = self.commit("A change")
        self.git("checkout", "-q", "--detach", "main")
        self.git("merge", "-q", "--no-ff", "-m", "Merge", "change")
        merge = self.git("rev-parse", "HEAD")
        self.git("update-ref", "refs/pull/9/merge", merge)
        self.git("checkout", "-q", "main")
        event = {"number": 9, "pull_request": {"number": 9, "base": {"sha": self.base, "ref": "main"},
                                               "head": {"sha": self.head, "repo": {"fork": fork}}}}
        return event, merge

    def validate(self, edit, name="pull_request", fork=False):
        event, merge = self.pull_request(edit, fork)
        if name == "merge_group":
            event = {"merge_group": {"base_sha": self.base, "head_sha": merge}}
        return self.runner.run(self.hub / ".github/workflows/validate.yml", name, event, merge, "refs/pull/9/merge")

    def write(self, path, text):
        (self.hub / path).parent.mkdir(parents=True, exist_ok=True)
        (self.hub / path).write_text(text)

    def edit_readme(self):
        self.write(README, (self.hub / README).read_text() + "\nMore words.\n")

    def break_manifest(self):
        path = self.hub / "ONNX_HUB_MANIFEST.json"
        path.write_text(path.read_text().replace('"opset_version": 13', '"opset_version": 12', 1))

    def change_model(self):
        """Another producer: same graph, other bytes. The manifest goes with it."""
        path = self.hub / MODEL
        path.write_bytes(path.read_bytes().replace(b"onnxhub-quickstart", b"onnxhub-quickstarx"))
        subprocess.run([PROGRAM, "generate", "-q", self.hub], check=True)

    def action(self, inputs, event_name, event, sha, ref, depth="1", environment=None):
        """Runs a workflow with the action alone, after a checkout."""
        workflow = self.folder / "workflow.yml"
        workflow.write_text(json.dumps({"on": [event_name], "permissions": {"contents": "read"}, "jobs": {"one": {
            "steps": [{"uses": "actions/checkout@test", "with": {"fetch-depth": depth}},
                      {"uses": "onnxhub/onnxhub@test", "id": "onnxhub", "with": inputs}]}}}))
        return self.runner.run(workflow, event_name, event, sha, ref, environment=environment)

    def to_lfs(self):
        """Every .onnx file becomes a pointer whose object only the LFS server has."""
        for path in self.hub.rglob("*.onnx"):
            data = path.read_bytes()
            if data.startswith(b"version https://git-lfs"):
                continue
            oid = hashlib.sha256(data).hexdigest()
            self.server.objects[oid] = data
            path.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(data)}\n")


class Workflows(Hub):
    # Pull requests

    def test_words_in_a_readme_are_fine_and_change_no_model(self):
        outcome = self.validate(self.edit_readme)
        self.assertEqual(outcome.status, 0, outcome.log)
        self.assertEqual(outcome.steps["onnxhub"]["findings"], "0")
        self.assertGreater(int(outcome.steps["onnxhub"]["checked"]), 3)
        self.assertIn("only what changed since", outcome.summary)
        self.assertIn("### Models: no model changed", outcome.summary)
        self.assertIn("onnxhub-report", outcome.uploads)
        self.assertNotRegex(outcome.log, r"(?m)^::(error|warning)")

    def assert_broken_manifest_is_reported(self, outcome, scope=True):
        """Exit status, annotation, summary and outputs, for every event."""
        self.assertEqual(outcome.status, 1, outcome.log)
        self.assertRegex(outcome.log, r"(?m)^::error file=ONNX_HUB_MANIFEST.json,line=\d+")
        self.assertIn("## onnxhub validate: 1 error", outcome.summary)
        self.assertEqual("only what changed since" in outcome.summary, scope)
        self.assertEqual("### Models: " in outcome.summary, scope)
        self.assertEqual(outcome.steps["onnxhub"]["findings"], "1")
        self.assertGreater(int(outcome.steps["onnxhub"]["checked"]), 3)
        self.assertNotEqual(outcome.steps["onnxhub"]["report"], "")
        self.assertNotIn("job-token", outcome.log + outcome.summary)

    def test_a_wrong_manifest_fails_with_annotations_and_a_report(self):
        outcome = self.validate(self.break_manifest)
        self.assert_broken_manifest_is_reported(outcome)
        with zipfile.ZipFile(outcome.uploads["onnxhub-report"]) as report:
            self.assertEqual(sorted(report.namelist()), ["diff.json", "report.json"])

    def test_a_changed_model_is_told_from_inside(self):
        outcome = self.validate(self.change_model)
        self.assertEqual(outcome.status, 0, outcome.log)
        self.assertIn("### Models: 1 changed; 2 unchanged", outcome.summary)
        self.assertIn("| producer | onnxhub-quickstart | onnxhub-quickstarx |", outcome.summary)

    def test_forks_need_no_secret(self):
        event, merge = self.pull_request(self.break_manifest, fork=True)
        self.runner.gitconfig = ""
        outcome = self.runner.run(self.hub / ".github/workflows/validate.yml", "pull_request", event, merge,
                                  "refs/pull/9/merge")
        self.assert_broken_manifest_is_reported(outcome)
        self.assertIn("onnxhub-report", outcome.uploads)
        self.assertEqual(self.server.requests, [])

    def test_a_merge_queue_is_judged_against_its_base(self):
        self.assert_broken_manifest_is_reported(self.validate(self.break_manifest, "merge_group"))
        self.assertEqual(self.validate(self.edit_readme, "merge_group").status, 0)

    def test_a_pull_request_that_leaves_the_manifest_alone_is_fine_where_main_renews_it(self):
        settings = self.hub / "onnxhub.toml"
        settings.write_text(settings.read_text().replace('"error"', '"note"'))
        self.base = self.commit("The workflow regenerates the manifest")

        def add_row():
            path = self.hub / README
            text = path.read_text()
            name, rest = text.splitlines()[-1].lstrip("| ").split("|", 1)
            self.write(README, f"{text}| Another {name}|{rest}\n")

        outcome = self.validate(add_row)
        self.assertEqual(outcome.status, 0, outcome.log)
        self.assertIn("the manifest is out of date in 1 place", outcome.summary)

    def test_the_shallowest_checkout_is_deepened(self):
        for edit, status in ((self.edit_readme, 0), (self.break_manifest, 1)):
            event, merge = self.pull_request(edit)
            outcome = self.action({}, "pull_request", event, merge, "refs/pull/9/merge")
            self.assertEqual(outcome.status, status, outcome.log)
            self.assertIn("only what changed since", outcome.summary)

    def test_an_event_with_an_old_base_ignores_what_is_on_main(self):
        old = self.base
        self.break_manifest()
        self.base = self.commit("Break main")
        for depth in ("1", "2", "3", "5", "0"):
            event, merge = self.pull_request(self.edit_readme)
            event["pull_request"]["base"]["sha"] = old
            outcome = self.action({}, "pull_request", event, merge, "refs/pull/9/merge", depth)
            self.assertEqual(outcome.status, 0, depth + outcome.log)
            self.assertIn("### Models: no model changed", outcome.summary)

    def test_a_push_is_judged_against_what_was_there_before(self):
        self.break_manifest()
        sha = self.commit("Break it")
        event = {"before": self.base, "after": sha}
        self.assert_broken_manifest_is_reported(self.action({}, "push", event, sha, "refs/heads/main"))
        # A push that ends with a merge hides none of the commits before it.
        self.git("checkout", "-q", "-b", "side", self.base)
        self.edit_readme()
        self.commit("Words")
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
        sha = self.git("rev-parse", "HEAD")
        for depth in ("1", "2"):
            outcome = self.action({}, "push", {"before": self.base}, sha, "refs/heads/main", depth)
            self.assert_broken_manifest_is_reported(outcome)

    def test_events_without_a_base_check_everything(self):
        self.break_manifest()
        sha = self.commit("Break it")
        for name in ("workflow_dispatch", "schedule"):
            self.assert_broken_manifest_is_reported(self.action({}, name, {}, sha, "refs/heads/main"), scope=False)
        outcome = self.action({"fetch": "true"}, "workflow_dispatch", {}, sha, "refs/heads/main")
        self.assertIn("no Git LFS object is fetched", outcome.log)

    def test_a_hub_in_a_subfolder_is_annotated_where_its_files_are(self):
        (self.hub / "hub one").mkdir()
        for path in list(self.hub.iterdir()):
            if path.name not in (".git", ".github", "hub one"):
                path.rename(self.hub / "hub one" / path.name)
        sha = self.commit("Move it")
        path = self.hub / "hub one/ONNX_HUB_MANIFEST.json"
        path.write_text(path.read_text().replace('"opset_version": 13', '"opset_version": 12', 1))
        broken = self.commit("Break it")
        outcome = self.action({"path": "hub one", "sarif": "true"}, "push", {"before": sha}, broken, "refs/heads/main")
        self.assertEqual(outcome.status, 1, outcome.log)
        self.assertRegex(outcome.log, r"(?m)^::error file=hub one/ONNX_HUB_MANIFEST.json,line=\d+")
        location = outcome.uploads["sarif"]["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        self.assertEqual(location["artifactLocation"]["uri"], "hub%20one/ONNX_HUB_MANIFEST.json")

    def test_a_hub_that_can_not_be_checked_says_why_in_the_summary(self):
        self.write("onnxhub.toml", "[generate\n")
        sha = self.commit("Break the settings")
        outcome = self.action({}, "push", {"before": self.base}, sha, "refs/heads/main")
        self.assertEqual(outcome.status, 2, outcome.log)
        self.assertIn("could not check this hub", outcome.summary)
        self.assertIn("    onnxhub: error: onnxhub.toml:1: ", outcome.summary)

    def test_the_summary_has_the_whole_message_of_a_slow_machine(self):
        self.write("onnxhub.toml", "[generate\n")
        sha = self.commit("Break the settings")
        slow = self.folder / "slow"
        slow.mkdir()
        (slow / "tee").write_text('#!/bin/bash\nsleep 2\nexec /usr/bin/tee "$@"\n')
        (slow / "tee").chmod(0o755)
        outcome = self.action({}, "push", {"before": self.base}, sha, "refs/heads/main", environment={"PATH": f"{slow}:/usr/bin:/bin"})
        self.assertEqual(outcome.status, 2, outcome.log)
        for text in (outcome.summary, outcome.log):
            self.assertRegex(text, r"(?m)^ *onnxhub: error: onnxhub.toml:1: .*;.*$")

    def test_the_event_that_checks_the_wrong_commit_is_warned_about(self):
        outcome = self.action({}, "pull_request_target", {"pull_request": {"base": {"sha": self.base}}}, self.base,
                              "refs/heads/main")
        self.assertRegex(outcome.log, r"(?m)^::warning title=onnxhub::pull_request_target")

    def test_a_new_branch_is_checked_as_a_whole(self):
        outcome = self.action({}, "push", {"before": "0" * 40}, self.base, "refs/heads/main")
        self.assertEqual(outcome.status, 0, outcome.log)
        self.assertNotIn("only what changed", outcome.summary)

    def test_an_unknown_base_means_that_everything_is_checked(self):
        self.break_manifest()
        sha = self.commit("Break it")
        outcome = self.action({"base": "f" * 40}, "push", {}, sha, "refs/heads/main")
        self.assertEqual(outcome.status, 1, outcome.log)
        self.assertIn("everything is reported, since what changed is unknown", outcome.summary)
        self.assertNotIn("no model changed", outcome.summary)

    def test_inputs_reach_the_program(self):
        event, merge = self.pull_request(self.break_manifest)
        outcome = self.action({"format": "text", "sarif": "true"}, "pull_request", event, merge, "refs/pull/9/merge")
        self.assertIn("error[", outcome.log)
        self.assertEqual(len(outcome.uploads["sarif"]["runs"][0]["results"]), 1)
        for wrong in ({"command": "nonsense"}, {"format": "json"}, {"fetch": "yes"}, {"peek": "maybe"},
                      {"fail-on": "note"}, {"sarif": "1"}, {"run": "yes"}):
            outcome = self.action(wrong, "pull_request", event, merge, "refs/pull/9/merge")
            self.assertEqual(outcome.status, 2)
            self.assertIn(f"the input {next(iter(wrong))} must be one of: ", outcome.log)
        empty = self.action({"format": "", "fail-on": "", "fetch": ""}, "pull_request", event, merge, "refs/pull/9/merge")
        self.assert_broken_manifest_is_reported(empty)
        outcome = self.action({"path": "nowhere"}, "pull_request", event, merge, "refs/pull/9/merge")
        self.assertEqual(outcome.status, 2)

    def npm_with_runtime(self):
        """A stand-in for npm that installs the package of `./dev setup`."""
        packages = SOURCE / "build/onnxruntime/node_modules"
        if not (packages / "onnxruntime-node").is_dir():
            self.skipTest("onnxruntime-node is not in build/onnxruntime: run ./dev setup")
        npm = self.folder / "programs/npm"
        npm.parent.mkdir()
        npm.write_text(f'#!/bin/sh\n[ "$1" = install ] && [ "$2" = --prefix ] && exec ln -sfn {packages} "$3/node_modules"\n')
        npm.chmod(0o755)
        return {"PATH": f"{npm.parent}:/usr/bin:/bin"}

    def test_models_are_run_but_not_those_of_forks(self):
        environment = self.npm_with_runtime()
        for fork, value, runs in ((False, "true", True), (True, "true", False), (True, "forks", True), (False, "false", False)):
            event, merge = self.pull_request(self.edit_readme, fork)
            outcome = self.action({"run": value}, "pull_request", event, merge, "refs/pull/9/merge", environment=environment)
            self.assertEqual(outcome.status, 0, outcome.log)
            self.assertEqual("Models that were run" in outcome.summary, runs, (fork, value, outcome.summary))
            self.assertEqual("models are not run in pull requests of forks" in outcome.log, fork and not runs)

    # Git LFS

    def lfs_validate(self, edit):
        self.server.requests.clear()
        event, merge = self.pull_request(edit)
        return self.action({"fetch": "true"}, "pull_request", event, merge, "refs/pull/9/merge", "2")

    @unittest.skipUnless(shutil.which("git-lfs"), "git-lfs is not installed (apt-get install git-lfs)")
    def test_only_objects_that_the_change_touches_are_fetched(self):
        self.runner.gitconfig = f"[lfs]\n\turl = {self.server.url}/lfs\n"
        model = (self.hub / MODEL).read_bytes()
        self.to_lfs()
        self.base = self.commit("Models in LFS")
        outcome = self.lfs_validate(self.edit_readme)
        self.assertEqual((outcome.status, self.server.requests), (0, []), outcome.log)

        def change():
            (self.hub / MODEL).write_bytes(model.replace(b"onnxhub-quickstart", b"onnxhub-quickstarx"))
            subprocess.run([PROGRAM, "generate", "-q", self.hub], check=True)
            self.to_lfs()

        outcome = self.lfs_validate(change)
        self.assertEqual(outcome.status, 0, outcome.log)
        changed = hashlib.sha256(model.replace(b"onnxhub-quickstart", b"onnxhub-quickstarx")).hexdigest()
        self.assertEqual(self.server.downloads(), [f"/objects/{changed}"], outcome.log)
        # The next run has it in its cache, and asks for nothing; a run that fails keeps what it got all the same.
        self.assertEqual(len(self.runner.cache), 1)
        outcome = self.lfs_validate(change)
        self.assertEqual((outcome.status, self.server.requests), (0, []), outcome.log)
        self.assertEqual(len(self.runner.cache), 1)

        def change_and_break():
            change()
            path = self.hub / MODEL
            path.write_text(path.read_text().replace(changed, other))
            self.break_manifest()

        data = model.replace(b"onnxhub-quickstart", b"onnxhub-quickstary")
        other = hashlib.sha256(data).hexdigest()
        self.server.objects[other] = data
        self.assertEqual(self.lfs_validate(change_and_break).status, 1)
        self.assertEqual(self.server.downloads(), [f"/objects/{other}"])
        self.assertEqual(self.lfs_validate(change_and_break).status, 1)
        self.assertEqual(self.server.requests, [])
        # What no pointer names any more has left the cache.
        names = [path.name for path in list(self.runner.cache.values())[-1].rglob("*") if path.is_file()]
        self.assertEqual(names, [other])

    @unittest.skipUnless(shutil.which("git-lfs"), "git-lfs is not installed (apt-get install git-lfs)")
    def test_a_server_of_git_lfs_gives_no_commands(self):
        self.runner.gitconfig = f"[lfs]\n\turl = {self.server.url}/evil\n[lfs \"transfer\"]\n\tmaxretries = 1\n"

        def point_elsewhere():
            data = (self.hub / MODEL).read_bytes() + b"\n"
            (self.hub / MODEL).write_text("version https://git-lfs.github.com/spec/v1\n"
                                          f"oid sha256:{hashlib.sha256(data).hexdigest()}\nsize {len(data)}\n")

        outcome = self.lfs_validate(point_elsewhere)
        self.assertEqual(outcome.status, 2, outcome.log)
        self.assertIn("forged", outcome.log)
        self.assertIn("git lfs fetch failed", outcome.summary)
        self.assert_inert(outcome.log, outcome.summary)

    # The workflow that comments

    def comment(self, artifact, head_branch="change", head="a" * 40, conclusion="failure"):
        self.server.artifact = artifact
        self.server.pulls = [{"number": 9, "head": {"label": f"contributor:{head_branch}", "sha": "a" * 40}}]
        event = {"workflow_run": {"id": 77, "event": "pull_request", "head_sha": head, "head_branch": head_branch, "conclusion": conclusion,
                                  "head_repository": {"owner": {"login": "contributor"}}, "pull_requests": []}}
        return self.runner.run(self.hub / ".github/workflows/comment.yml", "workflow_run", event, self.base,
                               "refs/heads/main", self.server.url)

    def artifact(self, **members):
        path = self.folder / "made.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, text in members.items():
                file.writestr(name.replace("_json", ".json"), text)
        return path.read_bytes()

    def test_one_comment_is_added_and_then_updated(self):
        report = self.validate(self.break_manifest).uploads["onnxhub-report"].read_bytes()
        outcome = self.comment(report)
        self.assertEqual(outcome.status, 0, outcome.log)
        self.assertFalse(any(name.startswith("actions/checkout@") for name in outcome.used), outcome.used)
        self.assertEqual(len(self.server.comments), 1)
        self.assertIn("1 error", self.server.comments[0]["body"])
        self.assertIn("### Models: no model changed", self.server.comments[0]["body"])
        self.assertIn("Report of the pull request's own workflow run.", self.server.comments[0]["body"])
        self.server.comments.insert(0, {"id": 1, "user": {"login": "other[bot]"}, "body": "<!-- onnxhub --> mine"})
        report = self.validate(self.edit_readme).uploads["onnxhub-report"].read_bytes()
        self.comment(report)
        self.server.fails_on_comments = True  # no second comment if it is unknown whether there is one
        self.assertNotEqual(self.comment(report).status, 0)
        self.assertEqual(len(self.server.comments), 2)
        self.assertEqual(self.server.comments[0]["body"], "<!-- onnxhub --> mine")
        self.assertIn("no findings", self.server.comments[1]["body"])
        self.assertNotIn("job-token", outcome.log)

    def test_a_stranger_chooses_neither_the_pull_request_nor_the_form(self):
        sound = json.loads(zipfile.ZipFile(self.validate(self.break_manifest).uploads["onnxhub-report"]).read("report.json"))
        for report in ("", "no json", "[]", json.dumps({**sound, "version": 2}), json.dumps({**sound, "findings": 1}),
                       json.dumps({**sound, "findings": [{"rule": 5}]}),
                       json.dumps({**sound, "summary": {**sound["summary"], "rows_checked": -1}})):
            outcome = self.comment(self.artifact(report_json=report))
            self.assertEqual(outcome.status, 2, report)
        self.assertEqual(self.comment(self.artifact(other_json="{}")).status, 2)
        cancelled = self.comment(self.artifact(report_json=json.dumps(sound)), conclusion="cancelled")
        self.assertEqual((cancelled.status, cancelled.used), (0, []))
        self.server.has_artifact = False
        self.assertEqual(self.comment(b"").status, 0)
        self.server.has_artifact = True
        self.assertEqual(self.comment(self.artifact(report_json=json.dumps(sound), diff_json='{"models": 1}')).status, 2)
        self.assertEqual(self.comment(self.artifact(report_json=" " * 60_000_000)).status, 2)  # a bomb
        self.server.artifact_size = 30_000_000
        self.assertEqual(self.comment(self.artifact(report_json=json.dumps(sound))).status, 2)
        self.server.artifact_size = None
        outcome = self.comment(self.artifact(report_json=json.dumps(sound)), head="b" * 40)
        self.assertEqual(outcome.status, 0)
        self.assertEqual(self.server.comments, [])

    def test_a_comment_shows_untrusted_text_as_text(self):
        sound = json.loads(zipfile.ZipFile(self.validate(self.break_manifest).uploads["onnxhub-report"]).read("report.json"))
        for name in HOSTILE:
            sound["findings"] += [{"rule": name, "severity": "error", "message": name, "file": name, "hint": name}]
        sound["notices"] += HOSTILE
        diff = {"version": 1, "before": HOSTILE[5], "after": HOSTILE[1], "unchanged": 0,
                "models": [{"change": "changed", "path": name, "note": name,
                            "fields": [{"field": name, "before": name, "after": name}]} for name in HOSTILE]}
        outcome = self.comment(self.artifact(report_json=json.dumps(sound), diff_json=json.dumps(diff)),
                               head_branch="$(touch pwned)`touch pwned`';\n::error::x")
        self.assertEqual(outcome.status, 0, outcome.log)
        self.assert_inert(outcome.log, self.server.comments[0]["body"])
        self.assertLess(len(self.server.comments[0]["body"]), 65_536)

    # Injection

    def assert_inert(self, log, document):
        self.assertEqual(list(self.folder.rglob("pwned")), [])
        for line in log.splitlines():
            self.assertNotIn("##[", line)
            if line.startswith("::"):
                self.assertRegex(line, r"^::(error|warning|notice) (file=\S.*,)?title=[\w-]+::")
                self.assertNotRegex(line, r"^::error::forged")
        self.assertNotIn("\n::error", document)
        self.assertNotIn("job-token", log + document)
        # Outside code spans nothing is markup, except for the program's own links to rules and lines.
        own = r"\]\((https://github\.com/onnxhub/onnxhub/blob/main/docs/rules\.md#[a-z-]+|http[\w.:/-]+/team/hub/blob/[0-9a-f]{40}/[\w.~%/-]+(#L\d+)?)\)"
        for line in document.splitlines():
            plain = re.sub(own, "]", re.sub(r"(`+) .*? \1", "", line))
            self.assertNotIn("<img", plain)
            self.assertNotIn("](http", plain)
            self.assertNotIn("@team", plain)

    def test_names_of_files_branches_and_tags_are_only_names(self):
        data = (self.hub / MODEL).read_bytes()

        def add_models():
            for i, name in enumerate(HOSTILE):
                (self.hub / "hostile" / name).parent.mkdir(exist_ok=True)
                (self.hub / "hostile" / name).write_bytes(data + b"\x2a\x00" * 0)
            path = self.hub / "ONNX_HUB_MANIFEST.json"
            entries = json.loads(path.read_text())
            for name in HOSTILE:
                entries.append({"model": name, "model_path": "hostile/" + name, "onnx_version": "1.8",
                                "opset_version": 13, "metadata": {"tags": [name], "model_sha": name}})
            path.write_text(json.dumps(entries, indent=4))

        for form in ("github", "text"):
            event, merge = self.pull_request(add_models)
            event["pull_request"]["title"] = event["pull_request"]["head"]["ref"] = HOSTILE[0]
            outcome = self.action({"format": form}, "pull_request", event, merge, "refs/pull/9/merge")
            self.assertEqual(outcome.status, 1, outcome.log)
            self.assertIn("pwned", outcome.summary)
            self.assert_inert(outcome.log, outcome.summary)
        for base in ("$(touch pwned)", "--upload-pack=touch pwned", "-x", "`touch pwned`", "a b;touch pwned",
                     "##[error]x", "\n::error::forged"):
            outcome = self.action({"base": base}, "push", {}, self.base, "refs/heads/main")
            self.assert_inert(outcome.log, outcome.summary)

    # After the merge

    def test_the_manifest_is_regenerated_on_main(self):
        manifest = self.hub / "ONNX_HUB_MANIFEST.json"
        right = manifest.read_text()
        self.break_manifest()
        sha = self.commit("Break it")
        workflow = self.hub / ".github/workflows/regenerate.yml"
        outcome = self.runner.run(workflow, "push", {}, sha, "refs/heads/main")
        self.assertEqual(outcome.status, 0, outcome.log)
        self.assertEqual(manifest.read_text(), right)
        self.assertEqual(self.git("log", "-1", "--format=%s"), "Regenerate the manifest")
        sha = self.git("rev-parse", "HEAD")
        self.assertEqual(self.runner.run(workflow, "push", {}, sha, "refs/heads/main").status, 0)
        self.assertEqual(self.git("rev-parse", "HEAD"), sha)
        # Also if no manifest is committed yet.
        self.git("rm", "-q", "ONNX_HUB_MANIFEST.json")
        sha = self.commit("No manifest")
        self.assertEqual(self.runner.run(workflow, "push", {}, sha, "refs/heads/main").status, 0)
        self.assertEqual(manifest.read_text(), right)

    def test_a_signed_hub_is_regenerated_and_signed_on_main(self):
        key, public = self.folder / "key.pem", self.folder / "key.pub"
        made = subprocess.run([PROGRAM, "key", "create", "-q", "--output", key], check=True, capture_output=True)
        public.write_bytes(made.stdout)
        subprocess.run([PROGRAM, "sign", "-q", self.hub, "--init", "--hub", "team/hub", "--key", key], check=True, capture_output=True)
        workflow = self.hub / ".github/workflows/regenerate-and-sign.yml"
        shutil.copy(SOURCE / "templates/hub/regenerate-and-sign.yml", workflow)
        verify = [PROGRAM, "verify", self.hub, "--key", public]
        self.runner.secrets = {"ONNXHUB_SIGNING_KEY": key.read_text()}
        self.break_manifest()
        sha = self.commit("A signed hub, not signed yet")
        outcome = self.runner.run(workflow, "push", {}, sha, "refs/heads/main")
        self.assertEqual(outcome.status, 0, outcome.log)
        self.assertNotIn("PRIVATE KEY", outcome.log)
        verified = subprocess.run(verify, capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertIn("version: 1\nbranch: main\n", verified.stdout)
        # Manifest and statement are in one commit.
        self.assertEqual(self.git("show", "--format=%s", "--name-only", "HEAD").split("\n"),
                         ["Regenerate and sign the manifest", "", "ONNX_HUB_MANIFEST.json", "ONNX_HUB_MANIFEST.json.sig"])
        # Nothing to do, and each week a new signature.
        sha = self.git("rev-parse", "HEAD")
        self.assertEqual(self.runner.run(workflow, "push", {}, sha, "refs/heads/main").status, 0)
        self.assertEqual(self.git("rev-parse", "HEAD"), sha)
        self.assertEqual(self.runner.run(workflow, "schedule", {}, sha, "refs/heads/main").status, 0)
        self.assertIn("version: 2\n", subprocess.run(verify, capture_output=True, text=True).stdout)
        # A key that is no release key signs nothing.
        sha = self.git("rev-parse", "HEAD")
        other = self.folder / "other.pem"
        subprocess.run([PROGRAM, "key", "create", "-q", "--output", other], check=True, capture_output=True)
        self.runner.secrets = {"ONNXHUB_SIGNING_KEY": other.read_text()}
        self.assertNotEqual(self.runner.run(workflow, "schedule", {}, sha, "refs/heads/main").status, 0)
        self.assertEqual(self.git("rev-parse", "HEAD"), sha)

    def test_the_hub_is_published(self):
        shutil.rmtree(self.hub / "signal", ignore_errors=True)
        for path in self.hub.rglob("*.onnx"):
            if path.read_bytes().startswith(b"version https://git-lfs"):
                path.unlink()
        readme = self.hub / "README.md"
        readme.write_text("".join(line for line in readme.read_text().splitlines(True) if "signal" not in line))
        subprocess.run([PROGRAM, "generate", "-q", "--allow-removals", self.hub], capture_output=True)
        sha = self.commit("Models with bytes alone")
        event = {"workflow_run": {"conclusion": "failure", "head_branch": "main"}}
        workflow = self.hub / ".github/workflows/publish.yml"
        self.assertEqual(self.runner.run(workflow, "workflow_run", event, sha, "refs/heads/main").used, [])
        event["workflow_run"]["conclusion"] = "success"
        outcome = self.runner.run(workflow, "workflow_run", event, sha, "refs/heads/main")
        self.assertEqual(outcome.status, 0, outcome.log)
        names = zipfile.ZipFile(outcome.uploads["github-pages"]).namelist()
        self.assertIn("index.html", names)
        self.assertIn(MODEL, names)


class OtherServers(Hub):
    """What there is for those who are not on GitHub."""

    def run_in_hub(self, *command):
        environment = {"PATH": f"{PROGRAM.parent}:/usr/bin:/bin", "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1",
                       "CI_MERGE_REQUEST_DIFF_BASE_SHA": self.base}
        return subprocess.run(command, cwd=self.hub, env=environment, capture_output=True)

    def test_findings_become_comments_of_gerrit(self):
        script = SOURCE / "templates/ci/gerrit-review.sh"
        self.assertEqual(self.run_in_hub("bash", script, self.base).returncode, 0)
        self.assertEqual(json.loads((self.hub / "review.json").read_text())["labels"], {"Verified": 1})
        self.break_manifest()
        self.commit("Break it")
        done = self.run_in_hub("bash", script, self.base)
        self.assertEqual(done.returncode, 1, done.stderr)
        review = json.loads((self.hub / "review.json").read_text())
        self.assertEqual(review["labels"], {"Verified": -1})
        comment = review["comments"]["ONNX_HUB_MANIFEST.json"][0]
        self.assertRegex(comment["message"], "^entry-opset-differs: ")
        self.assertEqual((type(comment["line"]), comment["unresolved"]), (int, True))

    def test_a_merge_request_of_gitlab_has_a_test_report(self):
        import xml.etree.ElementTree
        import yaml
        job = yaml.safe_load((SOURCE / "templates/ci/gitlab-ci.yml").read_text())["onnxhub"]
        self.assertEqual(job["artifacts"]["reports"]["junit"], "onnxhub.xml")
        program = self.hub / ".onnxhub/program/bin/onnxhub"
        program.parent.mkdir(parents=True)
        program.symlink_to(PROGRAM)
        self.break_manifest()
        self.git("add", "ONNX_HUB_MANIFEST.json")
        self.git("commit", "-qm", "Break it")
        script = "set -eo pipefail\n" + "\n".join(job["before_script"] + job["script"])
        self.assertEqual(self.run_in_hub("bash", "-c", script).returncode, 1)
        report = xml.etree.ElementTree.parse(self.hub / "onnxhub.xml").getroot()
        self.assertEqual(int(report.get("failures")), 1)

    def test_hooks_of_pre_commit(self):
        import yaml
        hooks = {hook["id"]: hook for hook in yaml.safe_load((SOURCE / ".pre-commit-hooks.yaml").read_text())}
        used = yaml.safe_load((self.hub / ".pre-commit-config.yaml").read_text())["repos"]
        self.assertTrue({hook["id"] for repo in used for hook in repo["hooks"]} <= set(hooks))
        for hook in hooks.values():
            self.assertEqual((hook["language"], hook["pass_filenames"]), ("system", False))
            self.assertEqual(self.run_in_hub(*hook["entry"].split()).returncode, 0)
        self.break_manifest()
        for hook in hooks.values():
            self.assertEqual(self.run_in_hub(*hook["entry"].split()).returncode, 1, hook["id"])


@unittest.skipUnless(shutil.which("git-lfs"), "git-lfs is not installed (apt-get install git-lfs)")
class SweptHub(Hub):
    """A hub with a Git LFS server that has the models' bytes."""

    def setUp(self):
        super().setUp()
        self.config = f"[lfs]\n\turl = {self.server.url}/lfs\n"
        # What is a pointer from the beginning has no bytes anywhere.
        (self.hub / "ONNX_HUB_MANIFEST.json").write_text("[]")
        for path in self.hub.rglob("*.onnx"):
            if path.read_bytes().startswith(b"version https://git-lfs"):
                path.write_bytes((self.hub / MODEL).read_bytes().replace(b"onnxhub-quickstart", b"onnxhub-quickstarp"))
        self.to_lfs()
        self.base = self.commit("All in Git LFS")
        self.clone = self.folder / "clone"
        self.environment = {"HOME": str(self.folder), "PATH": f"{PROGRAM.parent}:/usr/bin:/bin", "no_proxy": "127.0.0.1",
                            "GIT_CONFIG_NOSYSTEM": "1", "TMPDIR": str(self.folder)}
        (self.folder / ".gitconfig").write_text(self.config)
        subprocess.run(["git", "clone", "-q", self.hub, self.clone], check=True, env=self.environment)
        self.one_run = self.onnxhub("generate", "--fetch", "--drop", "-q", "--output", "-").stdout
        self.assertEqual(self.one_run.count(b"tensor(float)"), 6)
        self.server.requests.clear()

    def onnxhub(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], cwd=self.clone, env=self.environment, capture_output=True)

    def assert_parts_are_whole(self, parts):
        merged = self.onnxhub("merge", "-q", *sorted(parts.glob("manifest-*.json")))
        self.assertEqual(merged.stdout, self.one_run, merged.stderr)
        report = self.onnxhub("merge", *sorted(parts.glob("report-*.json")))
        self.assertIn(b"row-without-entry", report.stdout)
        self.assertEqual(report.returncode, 1)


class Sweeps(SweptHub):
    """The templates for hubs that outgrow one machine."""

    def test_a_matrix_of_github_actions(self):
        self.runner.gitconfig = self.config
        workflow = SOURCE / "templates/sweep/github-matrix.yml"
        outcome = self.runner.run(workflow, "workflow_dispatch", {}, self.base, "refs/heads/main")
        with zipfile.ZipFile(outcome.uploads["manifest"]) as archive:
            self.assertEqual(archive.read("ONNX_HUB_MANIFEST.json"), self.one_run)
        self.assertEqual(outcome.status, 1, outcome.log)  # the committed manifest is empty
        self.assertRegex(outcome.log, r"(?m)^::error file=")
        self.assertIn("## onnxhub validate: ", outcome.summary)
        # Each model once for its ports and once to be checked.
        self.assertEqual(len(self.server.downloads()), 6)

    def run_shard(self, parts, command, **variables):
        environment = {**self.environment, "HUB": str(self.hub), "COMMIT": self.base, "PARTS": str(parts), **variables}
        return subprocess.run(command, cwd=SOURCE / "templates/sweep", env=environment, capture_output=True)

    def test_an_array_of_slurm(self):
        script = (SOURCE / "templates/sweep/slurm-array.sh").read_text()
        self.assertIn("#SBATCH --array=1-64%8", script)
        parts = self.folder / "parts"
        for index in range(1, 4):
            done = self.run_shard(parts, ["bash", "slurm-array.sh"], SLURM_ARRAY_TASK_ID=str(index),
                                  SLURM_ARRAY_TASK_COUNT="3", SLURM_SUBMIT_DIR=str(SOURCE / "templates/sweep"))
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_parts_are_whole(parts)
        # A second try asks for nothing.
        self.server.requests.clear()
        again = self.run_shard(parts, ["bash", "shard.sh", "2", "3"])
        self.assertEqual((again.returncode, again.stdout), (0, b"shard 2/3 is done\n"))
        self.assertEqual(self.server.requests, [])
        self.assertEqual(list(self.folder.glob("tmp.*")), [])

    def test_an_indexed_job_of_kubernetes(self):
        import yaml
        job = yaml.safe_load((SOURCE / "templates/sweep/kubernetes-job.yaml").read_text())
        container = job["spec"]["template"]["spec"]["containers"][0]
        variables = {variable["name"]: variable["value"] for variable in container["env"]}
        self.assertEqual((job["kind"], job["spec"]["completionMode"]), ("Job", "Indexed"))
        self.assertEqual(variables["SHARDS"], str(job["spec"]["completions"]))
        mounts = {mount["name"] for mount in container["volumeMounts"]}
        self.assertEqual(mounts, {volume["name"] for volume in job["spec"]["template"]["spec"]["volumes"]})
        parts = self.folder / "parts"
        command = [word.replace("/sweep/", f"{SOURCE}/templates/sweep/") for word in container["command"]]
        for index in range(job["spec"]["completions"]):
            done = self.run_shard(parts, command, JOB_COMPLETION_INDEX=str(index), SHARDS=variables["SHARDS"],
                                  DISK=variables["DISK"])
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_parts_are_whole(parts)


class Scripts(unittest.TestCase):
    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed (apt-get install shellcheck)")
    def test_shellcheck_is_content(self):
        import yaml
        scripts = [path.read_text() for path in sorted((SOURCE / "action").glob("*.sh"))]
        for path in [SOURCE / "action.yml", *sorted((SOURCE / "templates").rglob("*.yml"))]:
            for text in self.run_steps(yaml.safe_load(path.read_text())):
                scripts.append("#!/usr/bin/env bash\n" + text)
        scripts += [p.read_text() for p in (SOURCE / "templates").rglob("*.sh")]
        scripts.append("# shellcheck shell=bash\n" + (SOURCE / "templates/completion/onnxhub.bash").read_text())
        self.assertGreater(len(scripts), 8)
        for script in scripts:
            done = subprocess.run(["shellcheck", "--external-sources", "--severity=style", "-"], input=script.encode(),
                                  capture_output=True)
            self.assertEqual(done.returncode, 0, done.stdout.decode() + script)

    def run_steps(self, value):
        if isinstance(value, dict):
            if isinstance(value.get("run"), str):
                yield value["run"]
            for part in value.values():
                yield from self.run_steps(part)
            if isinstance(value.get("script"), list):
                yield "\n".join(value["script"])
        elif isinstance(value, list):
            for part in value:
                yield from self.run_steps(part)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
