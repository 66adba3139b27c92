"""What was acknowledged is there after a restart, a kill -9 included."""

from __future__ import annotations

import json
import random
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hue_desktop.simulator.hadoop.datanodes import NodeFacts
from hue_desktop.simulator.hadoop.errors import HdfsError
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import caller_of
from hue_desktop.simulator.hadoop.inodes import File
from hue_desktop.simulator.hadoop.reading import spans
from hue_desktop.simulator.hadoop.renaming import rename_to
from hue_desktop.simulator.hadoop.tree import walk
from hue_desktop.simulator.hadoop.writing import CreateOptions, Writer, append, create
from tests.unit.simulator.hadoop.webhdfs import WebHdfs
from tests.unit.simulator.processes import SimulatorProcess, simulator_process

HDFS = caller_of("hdfs")
NODES = {"i-0": NodeFacts("i-0", "host", "10.0.0.1", 1 << 40, 0)}
NAMES = st.sampled_from(["a", "b", "c", "ä", "x y"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))


def contents(hdfs: Hdfs) -> dict[str, bytes | None]:
    """Every path with its bytes; None for a directory."""
    found: dict[str, bytes | None] = {}
    for node in walk(hdfs.tree.root):
        if isinstance(node, File):
            parts = spans(hdfs, node, 0, None)
            found[node.path] = b"".join(
                part.path.read_bytes()[part.offset : part.offset + part.length] for part in parts
            )
        elif node.parent is not None:
            found[node.path] = None
    return found


class Namespace(RuleBasedStateMachine):
    """Random operations against a dictionary of paths; the HDFS is opened anew in between."""

    def __init__(self) -> None:
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        self.model: dict[str, bytes | None] = {}
        self.open()

    def open(self) -> None:
        self.hdfs = Hdfs(Path(self.scratch.name), lambda: 1_800_000_000.0)
        with self.hdfs.session(NODES):
            pass

    def teardown(self) -> None:
        self.hdfs.close()
        self.scratch.cleanup()

    def above(self, path: str) -> Iterator[str]:
        names = path.split("/")[1:]
        for count in range(1, len(names)):
            yield "/" + "/".join(names[:count])

    def can_hold(self, path: str) -> bool:
        return all(self.model.get(item) is None for item in self.above(path))

    def make_above(self, path: str) -> None:
        self.model.update(dict.fromkeys(self.above(path)))

    @rule(path=PATHS)
    def mkdirs(self, path: str) -> None:
        try:
            with self.hdfs.session(NODES) as hdfs:
                hdfs.mkdirs(HDFS, path)
        except HdfsError:
            assert not self.can_hold(path) or self.model.get(path) is not None
            return
        self.make_above(path)
        self.model[path] = None

    @rule(path=PATHS, data=st.binary(max_size=50))
    def write(self, path: str, data: bytes) -> None:
        is_directory = path in self.model and self.model[path] is None
        try:
            with self.hdfs.session(NODES) as hdfs:
                file = create(hdfs, HDFS, path, "me", "here", CreateOptions(overwrite=True))
        except HdfsError:
            assert is_directory or not self.can_hold(path)
            return
        writer = Writer(lambda: self.hdfs.session(NODES), file, None)
        writer.write(data)
        writer.close()
        self.make_above(path)
        self.model[path] = data

    @rule(path=PATHS, data=st.binary(min_size=1, max_size=20))
    def append(self, path: str, data: bytes) -> None:
        old = self.model.get(path)
        try:
            with self.hdfs.session(NODES) as hdfs:
                file = append(hdfs, HDFS, path, "me", "here")
        except HdfsError:
            assert old is None
            return
        writer = Writer(lambda: self.hdfs.session(NODES), file, None)
        writer.write(data)
        writer.close()
        assert old is not None
        self.model[path] = old + data

    @rule(path=PATHS)
    def delete(self, path: str) -> None:
        with self.hdfs.session(NODES) as hdfs:
            try:
                gone = hdfs.delete(HDFS, path, recursive=True)
            except HdfsError:
                assert not self.can_hold(path)
                return
        assert gone == (path in self.model)
        for item in [key for key in self.model if key == path or key.startswith(f"{path}/")]:
            del self.model[item]

    @rule(source=PATHS, new=PATHS)
    def rename(self, source: str, new: str) -> None:
        with self.hdfs.session(NODES) as hdfs:
            try:
                rename_to(hdfs, HDFS, source, new, overwrite=False)
            except HdfsError:
                return
        assert source in self.model
        assert new not in self.model
        moved = [key for key in self.model if key == source or key.startswith(f"{source}/")]
        for item in moved:
            self.model[new + item[len(source) :]] = self.model.pop(item)

    @rule()
    def open_again(self) -> None:
        self.hdfs.close()
        self.open()

    @invariant()
    def is_as_it_should_be(self) -> None:
        assert contents(self.hdfs) == self.model


