# SPDX-License-Identifier: Apache-2.0
"""Measures time and memory of whole commands with the program `timed` of this directory."""
import re
import statistics
import subprocess
from typing import NamedTuple

MIB = 1 << 20


class Run(NamedTuple):
    seconds: float   # from start to exit
    peak_mib: float  # largest resident set of the process or one of its children
    read_bytes: int  # what system calls that read returned, children included; -1: hidden here


class Failed(Exception):
    """A command failed."""


def run(timed, command):
    """Runs the command (a list, or a shell command line) and waits for its end."""
    arguments = command if isinstance(command, list) else ["/bin/bash", "-o", "pipefail", "-c", command]
    result = subprocess.run([timed, *arguments], check=False, stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, errors="replace")
    if result.returncode != 0:
        raise Failed(f"{' '.join(arguments)}: exit status {result.returncode}\n{result.stderr[-2000:]}")
    seconds, peak_kib, read_bytes = result.stdout.split()
    return Run(float(seconds), int(peak_kib) / 1024, int(read_bytes))


def compare(timed, commands, rounds):
    """The median run of each of the named commands. The commands alternate, so that other load on the
    machine affects all of them. A warm-up round before the first one is not counted."""
    runs = {name: [] for name in commands}
    for round_number in range(rounds + 1):
        for name, command in commands.items():
            result = run(timed, command)
            if round_number > 0:
                runs[name].append(result)
    return {name: median(of_one) for name, of_one in runs.items()}


def instructions(command):
    """How many instructions the process itself executes, the dynamic linker's included."""
    result = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                            check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    counted = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode != 0 or not counted:
        raise Failed(f"valgrind {' '.join(command)}: exit status {result.returncode}\n{result.stderr[-2000:]}")
    return int(counted[1])


def median(runs):
    """The median time, and the maximum of memory and bytes read, because their targets are limits."""
    return Run(statistics.median(run.seconds for run in runs),
               max(run.peak_mib for run in runs),
               max(run.read_bytes for run in runs))
