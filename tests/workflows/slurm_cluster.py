# SPDX-License-Identifier: Apache-2.0
"""A Slurm cluster of one node with its own munge daemon, in a temporary folder. Nothing of the machine's Slurm is used."""
import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd")
COMMANDS = ("sbatch", "squeue", "scancel", "scontrol", "sinfo")

# The node says that it has what slurm-array.sh asks for two tasks at a time, on any machine.
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
SlurmdParameters=config_overrides
KillWait=2
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=65536 TmpDisk=131072 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def search_path():
    """Debian has daemons in /usr/sbin, which not every user has in PATH."""
    return f"{os.environ['PATH']}:/usr/sbin"


def missing_programs():
    return [name for name in DAEMONS + COMMANDS if not shutil.which(name, path=search_path())]


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class SlurmCluster:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="onnxhub-slurm."))
        self.folder.chmod(0o711)  # munged wants every user to reach its socket
        self.processes = []
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        host = socket.gethostname().split(".")[0]
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            host=host, user=getpass.getuser(), folder=self.folder, ports=free_ports(2)))
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        self.environment = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": search_path()}

    def start(self):
        munge = [f"--{name}={self.folder}/munge.{end}" for name, end in (
            ("key-file", "key"), ("socket", "socket"), ("pid-file", "pid"), ("log-file", "log"), ("seed-file", "seed"))]
        self.run_daemon("munged", "--foreground", *munge)
        self.wait_until(lambda: (self.folder / "munge.socket").exists(), "munged")
        self.run_daemon("slurmctld", "-D")
        self.run_daemon("slurmd", "-D")
        self.wait_until(lambda: self.ask("sinfo", "--noheader", "--format=%T") == "idle", "the node")

    def run_daemon(self, name, *arguments):
        with open(self.folder / f"{name}.output", "wb") as output:
            self.processes.append(subprocess.Popen([shutil.which(name, path=search_path()), *arguments],
                                                   env=self.environment, stdout=output, stderr=output))

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, *command, environment=None, folder=None):
        """Its output without blanks at the end; "" when the command fails, for example because a daemon starts."""
        done = subprocess.run(command, env={**self.environment, **(environment or {})}, cwd=folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        return done.stdout.decode().strip() if done.returncode == 0 else ""

    def states(self):
        """State by number of the task in the array, of tasks that are not finished."""
        lines = self.ask("squeue", "--noheader", "--array", "--format=%K %T").splitlines()
        return {int(number): state for number, state in (line.split() for line in lines)}

    def wait_until(self, is_so, what, seconds=120):
        end = time.monotonic() + seconds
        while not is_so():
            has_ended = any(process.poll() is not None for process in self.processes)
            if has_ended or time.monotonic() > end:
                raise AssertionError(f"{what}: " + ("a daemon has ended" if has_ended else f"not ready after {seconds} s")
                                     + f"\n{self.logs()}")
            time.sleep(0.1)

    def logs(self):
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
                         for path in sorted(self.folder.glob("*.log")) + sorted(self.folder.glob("*.output")))
