# SPDX-License-Identifier: Apache-2.0
"""Runs the steps of workflows and composite actions as a GitHub runner does: expressions, environment files, event
payloads, shells. What GitHub's own actions do is done by small stand-ins; nothing leaves this machine."""

import fnmatch
import itertools
import json
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import yaml


class Expression:
    """`${{ … }}`: https://docs.github.com/actions/reference/workflows-and-actions/expressions"""

    TOKEN = re.compile(r"\s*('(?:[^']|'')*'|\d+|&&|\|\||==|!=|[!()]|[A-Za-z_][\w.-]*)")

    def __init__(self, text, contexts):
        self.tokens, position, text = [], 0, text.strip()
        while position < len(text):
            match = self.TOKEN.match(text, position)
            if not match:
                raise ValueError(f"no expression: {text}")
            self.tokens.append(match.group(1))
            position = match.end()
        self.contexts = contexts

    def value(self):
        value = self.either()
        if self.tokens:
            raise ValueError(f"left over: {self.tokens}")
        return value

    def accept(self, token):
        if self.tokens and self.tokens[0] == token:
            return self.tokens.pop(0)
        return None

    def either(self):
        value = self.both()
        while self.accept("||"):
            other = self.both()
            value = value or other
        return value

    def both(self):
        value = self.equal()
        while self.accept("&&"):
            other = self.equal()
            value = value and other
        return value

    def equal(self):
        value = self.single()
        while self.tokens and self.tokens[0] in ("==", "!="):
            is_equal = self.tokens.pop(0) == "=="
            value = (value == self.single()) == is_equal
        return value

    def single(self):
        token = self.tokens.pop(0)
        if token == "!":
            return not self.single()
        if token == "(":
            value = self.either()
            self.tokens.remove(")") if self.tokens[0] == ")" else self.fail(")")
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.isdigit():
            return int(token)
        if self.accept("("):
            self.tokens.pop(0)
            return {"always": True, "cancelled": False, "success": not self.contexts["failed"],
                    "failure": self.contexts["failed"]}[token]
        if token in ("true", "false"):
            return token == "true"
        value = self.contexts
        for part in token.split("."):
            value = value.get(part, "") if isinstance(value, dict) else ""
        return value

    def fail(self, what):
        raise ValueError(f"no {what}")


def as_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def fill(text, contexts):
    """A value with its expressions evaluated; runners paste the results in as they are."""
    if not isinstance(text, str):
        return as_text(text)
    return re.sub(r"\$\{\{(.*?)\}\}", lambda m: as_text(Expression(m.group(1), contexts).value()), text)


def condition(text, contexts):
    text = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", as_text(text))
    if not re.search(r"\b(always|cancelled|success|failure)\(", text):
        text = f"success() && ({text})"
    return bool(Expression(text, contexts).value())


@dataclass
class Outcome:
    status: int = 0
    log: str = ""
    summary: str = ""
    steps: dict = field(default_factory=dict)
    uploads: dict = field(default_factory=dict)  # artifacts, by name
    used: list = field(default_factory=list)  # actions
    jobs: dict = field(default_factory=dict)  # outputs by job; None: failed or skipped
    attested: list = field(default_factory=list)  # subjects of provenance


