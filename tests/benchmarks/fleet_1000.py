"""Nodes with 1,000 nodes: opening, refreshing, the main loop's delay, and memory.

The region is a child process with the scenario ``fleet-1000``; the window reads it with the real
client while the refreshes are measured. Run it as ``python -m tests.benchmarks.fleet_1000``; the
last line is the ratio of the refresh with 20 changed nodes to setting all 1,000 rows of a plain
``QStandardItemModel`` anew, which is what a table without differences would do.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QTableView

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.instances import InstanceState
from hue_desktop.services.fleet import FleetChange
from hue_desktop.ui.app import Desk
from hue_desktop.ui.tour.waiting import settle, wait_until
from hue_desktop.wiring import Application, Paths

OPEN_MS, REFRESH_MS, DELAY_MS, RSS_MB = 500.0, 8.0, 16.0, 350.0
ROUNDS = 40
RUNS = 3  #: the quietest counts: a neighbour on the same machine is not what is measured
CHANGED = 20
BEAT_MS = 4
PAUSE_S = 0.12


def main() -> None:
    """Measure and print."""
    application = QApplication([])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        child = _region(stack)
        desk = _window(stack, folder, child)
        ref = _biggest(desk)
        open_ms = _open_nodes(desk, ref)
        idle_ms = _p99(_beats(2.0))
        runs = [_refreshes(desk, ref) for _run in range(RUNS)]
        plain_ms = _plain_table(desk.feed.snapshot.clusters[ref])
        rss_mb = _rss_mb()
    refresh = min(statistics.median(spent) for spent, _late in runs)
    worst = min(max(spent) for spent, _late in runs)
    delay = min(_p99(late) for _spent, late in runs)
    print(f"open Nodes        {open_ms:6.1f} ms (≤ {OPEN_MS:.0f})")
    print(f"refresh, 20 of 1k {refresh:6.1f} ms, worst {worst:.1f} (≤ {REFRESH_MS:.0f})")
    print(f"main loop p99     {delay:6.1f} ms, at rest {idle_ms:.1f} (≤ {DELAY_MS:.0f})")
    print(f"memory            {rss_mb:6.0f} MB (≤ {RSS_MB:.0f})")
    print(f"plain table       {plain_ms:6.1f} ms")
    print(f"fleet_1000 {refresh / plain_ms:.2f} (smaller is better; 1 = no differences)")
    del application


def _region(stack: ExitStack) -> dict[str, str]:
    """A running region with 1,000 nodes."""
    command = [sys.executable, "-m", "hue_desktop", "simulate", "--ephemeral", "--json"]
    command += ["--scenario", "fleet-1000"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    stack.callback(child.wait)
    stack.callback(child.terminate)
    assert child.stdout is not None
    facts: dict[str, str] = json.loads(child.stdout.readline())
    return facts


def _window(stack: ExitStack, folder: Path, facts: dict[str, str]) -> Desk:
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


def _biggest(desk: Desk) -> ClusterRef:
    """The cluster with 1,000 nodes, read and priced."""

    def found() -> ClusterRef | None:
        clusters = desk.feed.snapshot.clusters.values()
        return next((c.ref for c in clusters if c.summary.name == "fleet-1000"), None)

    assert wait_until(lambda: found() is not None, 60), "the clusters were not listed"
    ref = found()
    assert ref is not None
    desk.app.fleet.set_focus(ref)

    def read() -> bool:
        snapshot = desk.feed.snapshot
        return len(snapshot.clusters[ref].instances or ()) >= 900 and ref in snapshot.costs

    assert wait_until(read, 60), "the nodes were not read"
    return ref


def _open_nodes(desk: Desk, ref: ClusterRef) -> float:
    """From the request to the painted page."""
    began = time.perf_counter()
    desk.window.open_tab(ref, "nodes")
    settle()
    desk.window.grab()
    return (time.perf_counter() - began) * 1000


def _refreshes(desk: Desk, ref: ClusterRef) -> tuple[list[float], list[float]]:
    """Milliseconds of the main thread for each refresh, and the lateness of each beat."""
    chance = random.Random(1)
    spent: list[float] = []

    def refresh() -> None:
        change = _change(desk, ref, chance)
        spent.append(_timed(lambda: desk.feed.changed.emit(change)))

    late = _beats(ROUNDS * PAUSE_S, refresh)
    return spent, late


def _beats(seconds: float, act: Callable[[], None] | None = None) -> list[float]:
    """How late a timer of ``BEAT_MS`` comes, in ms, while ``act`` is done now and then."""
    late: list[float] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append(max(0.0, (now - last) * 1000 - BEAT_MS))
        last = now

    beats = QTimer()
    beats.timeout.connect(beat)
    beats.start(BEAT_MS)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        if act is not None:
            act()
        _run_for(PAUSE_S)
    beats.stop()
    return late


def _p99(late: list[float]) -> float:
    return statistics.quantiles(late, n=100)[98]


def _change(desk: Desk, ref: ClusterRef, chance: random.Random) -> FleetChange:
    """The newest snapshot with 20 nodes in another state."""
    snapshot = desk.feed.snapshot
    cluster = snapshot.clusters[ref]
    nodes = list(cluster.instances or ())
    for position in chance.sample(range(len(nodes)), CHANGED):
        states = (InstanceState.RUNNING, InstanceState.BOOTSTRAPPING)
        nodes[position] = replace(nodes[position], state=chance.choice(states))
    changed = replace(cluster, instances=tuple(nodes))
    clusters = {**snapshot.clusters, ref: changed}
    return FleetChange(
        replace(snapshot, clusters=clusters),
        frozenset(),
        frozenset({ref}),
        frozenset(),
        {ref: frozenset({"instances"})},
    )


def _timed(act: Callable[[], None]) -> float:
    """What ``act`` and the painting that it asks for cost the main thread, in milliseconds."""
    began = time.thread_time()
    act()
    settle(1)
    return (time.thread_time() - began) * 1000


def _run_for(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def _plain_table(cluster: ClusterSnapshot) -> float:
    """Setting 1,000 rows anew in Qt's own item model under a table view."""
    model = QStandardItemModel()
    view = QTableView()
    view.setModel(model)
    view.resize(1100, 700)
    view.show()
    spent = []
    for _round in range(5):

        def fill() -> None:
            model.clear()
            for node in cluster.instances or ():
                texts = (node.ec2_id, node.private_dns, node.instance_type, node.market.value,
                         node.state.value, node.az, str(node.created))  # fmt: skip
                model.appendRow([QStandardItem(text) for text in texts])

        spent.append(_timed(fill))
    view.close()
    return statistics.median(spent)


def _rss_mb() -> float:
    """Resident memory of this process."""
    if sys.platform != "linux":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
