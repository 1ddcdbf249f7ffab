# SPDX-License-Identifier: Apache-2.0
"""Rules for workflows and actions. Each function returns the problems as lines."""

import re

import yaml

PINNED = re.compile(r"([\w.-]+/[\w./-]+)@([0-9a-f]{40}) +# (v\d+\.\d+\.\d+)")
OWN = "onnxhub/onnxhub"
# A key `uses` anywhere in a line, also in flow style, in Markdown, or in quotes.
USES = re.compile(r"""(?:^|[\s{,-])["']?uses["']?\s*:\s*(.*)$""")


def uses_of(text):
    """(line number, rest of the line) of each `uses:`, which may be in a page of text."""
    for number, line in enumerate(text.splitlines(), 1):
        match = USES.search(line)
        if match and not line.lstrip().startswith("#"):
            yield number, match[1].strip()


def check_pins(name, text, version, seen):
    """Actions are a path of the repository, a commit with its version, or our own release. `seen` has the pins of other
    files: every file uses the same commit of an action."""
    problems = []
    for number, value in uses_of(text):
        pinned = PINNED.fullmatch(value)
        if pinned:
            action = "/".join(pinned[1].split("/")[:2])
            first = seen.setdefault(action, (pinned[2], pinned[3], f"{name}:{number}"))
            if first[:2] != pinned.groups()[1:]:
                problems.append(f"{name}:{number}: {action} is at another commit or version than in {first[2]}")
        elif not re.fullmatch(r"\./[\w./-]+", value) and value != f"{OWN}@v{version}":
            problems.append(f"{name}:{number}: {value}: is not PATH, ACTION@COMMIT # vVERSION or {OWN}@v{version}")
    return problems


def keys(value, name):
    """All values of a key in a document."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == name:
                yield part
            yield from keys(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from keys(part, name)


def check_scripts(name, text):
    """GitHub pastes the value of an expression into a script before a shell reads it. So scripts have no expression:
    values come through `env`. The lines that check_pins() reads are all actions that a runner reads."""
    document = yaml.safe_load(text)
    problems = [f"{name}: an expression in a script: {script.strip().splitlines()[0]}"
                for key in ("run", "script") for script in keys(document, key) if isinstance(script, str) and "${{" in script]
    used = [value for value in keys(document, "uses") if isinstance(value, str)]
    if len(used) != len(list(uses_of(text))):
        problems.append(f"{name}: has {len(used)} actions, but {len(list(uses_of(text)))} lines with `uses:`")
    return problems


def check_workflow(name, text):
    """Permissions, events, and references between jobs and steps."""
    problems = check_scripts(name, text)
    document = yaml.safe_load(text)
    triggers = document.get("on", document.get(True))
    if not triggers:
        problems.append(f"{name}: has no event")
    if "pull_request_target" in (triggers or {}):
        problems.append(f"{name}: runs on pull_request_target")
    if not isinstance(document.get("permissions"), dict):
        problems.append(f"{name}: does not list its permissions")
    jobs = document.get("jobs") or {}
    if not jobs:
        problems.append(f"{name}: has no job")
    for job_name, job in jobs.items():
        where = f"{name}: {job_name}"
        if "permissions" in job and not isinstance(job["permissions"], dict):
            problems.append(f"{where}: does not list its permissions")
        needs = job.get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        problems += [f"{where}: needs {other}, which is not a job" for other in needs if other not in jobs]
        expressions = re.findall(r"\$\{\{(.*?)\}\}", yaml.safe_dump(job, width=10**9))
        for expression in expressions:
            for other, output in re.findall(r"\bneeds\.([\w-]+)\.outputs\.([\w-]+)", expression):
                if other not in needs or output not in jobs.get(other, {}).get("outputs", {}):
                    problems.append(f"{where}: reads the output {output} of {other}, which it does not have")
            for step in re.findall(r"\bsteps\.([\w-]+)\.", expression):
                if step not in [one.get("id") for one in job.get("steps", [])]:
                    problems.append(f"{where}: reads from the step {step}, which does not exist")
            values = job.get("strategy", {}).get("matrix", {})
            known = set(values) | {key for one in values.get("include", []) for key in one}
            problems += [f"{where}: reads matrix.{key}, which does not exist"
                         for key in re.findall(r"\bmatrix\.([\w-]+)", expression) if key not in known]
        if any(("run" in step) == ("uses" in step) for step in job.get("steps", [])):
            problems.append(f"{where}: a step has not exactly one of `run` and `uses`")
    return problems


def check_own_workflow(name, text):
    """For the workflows of this repository: permissions and a time limit for each job, bash, no credentials in the checkout."""
    problems = check_workflow(name, text)
    document = yaml.safe_load(text)
    if "concurrency" not in document:
        problems.append(f"{name}: has no concurrency group")
    permissions = document.get("permissions")
    if isinstance(permissions, dict) and "write" in permissions.values():
        problems.append(f"{name}: gives all jobs write permission")
    for job_name, job in (document.get("jobs") or {}).items():
        where = f"{name}: {job_name}"
        if "permissions" not in job:
            problems.append(f"{where}: does not list its permissions")
        if "timeout-minutes" not in job:
            problems.append(f"{where}: has no timeout-minutes")
        steps = job.get("steps", [])
        if any("run" in step for step in steps) and job.get("defaults", {}).get("run", {}).get("shell") != "bash":
            problems.append(f"{where}: has scripts for another shell than bash")
        for step in steps:
            if step.get("uses", "").startswith("actions/checkout@") and step.get("with", {}).get("persist-credentials") is not False:
                problems.append(f"{where}: leaves its token in the checkout")
    return problems
