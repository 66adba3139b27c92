"""How soon a simulated region is ready, and what it costs while nobody asks.

Run alone: ``python -m tests.benchmarks.simulator_start``; the last line is the median time to ready
(interpreter included) as a share of the 2 s that are allowed. Linux only: reads ``/proc``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.unit.simulator.processes import simulator_process

__all__ = ["main"]

_ALLOWED_S = 2.0


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print; the share of the allowed time last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--idle-seconds", type=float, default=10.0)
    chosen = parser.parse_args()
    medians: dict[str, float] = {}
    for scenario in ("empty", "demo", "fleet-1000"):
        times = []
        for _ in range(chosen.rounds):
            with tempfile.TemporaryDirectory() as state:
                started = time.perf_counter()
                with simulator_process("--state", state, "--scenario", scenario):
                    times.append(time.perf_counter() - started)
        medians[scenario] = statistics.median(times)
        shown = " ".join(f"{value:.2f}" for value in times)
        print(f"{scenario}: ready after {medians[scenario]:.2f} s ({shown})")
    with simulator_process("--ephemeral", "--scenario", "demo", "--speed", "60") as running:
        pid = running.process.pid
        before = cpu_s(pid)
        time.sleep(chosen.idle_seconds)
        share = (cpu_s(pid) - before) / chosen.idle_seconds
        print(f"idle: {share:.2%} of one processor over {chosen.idle_seconds:g} s")
    print(f"ratio {medians['demo'] / _ALLOWED_S:.2f}")


if __name__ == "__main__":
    main()
