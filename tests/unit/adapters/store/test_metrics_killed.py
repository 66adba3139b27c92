"""Kill -9 at any moment: no sample that was written is lost, none counts twice."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.metrics import SqliteMetrics
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import SeriesKey

REF = ClusterRef("prod", "us-east-1", "j-1")
T0 = 1_800_000_000 // 86_400 * 86_400
NODES = 600  #: three transactions to a roll-up
KEYS = [SeriesKey("rm.heap"), SeriesKey("node.cpu", "ip-3"), SeriesKey("node.cpu", "ip-599")]
KILLS = 7

#: Writes rounds, tells the number of each one that is written, and rolls up all the time.
WRITER = f"""
import sys
from pathlib import Path
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.metrics import SqliteMetrics
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import Sample, SeriesKey

metrics = SqliteMetrics(Database(Path(sys.argv[1]), hasty=True))
ref = ClusterRef("prod", "us-east-1", "j-1")
keys = [SeriesKey("rm.heap"), *(SeriesKey("node.cpu", f"ip-{{n}}") for n in range({NODES}))]
number = int(sys.argv[2])
while True:
    at = {T0} + 5 * number
    metrics.add(ref, {{key: [Sample(at, float(number % 97))] for key in keys}})
    print(number, flush=True)
    if number % 4 == 3:
        metrics.roll_up(ref, at + 5400)
        print("rolled", flush=True)
    number += 1
"""


def run_and_kill(path: Path, begin: int, rounds: int, pause_s: float) -> tuple[int, int]:
    """Let a process write so many rounds and kill it a moment later: the last one it told of, and
    how often it had rolled up."""
    written, rolled = begin - 1, 0
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(begin)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        killer = threading.Timer(60, process.kill)
        for line in process.stdout:
            if line.startswith("rolled"):
                rolled += 1
            else:
                written = int(line)
            if written - begin == rounds and killer.interval == 60:
                killer = threading.Timer(pause_s, process.kill)
                killer.start()
        killer.join()
    return written, rolled


def test_a_killed_process_leaves_every_sample_once(tmp_path: Path) -> None:
    chance = random.Random()
    path = tmp_path / "state.sqlite3"
    begin = rolled = 0
    for _kill in range(KILLS):
        written, times = run_and_kill(path, begin, chance.randrange(2, 12), chance.random() / 4)
        rolled += times
        database = Database(path, hasty=True)
        last = check(SqliteMetrics(database))
        database.check()
        database.close()
        assert last in (written, written + 1)  # what was committed may not have been told
        begin = last + 1
    assert rolled >= KILLS


def check(metrics: SqliteMetrics) -> int:
    """Every series is what was written, raw and by the minute; the number of its last sample."""
    end = T0 + 3 * 3600
    raw = metrics.read(REF, KEYS, T0, end, most=100_000)
    count = len(raw[KEYS[0]].times)
    truth = [float(number % 97) for number in range(count)]
    for key in KEYS:
        assert list(raw[key].times) == [T0 + 5 * number for number in range(count)], key
        assert list(raw[key].values) == truth
    minutes = metrics.read(REF, KEYS, T0, end, most=150)
    for key in KEYS:
        expected = [truth[begin : begin + 12] for begin in range(0, count, 12)]
        assert list(minutes[key].values) == pytest.approx([sum(e) / len(e) for e in expected])
        assert list(minutes[key].highs) == [max(each) for each in expected]
    return count - 1
