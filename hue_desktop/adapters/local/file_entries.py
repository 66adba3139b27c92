"""What a local folder holds, as entries and pages of columns."""

from __future__ import annotations

import os
import stat
import sys
import time
from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from hue_desktop.adapters.local.file_errors import translate_os_error
from hue_desktop.core.file_systems import is_temporary
from hue_desktop.core.storage import Entry, EntryKind, EntryPage
from hue_desktop.core.text import _

__all__ = ["entry_of", "list_folder", "walk_folder"]

_PAGE_ROWS = 2000
_PAGE_S = 0.05  # a page is handed on after this long, full or not: network disks are slow


def entry_of(path: str, name: str) -> Entry:
    """What stands at ``path``; links are followed, one that leads nowhere is a LINK. OSError."""
    own = os.lstat(path)
    details: dict[str, Any] = {}
    found = own
    if stat.S_ISLNK(own.st_mode):
        details["link_target"] = os.readlink(path)
        try:
            found = os.stat(path)
        except FileNotFoundError:
            return Entry(name, EntryKind.LINK, None, own.st_mtime, details)
    kind = EntryKind.FOLDER if stat.S_ISDIR(found.st_mode) else EntryKind.FILE
    details |= {
        "owner": _user(found.st_uid),
        "group": _group(found.st_gid),
        "permission": stat.S_IMODE(found.st_mode),
    }
    size = found.st_size if kind is EntryKind.FILE else None
    return Entry(name, kind, size, found.st_mtime, details)


def list_folder(path: str) -> Iterator[EntryPage]:
    """The folder's own entries, page by page; a link shows as what it leads to. OSError."""
    page = _Page(details=True)
    with os.scandir(path) as entries:
        for entry in entries:
            if not is_temporary(entry.name):
                page.add(entry.name, *_follow(entry))
            if page.is_due():
                yield page.take()
    if page.names:
        yield page.take()


def walk_folder(path: str) -> Iterator[EntryPage]:
    """All files below in the order of the disk, and folders that are empty; links stay unfollowed.

    OSError for ``path`` itself; a folder further down that cannot be read is a row with ``error``.
    """
    page = _Page(details=False)
    waiting = [""]  # relative folders with a slash at the end, still to be read
    while waiting:
        folder = waiting.pop()
        below: list[str] = []
        try:
            with os.scandir(os.path.join(path, folder)) as entries:
                empty = True
                for entry in entries:
                    empty = False
                    _walk_entry(page, folder, entry, below)
                    if page.is_due():
                        yield page.take()
        except OSError as error:
            if not folder:
                raise
            problem = translate_os_error(error, os.path.join(path, folder[:-1]))
            page.add(folder[:-1], None, "", error=problem.message)
        else:
            if empty and folder:
                page.add(folder[:-1], os.lstat(os.path.join(path, folder)), "")
        waiting.extend(reversed(below))
    if page.names:
        yield page.take()


def _walk_entry(page: _Page, folder: str, entry: os.DirEntry[str], below: list[str]) -> None:
    relative = folder + entry.name
    try:
        if entry.is_dir(follow_symlinks=False):
            below.append(relative + "/")
            return
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return  # gone since the folder was read
    except OSError as error:
        page.add(relative, None, "", error=translate_os_error(error, entry.path).message)
        return
    if stat.S_ISREG(found.st_mode):
        if not is_temporary(entry.name):
            page.add(relative, found, "")
    else:
        page.add(relative, found, "", skipped=_special(found.st_mode))


def _special(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return _("a symbolic link; links are not followed")
    if stat.S_ISFIFO(mode):
        return _("a named pipe")
    if stat.S_ISSOCK(mode):
        return _("a socket")
    return _("a device")


def _follow(entry: os.DirEntry[str]) -> tuple[os.stat_result | None, str]:
    """What an entry leads to, and the target's text when it is a link."""
    try:
        found = entry.stat(follow_symlinks=False)
        if not stat.S_ISLNK(found.st_mode):
            return found, ""
        target = os.readlink(entry.path)
        try:
            return entry.stat(), target
        except OSError:  # it leads nowhere, or in a circle
            return found, target
    except OSError:  # gone since, or a network disk that is not there: the name stays
        return None, ""


class _Page:
    """Rows that are being collected."""

    def __init__(self, *, details: bool) -> None:
        self._details = details
        self._start()

    def _start(self) -> None:
        self._deadline = time.monotonic() + _PAGE_S
        self.names: list[str] = []
        self._folders = bytearray()
        self._sizes = array("q")
        self._modified = array("d")
        self._notes: dict[str, dict[int, str]] = {}
        self._columns: dict[str, list[Any]] = (
            {"owner": [], "group": [], "permission": []} if self._details else {}
        )

    def add(
        self,
        name: str,
        found: os.stat_result | None,
        link_target: str,
        *,
        error: str = "",
        skipped: str = "",
    ) -> None:
        """One row; without ``found`` nothing but its name is known."""
        mode = found.st_mode if found else stat.S_IFDIR if error else 0
        folder = stat.S_ISDIR(mode)
        if error or skipped or link_target:
            notes = {"error": error, "skipped": skipped, "link_target": link_target}
            for key, text in notes.items():
                if text:
                    self._notes.setdefault(key, {})[len(self.names)] = text
        self.names.append(name)
        self._folders.append(folder)
        self._sizes.append(-1 if folder or found is None else found.st_size)
        self._modified.append(found.st_mtime if found else float("nan"))
        if self._details:
            columns = self._columns
            columns["owner"].append(_user(found.st_uid) if found else "")
            columns["group"].append(_group(found.st_gid) if found else "")
            columns["permission"].append(stat.S_IMODE(mode) if found else None)

    def is_due(self) -> bool:
        """Whether what is there should be handed on."""
        count = len(self.names)
        if count >= _PAGE_ROWS:
            return True
        return bool(count) and count % 64 == 0 and time.monotonic() > self._deadline

    def take(self) -> EntryPage:
        """The rows collected so far; the next page begins."""
        rows = len(self.names)
        columns: dict[str, list[Any]] = self._columns
        for key, texts in self._notes.items():
            columns[key] = [texts.get(row, "") for row in range(rows)]
        page = EntryPage(self.names, self._folders, self._sizes, self._modified, columns)
        self._start()
        return page


@lru_cache(1024)
def _user(uid: int) -> str:
    try:
        import pwd

        return sys.intern(pwd.getpwuid(uid).pw_name)
    except (ImportError, KeyError):
        return str(uid)


@lru_cache(1024)
def _group(gid: int) -> str:
    try:
        import grp

        return sys.intern(grp.getgrgid(gid).gr_name)
    except (ImportError, KeyError):
        return str(gid)
