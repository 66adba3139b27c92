"""Collecting a cluster of 1,000 nodes: a round of YARN and HDFS through the tunnel, and its memory.

The region is a child process with the scenario ``fleet-1000``; the application without a window
watches the cluster once a second, five times as often as it does. What is measured:

- a round by the clock: asking both masters through SSH and understanding 1,000 nodes;
- the processor time of this process for a round, which is what the window competes with;
- how long the health thread takes for a reading: series, rules and sentence;
- memory after a minute, and by how much it grew in the second half of it.

Run it as ``python -m tests.benchmarks.health_collecting``. The last line is the ratio of a round's
processor time to that of ``json.loads`` on answers of the same size alone.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import NodeReading, Reading
from hue_desktop.services.health import Collecting, HealthChange
from hue_desktop.services.health.tracked import Tracked
from hue_desktop.wiring import Application, Paths
from tests.benchmarks._big_fleet import rss_mb, start_region

ROUND_S, ROUNDS = 1.0, 60
_NAME = "fleet-1000"


def main() -> int:
    """Run it; 1 when a goal is missed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hue-bench-")))
        application = stack.enter_context(closing(_open(folder, start_region(stack))))
        application.settings.set("health.live_s", 1.0)
        thread_s, took_s = _timed_takes()
        heard = threading.Semaphore(0)

        def hear(change: HealthChange) -> None:
            if change.snapshot.collecting in (Collecting.LIVE, Collecting.PARTLY):
                heard.release()

        application.start()
        ref = _find(application)
        application.health.subscribe(hear)
        application.health.watch(ref)
        for _round in range(5):
            assert heard.acquire(timeout=60), application.health.snapshot(ref)
        took_s.clear()
        used_s, sizes = time.process_time(), [rss_mb()]
        for number in range(ROUNDS):
            assert heard.acquire(timeout=60)
            if number == ROUNDS // 2:
                sizes.append(rss_mb())
        used_s = (time.process_time() - used_s) / ROUNDS
        sizes.append(rss_mb())
        nodes = application.health.snapshot(ref).nodes
    plain_s = _plain(tuple(nodes.values()))
    median, worst = statistics.median(took_s), max(took_s)
    print(f"{len(nodes)} nodes, {ROUNDS} rounds, one a second")
    print(f"a round by the clock: {median * 1000:.0f} ms (worst {worst * 1000:.0f})")
    print(f"a round, processor time of the process: {used_s * 1000:.0f} ms")
    print(f"of it the health thread: {statistics.median(thread_s) * 1000:.1f} ms")
    print(f"memory: {sizes[-1]:.0f} MB; grew by {sizes[-1] - sizes[1]:.1f} MB in the second half")
    print(f"ratio: {used_s / plain_s:.1f}")
    return int(median > ROUND_S)


def _open(folder: Path, facts: dict[str, Any]) -> Application:
    """The application over the region, through its bastion."""
    ssh = facts["ssh"]
    (folder / "connections.toml").write_text(
        '[connections.big]\nclass = "simulated"\nprofile = "hue-simulator"\n'
        f'regions = ["us-east-1"]\nendpoint_url = "{facts["endpoint_url"]}"\n'
        f"aws_config_file = {json.dumps(facts['aws_config_file'])}\n\n[connections.big.ssh]\n"
        f'user = "{ssh["user"]}"\nkey_file = {json.dumps(ssh["key_file"])}\n'
        f'bastion = "{ssh["host"]}:{ssh["port"]}"\nhost_keys = ["{ssh["host_key"]}"]\n',
        encoding="utf-8",
    )
    return Application.open(Paths(folder, folder / "data"))


def _find(application: Application) -> ClusterRef:
    """The cluster, once its nodes are read."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for cluster in application.fleet.snapshot().clusters.values():
            if cluster.summary.name == _NAME:
                application.fleet.set_focus(cluster.ref)
                if len(cluster.instances or ()) >= 900:
                    return cluster.ref
        time.sleep(0.1)
    raise SystemExit("the cluster was not read")


def _timed_takes() -> tuple[list[float], list[float]]:
    """From now on: the health thread's own time for each reading, and how long each was asked."""
    found: list[float] = []
    asked: list[float] = []
    original = Tracked.take

    def take(self: Tracked, reading: Reading, *args: Any) -> Any:
        asked.append(reading.took_s)
        began = time.thread_time()
        result = original(self, reading, *args)
        found.append(time.thread_time() - began)
        return result

    Tracked.take = take  # type: ignore[method-assign]
    return found, asked


def _plain(nodes: tuple[NodeReading, ...]) -> float:
    """Seconds of ``json.loads`` for about what the two masters answer."""
    text = json.dumps([{"host": each.host, **each.values, "more": "x" * 400} for each in nodes])
    began = time.process_time()
    for _time in range(10):
        json.loads(text)
    return (time.process_time() - began) / 10


if __name__ == "__main__":
    sys.exit(main())
