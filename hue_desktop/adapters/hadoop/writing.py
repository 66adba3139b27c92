"""Writing over WebHDFS: a body to the DataNode that the NameNode leads to, and uploads in parts.

A file appears under a temporary name beside its target and is renamed when it is whole. A large
one is written as one file a part, in a temporary folder, from several threads at once; the
NameNode then joins them (``CONCAT``), which moves no byte. The parts are as long as HDFS blocks, so
the file has the blocks it would have had; each is named after its place and its CRC32C, which is
all that is needed to go on after the process was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

from hue_desktop.adapters.hadoop.http import HttpConnection, Response, StaleConnection
from hue_desktop.adapters.hadoop.namenode import Call, Elsewhere, NameNodes, host_header
from hue_desktop.adapters.hadoop.remote_errors import from_answer
from hue_desktop.core.errors import HueError, NotFound, ProtocolError, Refused, Unreachable
from hue_desktop.core.file_systems import Part, Refusal, Source, temporary_name
from hue_desktop.core.storage import Entry, EntryKind
from hue_desktop.core.text import _

__all__ = ["WebHdfsUpload", "about", "appear", "beside", "send_file"]

BUFFER_BYTES = 256 << 10
CONCAT_AT_ONCE = 200  #: sources of one CONCAT; they all stand in its URL
_PART = re.compile(r"(\d{6})-([0-9a-f]{8})")

_rooms = threading.local()


class _DataNodeLost(Exception):
    """The connection that the bytes went over broke (and not the one they came from)."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error if isinstance(error, HueError) else Unreachable(str(error))


