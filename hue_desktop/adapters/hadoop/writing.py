"""Writing over WebHDFS: a body to the DataNode that the NameNode leads to, and the renaming."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from hue_desktop.adapters.hadoop.asking import StaleConnection
from hue_desktop.adapters.hadoop.http import HttpConnection, Response
from hue_desktop.adapters.hadoop.namenode import Call, Elsewhere, NameNodes, host_header, names_of
from hue_desktop.adapters.hadoop.remote_errors import about, from_answer
from hue_desktop.core.errors import (
    HueError,
    NotFound,
    ProtocolError,
    Refused,
    ServiceError,
    Unreachable,
)
from hue_desktop.core.file_systems import Refusal, Source, is_temporary
from hue_desktop.core.text import _

__all__ = ["appear", "rename", "send_file"]

BUFFER_BYTES = 256 << 10

_rooms = threading.local()


class _DataNodeLost(Exception):
    """The connection that the bytes went over broke (and not the one they came from)."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error if isinstance(error, HueError) else Unreachable(str(error))


def send_file(
    namenodes: NameNodes, path: str, source: Source | None, *, parents: bool = True
) -> tuple[int, int]:
    """Create a file (or replace it) with what a source holds: CRC32C and bytes.

    Asking where to go is repeated after failures; bytes are sent once, since the source can be
    read once only. When they break off, what has arrived is removed.
    """
    params = {"overwrite": "true", "createparent": "true" if parents else "false"}
    call = Call("PUT", "CREATE", path, params)
    pool = namenodes.pool
    avoid: set[str] = set()
    connection = namenodes.run(lambda: _led(namenodes, call, source, avoid))
    try:
        crc, count = _pour(connection, source)
        if source is not None and count != source.length:
            raise Unreachable(_("The source of {path} ended early.").format(path=path))
        response, body = _answer(connection)
    except _DataNodeLost as lost:
        pool.drop(connection)
        _take_back(namenodes, path)
        reason = _reason(namenodes, call)
        if reason is None:
            _take_back(namenodes, path)  # asking for the reason has made an empty file
        raise (reason or lost.error) from lost.error
    except BaseException:
        pool.drop(connection)
        _take_back(namenodes, path)
        raise
    if response.status not in (200, 201):
        pool.drop(connection)
        raise from_answer(response.status, body, path)
    pool.give_back(response)
    return crc, count


def _take_back(namenodes: NameNodes, path: str) -> None:
    """Delete what a body that broke off has left.

    The DataNode may read the head of our request, and make the file, after the NameNode was asked
    to delete it: so until something was there, it is asked again for a moment.
    """
    call = Call("DELETE", "DELETE", path, {"recursive": "false"})
    with contextlib.suppress(HueError):
        for wait_s in (0.05, 0.1, 0.2, 0.4, 0.8, 0.0):
            if namenodes.ask(call).get("boolean"):
                return
            namenodes.wait(wait_s)


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


def _settled(namenodes: NameNodes, calls: list[Call], source: str, target: str) -> None:
    """Send the calls, the last of which renames. After a cut, find out whether it was done.

    A connection that was cut may have carried our request nevertheless, now or a moment later:
    then it is the second try that finds nothing to rename.
    """
    try:
        namenodes.run(lambda: namenodes.ask_all(calls), again=False)
        return
    except (Unreachable, ProtocolError, NotFound) as error:
        cut = error
    except Refused as error:
        raise about(error, target) from error
    try:
        namenodes.ask(Call("GET", "GETFILESTATUS", source))
    except NotFound:
        if isinstance(cut, NotFound):
            _expect_renamed(namenodes, source, target, cut)
        return  # it has been renamed: nobody else knows the temporary name
    except HueError:
        raise cut from None
    if isinstance(cut, NotFound):
        raise cut
    try:
        namenodes.run(lambda: namenodes.ask_all(calls), again=False)
    except NotFound as error:
        _expect_renamed(namenodes, source, target, error)


def _expect_renamed(namenodes: NameNodes, source: str, target: str, error: NotFound) -> None:
    """Raise ``error`` unless it is a file of ours that has got its name already."""
    if not any(is_temporary(part) for part in source.split("/")):
        raise error
    try:
        namenodes.ask(Call("GET", "GETFILESTATUS", target))
    except NotFound:
        raise error from None


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


def _led(
    namenodes: NameNodes, call: Call, source: Source | None, avoid: set[str]
) -> HttpConnection:
    """A connection to where the bytes go, with the head of the request sent.

    ``avoid`` are DataNodes that could not be reached; one that cannot is added.
    """
    if avoid:
        params = {**call.params, "excludedatanodes": ",".join(sorted(avoid))}
        call = Call(call.method, call.op, call.path, params)
    try:
        where, _told = namenodes.redirected(call)
    except ServiceError as error:
        if not avoid:
            raise
        avoid.clear()  # all were avoided: the tunnel was at fault, not all of them
        raise Unreachable(error.message, remedy=error.remedy) from error
    if isinstance(where, Response):
        raise ProtocolError(_("HDFS did not say where to write to."))
    length = 0 if source is None else source.length
    head = (
        f"PUT {where.target} HTTP/1.1\r\nHost: {host_header(where.address)}\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\n"
    ).encode("ascii")
    try:
        return _connected(namenodes, where, head)
    except Unreachable:
        avoid |= names_of(where.address)
        raise


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


def _answer(connection: HttpConnection) -> tuple[Response, bytes]:
    """What the DataNode says to a body that was sent."""
    try:
        response = connection.response("PUT")
        return response, response.read()
    except (Unreachable, StaleConnection) as error:
        raise _DataNodeLost(error) from error


def _reason(namenodes: NameNodes, call: Call) -> HueError | None:
    """Why a DataNode closed on us while we were sending: it says so to an empty body."""
    try:
        connection = namenodes.run(lambda: _led(namenodes, call, None, set()))
    except HueError as error:
        return error
    try:
        response, body = _answer(connection)
    except _DataNodeLost:
        return None
    except HueError as error:
        return error
    finally:
        namenodes.pool.drop(connection)
    if response.status in (200, 201):
        return None
    return from_answer(response.status, body, call.path)
