# SPDX-License-Identifier: Apache-2.0
"""What whole commands take, measured by the program `timed` beside this file."""
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
    """A command ended otherwise than it should."""


def run(timed, command):
    """Runs the command (a list, or a line for the shell) to its end."""
    arguments = command if isinstance(command, list) else ["/bin/bash", "-o", "pipefail", "-c", command]
    result = subprocess.run([timed, *arguments], check=False, stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, errors="replace")
    if result.returncode != 0:
        raise Failed(f"{' '.join(arguments)}: exit status {result.returncode}\n{result.stderr[-2000:]}")
    seconds, peak_kib, read_bytes = result.stdout.split()
    return Run(float(seconds), int(peak_kib) / 1024, int(read_bytes))


def compare(timed, commands, rounds):
    """The median run of each of the named commands. They take turns, so that what else goes on on
    the machine meets all of them alike; one round before the first counts for nothing."""
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
    """Of the times; of memory and bytes read the largest, since those are promises."""
    return Run(statistics.median(run.seconds for run in runs),
               max(run.peak_mib for run in runs),
               max(run.read_bytes for run in runs))