class WebHdfsUpload:
    """The ``Upload`` port. ``checksum`` tells a file's CRC32C where the cluster offers that."""

    def __init__(
        self,
        namenodes: NameNodes,
        folder: str,
        target: str,
        size: int,
        part_size: int,
        modified: float | None,
        checksum: Callable[[str], int | None],
    ) -> None:
        self._namenodes = namenodes
        self._folder = folder
        self._target = target
        self.size = size
        self.part_size = part_size
        self._modified = modified
        self._checksum = checksum
        self._ended = False
        self.token = json.dumps(
            {"target": target, "folder": folder, "size": size, "part": part_size, "at": modified}
        )

    @classmethod
    def begin(
        cls,
        namenodes: NameNodes,
        target: str,
        size: int,
        part_size: int,
        modified: float | None,
        checksum: Callable[[str], int | None],
    ) -> WebHdfsUpload:
        """Make the temporary folder, and those above it."""
        folder = beside(target)
        namenodes.ask(Call("PUT", "MKDIRS", folder))
        return cls(namenodes, folder, target, size, part_size, modified, checksum)

    @classmethod
    def from_token(
        cls, namenodes: NameNodes, token: str, checksum: Callable[[str], int | None]
    ) -> WebHdfsUpload:
        """The upload that a token names. ``NotFound`` when it is none."""
        try:
            known = json.loads(token)
            return cls(
                namenodes,
                str(known["folder"]),
                str(known["target"]),
                int(known["size"]),
                int(known["part"]),
                known["at"],
                checksum,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise NotFound(_("There is no such upload."), code="NoSuchUpload") from error

    def write(self, index: int, offset: int, source: Source) -> Part:
        """Write a part as a file of its own."""
        draft = f"{self._folder}/{index:06d}.{os.urandom(4).hex()}"
        crc, count = send_file(self._namenodes, draft, source)
        done = f"{self._folder}/{index:06d}-{crc:08x}"
        rename(self._namenodes, draft, done, overwrite=True)
        return Part(index, offset, count, crc)

    def stored(self) -> Sequence[Part]:
        """The parts that are there whole. ``NotFound`` when nothing is left of the upload."""
        parts = []
        for status in self._statuses():
            named = _PART.fullmatch(status["pathSuffix"])
            if named is None:
                continue
            index, length = int(named[1]), int(status["length"])
            offset = index * self.part_size
            if length == min(self.part_size, max(0, self.size - offset)):
                parts.append(Part(index, offset, length, int(named[2], 16)))
        return sorted(parts, key=lambda part: part.index)

    def commit(self, parts: Sequence[Part], *, crc32c: int | None, overwrite: bool) -> Entry:
        """Join the parts, compare the checksum where HDFS tells one, and let the file appear."""
        ordered = sorted(parts, key=lambda part: part.index)
        got = sum(part.length for part in ordered)
        if got != self.size or [part.index for part in ordered] != list(range(len(ordered))):
            raise Refused(
                _("{path}: {got} of {size} bytes have arrived.").format(
                    path=self._target, got=got, size=self.size
                ),
                code=Refusal.INCOMPLETE,
            )
        whole = f"{self._folder}/whole"
        if not overwrite:
            refuse_existing(self._namenodes, self._target)
        self._join(ordered, whole)
        self._compare(whole, crc32c)
        appear(self._namenodes, whole, self._target, self._modified, overwrite=overwrite)
        self._ended = True
        with contextlib.suppress(HueError):  # an empty folder is left at worst
            self._namenodes.ask(Call("DELETE", "DELETE", self._folder, {"recursive": "true"}))
        name = self._target.rpartition("/")[2]
        return Entry(name, EntryKind.FILE, self.size, self._modified)

    def abort(self) -> None:
        """Remove the temporary folder with all that is in it."""
        if not self._ended:
            self._ended = True
            self._namenodes.ask(Call("DELETE", "DELETE", self._folder, {"recursive": "true"}))

    def _statuses(self) -> list[Any]:
        answer = self._namenodes.ask(Call("GET", "LISTSTATUS", self._folder))
        return list(answer["FileStatuses"]["FileStatus"])

    def _join(self, parts: Sequence[Part], whole: str) -> None:
        """Make one file of the parts, in their order, whatever an earlier try has done of it."""
        lengths = {each["pathSuffix"]: int(each["length"]) for each in self._statuses()}
        if not parts:
            send_file(self._namenodes, whole, None)
            return
        names = [f"{part.index:06d}-{part.crc32c:08x}" for part in parts]
        joined = 0
        if "whole" in lengths:
            joined = -(-lengths["whole"] // self.part_size)
        else:
            rename(self._namenodes, f"{self._folder}/{names[0]}", whole, overwrite=True)
            joined = 1
        for first in range(joined, len(names), CONCAT_AT_ONCE):
            sources = [f"{self._folder}/{name}" for name in names[first : first + CONCAT_AT_ONCE]]
            call = Call("POST", "CONCAT", whole, {"sources": ",".join(sources)}, again=False)
            self._namenodes.ask(call)

    def _compare(self, whole: str, crc32c: int | None) -> None:
        """``Refused`` when HDFS has other bytes than were sent."""
        status = self._namenodes.ask(Call("GET", "GETFILESTATUS", whole))["FileStatus"]
        there = self._checksum(whole) if crc32c is not None else None
        if int(status["length"]) != self.size or (there is not None and there != crc32c):
            raise Refused(
                _("{path}: what arrived is not what was sent.").format(path=self._target),
                code=Refusal.BAD_CHECKSUM,
            )


def beside(target: str) -> str:
    """A temporary name in the target's folder."""
    return f"{target.rpartition('/')[0]}/{temporary_name(os.urandom(6).hex())}"


def send_file(namenodes: NameNodes, path: str, source: Source | None) -> tuple[int, int]:
    """Create a file (or replace it) with what a source holds: CRC32C and bytes.

    Asking where to go is repeated after failures; bytes are sent once, since the source can be
    read once only.
    """
    call = Call("PUT", "CREATE", path, {"overwrite": "true"})
    pool = namenodes.pool
    connection = namenodes.run(lambda: _led(namenodes, call, source))
    try:
        crc, count = _pour(connection, source)
        if source is not None and count != source.length:
            raise Unreachable(_("The source of {path} ended early.").format(path=path))
        response = _created(connection, path)
    except _DataNodeLost as lost:
        pool.drop(connection)
        raise (_reason(namenodes, call) or lost.error) from lost.error
    except BaseException:
        pool.drop(connection)
        raise
    pool.give_back(response)
    return crc, count


def appear(
    namenodes: NameNodes, temporary: str, target: str, modified: float | None, *, overwrite: bool
) -> None:
    """Set the time and rename, in one round trip."""
    if namenodes.is_httpfs or modified is None:
        if modified is not None:
            namenodes.ask(_set_time(temporary, modified))
        rename(namenodes, temporary, target, overwrite=overwrite)
        return
    calls = [_set_time(temporary, modified), _rename_call(temporary, target, overwrite)]
    _settled(namenodes, calls, temporary, target)


def rename(namenodes: NameNodes, source: str, target: str, *, overwrite: bool) -> None:
    """Rename atomically; ``Refused`` when something is there that must stay."""
    if namenodes.is_httpfs:
        _rename_by_gateway(namenodes, source, target, overwrite)
    else:
        _settled(namenodes, [_rename_call(source, target, overwrite)], source, target)


def refuse_existing(namenodes: NameNodes, target: str) -> None:
    """``Refused`` when something stands there."""
    with contextlib.suppress(NotFound):
        namenodes.ask(Call("GET", "GETFILESTATUS", target))
        raise Refused(_("{path} exists already.").format(path=target), code=Refusal.ALREADY_EXISTS)


def _settled(namenodes: NameNodes, calls: list[Call], source: str, target: str) -> None:
    """Send the calls, the last of which renames. After a cut, find out whether it was done."""
    try:
        namenodes.run(lambda: namenodes.ask_all(calls), again=False)
        return
    except (Unreachable, ProtocolError) as error:
        cut = error
    except Refused as error:
        raise about(error, target) from error
    try:
        namenodes.ask(Call("GET", "GETFILESTATUS", source))
    except NotFound:
        return  # it has been renamed: nobody else knows the temporary name
    except HueError:
        raise cut from None
    namenodes.run(lambda: namenodes.ask_all(calls), again=False)


def about(error: HueError, target: str) -> HueError:
    """The same refusal, about the file that was meant and not its temporary name."""
    if not isinstance(error, Refused):
        return error
    texts = {
        Refusal.ALREADY_EXISTS: _("{path} exists already."),
        Refusal.IS_FOLDER: _("{path} is a folder."),
        Refusal.NOT_FOLDER: _("A folder above {path} is a file."),
        Refusal.INVALID_NAME: _("HDFS does not allow the name {path}."),
    }
    text = next((texts[code] for code in texts if code == error.code), "")
    if not text:
        return error
    return Refused(text.format(path=target), code=error.code, remedy=error.remedy)


def _rename_call(source: str, target: str, overwrite: bool) -> Call:
    option = "OVERWRITE" if overwrite else "NONE"
    params = {"destination": target, "renameoptions": option}
    return Call("PUT", "RENAME", source, params, again=False)


def _rename_by_gateway(namenodes: NameNodes, source: str, target: str, overwrite: bool) -> None:
    """HttpFS knows no rename options: what is there is removed first."""
    status: Any = None
    with contextlib.suppress(NotFound):
        status = namenodes.ask(Call("GET", "GETFILESTATUS", target))["FileStatus"]
    if status is not None:
        if not overwrite or status["type"] == "DIRECTORY":
            raise Refused(
                _("{path} exists already.").format(path=target), code=Refusal.ALREADY_EXISTS
            )
        namenodes.ask(Call("DELETE", "DELETE", target))
    call = Call("PUT", "RENAME", source, {"destination": target}, again=False)
    if not namenodes.ask(call).get("boolean"):
        namenodes.ask(Call("GET", "GETFILESTATUS", source))  # NotFound says it better
        raise Refused(_("HDFS did not rename {path}.").format(path=source), code="RenameFailed")


def _set_time(path: str, modified: float) -> Call:
    params = {"modificationtime": round(modified * 1000), "accesstime": -1}
    return Call("PUT", "SETTIMES", path, params)


def _led(namenodes: NameNodes, call: Call, source: Source | None) -> HttpConnection:
    """A connection to where the bytes go, with the head of the request sent."""
    where, _told = namenodes.redirected(call)
    if isinstance(where, Response):
        raise ProtocolError(_("HDFS did not say where to write to."))
    length = 0 if source is None else source.length
    head = (
        f"PUT {where.target} HTTP/1.1\r\nHost: {host_header(where.address)}\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\n"
    ).encode("ascii")
    return _connected(namenodes, where, head)


def _connected(namenodes: NameNodes, where: Elsewhere, head: bytes) -> HttpConnection:
    connection = namenodes.pool.take(where.address, fresh=True)
    try:
        connection.send(head)
    except BaseException:
        namenodes.pool.drop(connection)
        raise
    return connection


def _pour(connection: HttpConnection, source: Source | None) -> tuple[int, int]:
    """Send all of the source: its CRC32C and how many bytes it had."""
    from awscrt.checksums import crc32c

    if source is None:
        return 0, 0
    space = _room()
    crc, count = 0, 0
    while got := source.readinto(space):
        data = space[:got]
        crc = crc32c(data, crc)
        try:
            connection.send(data)
        except Unreachable as error:
            raise _DataNodeLost(error) from error
        count += got
    return crc, count


def _room() -> memoryview:
    """This thread's buffer."""
    room: memoryview | None = getattr(_rooms, "room", None)
    if room is None:
        room = _rooms.room = memoryview(bytearray(BUFFER_BYTES))
    return room


def _created(connection: HttpConnection, path: str) -> Response:
    """The answer to a body that was sent; the error that it says."""
    try:
        response = connection.response("PUT")
        body = response.read()
    except (Unreachable, StaleConnection) as error:
        raise _DataNodeLost(error) from error
    if response.status not in (200, 201):
        raise from_answer(response.status, body, path)
    return response


def _reason(namenodes: NameNodes, call: Call) -> HueError | None:
    """Why a DataNode closed on us while we were sending: it says so to an empty body."""
    try:
        connection = namenodes.run(lambda: _led(namenodes, call, None))
    except HueError as error:
        return error
    try:
        _created(connection, call.path)
    except _DataNodeLost:
        return None
    except HueError as error:
        return error
    finally:
        namenodes.pool.drop(connection)
    return None
