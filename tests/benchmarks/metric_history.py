"""Metric history: opening thirty days of twenty series, writing a thousand nodes, and the disk.

A month of samples, one every five seconds for each of twenty series, goes through the store as the
collector writes it. Each opening is measured from a new connection, with the file taken out of the
system's cache. What is measured:

- opening thirty days as a chart does, about a thousand points a series, and with every minute;
- opening a day;
- writing a round of 1,000 nodes with six values each, and the processor time of putting the rounds
  of an hour into blocks;
- bytes on disk by tier, and from them what a cluster of 1,000 nodes takes in the long run.

Run it as ``python -m tests.benchmarks.metric_history``. The last line is the ratio of opening
thirty days to the same from plain rows (series, at, value) in SQLite, which hold minutes only and
are averaged by SQL to as many points.
"""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.metric_tiers import TIERS
from hue_desktop.adapters.store.metrics import SqliteMetrics
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import METRICS, Sample, SeriesKey

OPEN_MS, WRITE_MS = 300.0, 50.0
DAYS, SERIES, NODES, OFTEN = 30, 20, 1000, 5
STEP_S, NODE_STEP_S = 5, 30
REF = ClusterRef("prod", "us-east-1", "j-1")
START = 1_800_000_000 // 86_400 * 86_400
END = START + DAYS * 86_400
KEYS = [SeriesKey(name) for name in list(METRICS)[:SERIES]]
NODE_METRICS = (
    "node.cpu",
    "node.memory",
    "node.disk",
    "yarn.memory.used",
    "hdfs.used",
    "hdfs.read",
)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        ours, rows = Path(folder) / "ours.sqlite3", Path(folder) / "rows.sqlite3"
        write_month(ours)
        print(f"{DAYS} days of {SERIES} series: {size_mb(ours):.0f} MB")
        plain_rows(ours, rows)
        print(f"minutes alone as plain rows: {size_mb(rows):.0f} MB")
        chart = opened(ours, lambda: read(ours, DAYS, 1000))
        report("opening 30 days of 20 series", chart, OPEN_MS)
        report("the same with every minute", opened(ours, lambda: read(ours, DAYS, 50_000)))
        report("opening the last day", opened(ours, lambda: read(ours, 1, 1500)))
        nodes = Path(folder) / "nodes.sqlite3"
        write_nodes(nodes)
        per_point(ours, nodes)
        peer = opened(rows, lambda: read_rows(rows))
        report("30 days from plain rows", peer)
        print(f"ratio to plain rows: {chart / peer:.2f}")


def write_month(path: Path) -> None:
    """A month of samples, an hour a call."""
    rng = np.random.default_rng(4)
    with closing(Database(path, hasty=True)) as database:
        metrics = SqliteMetrics(database)
        level = rng.uniform(20, 80, SERIES)
        for hour in range(START, END, 3600):
            at = np.arange(hour, hour + 3600, STEP_S) + rng.uniform(0.0, 0.2)
            samples = {}
            for number, key in enumerate(KEYS):
                noise = rng.normal(0, 2, len(at))
                values = np.clip(level[number] + np.cumsum(noise) / 10, 0, 100)
                if number % 3 == 0:  # counts of nodes, containers and blocks are whole
                    values = np.rint(values * 40)
                samples[key] = [
                    Sample(*pair) for pair in zip(at.tolist(), values.tolist(), strict=True)
                ]
            metrics.add(REF, samples)
            metrics.roll_up(REF, hour + 3600 * 1.9)


def plain_rows(ours: Path, path: Path) -> None:
    """The same month as a table of minutes."""
    with closing(sqlite3.connect(path)) as rows, closing(Database(ours)) as database:
        rows.execute("PRAGMA journal_mode = WAL")
        rows.execute(
            "CREATE TABLE sample (series INTEGER, at INTEGER, value REAL,"
            " PRIMARY KEY (series, at)) WITHOUT ROWID"
        )
        found = SqliteMetrics(database).read(REF, KEYS, START, END, most=50_000)
        for number, key in enumerate(KEYS):
            data = found[key]
            rows.executemany(
                "INSERT INTO sample VALUES (?, ?, ?)",
                [(number, int(at), v) for at, v in zip(data.times, data.values, strict=True)],
            )
        rows.commit()


