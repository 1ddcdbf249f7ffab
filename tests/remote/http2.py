# SPDX-License-Identifier: Apache-2.0
"""http2.py PROGRAM: `generate --peek` from nginx with HTTP/2, where all models share a connection. Exit status 77: skipped."""

import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from hashlib import sha256
from pathlib import Path

MODELS = 12


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def model(number):
    """A model of 128 KiB: larger than what is read whole."""
    from onnx import TensorProto, helper
    name = f"x{number}"
    weights = helper.make_tensor("w", TensorProto.FLOAT, [128, 256], bytes(128 * 256 * 4), raw=True)
    graph = helper.make_graph([helper.make_node("MatMul", [name, "w"], ["y"])], "test",
                              [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 128])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 256])], [weights])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 7
    return made.SerializeToString()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Batch(http.server.BaseHTTPRequestHandler):
    address = ""

    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["objects"]
        objects = [{**o, "actions": {"download": {"href": f"{self.address}/{o['oid']}"}}} for o in asked]
        answer = json.dumps({"transfer": "basic", "objects": objects}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


def make_hub(hub, store, lfs):
    subprocess.run(["git", "init", "-q", hub], check=True)
    subprocess.run(["git", "-C", hub, "config", "lfs.url", lfs], check=True)
    rows = ""
    for number in range(MODELS):
        content = model(number)
        oid = sha256(content).hexdigest()
        (store / oid).write_bytes(content)
        (hub / "a").mkdir(exist_ok=True)
        (hub / f"a/m{number}.onnx").write_text(
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n", encoding="ascii")
        rows += f"|m{number}|[x](m{number}.onnx)|1.8|13|\n"
    (hub / "README.md").write_text("|Model Class|\n|-|\n|[a](a)|\n", encoding="ascii")
    (hub / "a/README.md").write_text("|Model|Download|ONNX version|Opset version|\n|-|-|-|-|\n" + rows, encoding="ascii")


def start_nginx(work, store, port):
    certificate = ["-keyout", work / "key.pem", "-out", work / "cert.pem"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", *certificate],
                   check=True, stderr=subprocess.DEVNULL)
    user = "user root;" if os.geteuid() == 0 else ""
    (work / "nginx.conf").write_text(f"""daemon off; {user} pid {work}/nginx.pid; error_log {work}/error.log;
events {{ worker_connections 256; }}
http {{
  log_format lines '$server_protocol $connection $status';
  access_log {work}/access.log lines;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {work}/cert.pem; ssl_certificate_key {work}/key.pem;
    root {store};
  }}
}}
""", encoding="utf-8")
    nginx = subprocess.Popen(["nginx", "-c", work / "nginx.conf", "-e", work / "error.log"])
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return nginx
        time.sleep(0.05)
    sys.exit("nginx did not start: " + (work / "error.log").read_text(encoding="utf-8"))


def main(program):
    for needed in ("nginx", "openssl", "git"):
        if not shutil.which(needed):
            skip(f"{needed} is not installed")
    try:
        import onnx  # noqa: F401
    except ImportError:
        skip("the Python package onnx is not installed")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        work.chmod(0o755)
        hub, store = work / "hub", work / "store"
        store.mkdir()
        port = free_port()
        Batch.address = f"https://127.0.0.1:{port}"
        batch = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Batch)
        threading.Thread(target=batch.serve_forever, daemon=True).start()
        make_hub(hub, store, f"http://127.0.0.1:{batch.server_address[1]}")
        (work / "config.toml").write_text(f'[network]\nallow = ["127.0.0.1:{port}"]\n', encoding="ascii")
        nginx = start_nginx(work, store, port)
        try:
            run = subprocess.run([program, "generate", hub, "--peek"], capture_output=True, text=True, check=False, env={
                **os.environ, "ONNXHUB_CONFIG": str(work / "config.toml"), "XDG_STATE_HOME": str(work / "state"),
                "CURL_CA_BUNDLE": str(work / "cert.pem")})
        finally:
            nginx.terminate()
            nginx.wait()
        assert run.returncode == 0, run.stderr
        entries = json.loads((hub / "ONNX_HUB_MANIFEST.json").read_text(encoding="utf-8"))
        inputs = sorted(entry["metadata"]["io_ports"]["inputs"][0]["name"] for entry in entries)
        assert inputs == sorted(f"x{number}" for number in range(MODELS)), inputs
        requests = [line.split() for line in (work / "access.log").read_text(encoding="utf-8").splitlines()]
        assert {(protocol, status) for protocol, _, status in requests} == {("HTTP/2.0", "206")}, requests
        connections = {connection for _, connection, _ in requests}
        assert len(requests) >= 2 * MODELS and len(connections) == 1, (len(requests), connections)
        print(f"{len(requests)} requests for {MODELS} models on one connection")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
