"""The local disk as a store: the ``FileSystem`` port over the operating system's own calls."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hue_desktop.adapters.local.file_entries import entry_of, list_folder, walk_folder
from hue_desktop.adapters.local.file_errors import (
    not_offered,
    refused,
    translate_os_error,
    translated,
)
from hue_desktop.adapters.local.file_source import LocalSource, buffer
from hue_desktop.adapters.local.file_tree import delete_tree, file_properties, rename_path
from hue_desktop.adapters.local.file_upload import (
    LocalUpload,
    create_beside,
    pour,
    set_modified,
    tokens_of_run,
)
from hue_desktop.adapters.local.naming import appear
from hue_desktop.core.errors import HueError
from hue_desktop.core.file_systems import BlockPlace, Capabilities, Refusal, Source, Upload
from hue_desktop.core.storage import (
    LOCAL,
    Checksum,
    Entry,
    EntryKind,
    EntryPage,
    Location,
    Space,
    StoreId,
)
from hue_desktop.core.text import _

__all__ = ["LocalFileSystem"]


class LocalFileSystem:
    """The files of this machine. It keeps no state: one object serves all threads."""

    store: StoreId = LOCAL
    capabilities = Capabilities(permissions=True, parallel_parts=True)

    # -- reading ----------------------------------------------------------------------------
    def stat(self, location: Location) -> Entry:
        """What stands there; a link counts as what it leads to."""
        path = _native(location)
        with translated(path):
            return entry_of(path, location.name)

    def list(self, location: Location) -> Iterator[EntryPage]:
        """The folder's own entries; the error of a folder that cannot be read comes at once."""
        return _pages(_native(location), list_folder)

    def walk(self, location: Location) -> Iterator[EntryPage]:
        """All files below; links and special files come with a reason in ``skipped``."""
        return _pages(_native(location), walk_folder)

    def open(
        self,
        location: Location,
        offset: int = 0,
        length: int | None = None,
        *,
        expected: Entry | None = None,
    ) -> LocalSource:
        """Bytes from ``offset``; size and time are compared with ``expected`` at both ends."""
        return LocalSource(_native(location), offset, length, expected)

    def checksum(self, location: Location, *, cheap: bool = True) -> Checksum | None:
        """CRC32C by reading the file, so never a cheap one."""
        if cheap:
            return None
        from awscrt.checksums import crc32c

        crc, space = 0, buffer()
        with self.open(location) as source:
            while count := source.readinto(space):
                crc = crc32c(space[:count], crc)
        return Checksum("CRC32C", f"{crc:08x}")

    def space(self, location: Location) -> Space:
        """The file system's capacity, what is used, and what this user may still write."""
        path = _native(location)
        while not os.path.exists(path) and os.path.dirname(path) != path:
            path = os.path.dirname(path)
        with translated(path):
            usage = shutil.disk_usage(path)
        return Space(usage.total, usage.used, usage.free)

    # -- writing ----------------------------------------------------------------------------
    def put(
        self,
        location: Location,
        source: Source,
        *,
        overwrite: bool,
        modified: float | None = None,
        content_type: str = "",
    ) -> tuple[Entry, int]:
        """Store a small file whole: written beside its target, then renamed."""
        path = _native(location)
        file, temporary = create_beside(path)
        try:
            try:
                crc, _count = pour(source, file, 0, path)
                with translated(path):
                    set_modified(file, temporary, modified)
                    written = os.fstat(file)
            finally:
                os.close(file)
            with translated(path):
                appear(temporary, path, overwrite=overwrite)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        return Entry(location.name, EntryKind.FILE, written.st_size, written.st_mtime), crc

    def upload(
        self,
        location: Location,
        size: int,
        *,
        modified: float | None = None,
        part_size: int | None = None,
        content_type: str = "",
    ) -> LocalUpload:
        """Begin to write a file in parts; ``Refused`` when the disk has no room for all of it."""
        return LocalUpload.begin(_native(location), size, part_size, modified)

    def resume(self, token: str) -> Upload:
        """Go on with an upload of an earlier run."""
        upload = LocalUpload.from_token(token)
        upload.reopen()
        return upload

    def discard(self, token: str) -> None:
        """Remove the temporary file of an upload, if it is there."""
        LocalUpload.from_token(token).abort()

    def unfinished(self, location: Location, run: str) -> Sequence[str]:
        """What a killed process left right below the folder."""
        path = _native(location)
        with translated(path):
            return tokens_of_run(path, run)

    def copy_within(
        self,
        source: Location,
        target: Location,
        *,
        overwrite: bool,
        expected: Entry | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Entry:
        """Not offered: a copy on this machine passes through it anyway."""
        raise not_offered(_("a copy on the server's side"))

    def make_folder(self, location: Location) -> None:
        """Make the folder and its parents."""
        path = _native(location)
        with translated(path):
            try:
                os.makedirs(path, exist_ok=True)
            except FileExistsError as error:
                raise refused(
                    Refusal.NOT_FOLDER, _("{path} is no folder.").format(path=path)
                ) from error

    def rename(self, source: Location, target: Location, *, overwrite: bool = False) -> None:
        """Give it another name, atomically; not across file systems."""
        rename_path(_native(source), _native(target), overwrite=overwrite)

    def delete(self, location: Location, *, recursive: bool = False) -> int:
        """Remove it; a link goes, and what it leads to stays."""
        path = _native(location)
        with translated(path):
            found = os.lstat(path)
            if not stat.S_ISDIR(found.st_mode):
                os.unlink(path)
                return 1
        return delete_tree(path, recursive=recursive)

    def delete_many(self, locations: Sequence[Location]) -> Mapping[Location, str]:
        """Remove files one by one."""
        failed: dict[Location, str] = {}
        for location in locations:
            try:
                self.delete(location)
            except HueError as error:
                failed[location] = error.message
        return failed

    def change(self, location: Location, what: str, value: Any) -> None:
        """Set ``permission``, ``owner``, ``group`` (names or numbers) or ``modified``."""
        path = _native(location)
        with translated(path):
            if what == "permission":
                os.chmod(path, int(value))
            elif what == "modified":
                nanoseconds = round(float(value) * 1e9)
                os.utime(path, ns=(nanoseconds, nanoseconds))
            elif what in ("owner", "group"):
                self._give(path, what, value)
            else:
                raise not_offered(what)

    def _give(self, path: str, what: str, value: Any) -> None:
        who = int(value) if str(value).isdigit() else str(value)
        try:
            if what == "owner":
                shutil.chown(path, user=who)
            else:
                shutil.chown(path, group=who)
        except LookupError as error:
            raise refused(
                Refusal.INVALID_NAME, _("This machine knows no {name}.").format(name=value)
            ) from error

    # -- what only some have ----------------------------------------------------------------
    def blocks(self, location: Location) -> tuple[BlockPlace, ...]:
        """Not offered."""
        raise not_offered(_("a block map"))

    def properties(self, location: Location) -> Mapping[str, str]:
        """Links, inode, times and extended attributes."""
        path = _native(location)
        with translated(path):
            return file_properties(path)

    def versions(self, location: Location) -> tuple[Entry, ...]:
        """Not offered."""
        raise not_offered(_("versions"))

    def presigned_url(self, location: Location, expires_s: int) -> str:
        """Not offered."""
        raise not_offered(_("a presigned URL"))

    def trash(self, locations: Sequence[Location]) -> Mapping[Location, Location]:
        """Not offered."""
        raise not_offered(_("a trash"))

    def restore(self, location: Location) -> Location:
        """Not offered."""
        raise not_offered(_("a trash"))

    def trash_root(self) -> Location | None:
        """There is none."""
        return None

    def close(self) -> None:
        """Nothing is kept open."""


def _native(location: Location) -> str:
    """The path as the operating system takes it, without a slash at its end."""
    path = location.path
    if "\0" in path:
        raise translate_os_error(ValueError(), path.replace("\0", "\\0"))
    if os.name == "nt":
        path = path.removeprefix("/") or os.sep
    return path.rstrip("/") or "/"


def _pages(path: str, read: Callable[[str], Iterator[EntryPage]]) -> Iterator[EntryPage]:
    """The pages of ``read``; the first is read now, so that a wrong path is told now."""
    with translated(path):
        pages = read(path)
        first = next(pages, None)
    return _chained(path, first, pages)


def _chained(path: str, first: EntryPage | None, pages: Iterator[EntryPage]) -> Iterator[EntryPage]:
    with translated(path):
        if first is not None:
            yield first
            yield from pages
