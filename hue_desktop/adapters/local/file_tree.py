"""Renaming and deleting local files and folders, and what else the disk tells of them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from hue_desktop.adapters.local.file_errors import refused, translate_os_error, translated
from hue_desktop.adapters.local.naming import appear
from hue_desktop.core.text import _

__all__ = ["delete_tree", "file_properties", "rename_path"]


def rename_path(source: str, target: str, *, overwrite: bool) -> None:
    """Rename a file or folder; the target's folder must be there. Never merges two folders."""
    with translated(source):
        found = os.lstat(source)
    folder = stat.S_ISDIR(found.st_mode)
    with translated(target):
        if os.path.lexists(target) and not _same(source, target):
            if not overwrite:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            if not folder and os.path.isdir(target) and not os.path.islink(target):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if overwrite or folder or _same(source, target):
            os.replace(source, target)
        else:
            appear(source, target, overwrite=False)


def _same(source: str, target: str) -> bool:
    """Whether both names are one file: a change of case on a disk that does not tell them apart."""
    try:
        return os.path.samestat(os.lstat(source), os.lstat(target))
    except OSError:
        return False


def delete_tree(path: str, *, recursive: bool) -> int:
    """Remove a folder, with all in it if ``recursive``: how many files went. Links stay unfollowed.

    What can be removed is removed; the first thing that cannot be is raised at the end.
    """
    if os.path.dirname(path) == path:
        raise refused("Root", _("The root of the disk is never deleted."))
    if not recursive:
        with translated(path):
            os.rmdir(path)
        return 0
    removed = 0
    problems: list[OSError] = []
    for folder, folders, files in os.walk(path, topdown=False, onerror=problems.append):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in (*files, *links):
            removed += _try(os.unlink, os.path.join(folder, name), problems)
        _try(os.rmdir, folder, problems)
    if problems:
        first = problems[0]
        raise translate_os_error(first, str(first.filename or path)) from first
    return removed


def _try(call: Callable[[str], None], path: str, problems: list[OSError]) -> int:
    try:
        call(path)
    except FileNotFoundError:
        return 0
    except OSError as error:
        problems.append(error)
        return 0
    return 1


def file_properties(path: str) -> Mapping[str, str]:
    """What ``stat`` and the extended attributes say, in words. OSError."""
    own = os.lstat(path)
    found = {
        "inode": str(own.st_ino),
        "hard_links": str(own.st_nlink),
        "changed": _iso(own.st_ctime),
        "accessed": _iso(own.st_atime),
    }
    if hasattr(own, "st_blocks"):
        found["allocated_bytes"] = str(own.st_blocks * 512)
    if hasattr(os, "listxattr"):
        found |= _attributes(path)
    return found


def _attributes(path: str) -> dict[str, str]:
    try:
        return {
            name: os.getxattr(path, name, follow_symlinks=False).decode("utf-8", "replace")
            for name in os.listxattr(path, follow_symlinks=False)
        }
    except OSError:  # this file system has none
        return {}


def _iso(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="seconds")
