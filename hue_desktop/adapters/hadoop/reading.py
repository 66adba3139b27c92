"""Reading a file over WebHDFS: from the DataNode that the NameNode leads to, or from HttpFS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hue_desktop.adapters.hadoop.asking import StaleConnection
from hue_desktop.adapters.hadoop.http import Response
from hue_desktop.adapters.hadoop.namenode import Call, Elsewhere, NameNodes, host_header, names_of
from hue_desktop.adapters.hadoop.pages import check_same
from hue_desktop.adapters.hadoop.remote_errors import from_answer
from hue_desktop.core.errors import ServiceError, Unreachable
from hue_desktop.core.storage import Checksum, Entry
from hue_desktop.core.text import _

__all__ = ["WebHdfsSource"]

RESUMES = 4  #: how often one source goes on after its connection was cut


class WebHdfsSource:
    """Bytes of one range. When a DataNode goes away in the middle, another one goes on."""

    def __init__(
        self,
        namenodes: NameNodes,
        path: str,
        offset: int,
        length: int | None,
        expected: Entry | None,
    ) -> None:
        self.offset = offset
        self.checksum: Checksum | None = None
        self.modified: float | None = None
        self._namenodes = namenodes
        self._path = path
        self._expected = expected
        self._wanted = length
        self._done = 0
        self._resumes = 0
        self._avoid: set[str] = set()
        self._size: int | None = None
        self._closed = False
        self._response: Response | None = None
        if length is None and expected is not None and expected.size is not None:
            self._wanted = max(0, expected.size - offset)
        self._response = namenodes.run(self._opened)
        self.length = self._length()

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill as much as is there now; 0 at the end."""
        while self._done < self.length:
            response = self._response
            if response is None or self._closed:
                raise Unreachable(_("{path} has been closed.").format(path=self._path))
            room = self.length - self._done
            try:
                got = response.readinto(buffer[:room] if room < len(buffer) else buffer)
                if not got:
                    raise Unreachable(_("The body of {path} was cut.").format(path=self._path))
            except Unreachable as error:
                self._go_on(error)
                continue
            self._done += got
            if self._done == self.length:
                self._finish(response)
            return got
        return 0

    def fileno(self) -> int:
        """No descriptor: the bytes come in with an HTTP head before them."""
        return -1

    def advance(self, count: int, /) -> None:
        """Nothing to do: nobody reads behind our back."""

    def close(self) -> None:
        """Drop the connection if there is more to come."""
        self._closed = True
        response, self._response = self._response, None
        if response is not None:
            self._namenodes.pool.drop(response.connection)

    def _finish(self, response: Response) -> None:
        self._response = None
        if not response.ended:  # the end of a chunked body is still to be read
            self._namenodes.pool.drop(response.connection)
        else:
            self._namenodes.pool.give_back(response)

    def _go_on(self, error: Unreachable) -> None:
        """Open the rest of the range, preferably from another DataNode."""
        if self._closed:
            raise error
        response, self._response = self._response, None
        if response is not None:
            self._namenodes.pool.drop(response.connection)
            self._avoid |= names_of(response.connection.address)
        self._resumes += 1
        if self._resumes > RESUMES:
            raise error
        self._namenodes.pause(self._resumes)
        self._response = self._namenodes.run(self._opened)

    def _opened(self) -> Response | None:
        """The answer that the rest of the range comes in; ``None`` when nothing is left."""
        look = Call("GET", "GETFILESTATUS", self._path)
        left = None if self._wanted is None else self._wanted - self._done
        if left == 0:
            self._compare(self._namenodes.ask_all([look])[0]["FileStatus"])
            return None
        params: dict[str, Any] = {"offset": self.offset + self._done}
        if left is not None:
            params["length"] = left
        if self._avoid:
            params["excludedatanodes"] = ",".join(sorted(self._avoid))
        call = Call("GET", "OPEN", self._path, params)
        need = self._expected is not None or left is None
        try:
            where, told = self._namenodes.redirected(call, look if need else None)
        except ServiceError as error:
            if "out of the range" in error.message and not self._done:
                return None  # from the end on there is nothing
            if not self._avoid:
                raise
            # every holder was avoided: the tunnel was at fault, not all of them
            self._avoid.clear()
            raise Unreachable(error.message, remedy=error.remedy) from error
        if told is not None:
            self._compare(told["FileStatus"])
        if isinstance(where, Response):
            return where
        try:
            return self._from_datanode(where)
        except Unreachable:
            self._avoid |= names_of(where.address)
            raise

    def _from_datanode(self, where: Elsewhere) -> Response:
        pool = self._namenodes.pool
        head = f"GET {where.target} HTTP/1.1\r\nHost: {host_header(where.address)}\r\n\r\n"
        connection = pool.take(where.address)
        try:
            try:
                connection.send(head.encode("ascii"))
                response = connection.response("GET")
            except StaleConnection:
                pool.drop(connection)
                connection = pool.take(where.address, fresh=True)
                connection.send(head.encode("ascii"))
                response = connection.response("GET")
            if response.status != 200:
                raise from_answer(response.status, response.read(), self._path)
        except BaseException:
            pool.drop(connection)
            raise
        return response

    def _compare(self, status: Mapping[str, Any]) -> None:
        now = check_same(status, self._path, self._expected)
        self._size, self.modified = now.size, now.modified

    def _length(self) -> int:
        """Bytes of the range, by what the file holds."""
        told = self._response.length if self._response is not None else 0
        if self._size is not None:
            rest = max(0, self._size - self.offset)
            return rest if self._wanted is None else min(self._wanted, rest)
        if told < 0:  # HttpFS sends chunks
            return self._wanted or 0
        return told if self._wanted is None else min(told, self._wanted)
