"""Which transfers make a pane read its folder again, and that it does."""

from __future__ import annotations

import dataclasses

import pytest

from hue_desktop.core.storage import Location, StoreId, StoreKind
from hue_desktop.core.transfers.values import (
    Route,
    Transfer,
    TransferOptions,
    TransferProgress,
    TransferRequest,
    TransferState,
)
from hue_desktop.ui.storage.arrivals import Arrivals, touches
from tests.ui.storage.desk import HDFS, S3, Desk


def transfer(target: Location, source: Location, *, move: bool = False, done: int = 1) -> Transfer:
    request = TransferRequest((source,), target, TransferOptions(move=move))
    progress = TransferProgress(files_total=1, files_done=done)
    return Transfer(1, request, Route.STREAM, TransferState.DONE, 0.0, progress=progress)


SOURCE = Location(HDFS, "/warehouse/events/readme.txt")


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/lake/raw/", True),
        ("/lake/", True),
        ("/lake/raw/events/", True),
        ("/lake/rawer/", False),
        ("/lake-dr/", False),
    ],
)
def test_a_folder_at_above_or_below_the_target_is_read_again(folder: str, expected: bool) -> None:
    done = transfer(Location(S3, "/lake/raw/"), SOURCE)
    assert touches(done, Location(S3, folder)) is expected
    elsewhere = StoreId(StoreKind.S3, "prod", "eu-central-1")  # the same bucket, seen from there
    assert touches(done, Location(elsewhere, folder)) is expected
    assert not touches(done, Location(HDFS, folder))


def test_only_a_move_changes_where_files_came_from() -> None:
    target, here = Location(S3, "/lake/raw/"), Location(HDFS, "/warehouse/events/")
    assert not touches(transfer(target, SOURCE), here)
    assert touches(transfer(target, SOURCE, move=True), here)
    assert not touches(transfer(target, SOURCE, move=True, done=0), here)


def test_what_was_copied_shows_without_asking(desk: Desk) -> None:
    page = desk.page
    arrivals = page.findChild(Arrivals)
    assert arrivals is not None
    desk.s3.add("/lake/raw/events/arrived.txt", data=b"here", storage_class="STANDARD")
    ended = transfer(Location(S3, "/lake/raw/events/"), SOURCE)
    arrivals.ended(dataclasses.replace(ended, state=TransferState.DONE))
    desk.qtbot.waitUntil(lambda: "arrived.txt" in desk.names(page.right))


def test_a_pane_out_of_sight_is_read_when_it_is_shown(desk: Desk) -> None:
    page = desk.page
    arrivals = page.findChild(Arrivals)
    assert arrivals is not None
    page.hide()
    desk.s3.add("/lake/raw/events/later.txt", data=b"here", storage_class="STANDARD")
    arrivals.ended(transfer(Location(S3, "/lake/raw/events/"), SOURCE))
    arrivals.catch_up()
    assert "later.txt" not in desk.names(page.right)
    page.show()
    page.shown()
    desk.qtbot.waitUntil(lambda: "later.txt" in desk.names(page.right))
