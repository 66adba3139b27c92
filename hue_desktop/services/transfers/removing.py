"""The second half of a move: sources whose targets are there and verified are removed."""

from __future__ import annotations

import logging

from hue_desktop.core.errors import HueError, NotFound
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import Location
from hue_desktop.core.transfers.ports import FileRow
from hue_desktop.services.transfers.work import Work

__all__ = ["remove_emptied", "remove_sources"]

_AT_ONCE = 1_000

logger = logging.getLogger(__name__)


def remove_sources(work: Work) -> None:
    """Remove the sources of all files that the journal knows as done."""
    while rows := work.store.to_remove(work.transfer_id, limit=_AT_ONCE):
        by_store: dict[int, list[tuple[FileRow, Location]]] = {}
        stores: dict[int, FileSystem] = {}
        for row in rows:
            fs, source = work.source_of(row)
            stores[id(fs)] = fs
            by_store.setdefault(id(fs), []).append((row, source))
        for key, found in by_store.items():
            _remove(stores[key], found)
        work.store.mark_removed([row.id for row in rows])


def _remove(fs: FileSystem, found: list[tuple[FileRow, Location]]) -> None:
    files = [source for row, source in found if not row.folder]
    for source, reason in (fs.delete_many(files) if files else {}).items():
        logger.warning("moved, but its source stays: %s: %s", source, reason)


def remove_emptied(work: Work) -> None:
    """Remove the folders that a move has emptied, the deepest first."""
    for landing in work.landings:
        fs = work.opener.of(landing.source.store)
        if not landing.source.is_folder or not fs.capabilities.folders:
            continue
        try:
            _remove_empty(fs, landing.source)
        except HueError as error:
            logger.info("a folder stays: %s", error)


def _remove_empty(fs: FileSystem, folder: Location) -> None:
    for page in fs.list(folder):
        for row, name in enumerate(page.names):
            if page.folders[row]:
                _remove_empty(fs, folder.child(name, folder=True))
    try:
        fs.delete(folder)
    except NotFound:
        return
    except HueError as error:
        logger.debug("not empty: %s: %s", folder, error)
