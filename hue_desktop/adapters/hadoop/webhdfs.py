"""HDFS over WebHDFS or HttpFS: the file-system port."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hue_desktop.adapters.hadoop import described, trash
from hue_desktop.adapters.hadoop.namenode import Call, NameNodes
from hue_desktop.adapters.hadoop.pages import entry_of, page_of
from hue_desktop.adapters.hadoop.reading import WebHdfsSource
from hue_desktop.adapters.hadoop.tree import each_at_once, walk
from hue_desktop.adapters.hadoop.writing import (
    WebHdfsUpload,
    about,
    appear,
    beside,
    rename,
    send_file,
)
from hue_desktop.core.errors import HueError, NotFound, Refused, ServiceError
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

__all__ = ["WebHdfs"]

BLOCK_BYTES = 128 << 20  #: where the server does not say

_CHANGES: dict[str, Callable[[Any], tuple[str, Mapping[str, object]]]] = {
    "permission": lambda value: ("SETPERMISSION", {"permission": f"{int(value):o}"}),
    "owner": lambda value: ("SETOWNER", {"owner": value}),
    "group": lambda value: ("SETOWNER", {"group": value}),
    "replication": lambda value: ("SETREPLICATION", {"replication": int(value)}),
    "modified": lambda value: (
        "SETTIMES",
        {"modificationtime": round(float(value) * 1000), "accesstime": -1},
    ),
}


class WebHdfs:
    """The ``FileSystem`` port over the NameNodes' HTTP."""

    capabilities = Capabilities(
        permissions=True, replication=True, trash=True, blocks=True, parallel_parts=True
    )

    def __init__(
        self,
        store: StoreId,
        namenodes: NameNodes,
        *,
        checksums: Callable[[str], Checksum | None] | None = None,
    ) -> None:
        self.store = store
        self._namenodes = namenodes
        self._checksums = checksums
        self._defaults: Mapping[str, Any] | None = None
        self._batches = True  #: whether the server knows LISTSTATUS_BATCH
        self._joins = True  #: whether the server joined files when it was asked to

    # -- reading ----------------------------------------------------------------------------
    def stat(self, location: Location) -> Entry:
        """GETFILESTATUS."""
        entry = entry_of(self._status(_path(location)), location.name)
        if location.is_folder and entry.kind is not EntryKind.FOLDER:
            raise _not_folder(location.path)
        return entry

    def list(self, location: Location) -> Iterator[EntryPage]:
        """LISTSTATUS_BATCH, a page of it at a time."""
        for statuses in self.pages(_path(location)):
            yield page_of(statuses)

    def walk(self, location: Location) -> Iterator[EntryPage]:
        """Several folders at a time, each by LISTSTATUS_BATCH."""
        return walk(self.pages, _path(location))

    def pages(self, path: str) -> Iterator[Sequence[Mapping[str, Any]]]:
        """The statuses in a folder, page by page. ``Refused`` for a file."""
        start: str | None = None
        while self._batches:
            params = {} if start is None else {"startAfter": start}
            try:
                answer = self._namenodes.ask(Call("GET", "LISTSTATUS_BATCH", path, params))
            except Refused as error:
                if start is not None or not _unknown_operation(error):
                    raise
                self._batches = False
                break
            listing = answer["DirectoryListing"]
            statuses = listing["partialListing"]["FileStatuses"]["FileStatus"]
            _check_folder(statuses, path)
            yield statuses
            if not listing["remainingEntries"] or not statuses:
                return
            start = statuses[-1]["pathSuffix"]
        answer = self._namenodes.ask(Call("GET", "LISTSTATUS", path))
        statuses = answer["FileStatuses"]["FileStatus"]
        _check_folder(statuses, path)
        yield statuses

    def open(
        self, location: Location, offset: int = 0, length: int | None = None,
        *, expected: Entry | None = None,
    ) -> Source:  # fmt: skip
        """OPEN at the DataNode that has the block, or at HttpFS."""
        return WebHdfsSource(self._namenodes, _path(location), offset, length, expected)

    def checksum(self, location: Location, *, cheap: bool = True) -> Checksum | None:
        """CRC32C of all bytes where DataNodes compose it of the checksums they keep; else what
        GETFILECHECKSUM says. Neither reads the file's data."""
        path = _path(location)
        if self._checksums is not None:
            with contextlib.suppress(Refused, ServiceError):
                composed = self._checksums(path)
                if composed is not None:
                    return composed
        return described.checksum(self._namenodes, path)

    def space(self, location: Location) -> Space:
        """The cluster's capacity."""
        return described.space(self._namenodes)

    # -- writing ----------------------------------------------------------------------------
    def put(
        self, location: Location, source: Source, *, overwrite: bool,
        modified: float | None = None, content_type: str = "",
    ) -> tuple[Entry, int]:  # fmt: skip
        """CREATE beside the target, then RENAME."""
        target = _file_path(location)
        temporary = beside(target)
        try:
            crc, count = send_file(self._namenodes, temporary, source)
            appear(self._namenodes, temporary, target, modified, overwrite=overwrite)
        except BaseException as error:
            with contextlib.suppress(HueError):
                self._namenodes.ask(Call("DELETE", "DELETE", temporary))
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
        block = self._block_size()
        wanted = max(part_size or block, 1)
        length = -(-wanted // block) * block
        if not self._can_join(target):
            length = max(size, 1)
        return WebHdfsUpload.begin(self._namenodes, target, size, length, modified, self._crc32c)

    def resume(self, token: str) -> Upload:
        """The upload whose temporary folder is still there."""
        upload = WebHdfsUpload.from_token(self._namenodes, token, self._crc32c)
        upload.stored()  # NotFound when it is gone
        return upload

    def discard(self, token: str) -> None:
        """Remove a temporary folder or file; the token is an upload's, or a path."""
        if token.startswith("/"):
            if temporary_run(token.rpartition("/")[2]):
                self._namenodes.ask(Call("DELETE", "DELETE", token, {"recursive": "true"}))
            return
        with contextlib.suppress(NotFound):
            WebHdfsUpload.from_token(self._namenodes, token, self._crc32c).abort()

    def unfinished(self, location: Location, run: str) -> Sequence[str]:
        """Paths of temporary files and folders of that run."""
        path = _path(location)
        base = "" if path == "/" else path
        found: list[str] = []
        with contextlib.suppress(NotFound):
            for statuses in self.pages(path):
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
        """MKDIRS."""
        self._namenodes.ask(Call("PUT", "MKDIRS", _path(location)))

    def rename(self, source: Location, target: Location, *, overwrite: bool = False) -> None:
        """RENAME, atomic; HttpFS removes what was there first."""
        path = _path(target)
        with contextlib.suppress(NotFound):
            rename(self._namenodes, _path(source), path, overwrite=overwrite)
            return
        self._status(_path(source))  # NotFound when it is the source that is missing
        self._namenodes.ask(Call("PUT", "MKDIRS", path.rpartition("/")[0] or "/"))
        rename(self._namenodes, _path(source), path, overwrite=overwrite)

    def delete(self, location: Location, *, recursive: bool = False) -> int:
        """DELETE; with the files below it counted before."""
        path = _path(location)
        files = 1
        if recursive or location.is_folder:
            files = described.summary(self._namenodes, path)["fileCount"]
        call = Call("DELETE", "DELETE", path, {"recursive": "true" if recursive else "false"})
        if not self._namenodes.ask(call).get("boolean"):
            raise NotFound(_("{path} does not exist.").format(path=path), code="NotFound")
        return int(files)

    def delete_many(self, locations: Sequence[Location]) -> Mapping[Location, str]:
        """DELETE of each, several at once."""

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
        """SETPERMISSION, SETOWNER, SETREPLICATION or SETTIMES."""
        if what not in _CHANGES:
            raise _not_offered(what)
        op, params = _CHANGES[what](value)
        answer = self._namenodes.ask(Call("PUT", op, _path(location), params))
        if answer.get("boolean") is False:  # of a folder
            raise Refused(
                _("{path} is a folder; only files have replicas.").format(path=location.path),
                code=Refusal.IS_FOLDER,
            )

    # -- what only some have ----------------------------------------------------------------
    def blocks(self, location: Location) -> tuple[BlockPlace, ...]:
        """GETFILEBLOCKLOCATIONS."""
        return described.blocks(self._namenodes, _path(location))

    def properties(self, location: Location) -> Mapping[str, str]:
        """Status, content summary, quota, ACL and extended attributes."""
        return described.properties(self._namenodes, _path(location))

    def versions(self, location: Location) -> tuple[Entry, ...]:
        """HDFS keeps none."""
        raise _not_offered(_("versions"))

    def presigned_url(self, location: Location, expires_s: int) -> str:
        """HDFS has none."""
        raise _not_offered(_("presigned URLs"))

    def trash(self, locations: Sequence[Location]) -> Mapping[Location, Location]:
        """Move below the trash's ``Current``, as Hadoop's shell does."""
        return {each: Location(self.store, self._trashed(_path(each))) for each in locations}

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
        """The user's trash where the cluster keeps one, or where a folder of that name is."""
        path = trash.root_of(self._namenodes, "/")
        if not int(self._server_defaults().get("trashInterval", 0) or 0):
            try:
                self._status(path)
            except HueError:
                return None
        return Location(self.store, path + "/")

    def close(self) -> None:
        """End all connections and all waiting."""
        self._namenodes.close()

    # -- inside -----------------------------------------------------------------------------
    def _status(self, path: str) -> Mapping[str, Any]:
        status: Mapping[str, Any] = self._namenodes.ask(Call("GET", "GETFILESTATUS", path))[
            "FileStatus"
        ]
        return status

    def _trashed(self, path: str) -> str:
        return trash.move(self._namenodes, path)

    def _server_defaults(self) -> Mapping[str, Any]:
        """GETSERVERDEFAULTS, asked once; empty where the server does not know it."""
        if self._defaults is None:
            try:
                answer = self._namenodes.ask(Call("GET", "GETSERVERDEFAULTS", "/"))
                self._defaults = answer.get("FsServerDefaults", {})
            except (Refused, ServiceError):
                self._defaults = {}
        return self._defaults or {}

    def _block_size(self) -> int:
        return int(self._server_defaults().get("blockSize", 0) or 0) or BLOCK_BYTES

    def _can_join(self, target: str) -> bool:
        """Whether files can be joined there: not in encryption zones, nor under erasure coding."""
        if not self._joins or "," in target:  # CONCAT takes its sources with commas between
            return False
        folder = target.rpartition("/")[0] or "/"
        while True:
            try:
                status = self._status(folder)
            except NotFound:
                if folder == "/":
                    return True
                folder = folder.rpartition("/")[0] or "/"
                continue
            return not (status.get("encBit") or status.get("ecBit") or status.get("ecPolicy"))

    def _crc32c(self, path: str) -> int | None:
        """The CRC32C of a whole file, where the cluster tells it."""
        if self._checksums is None:
            return None
        try:
            found = self._checksums(path)
        except HueError:
            return None
        return int(found.value, 16) if found is not None and found.algorithm == "CRC32C" else None


def _path(location: Location) -> str:
    return location.path.rstrip("/") or "/"


def _file_path(location: Location) -> str:
    if location.is_folder:
        raise Refused(
            _("{path} is the name of a folder.").format(path=location.path),
            code=Refusal.IS_FOLDER,
        )
    return location.path


def _check_folder(statuses: Sequence[Mapping[str, Any]], path: str) -> None:
    if len(statuses) == 1 and not statuses[0]["pathSuffix"]:
        raise _not_folder(path)


def _not_folder(path: str) -> Refused:
    return Refused(_("{path} is no folder.").format(path=path), code=Refusal.NOT_FOLDER)


def _unknown_operation(error: Refused) -> bool:
    return error.code in ("IllegalArgumentException", "QueryParamException", Refusal.NOT_OFFERED)


def _not_offered(what: str) -> Refused:
    return Refused(
        _("HDFS does not offer this: {what}.").format(what=what), code=Refusal.NOT_OFFERED
    )
