"""What the queue holds of each transfer, and what can be said of one without asking any store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hue_desktop.core.storage import Location, StoreKind
from hue_desktop.core.transfers.naming import landing_of, overlaps
from hue_desktop.core.transfers.ports import FileRow
from hue_desktop.core.transfers.values import (
    Route,
    Transfer,
    TransferFile,
    TransferRequest,
    TransferState,
)
from hue_desktop.services.transfers.run import TransferRun

if TYPE_CHECKING:
    from hue_desktop.services.transfers.step_run import StepRun

__all__ = ["ACTIVE", "Record", "journal_file", "same_place", "usual_route"]

ACTIVE = (TransferState.LISTING, TransferState.RUNNING)  #: a process works on it


@dataclass
class Record:
    """A transfer of the queue."""

    transfer: Transfer
    listed: bool = False
    run_of: str = ""  #: which processes have worked on it, by spaces
    run: TransferRun | StepRun | None = None
    foreign: bool = False  #: another process works on it

    def snapshot(self) -> Transfer:
        run = self.run
        return self.transfer if run is None else replace(self.transfer, progress=run.progress())


def usual_route(request: TransferRequest) -> Route:
    stores = {source.store for source in request.sources} | {request.target.store}
    same = {(store.kind, store.connection) for store in stores}
    within = len(same) == 1 and request.target.store.kind is StoreKind.S3
    return Route.SERVER_SIDE if within else Route.STREAM


def same_place(one: Record, other: Record) -> bool:
    """Whether two transfers could write the same files: the later one waits for the earlier."""
    ours, theirs = _roots(one.transfer.request), _roots(other.transfer.request)
    return any(overlaps(a, b) for a in ours for b in theirs)


def _roots(request: TransferRequest) -> list[Location]:
    return [
        landing_of(request, index, folder=source.is_folder).root
        for index, source in enumerate(request.sources)
    ]


def journal_file(request: TransferRequest, row: FileRow) -> TransferFile:
    landing = landing_of(request, row.source, folder=bool(row.name))
    return TransferFile(
        id=row.id,
        relative=row.target,
        source=landing.source_of(row.name),
        target=landing.base.child(row.target),
        size=row.size,
        modified=row.modified,
        folder=row.folder,
        state=row.state,
        comparison=row.comparison,
        attempts=row.attempts,
        error=row.error,
        remedy=row.remedy,
        asks=row.asks,
        verified=row.verified,
    )
