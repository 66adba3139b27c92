"""``kill -9`` at any moment: the next process goes on, and nothing is lost or left behind."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.core.errors import Refused
from hue_desktop.core.transfers.values import TransferState
from tests.unit.services.transfers.bench import (
    MIB,
    contents,
    leftovers,
    make_tree,
    transfer_service,
)

pytestmark = pytest.mark.slow

LARGE = 24 * MIB
BANDWIDTH = 12 * MIB


class Copying:
    """A tree that is copied by processes which come and go."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.source = make_tree(folder / "lake", 300, large=LARGE)
        self.target = folder / "target"
        self.expected = contents(self.source)

    def start(self, *, bandwidth: int = BANDWIDTH) -> subprocess.Popen[str]:
        """A copier that has begun."""
        where = [str(self.state), str(self.source), str(self.target)]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.services.transfers.copier", *where,
             f"--bandwidth={bandwidth}"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        return process

    def finish(self) -> dict[str, Any]:
        """A copier that is let alone, without a limit; what it says."""
        process = self.start(bandwidth=0)
        said, _errors = process.communicate(timeout=100)
        assert process.returncode == 0
        result: dict[str, Any] = json.loads(said)
        return result

    def check_target(self) -> int:
        """Every file that stands there is whole; how many do."""
        there = contents(self.target / "lake") if self.target.exists() else {}
        hidden = {os.path.relpath(path, self.target / "lake") for path in leftovers(self.target)}
        for name, found in there.items():
            assert name in hidden or self.expected[name] == found, name
        return len(there.keys() - hidden)

    def parts(self) -> int:
        """Parts of large files that the journal knows."""
        with closing(sqlite3.connect(self.state / "hue.sqlite3")) as journal:
            return int(journal.execute("SELECT count(*) FROM transfer_part").fetchone()[0])


def kill_and_resume(copying: Copying, kills: int, chance: random.Random) -> None:
    parts = []
    for _number in range(kills):
        process = copying.start()
        ended = threading.Event()
        ended.wait(chance.uniform(0, 0.5))  # the moment is what the test is about
        process.send_signal(signal.SIGKILL)
        process.communicate()
        copying.check_target()
        parts.append(copying.parts())
    result = copying.finish()
    assert (result["state"], result["error"]) == ("done", ""), result
    assert contents(copying.target / "lake") == copying.expected
    assert leftovers(copying.target) == []
    assert result["done"] + result["skipped"] == 302
    assert result["skipped"] == 0
    # a part that the journal knows is not moved again
    known = max(parts[-1:])
    assert result["moved"] <= sum(len(each or b"") for each in copying.expected.values()) - (
        known * 256 * 1024
    )


def test_three_kills(tmp_path: Path) -> None:
    kill_and_resume(Copying(tmp_path), 3, random.Random(3))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_twenty_kills(tmp_path: Path) -> None:
    kill_and_resume(Copying(tmp_path), 20, random.Random())


def test_the_parts_of_a_large_file_are_not_moved_twice(tmp_path: Path) -> None:
    copying = Copying(tmp_path)
    process = copying.start()
    waiting = threading.Event()
    while copying.parts() < 20 and process.poll() is None:
        waiting.wait(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    known = copying.parts()
    assert 20 <= known < LARGE // (256 * 1024)
    result = copying.finish()
    assert result["state"] == "done", result
    assert result["moved"] <= LARGE - known * 256 * 1024 + 300 * 40_000
    assert contents(copying.target / "lake") == copying.expected


def test_what_another_process_copies_is_seen_and_left_alone(tmp_path: Path) -> None:
    copying = Copying(tmp_path)
    process = copying.start()
    with transfer_service(copying.state) as service:
        (seen,) = service.transfers()
        assert seen.state in (TransferState.WAITING, TransferState.LISTING, TransferState.RUNNING)
        with pytest.raises(Refused, match="Another Hue Desktop"):
            service.resume(seen.id)
        heard = threading.Event()
        service.subscribe(lambda each: heard.set() if each.state.ended else None)
        said, _errors = process.communicate(timeout=100)
        assert heard.wait(30)
        assert service.transfer(seen.id).state is TransferState.DONE
    assert json.loads(said)["state"] == "done"
