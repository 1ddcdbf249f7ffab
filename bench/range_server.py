# SPDX-License-Identifier: Apache-2.0
"""A Git LFS server on loopback that gives ranges of objects after a delay: `with serving(objects, delay) as server:`.

It listens on several addresses, since clients open only a few connections to one host with HTTP/1.1."""
import asyncio
import contextlib
import json
import mmap
import multiprocessing
from typing import NamedTuple

HOSTS = [f"127.0.0.{number}" for number in range(1, 5)]


class Server(NamedTuple):
    lfs: str          # address for lfs.url
    hosts: list[str]  # with port, for `[network] allow`
    counts: object

    def take_counts(self):
        """Requests for ranges and bytes in their bodies since the last call."""
        requests, sent = self.counts
        self.counts[0] = self.counts[1] = 0
        return requests, sent


class Connection(asyncio.Protocol):
    def __init__(self, store, counts):
        self.store, self.counts, self.received = store, counts, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, rest = self.received.split(b"\r\n\r\n", 1)
            line, *fields = head.decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, value in (field.split(":", 1) for field in fields)}
            length = int(headers.get("content-length", 0))
            if len(rest) < length:
                return
            body, self.received = rest[:length], rest[length:]
            answer = self.batch(body) if line.startswith("POST") else self.part(line.split()[1], headers)
            asyncio.get_running_loop().call_later(self.store.delay, self.send, answer)

    def send(self, answer):
        if not self.transport.is_closing():
            self.transport.write(answer)

    def batch(self, body):
        objects = []
        for wanted in json.loads(body)["objects"]:
            number = self.store.numbers[wanted["oid"]]
            host = self.store.hosts[number % len(self.store.hosts)]
            objects.append({**wanted, "actions": {"download": {"href": f"http://{host}/store/{wanted['oid']}"}}})
        text = json.dumps({"transfer": "basic", "objects": objects}).encode()
        return (b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.git-lfs+json\r\nContent-Length: %d\r\n\r\n"
                % len(text)) + text

    def part(self, path, headers):
        oid = path.rsplit("/", 1)[1]
        content = self.store.contents[self.store.files[oid]]
        begin, end, status = 0, len(content), b"200 OK"
        if headers.get("range", "").startswith("bytes="):
            first, last = headers["range"][len("bytes="):].split("-")
            begin, end, status = int(first), min(int(last) + 1, len(content)), b"206 Partial Content"
        with self.counts.get_lock():
            self.counts[0] += 1
            self.counts[1] += end - begin
        return (b"HTTP/1.1 %b\r\nETag: \"%b\"\r\nContent-Range: bytes %d-%d/%d\r\nContent-Length: %d\r\n\r\n"
                % (status, oid[:16].encode(), begin, end - 1, len(content), end - begin)) + content[begin:end]


class Store:
    def __init__(self, objects, delay):
        self.files, self.delay, self.hosts = dict(objects), delay, []
        self.numbers = {oid: number for number, oid in enumerate(self.files)}
        self.contents = {}
        for path in set(self.files.values()):
            with open(path, "rb") as file:
                self.contents[path] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


async def listen(store, counts, pipe):
    loop = asyncio.get_running_loop()
    for host in HOSTS:
        server = await loop.create_server(lambda: Connection(store, counts), host, 0, backlog=256)
        store.hosts.append(f"{host}:{server.sockets[0].getsockname()[1]}")
    pipe.send(store.hosts)
    await asyncio.Event().wait()


def serve(objects, delay, counts, pipe):
    asyncio.run(listen(Store(objects, delay), counts, pipe))


@contextlib.contextmanager
def serving(objects, delay):
    """`objects`: pairs of an oid and a file. `delay`: seconds before each response."""
    ours, theirs = multiprocessing.Pipe()
    counts = multiprocessing.Array("Q", 2)
    process = multiprocessing.Process(target=serve, args=(objects, delay, counts, theirs), daemon=True)
    process.start()
    try:
        hosts = ours.recv()
        yield Server(f"http://{hosts[0]}/lfs", hosts, counts)
    finally:
        process.terminate()
        process.join()
