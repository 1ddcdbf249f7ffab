# SPDX-License-Identifier: Apache-2.0
"""Runs inside an empty Debian that has only python3, a wheel of onnxhub, pip as a wheel, and loopback."""

import glob
import os
import subprocess
import sys

from models import small_hub
from servers import Server

PROGRAM = """
import os
from onnxhub import hub
assert [info.opset for info in hub.list_models(model="mnist")] == [7, 8, 12]
file = hub.path("mnist")
assert hub.path("large") and os.path.exists(os.path.join(os.path.dirname(hub.path("large")), "large.bin"))
folder = hub.download_model_with_test_data("mnist", opset=8)
assert sorted(os.listdir(folder)) == ["model.onnx", "test_data_set_0"]
try:
    hub.load("mnist")
except ImportError as error:
    assert "hub.path()" in str(error)
print(file)
"""


def main() -> None:
    target = "/opt/onnxhub"
    wheel = glob.glob("/work/onnxhub-*.whl")[0]
    pip = [sys.executable, "/work/pip.whl/pip", "install", "-q", "--no-index", "--root-user-action=ignore"]
    subprocess.run([*pip, "--target", target, wheel], check=True)
    models = small_hub()
    with Server() as server:
        server.add_github("onnx/models:main", models, has_lfs=False)
        server.add_hugging_face("onnxmodelzoo", models)
        variables = {**os.environ, **server.environment(), "PYTHONPATH": target}
        said = subprocess.run([sys.executable, "-c", PROGRAM], env=variables, check=True, stdout=subprocess.PIPE)
        print(said.stdout.decode())
        program = os.path.join(target, "bin/onnxhub")
        composed = [program, "load-composite", "ResNet50", "ResNet-preproc", "--output", "/tmp/composed.onnx"]
        subprocess.run(composed, env=variables, check=True)
    print("the wheel works in", open("/etc/debian_version", encoding="ascii").read().strip())


if __name__ == "__main__":
    main()
