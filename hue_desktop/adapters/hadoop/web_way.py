"""The way to HDFS over HTTP: WebHDFS at the NameNode and DataNodes, or HttpFS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hue_desktop.adapters.hadoop import described
from hue_desktop.adapters.hadoop.namenode import Call, NameNodes
from hue_desktop.adapters.hadoop.reading import WebHdfsSource
from hue_desktop.adapters.hadoop.way import Status
from hue_desktop.adapters.hadoop.writing import appear, rename, send_file
from hue_desktop.core.errors import NotFound, Refused, ServiceError
from hue_desktop.core.file_systems import BlockPlace, Refusal, Source
from hue_desktop.core.storage import Checksum, Entry, Space
from hue_desktop.core.text import _

__all__ = ["WebWay"]

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


class WebWay:
    """The ``Way`` over HTTP."""

    checks_writes = False

    def __init__(self, namenodes: NameNodes) -> None:
        self._namenodes = namenodes
        self._defaults: Mapping[str, Any] | None = None
        self._batches = True  #: whether the server knows LISTSTATUS_BATCH

    def status(self, path: str) -> Status:
        """GETFILESTATUS."""
        found: Status = self._ask("GET", "GETFILESTATUS", path)["FileStatus"]
        return found

    def pages(self, path: str) -> Iterator[Sequence[Status]]:
        """LISTSTATUS_BATCH, or LISTSTATUS where the server knows no batches."""
        start: str | None = None
        while self._batches:
            params = {} if start is None else {"startAfter": start}
            try:
                answer = self._ask("GET", "LISTSTATUS_BATCH", path, params)
            except Refused as error:
                if start is not None or not _is_unknown(error):
                    raise
                self._batches = False
                break
            listing = answer["DirectoryListing"]
            statuses = listing["partialListing"]["FileStatuses"]["FileStatus"]
            yield statuses
            if not listing["remainingEntries"] or not statuses:
                return
            start = statuses[-1]["pathSuffix"]
        yield self._ask("GET", "LISTSTATUS", path)["FileStatuses"]["FileStatus"]

    def open(self, path: str, offset: int, length: int | None, expected: Entry | None) -> Source:
        """OPEN at the DataNode that has the block, or at HttpFS."""
        return WebHdfsSource(self._namenodes, path, offset, length, expected)

    def send(self, path: str, source: Source | None, *, parents: bool = True) -> tuple[int, int]:
        """CREATE."""
        return send_file(self._namenodes, path, source, parents=parents)

    def make_folder(self, path: str, permission: int | None = None) -> None:
        """MKDIRS."""
        params = {} if permission is None else {"permission": f"{permission:o}"}
        self._ask("PUT", "MKDIRS", path, params)

    def rename(self, source: str, target: str, *, overwrite: bool) -> None:
        """RENAME; over HttpFS what is there is removed first."""
        rename(self._namenodes, source, target, overwrite=overwrite)

    def appear(
        self, temporary: str, target: str, modified: float | None, *, overwrite: bool
    ) -> None:
        """SETTIMES and RENAME, in one round trip."""
        appear(self._namenodes, temporary, target, modified, overwrite=overwrite)

    def join(self, target: str, sources: Sequence[str]) -> None:
        """CONCAT, which takes its sources with commas between."""
        if any("," in each for each in sources):
            raise Refused(
                _("WebHDFS cannot join files with commas in their path."),
                code=Refusal.NOT_OFFERED,
            )
        call = Call("POST", "CONCAT", target, {"sources": ",".join(sources)}, again=False)
        self._namenodes.ask(call)

    def delete(self, path: str, *, recursive: bool) -> bool:
        """DELETE."""
        params = {"recursive": "true" if recursive else "false"}
        return bool(self._ask("DELETE", "DELETE", path, params).get("boolean"))

    def change(self, path: str, what: str, value: Any) -> None:
        """SETPERMISSION, SETOWNER, SETREPLICATION or SETTIMES."""
        op, params = _CHANGES[what](value)
        if self._ask("PUT", op, path, params).get("boolean") is False:
            raise Refused(
                _("{path} is a folder; only files have replicas.").format(path=path),
                code=Refusal.IS_FOLDER,
            )

    def summary(self, path: str) -> Mapping[str, int]:
        """GETCONTENTSUMMARY."""
        return described.summary(self._namenodes, path)

    def blocks(self, path: str) -> tuple[BlockPlace, ...]:
        """GETFILEBLOCKLOCATIONS."""
        return described.blocks(self._namenodes, path)

    def checksum(self, path: str) -> Checksum | None:
        """GETFILECHECKSUM."""
        return described.checksum(self._namenodes, path)

    def properties(self, path: str) -> Mapping[str, str]:
        """Status, content summary, quota, ACL and extended attributes."""
        return described.properties(self._namenodes, path)

    def space(self) -> Space:
        """From the NameNode's JMX."""
        return described.space(self._namenodes)

    def block_size(self) -> int:
        """GETSERVERDEFAULTS."""
        return int(self._server_defaults().get("blockSize", 0) or 0) or BLOCK_BYTES

    def trash_root(self, path: str) -> str:
        """GETTRASHROOT."""
        try:
            return str(self._ask("GET", "GETTRASHROOT", path)["Path"]).rstrip("/")
        except NotFound:
            raise
        except (Refused, ServiceError, KeyError):  # a gateway that does not know the operation
            return f"/user/{self._namenodes.user}/.Trash"

    def empties_trash(self) -> bool:
        """GETSERVERDEFAULTS."""
        return bool(int(self._server_defaults().get("trashInterval", 0) or 0))

    def close(self) -> None:
        """End all connections and all waiting."""
        self._namenodes.close()

    def _ask(
        self, method: str, op: str, path: str, params: Mapping[str, object] | None = None
    ) -> Any:
        return self._namenodes.ask(Call(method, op, path, params))

    def _server_defaults(self) -> Mapping[str, Any]:
        """Asked once; empty where the server does not know the operation."""
        if self._defaults is None:
            try:
                answer = self._ask("GET", "GETSERVERDEFAULTS", "/")
                self._defaults = answer.get("FsServerDefaults") or {}
            except (Refused, ServiceError):
                self._defaults = {}
        return self._defaults or {}


def _is_unknown(error: Refused) -> bool:
    """Whether the server does not know the operation."""
    return error.code in ("IllegalArgumentException", "QueryParamException", Refusal.NOT_OFFERED)