def read(path: Path, days: int, most: int) -> int:
    """Open the store and read; how many points."""
    with closing(Database(path, hasty=True)) as database:
        found = SqliteMetrics(database).read(REF, KEYS, END - days * 86_400, END, most=most)
    return sum(len(data.times) for data in found.values())


def read_rows(path: Path) -> int:
    """The same number of points out of the rows."""
    step = 2700
    with closing(sqlite3.connect(path)) as rows:
        return sum(
            len(
                rows.execute(
                    "SELECT at / ?1 * ?1, avg(value), min(value), max(value) FROM sample"
                    " WHERE series = ?2 AND at >= ?3 GROUP BY at / ?1",
                    (step, number, START),
                ).fetchall()
            )
            for number in range(SERIES)
        )


def opened(path: Path, work: Callable[[], int]) -> float:
    """The median of several openings, in milliseconds, with nothing of the file in memory."""
    took = []
    for _round in range(OFTEN):
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        began = time.perf_counter()
        assert work() > 0
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def write_nodes(path: Path) -> None:
    """Rounds of a thousand nodes for two hours: what each costs, and what the blocks cost."""
    rng = random.Random(4)
    keys = [
        SeriesKey(name, f"ip-10-0-{number // 250}-{number % 250}.ec2.internal")
        for number in range(NODES)
        for name in NODE_METRICS
    ]
    written, rolled = [], []
    with closing(Database(path, hasty=True)) as database:
        metrics = SqliteMetrics(database)
        for at in range(START, START + 7200, NODE_STEP_S):
            batch = {key: [Sample(at, rng.random() * 100)] for key in keys}
            began = time.perf_counter()
            metrics.add(REF, batch)
            written.append((time.perf_counter() - began) * 1000)
            began = time.process_time()
            metrics.roll_up(REF, at)
            rolled.append((time.process_time() - began) * 1000)
    report("writing 1,000 nodes × 6 values", statistics.median(written), WRITE_MS)
    hours = (written and 7200 / 3600) or 1
    print(
        f"putting an hour of them into blocks: {sum(rolled) / hours / 1000:.1f} s of processor time"
    )


def per_point(ours: Path, nodes: Path) -> None:
    """Bytes of a point in each tier, and what all that is kept comes to."""
    total_mb = 0.0
    for path, per_node, series in ((ours, False, 41), (nodes, True, NODES * len(NODE_METRICS))):
        step_s = NODE_STEP_S if per_node else STEP_S
        with closing(Database(path)) as database:
            held = database.rows(
                "SELECT tier, sum(length(points)), count(DISTINCT series), min(start), max(start)"
                " FROM metric_block GROUP BY tier"
            )
        for number, size, count, first, last in held:
            tier = TIERS[number]
            days = (last + tier.span - first) / 86_400_000
            seconds = min(days * 86_400, 7200.0) if per_node else days * 86_400
            points = count * seconds / (tier.step / 1000 or step_s)
            kept_s = (tier.kept(per_node) + tier.span) / 1000
            most_mb = size / points * series * kept_s / (tier.step / 1000 or step_s) / 1e6
            total_mb += most_mb
            print(
                f"{'nodes' if per_node else 'cluster'}, tier {number}: {size / points:.1f} bytes a"
                f" point, {most_mb:.0f} MB for {series} series at most"
            )
    print(f"a cluster of {NODES} nodes watched all year: {total_mb:.0f} MB at most")


def size_mb(path: Path) -> float:
    """All files of a database."""
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*")) / 1e6


def report(what: str, took_ms: float, goal_ms: float | None = None) -> None:
    """One line."""
    goal = "" if goal_ms is None else f" (goal {goal_ms:.0f})"
    print(f"{what}: {took_ms:.1f} ms{goal}")


if __name__ == "__main__":
    main()
