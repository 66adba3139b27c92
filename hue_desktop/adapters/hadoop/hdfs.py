"""HDFS as the file-system port, whichever way it is talked to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hue_desktop.adapters.hadoop import trash
from hue_desktop.adapters.hadoop.pages import entry_of, page_of
from hue_desktop.adapters.hadoop.remote_errors import about
from hue_desktop.adapters.hadoop.tree import each_at_once, walk
from hue_desktop.adapters.hadoop.uploading import HdfsUpload, beside
from hue_desktop.adapters.hadoop.way import Status, Way
from hue_desktop.core.errors import HueError, NotFound, Refused
from hue_desktop.core.file_systems import (
    BlockPlace,
    Capabilities,
    Refusal,
    Source,
    Upload,
    temporary_run,
)
from hue_desktop.core.storage import Checksum, Entry, EntryKind, EntryPage, Location, Space, StoreId
from hue_desktop.core.text import _

__all__ = ["Hdfs"]

_CHANGES = ("permission", "owner", "group", "replication", "modified")


class Hdfs:
    """The ``FileSystem`` port. Large files are written in parts where HDFS can join them."""

    capabilities = Capabilities(
        permissions=True, replication=True, trash=True, blocks=True, parallel_parts=True
    )

    def __init__(self, store: StoreId, way: Way) -> None:
        self.store = store
        self._way = way
        if way.checks_writes:
            self.capabilities = replace(self.capabilities, checks_writes=True)

    # -- reading ----------------------------------------------------------------------------
    def stat(self, location: Location) -> Entry:
        """What stands there."""
        entry = entry_of(self._way.status(_path(location)), location.name)
        if location.is_folder and entry.kind is not EntryKind.FOLDER:
            raise _not_folder(location.path)
        return entry

    def list(self, location: Location) -> Iterator[EntryPage]:
        """A folder, a page of the NameNode's at a time."""
        for statuses in self._pages(_path(location)):
            yield page_of(statuses)

    def walk(self, location: Location) -> Iterator[EntryPage]:
        """Several folders at a time."""
        return walk(self._pages, _path(location))

    def open(
        self, location: Location, offset: int = 0, length: int | None = None,
        *, expected: Entry | None = None,
    ) -> Source:  # fmt: skip
        """From the DataNodes that have the blocks, or from HttpFS."""
        return self._way.open(_path(location), offset, length, expected)

    def checksum(self, location: Location, *, cheap: bool = True) -> Checksum | None:
        """CRC32C of all bytes over RPC; over WebHDFS what the cluster is configured to tell.
        Neither reads the file's data."""
        return self._way.checksum(_path(location))

    def space(self, location: Location) -> Space:
        """The cluster's capacity."""
        return self._way.space()

    # -- writing ----------------------------------------------------------------------------
    def put(
        self, location: Location, source: Source, *, overwrite: bool,
        modified: float | None = None, content_type: str = "",
    ) -> tuple[Entry, int]:  # fmt: skip
        """Beside the target, then renamed."""
        target = _file_path(location)
        temporary = beside(target)
        try:
            crc, count = self._way.send(temporary, source)
            self._way.appear(temporary, target, modified, overwrite=overwrite)
        except BaseException as error:
            with contextlib.suppress(HueError):
                self._way.delete(temporary, recursive=False)
            if isinstance(error, Refused):
                raise about(error, target) from error
            raise
        return Entry(location.name, EntryKind.FILE, count, modified), crc

    def upload(
        self, location: Location, size: int, *, modified: float | None = None,
        part_size: int | None = None, content_type: str = "",
    ) -> Upload:  # fmt: skip
        """Parts as long as blocks; one part where HDFS cannot join files."""
        target = _file_path(location)
        block = self._way.block_size()
        wanted = max(part_size or block, 1)
        length = -(-wanted // block) * block
        if not self._can_join(target):
            length = max(size, 1)
        return HdfsUpload.begin(self._way, target, size, length, modified)

    def resume(self, token: str) -> Upload:
        """The upload whose temporary folder is still there."""
        upload = HdfsUpload.from_token(self._way, token)
        upload.stored()  # NotFound when it is gone
        return upload

    def discard(self, token: str) -> None:
        """Remove a temporary folder or file; the token is an upload's, or a path."""
        if token.startswith("/"):
            if temporary_run(token.rpartition("/")[2]):
                self._way.delete(token, recursive=True)
            return
        with contextlib.suppress(NotFound):
            HdfsUpload.from_token(self._way, token).abort()

    def unfinished(self, location: Location, run: str) -> Sequence[str]:
        """Paths of temporary files and folders of that run."""
        path = _path(location)
        base = "" if path == "/" else path
        found: list[str] = []
        with contextlib.suppress(NotFound):
            for statuses in self._pages(path):
                names = (each["pathSuffix"] for each in statuses)
                found += [f"{base}/{name}" for name in names if temporary_run(name) == run]
        return found

    def copy_within(
        self, source: Location, target: Location, *, overwrite: bool,
        expected: Entry | None = None, progress: Callable[[int], None] | None = None,
    ) -> Entry:  # fmt: skip
        """HDFS cannot."""
        raise _not_offered(_("copying within HDFS without reading"))

    def make_folder(self, location: Location) -> None:
        """With those above it."""
        self._way.make_folder(_path(location))

    def rename(self, source: Location, target: Location, *, overwrite: bool = False) -> None:
        """Atomic; HttpFS removes what was there first. Folders above the target are made."""
        path = _path(target)
        with contextlib.suppress(NotFound):
            self._way.rename(_path(source), path, overwrite=overwrite)
            return
        self._way.status(_path(source))  # NotFound when it is the source that is missing
        self._way.make_folder(path.rpartition("/")[0] or "/")
        self._way.rename(_path(source), path, overwrite=overwrite)

    def delete(self, location: Location, *, recursive: bool = False) -> int:
        """For good; the files below are counted before."""
        path = _path(location)
        files = 1
        if recursive or location.is_folder:
            files = self._way.summary(path)["fileCount"]
        if not self._way.delete(path, recursive=recursive):
            raise NotFound(_("{path} does not exist.").format(path=path), code="NotFound")
        return int(files)

    def delete_many(self, locations: Sequence[Location]) -> Mapping[Location, str]:
        """Several at once."""

        def remove(location: Location) -> str:
            try:
                self.delete(location)
            except NotFound:
                return ""
            except HueError as error:
                return error.message
            return ""

        told = zip(locations, each_at_once(remove, locations), strict=True)
        return {location: text for location, text in told if text}

    def change(self, location: Location, what: str, value: Any) -> None:
        """Permission, owner, group, replication or time."""
        if what not in _CHANGES:
            raise _not_offered(what)
        self._way.change(_path(location), what, value)

    # -- what only some have ----------------------------------------------------------------
    def blocks(self, location: Location) -> tuple[BlockPlace, ...]:
        """The blocks of a file and who has them."""
        return self._way.blocks(_path(location))

    def properties(self, location: Location) -> Mapping[str, str]:
        """Status, content summary, quota, ACL and extended attributes."""
        return self._way.properties(_path(location))

    def versions(self, location: Location) -> tuple[Entry, ...]:
        """HDFS keeps none."""
        raise _not_offered(_("versions"))

    def presigned_url(self, location: Location, expires_s: int) -> str:
        """HDFS has none."""
        raise _not_offered(_("presigned URLs"))

    def trash(self, locations: Sequence[Location]) -> Mapping[Location, Location]:
        """Move below the trash's ``Current``, as Hadoop's shell does."""
        return {
            each: Location(self.store, trash.move(self._way, _path(each))) for each in locations
        }

    def restore(self, location: Location) -> Location:
        """Move back to where it was."""
        path = _path(location)
        home = trash.origin(path)
        if home is None:
            raise Refused(
                _("{path} is not in the trash.").format(path=path), code=Refusal.NOT_OFFERED
            )
        target = Location(self.store, home)
        self.rename(location, target)
        return target.as_folder() if location.is_folder else target

    def trash_root(self) -> Location | None:
        """The user's trash where the NameNode keeps one, or where a folder of that name is."""
        path = self._way.trash_root("/")
        if not self._way.empties_trash():
            try:
                self._way.status(path)
            except HueError:
                return None
        return Location(self.store, path + "/")

    def close(self) -> None:
        """End all connections and all waiting."""
        self._way.close()

    # -- inside -----------------------------------------------------------------------------
    def _pages(self, path: str) -> Iterator[Sequence[Status]]:
        """The statuses in a folder, page by page. ``Refused`` for a file."""
        for statuses in self._way.pages(path):
            if len(statuses) == 1 and not statuses[0]["pathSuffix"]:
                raise _not_folder(path)
            yield statuses

    def _can_join(self, target: str) -> bool:
        """Whether files can be joined there: not in encryption zones, nor under erasure coding."""
        if "," in target:  # WebHDFS takes what it joins with commas between
            return False
        folder = target.rpartition("/")[0] or "/"
        while True:
            try:
                status = self._way.status(folder)
            except NotFound:
                if folder == "/":
                    return True
                folder = folder.rpartition("/")[0] or "/"
                continue
            return not (status.get("encBit") or status.get("ecBit") or status.get("ecPolicy"))


def _path(location: Location) -> str:
    return location.path.rstrip("/") or "/"


def _file_path(location: Location) -> str:
    if location.is_folder:
        raise Refused(
            _("{path} is the name of a folder.").format(path=location.path),
            code=Refusal.IS_FOLDER,
        )
    return location.path


def _not_folder(path: str) -> Refused:
    return Refused(_("{path} is no folder.").format(path=path), code=Refusal.NOT_FOLDER)


def _not_offered(what: str) -> Refused:
    return Refused(
        _("HDFS does not offer this: {what}.").format(what=what), code=Refusal.NOT_OFFERED
    )
