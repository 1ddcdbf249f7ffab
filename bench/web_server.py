# SPDX-License-Identifier: Apache-2.0
"""Serves a directory over HTTP on loopback in a separate process: `with serving(folder) as url:`."""
import contextlib
import functools
import hashlib
import http.server
import multiprocessing
import os
import re
import socket
import subprocess
import time
from typing import NamedTuple


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.translate_path(self.path)
        if not os.path.isfile(path):
            return self.send_error(404)
        size, etag = os.path.getsize(path), f'"{hashlib.sha256(path.encode()).hexdigest()}"'
        if self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            return self.end_headers()
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.flush()
        with open(path, "rb") as file:
            sent = 0
            while sent < size:
                sent += os.sendfile(self.connection.fileno(), file.fileno(), sent, size - sent)


def serve(folder, pipe):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    pipe.send(server.server_address[1])
    server.serve_forever()


@contextlib.contextmanager
def serving(folder):
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(folder, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


class Load(NamedTuple):
    requests: float  # per second
    bytes: float     # per second


def wrk(url, connections, seconds):
    """The rates that wrk measures. Any error fails."""
    said = subprocess.run(["wrk", "-t", "2", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s", url],
                          check=True, capture_output=True, text=True).stdout
    if "Socket errors" in said or "Non-2xx" in said:
        raise RuntimeError(said)
    value, unit = re.search(r"Transfer/sec:\s+([\d.]+)(\w+)", said).groups()
    units = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
    return Load(float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)), float(value) * units[unit])


@contextlib.contextmanager
def onnxhub(program, folder, work):
    """`onnxhub serve`."""
    with subprocess.Popen([program, "--quiet", "serve", folder, "--port", "0"], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL, cwd=work) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextlib.contextmanager
def nginx(folder, work):
    """nginx with a usual configuration for static files."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.makedirs(work)
    os.chmod(os.path.dirname(work), 0o755)
    temporary = " ".join(f"{kind}_temp_path {work}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(f"{work}/nginx.conf", "w", encoding="utf-8") as file:
        file.write(f"""daemon off; user root; worker_processes auto; pid {work}/pid; error_log {work}/error.log;
events {{ worker_connections 4096; }}
http {{ access_log {work}/access.log; sendfile on; tcp_nopush on; keepalive_requests 1000000; {temporary}
server {{ listen 127.0.0.1:{port}; root {folder}; gzip_static on; add_header Access-Control-Allow-Origin *; }} }}
""")
    with subprocess.Popen(["nginx", "-p", work, "-c", f"{work}/nginx.conf"], stderr=subprocess.DEVNULL) as process:
        try:
            time.sleep(1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