Namespace.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestNamespace = Namespace.TestCase


@given(data=st.binary(max_size=3000), cut=st.integers(0, 3000))
@settings(max_examples=10, deadline=None)
def test_a_writer_that_died_leaves_what_reached_the_disk(data: bytes, cut: int) -> None:
    at = [1_800_000_000.0]
    with tempfile.TemporaryDirectory() as scratch:
        hdfs = Hdfs(Path(scratch), lambda: at[0])
        with hdfs.session(NODES):
            file = create(hdfs, HDFS, "/f", "me", "here", CreateOptions())
        writer = Writer(lambda: hdfs.session(NODES), file, None)
        writer.write(data[:cut])  # and nobody closes it
        writer.write(data[cut:])
        again = Hdfs(Path(scratch), lambda: at[0])
        with again.session(NODES):
            assert list(again.tree.written) == [file.id]
            assert again.status(HDFS, "/f")
        at[0] += 1200
        with again.session(NODES):
            assert not again.tree.written
        assert contents(again) == {"/f": data}
        writer.abandon()
        hdfs.close()
        again.close()


def address(running: SimulatorProcess) -> str:
    with urllib.request.urlopen(f"{running.facts['control_url']}/hdfs", timeout=20) as answer:
        (urls,) = json.load(answer).values()
        url: str = urls["webhdfs"]
        return url


def change(web: WebHdfs, kept: dict[str, bytes], number: int) -> None:
    """Write, rename and delete until the region dies; what it acknowledged goes to ``kept``."""
    chance = random.Random(number)
    count = 0
    try:
        while True:
            count += 1
            path = f"/user/hadoop/{number}/{count}"
            data = chance.randbytes(chance.choice((0, 10, 5000, 400_000)))
            kept.pop(path, None)
            web.put(path, data)
            kept[path] = data
            if count % 4 == 0:
                old = chance.choice(sorted(kept))
                saved = kept.pop(old)
                target = f"{old}-moved"
                web.ask("PUT", old, "RENAME", destination=target, renameoptions="NONE")
                kept[target] = saved
    except (OSError, ValueError, AssertionError):
        return


def run_a_cluster(running: SimulatorProcess) -> None:
    """Start a cluster and let half an hour pass."""
    running.client("emr").run_job_flow(
        Name="storage",
        ReleaseLabel="emr-7.1.0",
        Applications=[{"Name": "Hadoop"}],
        Instances={
            "InstanceGroups": [
                {"InstanceRole": role, "InstanceType": "m5.xlarge", "InstanceCount": 1}
                for role in ("MASTER", "CORE")
            ],
            "KeepJobFlowAliveWhenNoSteps": True,
        },
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
    )
    running.control("clock", {"jump_s": 1800})


def test_a_killed_region_has_lost_no_file_that_it_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, rounds=2)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_region_killed_many_times_has_lost_no_file(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, rounds=20)


def kill_again_and_again(tmp_path: Path, *, rounds: int) -> None:
    """Kill the region while somebody writes, and look for everything that was acknowledged."""
    kept: dict[str, bytes] = {}
    chance = random.Random(7)
    for number in range(rounds + 1):
        with simulator_process("--state", str(tmp_path), "--scenario", "empty") as running:
            if not number:
                run_a_cluster(running)
            web = WebHdfs(address(running))
            assert {path: web.get(path) for path in kept} == kept
            if number == rounds:
                break
            before = len(kept)
            worker = threading.Thread(target=change, args=(web, kept, number), daemon=True)
            worker.start()
            until = time.monotonic() + 20
            while len(kept) < before + 3 + chance.randrange(20) and time.monotonic() < until:
                time.sleep(0.005)
            running.process.kill()
            worker.join(30)
    assert len(kept) > 3 * rounds
