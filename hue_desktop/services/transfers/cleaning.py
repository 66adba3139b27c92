"""Leaving nothing behind: temporary files and uploads of files that will not be finished."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

from hue_desktop.core.errors import HueError
from hue_desktop.core.file_systems import RUN, is_temporary
from hue_desktop.core.storage import Location, StoreKind
from hue_desktop.core.transfers.naming import landing_of
from hue_desktop.core.transfers.ports import FileRow, Opener, TransferStore
from hue_desktop.core.transfers.values import Transfer
from hue_desktop.services.transfers.large import ABOUT_TO_BEGIN
from hue_desktop.services.transfers.metering import Stop
from hue_desktop.services.transfers.widths import StoreLimits
from hue_desktop.services.transfers.work import Work

__all__ = ["clean_again", "clean_up", "discard_begun", "discard_ended", "with_run"]

_IN_FLIGHT = 10_000  #: files that may have been under way or done and not noted, at most
_REMEMBERED = 8  #: processes that were ended in the midst of one transfer

logger = logging.getLogger(__name__)


def with_run(runs: str) -> str:
    """The processes that have worked on a transfer (``RUN``, by spaces) and this one, the last."""
    earlier = [run for run in runs.split() if run != RUN]
    return " ".join([*earlier[1 - _REMEMBERED :], RUN])


def clean_up(work: Work, runs: str) -> None:
    """Remove what other processes left behind when they ended in the midst of the transfer.

    Uploads that the journal knows are kept: they are taken up again.
    """
    begun = work.store.begun(work.transfer_id)
    for row in begun:
        if row.token == ABOUT_TO_BEGIN:
            _discard_unknown(work, row)
    earlier = _others(runs)
    if not earlier:
        return
    kept = {name for row in begun for name in _temporary_names(row.token)}
    rows = work.store.waiting(work.transfer_id, after=0, limit=_IN_FLIGHT)
    for folder in _folders(work, [*rows, *begun]):
        _discard_beside(work, folder, earlier, kept)


def clean_again(work: Work, runs: str) -> None:
    """The same once the copy is done, in all its folders of HDFS.

    A busy DataNode may make a dead process’s file after the next process has looked there, and
    that one may have been ended, too.
    """
    earlier = _others(runs)
    if not earlier or work.request.target.store.kind is not StoreKind.HDFS:
        return
    begun = work.store.begun(work.transfer_id)
    kept = {name for row in begun for name in _temporary_names(row.token)}
    seen: set[Location] = set()
    count = 0
    while rows := work.store.files(work.transfer_id, limit=_IN_FLIGHT, offset=count):
        count += len(rows)
        for folder in _folders(work, rows) - seen:
            seen.add(folder)
            _discard_beside(work, folder, earlier, kept)


def _others(runs: str) -> list[str]:
    return [run for run in runs.split() if run != RUN]


def discard_begun(work: Work, *, ended: bool = False) -> None:
    """Remove uploads that were begun: of all files, or when ``ended`` of those that failed."""
    for row in work.store.begun(work.transfer_id):
        if ended and row.state.value == "waiting":
            continue
        if row.token == ABOUT_TO_BEGIN:
            _discard_unknown(work, row)
            continue
        try:
            fs, _target = work.target_of(row)
            fs.discard(row.token)
            work.store.set_token(row.id, "")
        except HueError as error:
            logger.warning("an upload to %s stays behind: %s", row.target, error)


def discard_ended(opener: Opener, store: TransferStore, transfer: Transfer) -> None:
    """Remove what a transfer that ended could not remove then."""
    if not store.begun(transfer.id):
        return
    stop = Stop()
    work = Work(
        transfer_id=transfer.id,
        request=transfer.request,
        store=store,
        opener=opener,
        stop=stop,
        limits=StoreLimits(),
        later=lambda _delay, _piece, _heavy: None,
        add=lambda _piece, _heavy, _first: None,
        give_up=lambda _error: None,
        busy=lambda: 1,
        landings=[
            landing_of(transfer.request, index, folder=source.is_folder)
            for index, source in enumerate(transfer.request.sources)
        ],
    )
    discard_begun(work)


def _discard_unknown(work: Work, row: FileRow) -> None:
    """The process ended between noting that an upload begins and noting its token."""
    fs, target = work.target_of(row)
    try:
        if target.store.kind is StoreKind.S3:
            for token in fs.unfinished(target, ""):
                fs.discard(token)
        work.store.set_token(row.id, "")
    except HueError as error:
        logger.warning("an upload to %s may stay behind: %s", target, error)


def _folders(work: Work, rows: Iterable[FileRow]) -> set[Location]:
    """Where temporary files of these may be: S3 has none."""
    return {
        target.parent()
        for row in rows
        for _fs, target in (work.target_of(row),)
        if target.store.kind is not StoreKind.S3
    }


def _discard_beside(work: Work, folder: Location, runs: Iterable[str], kept: set[str]) -> None:
    fs = work.opener.of(folder.store)
    try:
        for run in runs:
            for token in fs.unfinished(folder, run):
                if kept.isdisjoint(_temporary_names(token)):
                    fs.discard(token)
    except HueError as error:
        logger.debug("nothing to clean in %s: %s", folder, error)


def _temporary_names(token: str) -> set[str]:
    """Names of temporary files that a token speaks of."""
    return {name for name in re.split(r"[\n/\"]", token) if is_temporary(name)}
