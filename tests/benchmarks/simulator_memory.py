"""Memory of a simulated region with 100 clusters of 1,000 nodes, kept on disk; and its restart.

Run alone: ``python -m tests.benchmarks.simulator_memory``; the last line is the larger of the two
peaks as a share of the 500 MB that are allowed (below 1 is good). Linux only: reads ``/proc``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.unit.simulator.processes import SimulatorProcess, simulator_process
from tests.unit.simulator.test_region import CLUSTER

__all__ = ["main"]

_ALLOWED_MB = 500.0
_NODES = {"MASTER": 1, "CORE": 199, "TASK": 800}


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident memory of a process in MB: now, and at its peak."""
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    now, peak = (int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))
    return now, peak


def cluster_of_1000(number: int) -> dict[str, Any]:
    """A request for a cluster of 1,000 nodes."""
    groups = [
        {
            "InstanceRole": role,
            "InstanceType": "m5.xlarge",
            "InstanceCount": count,
            "Market": "SPOT" if role == "TASK" else "ON_DEMAND",
        }
        for role, count in _NODES.items()
    ]
    return {
        **CLUSTER,
        "Name": f"fleet {number}",
        "Instances": {"KeepJobFlowAliveWhenNoSteps": True, "InstanceGroups": groups},
    }


def count_nodes(running: SimulatorProcess, cluster_id: str) -> tuple[int, float]:
    """How many nodes all pages of ListInstances hold, and the seconds that takes."""
    started = time.perf_counter()
    pages = running.client("emr").get_paginator("list_instances").paginate(ClusterId=cluster_id)
    count = sum(len(page["Instances"]) for page in pages)
    return count, time.perf_counter() - started


def main() -> None:
    """Measure and print; the share of the allowed memory last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clusters", type=int, default=100)
    chosen = parser.parse_args()
    peaks: list[float] = []
    with tempfile.TemporaryDirectory() as directory:
        arguments = ("--state", directory, "--scenario", "empty")
        with simulator_process(*arguments) as running:
            running.control("throttle", {"enabled": False})
            emr = running.client("emr")
            started = time.perf_counter()
            made = [
                emr.run_job_flow(**cluster_of_1000(number))["JobFlowId"]
                for number in range(chosen.clusters)
            ]
            print(f"made {len(made)} clusters in {time.perf_counter() - started:.1f} s")
            started = time.perf_counter()
            running.control("clock", {"jump_s": 1200})
            print(f"20 minutes later after {time.perf_counter() - started:.1f} s")
            count, took = count_nodes(running, made[-1])
            now, peak = memory_mb(running.process.pid)
            print(f"{count} nodes listed in {took * 1000:.0f} ms; {now:.0f} MB, peak {peak:.0f} MB")
            peaks.append(peak)
            running.process.terminate()
            running.process.wait(60)
        started = time.perf_counter()
        with simulator_process(*arguments) as running:
            print(f"started again in {time.perf_counter() - started:.1f} s")
            count, _ = count_nodes(running, made[0])
            now, peak = memory_mb(running.process.pid)
            print(f"{count} nodes; {now:.0f} MB, peak {peak:.0f} MB")
            peaks.append(peak)
    print(f"ratio {max(peaks) / _ALLOWED_MB:.2f}")


if __name__ == "__main__":
    main()
