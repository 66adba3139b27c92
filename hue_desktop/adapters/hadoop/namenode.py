"""Asking a NameNode (or HttpFS) over HTTP, and being told where the bytes of a file are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from hue_desktop.adapters.hadoop.asking import ATTEMPTS, BASE_S, Address, Asking
from hue_desktop.adapters.hadoop.http import HttpConnection, HttpPool, Response
from hue_desktop.adapters.hadoop.remote_errors import from_answer
from hue_desktop.core.errors import HueError, ProtocolError
from hue_desktop.core.text import _

__all__ = ["Call", "Elsewhere", "NameNodes", "host_header", "names_of"]

PREFIX = "/webhdfs/v1"


class Call:
    """One operation on a path. ``again``: it may be sent twice without harm."""

    __slots__ = ("again", "method", "op", "params", "path")

    def __init__(
        self, method: str, op: str, path: str, params: Mapping[str, object] | None = None,
        *, again: bool = True,
    ) -> None:  # fmt: skip
        self.method = method
        self.op = op
        self.path = path
        self.params = params or {}
        self.again = again


class Elsewhere:
    """Where a redirect leads for ``path``.

    The path of the redirect is not trusted: Java's URI composes characters on the way (NFC), and
    ``e`` with a combining accent would become another file.
    """

    __slots__ = ("address", "target")

    def __init__(self, location: str, path: str) -> None:
        parts = urlsplit(location)
        if parts.scheme != "http" or not parts.hostname:
            raise ProtocolError(
                _("HDFS leads to {url}, which Hue Desktop cannot follow.").format(
                    url=parts._replace(query="").geturl()
                ),
                remedy=_("Clusters with encrypted WebHDFS can be reached through HttpFS."),
            )
        self.address: Address = (parts.hostname, parts.port or 80)
        known = parts.path.startswith(PREFIX)
        self.target = f"{PREFIX + _quoted(path) if known else parts.path}?{parts.query}"


class NameNodes(Asking):
    """The NameNodes of one HDFS (one, or an active and its standbys), as one user.

    ``is_httpfs`` is set by whoever knows that an HttpFS gateway stands there.
    """

    def __init__(
        self,
        pool: HttpPool,
        addresses: Sequence[Address],
        user: str,
        *,
        is_httpfs: bool = False,
        attempts: int = ATTEMPTS,
        base_s: float = BASE_S,
    ) -> None:
        super().__init__(addresses, attempts=attempts, base_s=base_s)
        self.pool = pool
        self.user = user
        self.is_httpfs = is_httpfs
        self._user_param = urlencode({"user.name": user})

    def ask(self, call: Call) -> Any:
        """The JSON answer of an operation (``{}`` for an empty one)."""
        return self.run(lambda: self.ask_all([call])[0], again=call.again)

    def ask_all(self, calls: Sequence[Call]) -> list[Any]:
        """The answers of several, sent at once on one connection and answered in order.

        Sent once, to the NameNode that is active; raises the first error. Those before it have
        been carried out, those after it may have been.
        """
        response: Response | None = None
        connection = self._sent(calls)
        answers: list[Any] = []
        try:
            for call in calls:
                response = self._response(connection, call)
                body = response.read()
                if response.status != 200 and response.status != 201:
                    raise self._error(response.status, body, call.path)
                answers.append(_parsed(body, connection.address))
        except BaseException:
            self.pool.drop(connection)
            raise
        if response is not None:
            self.pool.give_back(response)
        return answers

    def redirected(
        self, call: Call, before: Call | None = None
    ) -> tuple[Elsewhere | Response, Any]:
        """Where the bytes of a file go or come from, or (HttpFS) the answer that has them.

        With ``before`` its JSON answer comes along, asked for in the same round trip.
        """
        calls = [before, call] if before is not None else [call]
        connection = self._sent(calls)
        told: Any = None
        try:
            if before is not None:
                first = self._response(connection, before)
                body = first.read()
                if first.status != 200:
                    raise self._error(first.status, body, before.path)
                told = _parsed(body, connection.address)
            response = self._response(connection, call)
            if response.status == 200 and call.method == "GET":
                return response, told
            body = response.read()
            if response.status != 307:
                raise self._error(response.status, body, call.path)
            elsewhere = Elsewhere(response.headers.get("location", ""), call.path)
        except BaseException:
            self.pool.drop(connection)
            raise
        self.pool.give_back(response)
        return elsewhere, told

    def get(self, target: str) -> bytes:
        """Another page of the NameNode's HTTP server, such as ``/jmx``."""
        return self.run(lambda: self._got(target))

    def close(self) -> None:
        """End all waiting and all connections."""
        super().close()
        self.pool.close()

    def target(self, call: Call) -> str:
        """The request target of a call."""
        text = f"{PREFIX}{_quoted(call.path)}?op={call.op}&{self._user_param}"
        return f"{text}&{urlencode(call.params)}" if call.params else text

    def _sent(self, calls: Sequence[Call]) -> HttpConnection:
        address = self.address
        connection = self.pool.take(address)
        head = "".join(
            f"{call.method} {self.target(call)} HTTP/1.1\r\nHost: {host_header(address)}\r\n"
            + ("" if call.method == "GET" else "Content-Length: 0\r\n")
            + "\r\n"
            for call in calls
        )
        try:
            connection.send(head.encode("ascii"))
        except BaseException:
            self.pool.drop(connection)
            raise
        return connection

    def _response(self, connection: HttpConnection, call: Call) -> Response:
        return connection.response(call.method)

    def _got(self, target: str) -> bytes:
        connection = self.pool.take(self.address)
        try:
            head = f"GET {target} HTTP/1.1\r\nHost: {host_header(self.address)}\r\n\r\n"
            connection.send(head.encode("ascii"))
            response = connection.response("GET")
            body = response.read()
            if response.status != 200:
                raise self._error(response.status, body, target)
        except BaseException:
            self.pool.drop(connection)
            raise
        self.pool.give_back(response)
        return body

    @staticmethod
    def _error(status: int, body: bytes, what: str) -> HueError:
        return from_answer(status, body, what)


def _quoted(path: str) -> str:
    return quote(path, safe="/", errors="surrogatepass")


def host_header(address: Address) -> str:
    """An address as the Host header has it."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def names_of(address: Address) -> set[str]:
    """How a NameNode may know a DataNode: by its host, some by the address that it led to."""
    return {address[0], host_header(address)}


def _parsed(body: bytes, address: Address) -> Any:
    if not body:
        return {}
    try:
        return json.loads(body)
    except ValueError as error:
        raise ProtocolError(
            _("{host}:{port} answers, but not as WebHDFS does.").format(
                host=address[0], port=address[1]
            ),
            remedy=_("Check the port: WebHDFS is on the NameNode’s HTTP port, mostly 9870."),
        ) from error
