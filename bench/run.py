# SPDX-License-Identifier: Apache-2.0
"""Measures whole commands and compares them with other programs; prints docs/benchmarks.md.

Usage: run.py [--quick] [--part TEXT] [--record FILE] [--compare FILE] [--folder FOLDER] BUILD_FOLDER. Called by ./dev bench."""
import argparse
import contextlib
import filecmp
import hashlib
import json
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import indexes
import measure
import range_server
import synthetic_hub
import web_server
from measure import MIB

PYTHON = "/usr/bin/python3"  # the distribution's Python, which has python3-onnx
HERE = os.path.dirname(os.path.abspath(__file__))
GIB = 1 << 30


class Sizes:
    rounds = 5
    peer_rounds = 3
    models, model_mib = 20, 104       # 2080 MiB to hash
    small_mib, large_mib = 1, 1024    # unchanged checkouts
    huge_mib = 2052                   # more than protobuf can parse at once
    pointers = (100, 1_000, 10_000, 100_000, 1_000_000)
    varied = 12                       # models with symbolic dimensions
    nodes = 100_000
    remote_models, remote_mib, remote_delay = 100, 100, 0.05
    served_mib, served_seconds = 256, 4
    disk_bytes = 7 * GIB


class QuickSizes(Sizes):
    rounds = peer_rounds = 1
    models, model_mib = 3, 1
    large_mib = huge_mib = 8
    pointers = (100, 300)
    varied = 3
    nodes = 1_000
    remote_models, remote_mib, remote_delay = 6, 2, 0.001
    served_mib, served_seconds = 8, 1
    disk_bytes = 100 * MIB


class Skipped(Exception):
    """This part needs a program or data that is missing."""


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def need_program(name):
    if shutil.which(name) is None:
        raise Skipped(f"{name} isn't installed")


def milliseconds(seconds):
    return f"{seconds * 1000:,.1f} ms" if seconds < 1 else f"{seconds * 1000:,.0f} ms"


def size(byte_count):
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (1024, "KiB")):
        if byte_count >= unit:
            return f"{byte_count / unit:,.1f} {name}"
    return f"{byte_count} bytes" if byte_count >= 0 else "hidden here"


def per_model(run, limit, count):
    """Cells of a row: time, time per model, ratio to the lower bound, memory, memory per model."""
    return [milliseconds(run.seconds), f"{run.seconds / count * 1e6:,.0f} µs", f"{run.seconds / limit.seconds:.1f}",
            f"{run.peak_mib:,.0f} MiB", f"{run.peak_mib * 1024 / count:,.1f} KiB"]


def table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|-" + "|-:" * (len(header) - 1) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


