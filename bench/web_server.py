# SPDX-License-Identifier: Apache-2.0
"""A folder behind HTTP on loopback, from a process of its own: `with serving(folder) as url:`."""
import contextlib
import functools
import hashlib
import http.server
import multiprocessing
import os


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
