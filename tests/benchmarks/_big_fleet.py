"""A window over a simulated region with 1,000 nodes, and changes of it, for benchmarks."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.instances import InstanceState, Market
from hue_desktop.services.fleet import FleetChange
from hue_desktop.ui.app import Desk
from hue_desktop.ui.tour.waiting import wait_until
from hue_desktop.wiring import Application, Paths

__all__ = ["Stirrer", "big_cluster", "change_some", "open_window", "rss_mb", "start_region"]

_NAME = "fleet-1000"


def start_region(stack: ExitStack) -> dict[str, str]:
    """A running region with 1,000 nodes; what it says of itself."""
    command = [sys.executable, "-m", "hue_desktop", "simulate", "--ephemeral", "--json"]
    child = subprocess.Popen([*command, "--scenario", _NAME], stdout=subprocess.PIPE, text=True)
    stack.callback(child.wait)
    stack.callback(child.terminate)
    assert child.stdout is not None
    facts: dict[str, str] = json.loads(child.stdout.readline())
    return facts


def open_window(stack: ExitStack, folder: Path, facts: dict[str, str]) -> Desk:
    """The window, reading that region with the real client."""
    (folder / "connections.toml").write_text(
        '[connections.big]\nclass = "simulated"\nprofile = "hue-simulator"\n'
        f'regions = ["us-east-1"]\nendpoint_url = "{facts["endpoint_url"]}"\n'
        f"aws_config_file = {json.dumps(facts['aws_config_file'])}\n",
        encoding="utf-8",
    )
    desk = Desk(Application.open(Paths(folder, folder / "data")))
    stack.callback(desk.close)
    desk.window.resize(1440, 900)
    desk.window.show()
    desk.start()
    return desk


def big_cluster(desk: Desk) -> ClusterRef:
    """The cluster with 1,000 nodes, once it is read and priced."""

    def found() -> ClusterRef | None:
        clusters = desk.feed.snapshot.clusters.values()
        return next((c.ref for c in clusters if c.summary.name == _NAME), None)

    assert wait_until(lambda: found() is not None, 60), "the clusters were not listed"
    ref = found()
    assert ref is not None
    desk.app.fleet.set_focus(ref)

    def read() -> bool:
        snapshot = desk.feed.snapshot
        return len(snapshot.clusters[ref].instances or ()) >= 900 and ref in snapshot.costs

    assert wait_until(read, 60), "the nodes were not read"
    return ref


def change_some(desk: Desk, ref: ClusterRef, n: int, chance: random.Random) -> FleetChange:
    """``n`` nodes in another state than in the window's newest snapshot, as a change of it."""
    snapshot = desk.feed.snapshot
    cluster = snapshot.clusters[ref]
    nodes = list(cluster.instances or ())
    there = [place for place, node in enumerate(nodes) if node.active]
    for place in chance.sample(there, n):
        running = nodes[place].state is InstanceState.RUNNING
        state = InstanceState.BOOTSTRAPPING if running else InstanceState.RUNNING
        nodes[place] = replace(nodes[place], state=state)
    changed = replace(cluster, instances=tuple(nodes))
    return FleetChange(
        replace(snapshot, clusters={**snapshot.clusters, ref: changed}),
        clusters=frozenset({ref}),
        parts={ref: frozenset({"instances"})},
    )


class Stirrer:
    """A process that makes nodes of the region fail, some every few seconds."""

    def __init__(self, facts: dict[str, str], desk: Desk, ref: ClusterRef, n: int) -> None:
        cluster = desk.feed.snapshot.clusters[ref]
        ids = [node.id for node in cluster.nodes() if node.market is Market.SPOT]
        request = {"control": facts["control_url"], "ids": ids, "n": n}
        command = [sys.executable, "-m", "tests.benchmarks._big_fleet"]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()

    def stir(self) -> None:
        """Make the next ones fail; returns at once."""
        assert self._child.stdin is not None
        self._child.stdin.write("\n")
        self._child.stdin.flush()

    def close(self) -> None:
        """End the process."""
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait()


def _stir() -> None:
    request = json.loads(sys.stdin.readline())
    ids: list[str] = request["ids"]
    for _line in sys.stdin:
        failed = 0
        while failed < request["n"] and ids:
            failed += _failed(request["control"], ids.pop())


def _failed(control: str, node_id: str) -> bool:
    """Make a node fail; one that does not run cannot."""
    body = json.dumps({"instance_id": node_id}).encode()
    try:
        urllib.request.urlopen(f"{control}/nodes/fail", body, timeout=30).close()
    except urllib.error.HTTPError:
        return False
    return True


def rss_mb() -> float:
    """Resident memory of this process."""
    if sys.platform != "linux":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    _stir()
