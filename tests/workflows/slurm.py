# SPDX-License-Identifier: Apache-2.0
"""Runs the array job of templates/sweep under a real Slurm: slurm.py SOURCE BUILD"""
import sys
import unittest

import run
from slurm_cluster import SlurmCluster, missing_programs

TEMPLATES = run.SOURCE / "templates/sweep"
SHARDS = 6


class Slurm(run.SweptHub):
    def setUp(self):
        super().setUp()
        self.cluster = SlurmCluster()
        self.addCleanup(self.cluster.stop)
        self.cluster.start()
        self.parts = self.folder / "parts"

    def submit(self):
        variables = {**self.environment, "PATH": f"{run.PROGRAM.parent}:{self.cluster.environment['PATH']}",
                     "HUB": str(self.hub), "COMMIT": self.base, "PARTS": str(self.parts)}
        job = self.cluster.ask("sbatch", "--parsable", f"--array=1-{SHARDS}%2", f"--output={self.folder}/shard-%a.log",
                               "slurm-array.sh", environment=variables, folder=TEMPLATES)
        self.assertRegex(job, r"^\d+$", self.cluster.logs())
        return job

    def wait_for_the_end(self):
        self.cluster.wait_until(lambda: not self.cluster.states(), "the array", 240)

    def wait_for_two_busy_tasks(self):
        """Two tasks that wait for bytes of the Git LFS server."""
        def busy():
            return sorted(task for task, state in self.cluster.states().items() if state == "RUNNING")
        self.cluster.wait_until(lambda: len(self.server.batches) >= 2 and len(busy()) == 2, "two tasks")
        return busy()

    def finished(self):
        return sorted(int(path.stem.split("-")[1]) for path in self.parts.glob("report-*.json"))

    def test_an_array_with_a_killed_and_a_requeued_task_gives_the_manifest_of_one_run(self):
        self.server.batches.clear()
        self.server.gives_objects.clear()
        job = self.submit()
        killed, requeued = self.wait_for_two_busy_tasks()
        self.cluster.ask("scancel", "--full", "--signal=KILL", f"{job}_{killed}")
        self.cluster.ask("scontrol", "requeue", f"{job}_{requeued}")
        self.cluster.wait_until(lambda: self.cluster.states().get(requeued) != "RUNNING", "the requeued task")
        self.server.gives_objects.set()
        self.wait_for_the_end()
        others = [number for number in range(1, SHARDS + 1) if number != killed]
        self.assertEqual(self.finished(), others, self.logs())
        # The user submits the whole array again. Finished shards are skipped.
        self.submit()
        self.wait_for_the_end()
        self.assertEqual(self.finished(), list(range(1, SHARDS + 1)), self.logs())
        for number in others:
            self.assertIn(f"shard {number}/{SHARDS} is done", (self.folder / f"shard-{number}.log").read_text())
        self.assert_parts_are_whole(self.parts)

    def logs(self):
        return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in sorted(self.folder.glob("shard-*.log")))


if __name__ == "__main__":
    missing = missing_programs()
    if missing:
        print(f"SKIPPED: no {missing[0]} here (apt-get install slurm-wlm munge)")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
