# SPDX-License-Identifier: Apache-2.0
"""Checks the container image without Docker: run.py SOURCE BUILD

The Dockerfile is read and not built. Its command runs with the program of this build, as far as this machine allows as in the
container: read-only root file system, own mounts and process numbers, no capabilities, another user.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

import yaml
from dockerfile import WrongDockerfile, problems_of, stages_of

SOURCE, BUILD = (Path(sys.argv[i]).resolve() for i in (1, 2))
PROGRAM = BUILD / "cli/onnxhub"
DOCKERFILE = (SOURCE / "packaging/Dockerfile").read_text()
COMPOSE = yaml.safe_load((SOURCE / "packaging/compose.yaml").read_text())
MODEL = "tabular/classification/model/flower-classifier-13.onnx"
# Makes the process the first one of its own namespaces, with the files of the image at their places, a read-only root and
# the mounts of the container.
ISOLATE = r"""set -eu
ip link set lo up
mount --make-rprivate /
mount --bind "$WORK/etc" /etc
mount --bind "$WORK/opt" /opt
mount -t tmpfs tmpfs /srv
mkdir /srv/hub
mount --bind "$HUB" /srv/hub
mount -o remount,bind,ro /srv/hub
for place in /srv /etc /opt /; do mount -o remount,bind,ro "$place"; done
mount -t tmpfs -o "$TMPFS" tmpfs /var/tmp
mount -t tmpfs -o ro tmpfs /tmp
for place in / /etc /srv/hub /opt; do ! touch "$place/onnxhub-test" 2>/dev/null; done
exec setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
GOOD = """FROM debian:12 AS build
WORKDIR /source
COPY . .
RUN apt-get update \\
    # a comment
    && apt-get install -y --no-install-recommends git \\
    && rm -rf /var/lib/apt/lists/*
FROM debian:12-slim
LABEL a="b"
COPY --from=build /source /opt
USER 10001:10001
HEALTHCHECK --interval=1s CMD ["true"]
ENTRYPOINT ["/opt/program"]
"""


def isolation():
    """Why the command cannot run isolated here; None: it can."""
    if os.geteuid() != 0:
        return "only root may make namespaces"
    for program in ("ip", "nsenter", "setpriv", "unshare"):
        if not shutil.which(program):
            return f"{program} is not installed"
    tried = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "mount", "-t", "tmpfs", "tmpfs", "/var/tmp"],
                           capture_output=True, text=True)
    return tried.stderr.strip() if tried.returncode else None


