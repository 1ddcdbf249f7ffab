# SPDX-License-Identifier: Apache-2.0
"""Servers on this machine that behave like GitHub, Hugging Face and a plain web server."""

import hashlib
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Callable, Dict, List, Optional, Tuple, Type
from urllib.parse import unquote

from models import Hub, sha256

# Status, headers and body; or a function that answers by itself.
Answer = Tuple[int, Dict[str, str], bytes]
MANIFEST = "ONNX_HUB_MANIFEST.json"
INDEX = "index/root.json"


class Server:
    """Answers by path, and records the paths that were asked for."""

    def __init__(self, certificate: Optional[Tuple[str, str]] = None) -> None:
        """With the paths of a certificate and its key, it speaks https."""
        self.pages: Dict[str, "Answer | Callable[[BaseHTTPRequestHandler], None]"] = {}
        self.requests: List[str] = []
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with server._lock:
                    server.requests.append(self.path)
                page = server.pages.get(unquote(self.path), (404, {}, b"not here"))
                if callable(page):
                    page(self)
                else:
                    _send(self, page)

            def log_message(self, *arguments: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._http.server_address[1]}"

    def downloads(self) -> List[str]:
        """Requests for files of hubs, without manifests and indexes."""
        with self._lock:
            return [path for path in self.requests if not path.endswith((MANIFEST, INDEX))]

    def put(self, path: str, content: bytes) -> None:
        self.pages[path] = (200, {"ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"'}, content)

    def add_plain(self, folder: str, hub: Hub) -> str:
        """The hub at a plain address. Returns the address."""
        self.put(f"{folder}/{MANIFEST}", hub.manifest())
        for path, content in hub.files.items():
            self.put(f"{folder}/{path}", content)
        return self.url + folder

    def add_github(self, repo: str, hub: Hub, has_lfs: bool = True) -> None:
        """The hub as GitHub has it, with every model in Git LFS. Without `has_lfs`, its downloads are switched off."""
        name, _, ref = repo.partition(":")
        commit = hashlib.sha1(hub.manifest()).hexdigest()
        self.put(f"/api/repos/{name}/commits/{ref}", commit.encode())
        for place in (f"{name}/{ref}", f"{name}/{commit}"):
            self.put(f"/raw/{place}/{MANIFEST}", hub.manifest())
            for path, content in hub.files.items():
                size, sha = len(content), sha256(content)
                pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha}\nsize {size}\n"
                self.put(f"/raw/{place}/{path}", pointer.encode())
                if has_lfs:
                    self.put(f"/media/{place}/{path}", content)

    def add_hugging_face(self, organization: str, hub: Hub) -> None:
        """The models as Hugging Face has them: a redirect to another path."""
        for path, content in hub.files.items():
            name = path.rsplit("/", 1)[-1]
            stem = name.rsplit(".", 1)[0]
            self.put(f"/cdn/{sha256(content)}", content)
            self.pages[f"/hf/{organization}/{stem}/resolve/main/{name}"] = (
                302,
                {"Location": f"/cdn/{sha256(content)}"},
                b"",
            )

    def environment(self) -> Dict[str, str]:
        """Variables with which the program takes this server for GitHub and Hugging Face."""
        return {
            "ONNXHUB_GITHUB_RAW_URL": self.url + "/raw",
            "ONNXHUB_GITHUB_MEDIA_URL": self.url + "/media",
            "ONNXHUB_GITHUB_API_URL": self.url + "/api",
            "HF_ENDPOINT": self.url + "/hf",
            "no_proxy": "127.0.0.1",
        }


def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    status, headers, body = answer
    if headers.get("ETag") and handler.headers.get("If-None-Match") == headers["ETag"]:
        status, body = 304, b""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


class Hanging:
    """Sends the beginning of a file and then nothing, until released."""

    def __init__(self, size: int, beginning: bytes) -> None:
        self._size = size
        self._beginning = beginning
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(self._size))
        handler.end_headers()
        handler.wfile.write(self._beginning)
        handler.wfile.flush()
        self.has_begun.set()
        self.may_end.wait(120)
        handler.close_connection = True
