# SPDX-License-Identifier: Apache-2.0
"""What an index of a hub costs its host and its readers."""
import os
import re
import shutil
import subprocess
import time


def content_of(site):
    """The sizes of the files of an index by path, without the compressed copies."""
    found = {}
    for folder, _, names in os.walk(site):
        for name in names:
            if name.endswith(".json"):
                path = os.path.join(folder, name)
                found[path] = os.path.getsize(path)
    return found


def cost(onnxhub, url, folder, command):
    """Cells of a row: requests, KiB of their bodies as transferred, time of a client that knows nothing of the hub."""
    home, log = f"{folder}/home", f"{folder}/nginx/access.log"
    shutil.rmtree(home, ignore_errors=True)
    os.mkdir(home)
    before = os.path.getsize(log) if os.path.exists(log) else 0
    begin = time.monotonic()
    environment = {"PATH": os.environ["PATH"], "HOME": home}
    subprocess.run([onnxhub, "--quiet", *command, "--hub", url], check=True, env=environment, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - begin
    time.sleep(0.2)  # nginx writes its log after it has answered
    with open(log, encoding="utf-8") as file:
        file.seek(before)
        bodies = [int(size) for size in re.findall(r'" 200 (\d+) ', file.read())]
    return [str(len(bodies)), f"{sum(bodies) / 1024:,.1f} KiB", f"{seconds * 1000:,.0f} ms"]