class Bench:
    def __init__(self, build, work, sizes):
        self.onnxhub = os.path.abspath(f"{build}/cli/onnxhub")
        self.make_model = os.path.abspath(f"{build}/bench/make_model")
        self.make_network = os.path.abspath(f"{build}/bench/make_network")
        self.timed = os.path.abspath(f"{build}/bench/timed")
        self.check_graph = os.path.abspath(f"{build}/bench/check_graph")
        self.libgit2_start = os.path.abspath(f"{build}/bench/libgit2_start")
        self.work = work
        self.sizes = sizes
        self.part = ""
        self.wanted = ""   # only parts whose title has this text
        self.records = {}  # "part: command" → numbers of this run, for --record and --compare

    @contextlib.contextmanager
    def folder(self, name):
        """A folder that is gone as soon as it isn't needed any more: models are large."""
        path = os.path.join(self.work, name)
        os.mkdir(path)
        yield path
        shutil.rmtree(path)

    def print_all(self):
        print_head(self)
        self.print_part("Start-up", self.starting)
        self.print_part("A synthetic zoo", self.one_synthetic_zoo)
        self.print_part("An unchanged Git LFS checkout", self.unchanged_checkouts)
        self.print_part("An unchanged checkout with symbolic dimensions", self.unchanged_varied)
        self.print_part("The official zoo from a bare clone", self.official_zoo)
        self.print_part("Ports of a model over 2 GiB", self.huge_model)
        self.print_part("Operator rules on a large graph", self.large_graph)
        self.print_part("A hundred to a million models", self.many_models)
        self.print_part("Indexes of large hubs", self.indexes)
        self.print_part("Graphs from a server, without weights", self.peeking)
        self.print_part("Loading a model over HTTP", self.loading)
        self.print_part("Listing the official zoo from the cache", self.listing)
        self.print_part("Serving a hub", self.serving)

    def compare(self, commands, rounds):
        results = measure.compare(self.timed, commands, rounds)
        for name, run in results.items():
            self.record(name, seconds=run.seconds, peak_mib=run.peak_mib)
        return results

    def instructions(self, name, command):
        count = measure.instructions(command)
        self.record(name, instructions=count)
        return count

    def record(self, name, **numbers):
        self.records.setdefault(f"{self.part}: {name}", {}).update(numbers)

    def print_part(self, title, make, level="##"):
        if level == "##" and self.wanted.lower() not in title.lower():
            return
        self.part = title
        part(title, make, level)

    def print_comparison(self, earlier):
        """The numbers of this run, divided by those of an earlier one. Instructions do not depend on other load."""
        def ratio(now, before, key):
            return f"{now[key] / before[key]:.2f}" if before.get(key) and now.get(key) else ""
        rows = [[name, *(ratio(now, earlier[name], key) for key in ("instructions", "seconds", "peak_mib"))]
                for name, now in self.records.items() if name in earlier]
        print("## Compared with an earlier run\n\nNumbers of this run, earlier run = 1.\n")
        table(["", "instructions", "time", "peak memory"], rows)

    def generate(self, hub, *options):
        return [self.onnxhub, "--quiet", "generate", hub, *options]

    def validate(self, hub, *options):
        return [self.onnxhub, "--quiet", "validate", hub, "--output", os.devnull, *options]

    def start_up(self):
        """What any run of the program costs before it does a thing."""
        return [self.onnxhub, "--version"]

    def starting(self):
        """Short commands, counted in instructions: unlike times these are the same on every machine."""
        need_program("git-lfs")
        need_program("valgrind")
        limit_millions, limit_mib = 14, 10
        with self.folder("start") as folder:
            hub = f"{folder}/hub"
            os.mkdir(hub)
            synthetic_hub.lfs_checkout(hub, self.make_model, 1, self.sizes.small_mib)
            model = f"{hub}/dense_layers/model/dense-0.onnx"
            subprocess.run(self.generate(hub), check=True)
            with web_server.serving(hub) as url:
                listing = [self.onnxhub, "--quiet", "list", "--hub", url, "--cache", f"{folder}/cache"]
                subprocess.run(listing, check=True, stdout=subprocess.DEVNULL)
            commands = {
                "`onnxhub --version`": self.start_up(),
                "`onnxhub inspect --ports`": [self.onnxhub, "--quiet", "inspect", model, "--ports"],
                "`onnxhub list --offline`": [*listing, "--offline"],
                "`onnxhub generate`": self.generate(hub),
                "`onnxhub validate`": self.validate(hub),
                "floor: a C++ program with libgit2 alone": [self.libgit2_start],
            }
            results = self.compare(commands, self.sizes.rounds)
            counts = {name: self.instructions(name, command) for name, command in commands.items()}
        print(f"One small model in a clean checkout. Limits: {limit_millions} million instructions "
              f"(`valgrind --tool=callgrind`) and {limit_mib} MiB.\n")
        table(["", "instructions", "peak memory", "time"],
              [[name, f"{counts[name] / 1e6:.1f} million", f"{r.peak_mib:.1f} MiB", milliseconds(r.seconds)]
               for name, r in results.items()])

    def one_synthetic_zoo(self):
        need_program("git-lfs")
        with self.folder("zoo") as folder:
            hub = f"{folder}/hub"
            say(f"making {self.sizes.models} models of {self.sizes.model_mib} MiB in Git LFS")
            os.mkdir(hub)
            synthetic_hub.lfs_checkout(hub, self.make_model, self.sizes.models, self.sizes.model_mib)
            print(f"{self.sizes.models} models of {self.sizes.model_mib} MiB in a clean Git LFS checkout with content, "
                  "in the page cache.\n")
            self.print_part("Hashing everything", lambda: self.hashing(hub, folder), "###")
            self.print_part("Compared with Python", lambda: self.peers(hub, folder), "###")

    def hashing(self, hub, folder):
        need_program("openssl")
        files = f"find {shlex.quote(hub)}/dense_layers -name '*.onnx' -print0 | xargs -0 -n 1 -P {os.cpu_count()}"
        results = self.compare({
            "`onnxhub generate --rehash`": self.generate(hub, "--rehash", "--output", f"{folder}/m.json"),
            "`openssl dgst -sha256`, one process per file, all cores": f"{files} openssl dgst -sha256",
            "lower bound: `cat` to `/dev/null`, all cores": f"{files} cat",
        }, self.sizes.rounds)
        hashed = self.sizes.models * self.sizes.model_mib
        openssl = results["`openssl dgst -sha256`, one process per file, all cores"].seconds
        print("Limits: at least 1.0 of openssl's rate, under 64 MiB of memory.\n")
        table(["", "time", "MiB/s", "rate, openssl = 1", "peak memory"],
              [[name, milliseconds(r.seconds), f"{hashed / r.seconds:,.0f}",
                f"{openssl / r.seconds:.2f}", f"{r.peak_mib:.0f} MiB"] for name, r in results.items()])

    def peers(self, hub, folder):
        if subprocess.run([PYTHON, "-I", "-c", "import markdown, onnx"], check=False,
                          stderr=subprocess.DEVNULL).returncode != 0:
            raise Skipped("python3-onnx or python3-markdown isn't installed")
        ours, theirs = f"{folder}/ours.json", f"{folder}/theirs.json"
        results = self.compare({
            "Python: `markdown`, `onnx.load`, `hashlib`": [PYTHON, "-I", "-B", f"{HERE}/peer.py", hub, theirs],
            "`onnxhub generate --rehash`": self.generate(hub, "--rehash", "--output", ours),
        }, self.sizes.peer_rounds)
        known = self.compare({
            "`onnxhub generate`, git knows the content": self.generate(hub, "--output", ours),
            "lower bound: `git status`": ["git", "-C", hub, "status", "--short"],
        }, self.sizes.rounds)
        results.update(known)
        python = next(iter(results.values())).seconds
        if not filecmp.cmp(ours, theirs, shallow=False):
            raise measure.Failed(f"the peer's manifest differs: {PYTHON} {HERE}/peer.py")
        print("All three write the same bytes. Targets: 10 times as fast when everything is hashed, 1000 times "
              "when git knows the content.\n")
        table(["", "time", "speedup", "peak memory"],
              [[name, milliseconds(r.seconds), f"{python / r.seconds:,.1f}", f"{r.peak_mib:.0f} MiB"]
               for name, r in results.items()])

    def unchanged_checkouts(self):
        need_program("git-lfs")
        sizes = [self.sizes.small_mib, self.sizes.large_mib]
        with self.folder("checkouts") as folder:
            commands = {"lower bound: program start": self.start_up()}
            for mib in sizes:
                say(f"making a checkout with a model of {mib} MiB")
                hub = f"{folder}/{mib}"
                os.mkdir(hub)
                synthetic_hub.lfs_checkout(hub, self.make_model, 1, mib)
                commands[f"a model of {mib} MiB"] = self.generate(hub, "--output", f"{folder}/{mib}.json")
                commands[f"`git status`, {mib} MiB"] = ["git", "-C", hub, "status", "--short"]
            # The runs are short, so more rounds are needed to see a difference.
            results = self.compare(commands, self.sizes.rounds * 4)
        floor = results["lower bound: program start"].read_bytes
        print("`onnxhub generate` in a clean Git LFS checkout with content. The column \"read\" counts all bytes that "
              "system calls returned (index, tables, graph), minus those of the program start. "
              "Target: no weights read, the same time for both sizes.\n")
        table(["", "time", "read", "peak memory"],
              [[name, milliseconds(r.seconds), size(max(r.read_bytes - floor, 0)), f"{r.peak_mib:.0f} MiB"]
               for name, r in results.items()])

    def unchanged_varied(self):
        need_program("git-lfs")
        need_program("valgrind")
        count = self.sizes.varied
        with self.folder("varied") as folder:
            hub = f"{folder}/hub"
            os.mkdir(hub)
            synthetic_hub.lfs_checkout(hub, self.make_model, count, self.sizes.small_mib, is_varied=True)
            subprocess.run(self.generate(hub), check=True)
            commands = {
                "`onnxhub generate`": self.generate(hub),
                "`git status`": ["git", "-C", hub, "status", "--short"],
                "lower bound: program start": self.start_up(),
            }
            results = self.compare(commands, self.sizes.rounds * 4)
            counts = {name: self.instructions(name, command) for name, command in commands.items()}
        ours, status, start = (results[name].seconds for name in commands)
        print(f"{count} models with a symbolic dimension, three opsets of each name, half of them with external data. `generate` "
              "has run before, so that the answers of shape inference are known. Limit: 3 times `git status` after the start of "
              f"the program; measured: {(ours - start) / status:.1f}.\n")
        table(["", "instructions", "time", "peak memory"],
              [[name, f"{counts[name] / 1e6:.1f} million", milliseconds(r.seconds), f"{r.peak_mib:.0f} MiB"]
               for name, r in results.items()])

    def official_zoo(self):
        corpus = os.environ.get("ONNXHUB_CORPUS")
        if not corpus:
            raise Skipped("ONNXHUB_CORPUS is not set to a corpus with the official zoo's history")
        with self.folder("official") as folder:
            bare, revision = f"{folder}/zoo.git", "zoo-b1eeaa1a"
            synthetic_hub.git(".", "clone", "-q", "--bare", f"{corpus}/zoo/zoo.bundle", bare)
            results = self.compare({
                "`onnxhub generate --rev`": self.generate(bare, "--rev", revision, "--output", f"{folder}/m.json"),
                # Ignored, because these five known errors make the exit status 1.
                "`onnxhub validate --rev`": self.validate(bare, "--rev", revision, "--settings",
                                                          f"{HERE}/../templates/sources/official-zoo.toml",
                                                          "--ignore", "row-without-entry"),
                "lower bound: `git ls-tree -r` of that commit": ["git", "-C", bare, "ls-tree", "-r", revision],
                "lower bound: program start": self.start_up(),
            }, self.sizes.rounds * 4)
        print("The official zoo's last commit, 189 entries, ports carried over from its manifest. "
              "Targets: under 150 ms and 64 MiB for generation, under 200 ms and 64 MiB for validation. "
              "Validation also classifies the pointers of 2,561 files, of which tables list 373.\n")
        table(["", "time", "peak memory"],
              [[name, milliseconds(r.seconds), f"{r.peak_mib:.0f} MiB"] for name, r in results.items()])

    def huge_model(self):
        with self.folder("huge") as folder:
            model, mib = f"{folder}/model.onnx", self.sizes.huge_mib
            say(f"making a model of {mib} MiB")
            subprocess.run([self.make_model, model, str(mib), "1"], check=True)
            results = self.compare({
                "`onnxhub inspect --ports`": [self.onnxhub, "inspect", "--ports", model],
                "lower bound: program start": self.start_up(),
                "read the file once: `cat`": ["cat", model],
            }, self.sizes.rounds)
        print(f"A model of {mib} MiB, {mib // 4} layers. Target: under 20 ms and 48 MiB of memory.\n")
        table(["", "time", "read", "peak memory"],
              [[name, milliseconds(r.seconds), size(r.read_bytes), f"{r.peak_mib:.0f} MiB"]
               for name, r in results.items()])

    def large_graph(self):
        need_program("valgrind")
        limit_ms, nodes = 200, self.sizes.nodes
        with self.folder("graph") as folder:
            model = f"{folder}/model.onnx"
            result = subprocess.run([self.check_graph, str(nodes), str(self.sizes.rounds), model], check=True,
                                    stdout=subprocess.PIPE, text=True)
            results = self.compare({
                "`onnxhub inspect --check`": [self.onnxhub, "inspect", "--check", model],
                "`onnxhub inspect`, without the rules": [self.onnxhub, "inspect", model],
                "lower bound: program start": self.start_up(),
                "read the file once: `cat`": ["cat", model],
            }, self.sizes.rounds)
            mib = os.path.getsize(model) / 2**20
        counts = [measure.instructions([self.check_graph, str(nodes), rounds]) for rounds in ("0", "1")]
        instructions = counts[1] - counts[0]
        print(f"The rules of ONNX's operators on a model of {nodes:,} nodes, {mib:.1f} MiB. "
              f"Limit of the rules: {limit_ms} ms for 100,000 nodes.\n")
        rules = f"{instructions / 1e6:,.1f} million ({instructions / nodes:,.0f} per node)"
        table(["", "time", "instructions", "peak memory"],
              [["the rules alone, graph in memory", milliseconds(float(result.stdout)), rules, ""]]
              + [[name, milliseconds(r.seconds), "", f"{r.peak_mib:.0f} MiB"] for name, r in results.items()])

    def many_models(self):
        rows, validated = [], []
        for count in self.sizes.pointers:
            say(f"making a repository of {count} pointers")
            rounds = 1 if count > 100_000 else min(self.sizes.rounds, 3)
            with self.folder("pointers") as folder:
                bare = f"{folder}/hub.git"
                synthetic_hub.bare_repository_of_pointers(bare, count)
                manifest = f"{folder}/m.json"
                names = [f"{command}, {count:,} models" for command in ("generate", "git cat-file", "validate")]
                generated, limit = self.compare({
                    names[0]: self.generate(bare, "--rev", "main", "--output", manifest),
                    names[1]: ["git", "-C", bare, "cat-file", "--batch-all-objects", "--batch"],
                }, rounds).values()
                validation = self.compare({
                    names[2]: self.validate(bare, "--rev", "main", "--manifest", manifest),
                }, rounds)[names[2]]
                megabytes = os.path.getsize(manifest) / 1e6
            rows.append([f"{count:,}", *per_model(generated, limit, count), milliseconds(limit.seconds)])
            validated.append([f"{count:,}", *per_model(validation, limit, count), f"{megabytes:,.1f} MB"])
        head = ["models", "time", "per model", "`cat-file` = 1", "peak memory", "per model"]
        print("Git LFS pointers in a bare repository, 100 per directory, three opsets of each name. The lower bound is "
              "`git cat-file --batch`, which reads every object once. Limits for large hubs: 2 times its time, 1.5 KiB per model.\n")
        table([*head, "`cat-file`"], rows)
        print("`onnxhub validate` on the same hubs with their manifests: all rules that need no content. Limits for large hubs: "
              "3 times `git cat-file --batch`, 2 KiB per model.\n")
        table([*head, "manifest"], validated)

    def indexes(self):
        need_program("nginx")
        made, read = [], []
        for count in self.sizes.pointers:
            say(f"making an index of {count} pointers")
            with self.folder("index") as folder:
                bare, site = f"{folder}/hub.git", f"{folder}/site"
                synthetic_hub.bare_repository_of_pointers(bare, count)
                manifest = f"{folder}/m.json"
                generate = self.generate(bare, "--rev", "main", "--output", manifest)
                names = [f"{what}, {count:,} models" for what in ("generate", "with an index")]
                alone, indexed = self.compare({names[0]: generate, names[1]: [*generate, "--index", site]},
                                              1 if count > 10_000 else self.sizes.rounds).values()
                whole = indexes.content_of(site)
                grown = f"{folder}/grown.git"
                synthetic_hub.bare_repository_of_pointers(grown, count + 1)
                measure.run(self.timed, [*self.generate(grown, "--rev", "main", "--output", manifest), "--index", site])
                again = indexes.content_of(site)
                new = sum(size for path, size in again.items() if path not in whole)
                made.append([f"{count:,}", milliseconds(indexed.seconds), f"{indexed.seconds / alone.seconds:.2f}",
                             f"{indexed.peak_mib:,.0f} MiB", f"{indexed.peak_mib / alone.peak_mib:.2f}",
                             f"{len(whole):,}", size(sum(whole.values())), size(new)])
                with web_server.nginx(site, f"{folder}/nginx") as url:
                    read += [[f"{count:,}", name, *indexes.cost(self.onnxhub, url, folder, command)]
                             for name, command in (("`info NAME`", ["info", f"model-{count // 6}"]),
                                                   ("`search WORD`, which all models have", ["search", "model"]))]
        print("The hubs of the part before. An index is made of the manifest; the last column is what one more model changes.\n")
        table(["models", "time", "`generate` = 1", "peak memory", "`generate` = 1", "files", "size", "one more model"], made)
        print("From nginx, compressed, with nothing in the client's cache. Limits before the bytes of a model: 4 requests, 100 KiB.\n")
        table(["models", "command", "requests", "received", "time"], read)

    def peeking(self):
        need_program("curl")
        count, mib, delay, connections = self.sizes.remote_models, self.sizes.remote_mib, self.sizes.remote_delay, 32
        with self.folder("peek") as folder:
            networks, large = {}, {}
            for name in ("resnet", "bert", "yolo"):
                networks[name] = f"{folder}/{name}.onnx"
                large[name] = int(subprocess.run([self.make_network, networks[name], name, str(mib)], check=True,
                                                 stdout=subprocess.PIPE, text=True).stdout)
            kinds = [list(networks)[number % len(networks)] for number in range(count)]
            oids = [hashlib.sha256(f"{kind} {number}".encode()).hexdigest() for number, kind in enumerate(kinds)]
            objects = [(oid, networks[kind]) for oid, kind in zip(oids, kinds)]
            sizes = [os.path.getsize(path) for _, path in objects]
            hub = f"{folder}/hub"
            synthetic_hub.pointer_checkout(hub, list(zip(oids, sizes)))
            limit = sum(64 * 1024 + 4096 * large[kind] for kind in kinds)
            rows = []
            with range_server.serving(objects, delay) as server:
                hosts = ", ".join(f'"{host}"' for host in server.hosts)
                with open(f"{folder}/config.toml", "w", encoding="utf-8") as config:
                    config.write(f"[network]\nallow = [{hosts}]\n")
                environment = {**os.environ, "ONNXHUB_CONFIG": f"{folder}/config.toml"}
                synthetic_hub.git(hub, "config", "lfs.url", server.lfs)
                for shown, option in (("`generate --peek`", "--peek"), ("`generate --peek=opset`", "--peek=opset")):
                    say(f"{shown} of {count} models of {mib} MiB, {delay * 1000:.0f} ms for each request")
                    begin = time.monotonic()
                    subprocess.run([*self.generate(hub, "--output", "/dev/null"), option], check=False,
                                   env={**environment, "XDG_STATE_HOME": f"{folder}/state{option}"})
                    seconds = time.monotonic() - begin
                    requests, sent = server.take_counts()
                    bound = requests * delay / connections
                    rows.append([shown, f"{requests:,}", size(sent), f"{sent / sum(sizes):.2%}", milliseconds(seconds),
                                 milliseconds(bound), f"{seconds / bound:.2f}"])
                say("downloading everything")
                urls = "\n".join(f"url = http://{server.hosts[number % len(server.hosts)]}/store/{oid}\noutput = /dev/null"
                                 for number, oid in enumerate(oids))
                begin = time.monotonic()
                subprocess.run(["curl", "-s", "--parallel", "--parallel-max", str(connections), "--config", "-"],
                               input=urls, text=True, check=True, stderr=subprocess.DEVNULL)
                rows.append(["`curl --parallel` of all bytes", f"{count:,}", size(sum(sizes)), "100.00%",
                             milliseconds(time.monotonic() - begin), "", ""])
        print(f"{count} models of about {mib} MiB with the structure of ResNet, BERT and YOLO, 112 to 267 initializers each, as Git "
              f"LFS pointers. The server on loopback waits {delay * 1000:.0f} ms before each response, and has four addresses, since "
              f"a client opens 8 of {connections} connections to each. Limits: under 1 % of the bytes; {size(limit)} (64 KiB for each "
              "model and 4 KiB for each tensor over 4 KiB); for opsets 3 requests and 128 KiB for each model. The lower bound of "
              "the time is requests × delay ÷ connections; target: 1.3 of it. curl transfers over loopback, where bytes cost "
              "almost nothing.\n")
        table(["", "requests", "bytes", "of all bytes", "time", "lower bound", "ratio"], rows)

    def loading(self):
        need_program("curl")
        mib = self.sizes.large_mib
        with self.folder("load") as folder, web_server.serving(f"{folder}/hub") as url:
            say(f"making a hub with a model of {mib} MiB")
            synthetic_hub.plain_hub(f"{folder}/hub", self.make_model, mib)
            load = [self.onnxhub, "--quiet", "load", "Model", "--hub", url, "--trust", "--cache", f"{folder}/cache"]
            copy = f"{shlex.quote(folder)}/copy"
            results = self.compare({
                "`onnxhub load`, not cached": [*load, "--force-reload"],
                "`curl -o`, then `sha256sum`": f"curl -sf -o {copy} {url}/model.onnx && sha256sum {copy}",
                "lower bound: `curl` to `/dev/null`": f"curl -sf -o /dev/null {url}/model.onnx",
            }, self.sizes.rounds)
            hit = self.compare({
                "`onnxhub load`, cached, hashed again": load,
                "for comparison: `sha256sum` of the file": ["sha256sum", f"{folder}/hub/model.onnx"],
            }, self.sizes.rounds)
            results.update(hit)
        peer = results["`curl -o`, then `sha256sum`"].seconds
        print(f"A model of {mib} MiB from a server on loopback into a cache on disk, with a flush. "
              "Target: at least 0.9 of the rate of curl and sha256sum. onnxhub hashes while it receives.\n")
        table(["", "time", "MiB/s", "rate, curl = 1", "peak memory"],
              [[name, milliseconds(r.seconds), f"{mib / r.seconds:,.0f}", f"{peer / r.seconds:.2f}",
                f"{r.peak_mib:.0f} MiB"] for name, r in results.items()])

    def listing(self):
        corpus = os.environ.get("ONNXHUB_CORPUS")
        if not corpus:
            raise Skipped("ONNXHUB_CORPUS is not set to a corpus with the official zoo's history")
        with self.folder("list") as folder:
            synthetic_hub.git(".", "clone", "-q", "--bare", f"{corpus}/zoo/zoo.bundle", f"{folder}/zoo.git")
            os.mkdir(f"{folder}/hub")
            with open(f"{folder}/hub/ONNX_HUB_MANIFEST.json", "wb") as manifest:
                subprocess.run(["git", "-C", f"{folder}/zoo.git", "show", "zoo-b1eeaa1a:ONNX_HUB_MANIFEST.json"],
                               check=True, stdout=manifest)
            with web_server.serving(f"{folder}/hub") as url:
                listing = [self.onnxhub, "--quiet", "list", "--hub", url, "--cache", f"{folder}/cache"]
                subprocess.run(listing, check=True, stdout=subprocess.DEVNULL)
                results = self.compare({
                    "`onnxhub list --offline`": [*listing, "--offline"],
                    "`onnxhub list`, with an ETag request": listing,
                    "lower bound: program start": self.start_up(),
                }, self.sizes.rounds * 4)
        print("189 entries, from the cached manifest. Target: under 30 ms.\n")
        table(["", "time", "peak memory"],
              [[name, milliseconds(r.seconds), f"{r.peak_mib:.0f} MiB"] for name, r in results.items()])

    def serving(self):
        for program in ("nginx", "wrk"):
            need_program(program)
        mib, seconds = self.sizes.served_mib, self.sizes.served_seconds
        with self.folder("serve") as folder:
            say(f"making a hub with a model of {mib} MiB")
            hub, work = f"{folder}/hub", f"{folder}/nginx"
            synthetic_hub.plain_hub(hub, self.make_model, mib, filler=300_000)
            with web_server.onnxhub(self.onnxhub, hub, folder) as ours, web_server.nginx(hub, work) as theirs:
                rows = {}
                for path, connections in (("ONNX_HUB_MANIFEST.json", 64), ("model.onnx", 4)):
                    runs = {"ours": [], "nginx": []}
                    for _ in range(self.sizes.peer_rounds):
                        runs["ours"].append(web_server.wrk(f"{ours}/{path}", connections, seconds))
                        runs["nginx"].append(web_server.wrk(f"{theirs}/{path}", connections, seconds))
                    rows[path] = {name: sorted(of_one)[len(of_one) // 2] for name, of_one in runs.items()}
        print("`onnxhub serve` and nginx (sendfile, one worker per core) with the same files. wrk runs on the same cores, on "
              "loopback. Targets: 0.7 of nginx's requests for a manifest of 300 kB, 0.9 of its rate for a "
              f"file of {mib} MiB.\n")
        manifest, model = rows["ONNX_HUB_MANIFEST.json"], rows["model.onnx"]
        table(["", "manifest, requests/s", "nginx = 1", f"{mib} MiB, MiB/s", "nginx = 1"],
              [[shown, f"{manifest[name].requests:,.0f}", f"{manifest[name].requests / manifest['nginx'].requests:.2f}",
                f"{model[name].bytes / MIB:,.0f}", f"{model[name].bytes / model['nginx'].bytes:.2f}"]
               for shown, name in (("`onnxhub serve`", "ours"), ("nginx", "nginx"))])


def part(title, make, level="##"):
    print(f"{level} {title}\n", flush=True)
    say(title)
    try:
        make()
    except Skipped as reason:
        say(f"skipped: {reason}")
        print(f"Skipped in this run: {reason}.\n", flush=True)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    return f"{os.cpu_count()} × {names[0]}" if names else f"{os.cpu_count()} cores, {platform.machine()}"


def print_head(bench):
    release = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    openssl = "without openssl"
    if shutil.which("openssl"):
        openssl = " ".join(subprocess.run(["openssl", "version"], check=True, capture_output=True,
                                          text=True).stdout.split()[:2])
    print(f"""# Benchmarks

`./dev bench` prints this page. Machine: {processor()}, {release}, {openssl}.
Times are those of whole commands: medians of {bench.sizes.peer_rounds} to {bench.sizes.rounds * 4} rounds. The commands alternate in each
round. Peak memory is the largest resident set of any single process in all rounds.
""")


def check_disk(work, sizes):
    free = shutil.disk_usage(work).free
    if free < sizes.disk_bytes:
        sys.exit(f"bench: error: {work}: {size(free)} free, {size(sizes.disk_bytes)} needed; "
                 "name another place with --folder")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("--quick", action="store_true", help="tiny models: does the benchmark still work?")
    parser.add_argument("--folder", default=os.environ.get("TMPDIR", "/var/tmp"),
                        help="where to put temporary files (several GiB; default: %(default)s)")
    parser.add_argument("--record", metavar="FILE", help="write the numbers of this run for a later --compare")
    parser.add_argument("--compare", metavar="FILE", help="also print ratios to the run that --record wrote")
    parser.add_argument("--part", metavar="TEXT", default="", help="measure only parts whose title has this text")
    parser.add_argument("build")
    arguments = parser.parse_args()
    sizes = QuickSizes() if arguments.quick else Sizes()
    check_disk(arguments.folder, sizes)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the folder goes in any case
    with tempfile.TemporaryDirectory(prefix="onnxhub-bench.", dir=arguments.folder) as work:
        bench = Bench(arguments.build, work, sizes)
        bench.wanted = arguments.part
        try:
            bench.print_all()
            if arguments.compare:
                with open(arguments.compare, encoding="utf-8") as file:
                    bench.print_comparison(json.load(file))
            if arguments.record:
                with open(arguments.record, "w", encoding="utf-8") as file:
                    json.dump(bench.records, file, indent=1)
        except measure.Failed as error:
            sys.exit(f"bench: error: {error}")


if __name__ == "__main__":
    main()
