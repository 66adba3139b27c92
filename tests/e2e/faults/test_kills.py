"""``kill -9`` of ``hue-desktop copy`` at random moments, its start included, and ``--resume``."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.faults.conftest import tree
from tests.e2e.faults.copier import MIB, Copier, until
from tests.e2e.faults.places import Place
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion

ROUTES = [("local", "s3"), ("s3", "hdfs"), ("hdfs", "s3"), ("s3", "local")]
PACE = ("--bandwidth", "16M", "--connections", "3")


class Journey:
    """A copy by processes which come and go, into a folder of its own."""

    def __init__(self, copier: Copier, source: str, target: Place, name: str) -> None:
        self.copier = copier
        self.words = (source, target.uri(name))
        self.target = target
        self.name = name
        self.number = 0  #: the transfer that came before ours in the journal

    def begin(self) -> bool:
        """Start a process and kill it at some moment; whether it was killed."""
        number, _state, before = self.copier.newest()
        known = number > self.number
        words = ("--resume", str(number), *PACE) if known else (*PACE, *self.words)
        process = self.copier.start(*words)
        if self.chance.random() < 0.75:  # else: anywhere, while it starts mostly
            until(lambda: self.copier.newest()[2] != before or process.poll() is not None)
        threading.Event().wait(self.chance.uniform(0, 0.8))  # the moment is the test
        killed = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return killed

    chance = random.Random()

    def over(self) -> bool:
        """Whether the journal has it as done."""
        number, state, _run = self.copier.newest()
        return number > self.number and state == "done"


def kill_and_resume(
    copier: Copier, source: Place, target: Place, kills: int, seed: int, large: int
) -> None:
    """Copy again and again until enough processes were killed; each copy ends whole."""
    expected = tree(60, large)
    source.fill("lake", expected)
    Journey.chance = random.Random(seed)
    killed = rounds = earlier = 0
    while killed < kills:
        rounds += 1
        journey = Journey(copier, source.uri("lake"), target, f"round {rounds}")
        journey.number = earlier
        while killed < kills and not journey.over():
            killed += journey.begin()
            there = target.files(journey.name)
            assert all(expected.get(name) == found for name, found in there.items())
        earlier, _state, _run = copier.newest()
        if earlier == journey.number:  # killed before it was noted
            done = copier.run(*journey.words)
            earlier += 1
        else:
            done = copier.run("--resume", str(earlier))
        assert (done.code, done.said["state"]) == (0, "done"), (done.said, done.errors)
        assert done.said["files_copied"] + done.said["files_skipped"] >= len(expected)
        assert done.said["files_failed"] == 0
        assert done.said["verified"].startswith("CRC32C of all bytes")
        assert target.files(journey.name) == expected
        assert target.litter() == []
    assert source.litter() == []


@pytest.fixture
def places(request: pytest.FixtureRequest) -> Callable[[str], Place]:
    """A store by its name."""

    def place(name: str) -> Place:
        found: Place = request.getfixturevalue(name)
        return found

    return place


@pytest.mark.parametrize("route", ROUTES[1:3], ids="-".join)
def test_two_kills(copier: Copier, places: Callable[[str], Place], route: tuple[str, str]) -> None:
    kill_and_resume(copier, places(route[0]), places(route[1]), 2, 3, 12 * MIB)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("route", ROUTES, ids="-".join)
def test_twenty_kills(
    house: HdfsRegion, tmp_path: Path, places: Callable[[str], Place], route: tuple[str, str]
) -> None:
    part = 5 * MIB if route[1] == "s3" else MIB
    copier = Copier(tmp_path / "user", house.region.s3_endpoint, part=part)
    kill_and_resume(copier, places(route[0]), places(route[1]), 20, len(route[0]), 48 * MIB)
