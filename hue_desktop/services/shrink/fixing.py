"""Carrying out what makes a shrink safe: more replicas, a snapshot on S3, the balancer."""

from __future__ import annotations

import posixpath
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from typing import Protocol

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import Cancelled, HueError, UsageError
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.format import count
from hue_desktop.core.shrink.values import Fix
from hue_desktop.core.storage import Location, StoreId, StoreKind
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.transfers.values import (
    Conflict,
    Filter,
    Route,
    Transfer,
    TransferOptions,
    TransferRequest,
)
from hue_desktop.services.shrink.values import (
    CancelToken,
    FixOutcome,
    InspectionProgress,
    Progress,
)

__all__ = ["hdfs_of", "replicate", "s3_folder", "snapshot", "snapshot_request"]

_AT_ONCE = 8
_PROBLEMS = 5  #: kept in words
_BATCH = 64
_PATTERN_ROOM = 4000  #: characters of names that an S3DistCp step can take
_GLOB = frozenset("*?[]{}\\")


class Submit(Protocol):
    """Queues a transfer."""

    def __call__(
        self, request: TransferRequest, *, route: Route | None = None, reason: str = ""
    ) -> Transfer:
        """The transfer as it waits."""


def hdfs_of(ref: ClusterRef) -> StoreId:
    """The cluster's HDFS as a store."""
    return StoreId(StoreKind.HDFS, ref.connection, ref.region, ref.cluster_id)


def replicate(
    file_system: FileSystem,
    store: StoreId,
    paths: Iterable[str],
    fix: Fix,
    progress: Progress | None,
    token: CancelToken | None,
) -> FixOutcome:
    """Set the replication of the files. What cannot be changed is counted and said."""
    factor = fix.replication or 2
    work = _Replicating(file_system, store, factor)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="set-replication") as pool:
        rest = iter(paths)
        while batch := tuple(islice(rest, _BATCH)):
            if token is not None and token.cancelled:
                raise Cancelled(_("Cancelled."))
            list(pool.map(work.change, batch))
            if progress is not None:
                stage = _("Setting replication {n}").format(n=factor)
                progress(InspectionProgress(stage, work.done + work.failed, fix.files or None))
    text = ngettext(
        "Replication of {n} file set to {r}.", "Replication of {n} files set to {r}.", work.done
    ).format(n=count(work.done), r=factor)
    if work.failed:
        text += " " + ngettext(
            "{n} could not be changed.", "{n} could not be changed.", work.failed
        ).format(n=count(work.failed))
    return FixOutcome(
        fix.key, text, work.done, work.failed, wait_s=fix.seconds, problems=tuple(work.problems)
    )


class _Replicating:
    """Counts what several threads do."""

    def __init__(self, file_system: FileSystem, store: StoreId, factor: int) -> None:
        self._file_system, self._store, self._factor = file_system, store, factor
        self._lock = threading.Lock()
        self.done = self.failed = 0
        self.problems: list[str] = []

    def change(self, path: str) -> None:
        """One file."""
        try:
            self._file_system.change(Location(self._store, path), "replication", self._factor)
        except Cancelled:
            raise
        except HueError as error:
            with self._lock:
                self.failed += 1
                if len(self.problems) < _PROBLEMS:
                    self.problems.append(f"{path}: {error.message}")
            return
        with self._lock:
            self.done += 1


def s3_folder(ref: ClusterRef, target: str) -> Location:
    """The location of an ``s3://`` folder. ``UsageError`` for another text."""
    text = target.strip()
    if not text.startswith("s3://") or not text[5:].strip("/"):
        raise UsageError(
            _("“{text}” is no folder on S3.").format(text=target),
            remedy=_("Write it like s3://bucket/folder/."),
        )
    store = StoreId(StoreKind.S3, ref.connection, ref.region)
    return Location(store, "/" + text[5:].strip("/") + "/")


def snapshot(
    submit: Submit,
    ref: ClusterRef,
    paths: Sequence[str],
    target: str,
    fix: Fix,
) -> FixOutcome:
    """Queue the copy as an S3DistCp step; the transfer is followed as any other."""
    request, whole = snapshot_request(ref, paths, s3_folder(ref, target))
    reason = _("what exists only on this HDFS")
    transfer = submit(request, route=Route.S3DISTCP, reason=reason)
    text = _("Copying {folder} to {target} with S3DistCp.").format(
        folder=request.sources[0].path, target=request.target
    )
    if whole:
        text += " " + _("The whole folder is copied: its files are too many to be named.")
    return FixOutcome(fix.key, text, len(paths), wait_s=fix.seconds, transfer_id=transfer.id)


def snapshot_request(
    ref: ClusterRef, paths: Sequence[str], target: Location
) -> tuple[TransferRequest, bool]:
    """The copy of the files from the folder that they share, and whether all of it is copied.

    The files are named to the step as far as its arguments have room for that.
    """
    if not paths:
        raise UsageError(_("There is nothing to copy."))
    folder = posixpath.commonpath([posixpath.dirname(path) for path in paths])
    base = folder.rstrip("/") + "/"
    names = [path[len(base) :] for path in paths]
    fits = sum(map(len, names)) + 4 * len(names) < _PATTERN_ROOM
    plain = not _GLOB.intersection(chain.from_iterable(names)) if fits else False
    chosen = Filter(include=tuple("/" + name for name in names)) if fits and plain else Filter()
    options = TransferOptions(conflict=Conflict.OVERWRITE, filter=chosen, route=Route.S3DISTCP)
    below = target.child(base.strip("/"), folder=True) if base != "/" else target
    request = TransferRequest((Location(hdfs_of(ref), base),), below, options)
    return request, not (fits and plain)