class Runner:
    """One virtual machine for one job."""

    def __init__(self, action, program, work, remote):
        self.secrets = {}
        """`action` is the directory of onnxhub's own action. `program` stands for one that it compiled and cached; None:
        there is none."""
        self.action, self.program, self.work, self.remote = action, program, Path(work), remote
        self.saved = 0
        self.cache = {}  # what actions/cache keeps between jobs: folder by key, the newest last
        self.artifacts = {}  # archives by name, of all jobs so far
        self.gitconfig = ""

    def run(self, workflow, event_name, event, sha="", ref="", api="", environment=None):
        document = yaml.safe_load(Path(workflow).read_text())
        triggers = document.get("on", document.get(True))
        assert event_name in triggers, f"{workflow} is not for {event_name}"
        outcome = Outcome()
        assert document.get("permissions"), "a workflow without permissions has all of them"
        jobs = {}  # outputs of those that ran; None: failed or skipped
        for name, job in document["jobs"].items():
            needs = job.get("needs", [])
            needs = [needs] if isinstance(needs, str) else needs
            matrix = job.get("strategy", {}).get("matrix", {})
            rows = matrix.get("include") or [dict(zip(matrix, values)) for values in itertools.product(*matrix.values())]
            jobs[name] = None
            for row in rows:
                self.start(event_name, event, sha, ref, api, environment or {})
                self.contexts |= {"matrix": row, "needs": {other: {"outputs": jobs[other] or {}} for other in needs},
                                  "failed": any(jobs[other] is None for other in needs)}
                contexts = dict(self.contexts)
                if not condition(job.get("if", "success()"), contexts):
                    continue
                contexts["env"] = {**document.get("env", {}), **job.get("env", {})}
                self.environment.update({key: fill(value, contexts) for key, value in contexts["env"].items()})
                shell = job.get("defaults", {}).get("run", {})
                self.run_steps([{**shell, **step} if "run" in step else step for step in job["steps"]], contexts, outcome)
                if not contexts["failed"]:
                    jobs[name] = {key: fill(value, contexts) for key, value in job.get("outputs", {}).items()}
            outcome.jobs[name] = jobs[name]
        return outcome

    def start(self, event_name, event, sha, ref, api, environment):
        shutil.rmtree(self.work, ignore_errors=True)
        self.workspace, self.temp = self.work / "workspace", self.work / "temp"
        self.workspace.mkdir(parents=True)
        self.temp.mkdir()
        (self.work / "home").mkdir()
        (self.work / "home/.gitconfig").write_text(self.gitconfig)
        (self.work / "event.json").write_text(json.dumps(event))
        github = {"event": event, "event_name": event_name, "sha": sha, "ref": ref, "run_id": "77",
                  "token": "job-token", "repository": "team/hub"}
        self.contexts = {"github": github, "runner": {"os": "Linux", "temp": str(self.temp)}, "steps": {},
                         "secrets": self.secrets, "env": {}, "inputs": {}, "failed": False}
        self.environment = {
            "HOME": str(self.work / "home"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "CI": "true",
            "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event_name, "GITHUB_SHA": sha, "GITHUB_REF": ref,
            "GITHUB_REF_NAME": ref.split("/", 2)[-1],
            "GITHUB_EVENT_PATH": str(self.work / "event.json"), "GITHUB_REPOSITORY": "team/hub",
            "GITHUB_WORKSPACE": str(self.workspace), "GITHUB_API_URL": api, "RUNNER_TEMP": str(self.temp),
            "GIT_CONFIG_NOSYSTEM": "1", "no_proxy": "127.0.0.1", **environment}
        self.count = 0

    def run_steps(self, steps, contexts, outcome, action_path=None):
        for step in steps:
            if not condition(step.get("if", "success()"), contexts):
                continue
            scope = {**contexts, "env": {**contexts["env"], **step.get("env", {})}}
            environment = {key: fill(value, scope) for key, value in step.get("env", {}).items()}
            if "uses" in step:
                inputs = {key: fill(value, scope) for key, value in step.get("with", {}).items()}
                status, outputs = self.use(step["uses"], inputs, outcome)
            else:
                assert "${{" not in step["run"], "an expression in a script is an injection waiting for its input"
                status, outputs = self.shell(step, environment, outcome, action_path)
            if status and not outcome.status:
                outcome.status = status
            contexts["failed"] = contexts["failed"] or status != 0
            if "id" in step:
                contexts["steps"][step["id"]] = {"outputs": outputs}
                outcome.steps[step["id"]] = outputs

    def shell(self, step, environment, outcome, action_path):
        self.count += 1
        files = {name: self.work / f"{name}-{self.count}" for name in ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY")}
        for path in files.values():
            path.touch()
        script = self.work / f"script-{self.count}.sh"
        script.write_text(step["run"])
        strict = ["--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") == "bash" else ["-e"]
        variables = {**self.environment, **environment,
                     **{f"GITHUB_{name}": str(path) for name, path in files.items()}}
        if action_path:
            variables["GITHUB_ACTION_PATH"] = str(action_path)
        done = subprocess.run(["bash", *strict, str(script)], cwd=self.workspace, env=variables, timeout=300,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        outcome.log += done.stdout.decode(errors="surrogateescape")
        summary = files["STEP_SUMMARY"].read_text(errors="surrogateescape")
        assert len(summary.encode(errors="surrogateescape")) <= 1024 * 1024, "GitHub discards such a summary"
        outcome.summary += summary
        for line in files["PATH"].read_text().splitlines():
            self.environment["PATH"] = line + ":" + self.environment["PATH"]
        self.environment.update(self.pairs(files["ENV"]))
        return done.returncode, self.pairs(files["OUTPUT"])

    @staticmethod
    def pairs(path):
        return dict(line.split("=", 1) for line in path.read_text().splitlines() if line)

    def use(self, name, inputs, outcome):
        outcome.used.append(name)
        if name.split("@")[0] == "onnxhub/onnxhub":
            return self.use_ours(inputs, outcome)
        stand_ins = {"actions/checkout": self.checkout, "actions/cache/restore": self.restore_cache,
                     "actions/cache/save": self.save_cache, "actions/download-artifact": self.download,
                     "actions/upload-artifact": self.upload, "actions/upload-pages-artifact": self.upload,
                     "actions/deploy-pages": lambda inputs, outcome: None,
                     "actions/attest-build-provenance": self.attest, "github/codeql-action/upload-sarif": self.upload_sarif}
        outputs = stand_ins[name.split("@")[0]](inputs, outcome)  # a KeyError is a third party's action
        return 0, outputs or {}

    def use_ours(self, given, outcome):
        action = yaml.safe_load((self.action / "action.yml").read_text())
        unknown = set(given) - set(action["inputs"])
        assert not unknown, f"no inputs of the action: {unknown}"
        contexts = {**self.contexts, "steps": {}, "failed": False}
        contexts["inputs"] = {key: given.get(key, fill(spec.get("default", ""), contexts))
                              for key, spec in action["inputs"].items()}
        inner = Outcome()
        self.run_steps(action["runs"]["steps"], contexts, inner, self.action)
        outcome.log += inner.log
        outcome.summary += inner.summary
        outcome.used += inner.used
        outcome.uploads.update(inner.uploads)
        return inner.status, {key: fill(spec["value"], contexts) for key, spec in action["outputs"].items()}

    def checkout(self, inputs, outcome):
        depth = inputs.get("fetch-depth", "1")
        git = lambda *arguments: subprocess.run(["git", "-C", str(self.workspace), *arguments], check=True,
                                                env=self.environment, stdout=subprocess.DEVNULL,
                                                stderr=subprocess.DEVNULL)
        git("init", "-q", "-b", "main")
        git("config", "filter.lfs.required", "false")
        git("remote", "add", "origin", self.remote)
        limit = [] if depth == "0" else [f"--depth={depth}"]
        ref = self.environment["GITHUB_REF"]
        if ref.startswith("refs/heads/") and len(inputs.get("ref", "")) != 40:
            branch = ref.removeprefix("refs/heads/")
            git("fetch", "-q", "--no-tags", *limit, "origin", f"+{ref}:refs/remotes/origin/{branch}")
            git("checkout", "-q", "-B", branch, f"refs/remotes/origin/{branch}")
            git("branch", "-q", f"--set-upstream-to=origin/{branch}")
        else:
            commit = inputs["ref"] if re.fullmatch("[0-9a-f]{40}", inputs.get("ref", "")) else self.environment["GITHUB_SHA"]
            git("fetch", "-q", "--no-tags", *limit, "origin", commit)
            git("checkout", "-q", "--detach", commit)

    def restore_cache(self, inputs, outcome):
        folder = Path(inputs["path"])
        if "/program" in inputs["path"] and self.program:
            (folder / "bin").mkdir(parents=True)
            (folder / "bin/onnxhub").symlink_to(self.program)
            return {"cache-hit": "true", "cache-matched-key": inputs["key"]}
        if inputs["key"] in self.cache:
            shutil.copytree(self.cache[inputs["key"]], folder, dirs_exist_ok=True, symlinks=True)
            return {"cache-hit": "true", "cache-matched-key": inputs["key"]}
        matches = [key for key in self.cache if key.startswith(inputs.get("restore-keys", "\n"))]
        if not matches:
            return {"cache-hit": "", "cache-matched-key": ""}
        shutil.copytree(self.cache[matches[-1]], folder, dirs_exist_ok=True)
        return {"cache-hit": "false", "cache-matched-key": matches[-1]}

    def save_cache(self, inputs, outcome):
        assert inputs["key"] not in self.cache, "GitHub refuses to save a key twice"
        self.saved += 1
        kept = self.work.parent / f"cache-{self.saved}"
        shutil.copytree(inputs["path"], kept, symlinks=True)
        self.cache[inputs["key"]] = kept

    def download(self, inputs, outcome):
        """Artifacts whose names match, all into one folder."""
        folder = self.workspace / inputs["path"]
        folder.mkdir(parents=True, exist_ok=True)
        assert inputs["merge-multiple"] == "true"
        for name in sorted(self.artifacts):
            if fnmatch.fnmatch(name, inputs["pattern"]):
                with zipfile.ZipFile(self.artifacts[name]) as archive:
                    archive.extractall(folder)

    def upload(self, inputs, outcome):
        path = self.workspace / inputs["path"]
        if path.is_file():
            return self.upload_files([path], path.parent, inputs["name"], outcome)
        assert path.is_dir(), f"nothing to upload: {path}"
        self.upload_files(sorted(path.rglob("*")), path, inputs.get("name", "github-pages"), outcome)

    def upload_files(self, members, folder, name, outcome):
        archive = self.work.parent / f"{name}.zip"
        with zipfile.ZipFile(archive, "w") as file:
            for member in members:
                file.write(member, member.relative_to(folder))
        outcome.uploads[name] = self.artifacts[name] = archive

    def attest(self, inputs, outcome):
        subjects = sorted(path.name for path in self.workspace.glob(inputs["subject-path"]))
        assert subjects, "nothing to attest"
        outcome.attested += subjects

    def upload_sarif(self, inputs, outcome):
        outcome.uploads["sarif"] = json.loads(Path(inputs["sarif_file"]).read_text())
