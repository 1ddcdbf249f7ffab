# SPDX-License-Identifier: Apache-2.0
"""Reads Dockerfiles: https://docs.docker.com/reference/dockerfile/"""

import json
import re
from dataclasses import dataclass, field

INSTRUCTIONS = {"ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "RUN", "STOPSIGNAL", "USER",
                "VOLUME", "WORKDIR"}


class WrongDockerfile(Exception):
    pass


@dataclass
class Instruction:
    line: int
    name: str
    flags: dict[str, str]
    text: str

    @property
    def words(self):
        """The JSON form, or None for the shell form."""
        if not self.text.startswith("["):
            return None
        words = json.loads(self.text)
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise WrongDockerfile(f"{self.line}: {self.name} has no list of words")
        return words


@dataclass
class Stage:
    image: str
    name: str | None
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name):
        return [one for one in self.instructions if one.name == name]

    def last(self, name):
        found = self.all(name)
        return found[-1] if found else None


def instructions_of(text):
    """Joins continued lines and takes comments out."""
    joined, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (not line.strip() and not joined):
            continue
        start = start if joined else number
        if line.rstrip().endswith("\\"):
            joined += line.rstrip()[:-1].strip() + " "
            continue
        joined += line.strip()
        match = re.fullmatch(r"([A-Za-z]+)\s+((?:--[\w-]+(?:=\S+)?\s+)*)(.+)", joined, re.S)
        if not match or match[1] not in INSTRUCTIONS:
            raise WrongDockerfile(f"{start}: is not an instruction: {joined}")
        flags = dict(flag[2:].partition("=")[::2] for flag in match[2].split())
        yield Instruction(start, match[1], flags, match[3].strip())
        joined = ""
    if joined:
        raise WrongDockerfile(f"{start}: the last line continues")


def stages_of(text):
    stages = []
    for one in instructions_of(text):
        if one.name == "FROM":
            match = re.fullmatch(r"(\S+)(?:\s+AS\s+(\w+))?", one.text)
            if not match:
                raise WrongDockerfile(f"{one.line}: FROM needs an image")
            stages.append(Stage(match[1], match[2]))
        elif not stages:
            raise WrongDockerfile(f"{one.line}: {one.name} before FROM")
        else:
            stages[-1].instructions.append(one)
    return stages


def problems_of(text, exists):
    """Problems that make an image wrong, large or unsafe, as lines. `exists` says whether a path of the build context exists."""
    problems = []

    def report(one, what):
        problems.append(f"{one.line}: {one.name}: {what}")

    stages = stages_of(text)
    names = [stage.name for stage in stages]
    for number, stage in enumerate(stages):
        if not re.search(r":[\w.-]+$|@sha256:[0-9a-f]{64}$", stage.image) or stage.image.endswith(":latest"):
            problems.append(f"{stage.image}: has no tag of a version")
        for one in stage.instructions:
            if one.name == "COPY":
                *sources, target = one.text.split()
                source_stage = one.flags.get("from")
                if source_stage and source_stage not in names[:number]:
                    report(one, f"{source_stage} is not an earlier stage")
                for source in sources if not source_stage else []:
                    if not exists(source):
                        report(one, f"{source} does not exist")
                if not target.startswith("/") and not stage.last("WORKDIR"):
                    report(one, f"{target} is relative, and there is no WORKDIR")
            elif one.name == "WORKDIR" and not one.text.startswith("/"):
                report(one, "is not an absolute path")
            elif one.name == "RUN":
                if re.search(r"\bsudo\b", one.text):
                    report(one, "uses sudo")
                if re.search(r"\b(curl|wget)\b.*\|\s*(ba)?sh\b", one.text):
                    report(one, "runs a download")
                if "apt-get install" in one.text and "--no-install-recommends" not in one.text:
                    report(one, "installs recommended packages")
                if "apt-get install" in one.text and "rm -rf /var/lib/apt/lists" not in one.text:
                    report(one, "leaves the lists of packages")
                if re.search(r"(?<!\|)\|(?!\|)", one.text):
                    report(one, "has a pipe, whose first status is lost")
            elif one.name in ("ENV", "ARG") and re.search(r"(?i)(password|secret|token|_key)\w*=", one.text):
                report(one, "keeps a secret in the image")
            elif one.name in ("CMD", "ENTRYPOINT") and not one.words:
                report(one, "is not in the JSON form, so a shell gets the signals")
    if not stages:
        return ["has no FROM"]
    last = stages[-1]
    user = last.last("USER")
    if not user or not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", user.text):
        problems.append("the last stage does not run as a number other than 0")
    elif any(one.name in ("COPY", "RUN") for one in last.instructions[last.instructions.index(user):]):
        problems.append("the last stage makes files that its user owns")
    for name in ("HEALTHCHECK", "ENTRYPOINT", "LABEL"):
        if not last.last(name):
            problems.append(f"the last stage has no {name}")
    return problems
