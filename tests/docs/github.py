# SPDX-License-Identifier: Apache-2.0
"""A fake GitHub on loopback for the commands of pages. It serves one directory per hub."""

import http.server
import json
import threading
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_GET(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        body = self.server.github.find(path, self.headers.get("Accept", ""))
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")


class GitHub:
    def __init__(self):
        self.hubs = {}  # "owner/name" → folder
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.github = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def find(self, path, accept):
        """A file of any ref, or the commit that the API names."""
        parts = path.strip("/").split("/")
        if parts[0] == "api" and parts[-2:-1] == ["commits"]:
            commit = "4f0e1a" + "0" * 34
            return commit.encode() if "sha" in accept else json.dumps({"sha": commit}).encode()
        if parts[0] == "media":
            parts = parts[1:]
        hub = self.hubs.get("/".join(parts[:2]))
        file = hub and hub.joinpath(*parts[3:])
        return file.read_bytes() if file and file.is_file() else None