class Rules(unittest.TestCase):
    def test_the_dockerfile_follows_the_rules(self):
        self.assertEqual(problems_of(DOCKERFILE, lambda path: (SOURCE / path).exists()), [])

    def test_the_rules_find_what_they_are_for(self):
        self.assertEqual(problems_of(GOOD, lambda path: True), [])
        for old, new, problem in (
                ("debian:12 AS", "debian AS", "has no tag"), ("debian:12-slim", "debian:latest", "has no tag"),
                ("/source\nCOPY", "source\nCOPY", "not an absolute path"), ("WORKDIR /source\n", "", "is relative"),
                ("COPY . .", "COPY missing .", "missing does not exist"), ("--from=build", "--from=other", "not an earlier stage"),
                (" --no-install-recommends", "", "recommended packages"), (" \\\n    && rm -rf /var/lib/apt/lists/*", "", "leaves the lists"),
                ("apt-get update", "sudo apt-get update", "uses sudo"), ("apt-get update", "curl x | sh", "runs a download"),
                ("LABEL", "ENV API_TOKEN=x\nLABEL", "keeps a secret"), ('["/opt/program"]', "/opt/program", "JSON form"),
                ("USER 10001:10001\n", "", "does not run as"), ("USER 10001:10001", "USER 0", "does not run as"),
                ("USER 10001:10001", "USER root", "does not run as"), ("HEALTHCHECK", "#", "has no HEALTHCHECK"),
                ("HEALTHCHECK", "RUN touch x\nHEALTHCHECK", "makes files that its user owns"), ('LABEL a="b"\n', "", "has no LABEL")):
            with self.subTest(new=new):
                self.assertIn(old, GOOD)
                problems = problems_of(GOOD.replace(old, new, 1), lambda path: path != "missing")
                self.assertTrue(any(problem in line for line in problems), problems)
        for wrong in ("RUN x", "FROM", "FROM debian:12\nINSTALL git", "FROM debian:12\nRUN x \\", "FROM debian:12 as"):
            with self.subTest(wrong=wrong), self.assertRaises(WrongDockerfile):
                stages_of(wrong)

    def test_the_image_states_what_it_is(self):
        labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', stages_of(DOCKERFILE)[-1].last("LABEL").text))
        version = re.search(r"^project\(onnxhub VERSION ([0-9.]+)", (SOURCE / "CMakeLists.txt").read_text(), re.M)[1]
        self.assertEqual((labels["version"], labels["licenses"]), (version, "Apache-2.0"))
        self.assertEqual(set(labels), {"title", "description", "version", "source", "documentation", "licenses"})
        self.assertEqual(COMPOSE["services"]["hub"]["image"], f"onnxhub:{version}")
        self.assertIn(f"--tag onnxhub:{version} .\n", DOCKERFILE)

    def test_the_build_context_has_git_and_no_other_build(self):
        ignored = (SOURCE / "packaging/Dockerfile.dockerignore").read_text().splitlines()
        self.assertIn("build*/", ignored)
        self.assertNotIn(".git", [line.strip("/") for line in ignored])
        run = stages_of(DOCKERFILE)[0].all("RUN")[-1].text
        command = re.search(r"\./dev (\w+) (\S+)", run)
        self.assertTrue(re.search(rf"(?m)^  {command[1]}\)", (SOURCE / "dev").read_text()), f"./dev has no command {command[1]}")
        self.assertIn(f"{command[2]}/onnxhub-*-linux-*.tar.gz", run)

    def test_compose_takes_away_what_the_server_does_not_need(self):
        hub = COMPOSE["services"]["hub"]
        self.assertEqual((hub["read_only"], hub["cap_drop"], hub["security_opt"]), (True, ["ALL"], ["no-new-privileges:true"]))
        self.assertEqual([volume["read_only"] for volume in hub["volumes"]], [True])
        self.assertEqual(hub["build"]["dockerfile"], "packaging/Dockerfile")
        self.assertTrue((SOURCE / "packaging" / hub["build"]["context"] / hub["build"]["dockerfile"]).is_file())
        self.assertRegex(hub["mem_limit"], r"^\d+[mg]$")
        self.assertLess(hub["pids_limit"], 1000)
        self.assertFalse({"privileged", "cap_add", "network_mode", "pid", "ipc", "devices", "user"} & set(hub))
        port, = hub["ports"]
        self.assertEqual(port.split(":")[0], "127.0.0.1")
        # The copies that the server may make fit into the file system for them.
        disk = int(hub["command"][hub["command"].index("--disk") + 1])
        self.assertGreaterEqual(int(re.search(r"size=(\d+)m", hub["tmpfs"][0])[1]), disk)


