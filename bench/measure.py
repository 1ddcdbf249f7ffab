# SPDX-License-Identifier: Apache-2.0
"""Runs whole commands and says what they took, as the kernel accounts for it."""
import os
import statistics
import subprocess
import time
from typing import NamedTuple

MIB = 1 << 20


class Run(NamedTuple):
    seconds: float    # from start to exit
    peak_mib: float   # largest resident set of the process or one of its children
    read_bytes: int   # what read(2), pread(2) and the like returned, children included


class Failed(Exception):
    """A command ended otherwise than it should."""


def run(command, accept=(0,)):
    """Runs the command (a list, or a line for the shell) to its end, output thrown away."""
    arguments = command if isinstance(command, list) else ["/bin/bash", "-o", "pipefail", "-c", command]
    start = time.perf_counter()
    with subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, errors="replace") as process:
        # Read to its end first: a command that says much would wait for its reader. Whatever still
        # holds the stream when the command has ended is waited for too.
        errors = process.stderr.read()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        seconds = time.perf_counter() - start
        read_bytes = bytes_read_by(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accept:
        raise Failed(f"{' '.join(arguments)}: exit status {process.returncode}\n{errors[-2000:]}")
    return Run(seconds, usage.ru_maxrss / 1024, read_bytes)


def bytes_read_by(pid):
    """Of a process that has ended and not been waited for yet."""
    try:
        with open(f"/proc/{pid}/io", encoding="ascii") as counters:
            return int(counters.readline().removeprefix("rchar:"))
    except OSError:  # containers may hide it
        return -1


def compare(commands, rounds, before=lambda: None):
    """The median run of each of the named commands. They take turns, so that what else goes on on
    the machine meets all of them alike; one round before the first counts for nothing."""
    runs = {name: [] for name in commands}
    for round_number in range(rounds + 1):
        for name, command in commands.items():
            before()
            result = run(command)
            if round_number > 0:
                runs[name].append(result)
    return {name: median(of_one) for name, of_one in runs.items()}


def median(runs):
    return Run(statistics.median(run.seconds for run in runs),
               max(run.peak_mib for run in runs),
               max(run.read_bytes for run in runs))
