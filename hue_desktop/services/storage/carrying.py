"""Carrying a confirmed plan out, change by change; what fails is told, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import Location, StoreId
from hue_desktop.core.storage_plans import (
    StorageAct,
    StorageChange,
    StorageOutcome,
    StoragePlan,
)
from hue_desktop.core.text import _

__all__ = ["carry_out"]

_BATCH = 1000


def carry_out(
    plan: StoragePlan,
    file_system_of: Callable[[StoreId], FileSystem],
    cancelled: Callable[[], bool],
    progress: Callable[[int], None],
) -> StorageOutcome:
    """Do what the plan says. Blocks; ``progress`` hears how many files and folders are done."""
    run = _Run(file_system_of, cancelled, progress)
    try:
        for act, changes in groupby(plan.changes, key=lambda change: change.act):
            run.do(act, list(changes))
    except Cancelled:
        run.failed.append((plan.changes[0].location, _("Cancelled; what was done stays done.")))
    folders = {each: None for each in run.changed}
    return StorageOutcome(
        plan, run.done, tuple(run.failed), tuple(reversed(run.inverse)), tuple(folders)
    )


class _Run:
    def __init__(
        self,
        file_system_of: Callable[[StoreId], FileSystem],
        cancelled: Callable[[], bool],
        progress: Callable[[int], None],
    ) -> None:
        self._of = file_system_of
        self._cancelled = cancelled
        self._progress = progress
        self.done = 0
        self.failed: list[tuple[Location, str]] = []
        self.inverse: list[StorageChange] = []
        self.changed: list[Location] = []

    def do(self, act: StorageAct, changes: list[StorageChange]) -> None:
        """All neighbouring changes of one kind."""
        if act is StorageAct.DELETE:
            changes = self._delete_files(changes)
        for change in changes:
            self._check()
            try:
                self._one(change)
            except HueError as error:
                self.failed.append((change.location, str(error)))
            else:
                self.changed.append(change.location.parent())

    def _one(self, change: StorageChange) -> None:
        file_system = self._of(change.location.store)
        if change.act is StorageAct.DELETE:
            self._count(file_system.delete(change.location, recursive=change.recursive))
        elif change.act is StorageAct.TRASH:
            there = file_system.trash([change.location])[change.location]
            self.inverse.append(StorageChange(StorageAct.RESTORE, there))
            self._count(1)
        elif change.act is StorageAct.RESTORE:
            back = file_system.restore(change.location)
            self.inverse.append(StorageChange(StorageAct.TRASH, back))
            self.changed.append(back.parent())
            self._count(1)
        elif change.act is StorageAct.RENAME and change.target is not None:
            file_system.rename(change.location, change.target)
            self.inverse.append(StorageChange(StorageAct.RENAME, change.target, change.location))
            self.changed.append(change.target.parent())
            self._count(1)
        elif change.act is StorageAct.MAKE_FOLDER:
            file_system.make_folder(change.location)
            self.inverse.append(StorageChange(StorageAct.DELETE, change.location))
            self._count(1)
        elif change.act is StorageAct.CHANGE:
            self._change(file_system, change)

    def _change(self, file_system: FileSystem, change: StorageChange) -> None:
        entry = file_system.stat(change.location)
        files_only = change.what in ("replication", "storage_class")
        if not (entry.is_folder and files_only):
            before = entry.details.get(change.what)
            file_system.change(change.location, change.what, change.value)
            if before is not None and not change.recursive:
                self.inverse.append(
                    StorageChange(StorageAct.CHANGE, change.location, None, change.what, before)
                )
            self._count(1)
        if not (change.recursive and entry.is_folder):
            return
        for location in _below(file_system, change.location.as_folder(), files_only):
            self._check()
            try:
                file_system.change(location, change.what, change.value)
            except HueError as error:
                self.failed.append((location, str(error)))
            else:
                self._count(1)

    def _delete_files(self, changes: list[StorageChange]) -> list[StorageChange]:
        """Remove the files among them in batches; what is left is folders, and single files."""
        files = [change.location for change in changes if not change.location.is_folder]
        if len(files) < 2:
            return changes
        store = files[0].store
        for start in range(0, len(files), _BATCH):
            self._check()
            batch = files[start : start + _BATCH]
            failed = self._of(store).delete_many(batch)
            self.failed += failed.items()
            self._count(len(batch) - len(failed))
            self.changed += {each.parent(): None for each in batch}
        return [change for change in changes if change.location.is_folder]

    def _count(self, more: int) -> None:
        self.done += more
        self._progress(self.done)

    def _check(self) -> None:
        if self._cancelled():
            raise Cancelled(_("The change was cancelled."))


def _below(file_system: FileSystem, folder: Location, files_only: bool) -> Iterator[Location]:
    """All files below, and each folder before the first thing in it."""
    seen: set[str] = set()
    for page in file_system.walk(folder):
        notes = page.columns.get("error"), page.columns.get("skipped")
        for row, name in enumerate(page.names):
            if any(note is not None and note[row] for note in notes):
                continue
            if not files_only:
                yield from _folders_above(folder, name, seen)
            if not (files_only and page.folders[row]):
                yield folder.child(name, folder=bool(page.folders[row]))


def _folders_above(folder: Location, name: str, seen: set[str]) -> Iterator[Location]:
    parts = name.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        path = "/".join(parts[:depth])
        if path and path not in seen:
            seen.add(path)
            yield folder.child(path, folder=True)