class Serving(unittest.TestCase):
    """The command lines of Dockerfile and compose.yaml, with this build's program."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="onnxhub-container.", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.folder.chmod(0o755)
        self.hub = self.folder / "hub"
        subprocess.run(["bash", SOURCE / "examples/quickstart/run.sh", BUILD, self.hub], check=True, capture_output=True)
        self.large = os.urandom(20_000_000)
        (self.hub / "large.bin").write_bytes(self.large)
        git = ["git", "-C", self.hub, "-c", "user.name=Team", "-c", "user.email=t@example.org"]
        subprocess.run([*git, "add", "-A"], check=True, capture_output=True)
        subprocess.run([*git, "commit", "-q", "-m", "All"], check=True, capture_output=True)
        self.model = (self.hub / MODEL).read_bytes()
        (self.hub / "untracked.txt").write_text("not for others")
        self.stage = stages_of(DOCKERFILE)[-1]
        self.entry, = self.stage.last("ENTRYPOINT").words
        self.port = int(self.stage.last("EXPOSE").text)

    def start(self, command, **environment):
        with open(self.folder / "log", "wb") as log:
            process = subprocess.Popen(command, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment}, cwd="/",
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def wait_until_healthy(self, process, check):
        for _ in range(200):
            done = check()
            if done.returncode == 0:
                return
            self.assertIsNone(process.poll(), self.log())
            time.sleep(0.1)
        self.fail(self.log() + done.stderr)

    def test_the_command_of_the_image_serves_a_hub(self):
        """At another place and port, without isolation."""
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = str(one.getsockname()[1])
        command = [str(PROGRAM), *self.stage.last("CMD").words]
        command[command.index("/srv/hub")] = str(self.hub)
        command[command.index("--port") + 1] = port
        health = lambda: subprocess.run(["bash", SOURCE / "packaging/healthcheck.sh", port], capture_output=True, text=True)
        self.assertNotEqual(health().returncode, 0)
        process = self.start(command)
        self.wait_until_healthy(process, health)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{port}/{MODEL}", timeout=60) as answer:
            self.assertEqual(answer.read(), self.model)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=40), 0, self.log())
        self.assertNotEqual(health().returncode, 0)

    def make_image(self):
        """/opt and /etc of the image: what COPY takes from the sources and from the first stage."""
        shutil.copytree("/etc", self.folder / "etc", symlinks=True, ignore_dangling_symlinks=True)
        (self.folder / "opt").mkdir()
        subprocess.run(["bash", SOURCE / "cmake/make_dist.sh", BUILD, self.folder / "opt/onnxhub"], check=True)
        for copy in self.stage.all("COPY"):
            source, target = copy.text.split()
            if not copy.flags:
                self.assertIn(target.split("/")[1], ("etc", "opt"))
                shutil.copy(SOURCE / source, self.folder / target.lstrip("/"))

    def check_isolated(self, arguments):
        size = COMPOSE["services"]["hub"]["tmpfs"][0].partition(":")[2]
        process = self.start(["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", ISOLATE,
                              "sh", self.entry, *arguments], HUB=str(self.hub), WORK=str(self.folder), TMPFS=size)
        server = None
        while not server:
            time.sleep(0.05)
            self.assertIsNone(process.poll(), self.log())
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            server = int(children[0]) if children and "onnxhub" in os.readlink(f"/proc/{children[0]}/exe") else None
        inside = ["nsenter", "--target", str(server), "--mount", "--net", "--pid"]
        as_user = [*inside, "setpriv", "--reuid=10001", "--regid=10001", "--clear-groups"]
        words = json.loads(self.stage.last("HEALTHCHECK").text.removeprefix("CMD "))
        environment = {"PATH": self.stage.last("ENV").text.split('"')[1]}
        self.wait_until_healthy(process, lambda: subprocess.run(
            [*as_user, *words], env={**environment, "PATH": environment["PATH"] + ":/usr/sbin:/sbin"}, capture_output=True, text=True))
        get = lambda path: subprocess.run([*inside, "curl", "-sf", "--noproxy", "*", f"http://127.0.0.1:{self.port}{path}"],
                                          capture_output=True)
        self.assertEqual(get(f"/{MODEL}").stdout, self.model, self.log())
        self.assertEqual(get("/large.bin").stdout, self.large, self.log())
        self.assertNotEqual(get("/untracked.txt").returncode, 0)
        status = Path(f"/proc/{server}/status").read_text()
        self.assertRegex(status, r"(?m)^Uid:\s+10001\s+10001\s+10001\s+10001$")
        self.assertRegex(status, r"(?m)^NSpid:\s+.*\b1$")
        for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
            self.assertRegex(status, rf"(?m)^Cap{kind}:\s+0+$")
        self.assertLess(len(os.listdir(f"/proc/{server}/task")), COMPOSE["services"]["hub"]["pids_limit"])
        os.kill(server, signal.SIGTERM)
        self.assertEqual(process.wait(timeout=40), 0, self.log())

    def test_both_commands_serve_as_another_user_on_a_read_only_system(self):
        reason = isolation()
        if reason:
            self.skipTest(f"the server did not run isolated: {reason}")
        self.make_image()
        for arguments in (self.stage.last("CMD").words, COMPOSE["services"]["hub"]["command"]):
            for hub in ("/srv/hub", "/srv/hub:HEAD"):  # files of the disk; files of git's object database
                with self.subTest(arguments=arguments, hub=hub):
                    self.check_isolated([hub if word == "/srv/hub" else word for word in arguments])

    def test_a_server_that_does_not_answer_well_is_unhealthy(self):
        for answer in (b"HTTP/1.1 503 No\r\n\r\n", b"", b"\x1b]0;title\x07nonsense\n", b"HTTP/1.1 2000 x\r\n"):
            with self.subTest(answer=answer), socket.socket() as server:
                server.bind(("127.0.0.1", 0))
                server.listen()
                done = subprocess.Popen(["bash", SOURCE / "packaging/healthcheck.sh", str(server.getsockname()[1])], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
                connection, _ = server.accept()
                connection.recv(1000)
                connection.sendall(answer)
                connection.close()
                out, err = done.communicate(timeout=30)
                self.assertNotEqual(done.returncode, 0)
                self.assertNotIn(b"\x1b", out + err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
