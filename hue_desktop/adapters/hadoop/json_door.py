"""GET over kept connections, answered in JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hue_desktop.adapters.hadoop.asking import Address, StaleConnection
from hue_desktop.adapters.hadoop.figures import decoded
from hue_desktop.adapters.hadoop.http import HttpPool, Response
from hue_desktop.core.errors import (
    AccessDenied,
    Cancelled,
    HueError,
    ProtocolError,
    ServiceError,
    Unreachable,
)
from hue_desktop.core.file_systems import Connector
from hue_desktop.core.text import _

__all__ = ["Answer", "JsonDoor", "Place"]

MOST_BYTES = 64 << 20
DIAL_S = 8.0


@dataclass
class Place:
    """Where a service may be, and where it was met last."""

    addresses: Sequence[Address]
    met: Address | None = field(default=None)

    def candidates(self) -> list[Address]:
        """All addresses, the one that answered last before the others."""
        rest = [each for each in self.addresses if each != self.met]
        return rest if self.met is None else [self.met, *rest]


class Answer(NamedTuple):
    """Who answered what, and after how many seconds."""

    address: Address
    json: Any
    took_s: float


class JsonDoor:
    """Asks servers of one cluster. Safe from several threads."""

    def __init__(self, connector: Connector, timeout_s: float) -> None:
        self._pool = HttpPool(connector, timeout_s=timeout_s, dial_timeout_s=DIAL_S)
        self.closed = False

    def first(self, place: Place, path: str, suits: Callable[[Any], bool]) -> Answer:
        """The first address whose answer suits, and the answer.

        Where the service was met before and is silent now, that is likely the tunnel's silence:
        its neighbours are left for the next round.
        """
        failed: HueError | None = None
        for address in place.candidates():
            try:
                answer, took_s = self._get(address, path)
            except Cancelled:
                raise
            except HueError as error:
                failed = failed or error
                was_met = address == place.met
                if was_met:
                    place.met = None  # the next round looks everywhere
                if error.exhausted or (was_met and isinstance(error.__cause__, TimeoutError)):
                    break
                continue
            if suits(answer):
                place.met = address
                return Answer(address, answer, took_s)
            failed = failed or ServiceError(
                _("{host}:{port} stands by for another one.").format(
                    host=address[0], port=address[1]
                )
            )
        assert failed is not None
        raise failed

    def get(self, address: Address, path: str) -> Any:
        """The answer's JSON. ``ProtocolError`` when it is something else."""
        return self._get(address, path)[0]

    def close(self) -> None:
        """End all connections; whoever waits on one fails at once."""
        self.closed = True
        self._pool.close()

    def _get(self, address: Address, path: str) -> tuple[Any, float]:
        status, body, took_s = self._fetch(address, path)
        host, port = address
        if status in (401, 403):
            raise AccessDenied(
                _("{host}:{port} does not let us read it.").format(host=host, port=port),
                remedy=_("The cluster may want Kerberos or another login."),
            )
        if status >= 300:
            raise ServiceError(
                _("{host}:{port} answers with HTTP {status}.").format(
                    host=host, port=port, status=status
                ),
                code=str(status),
                retryable=status >= 500,
            )
        try:
            return decoded(body), took_s
        except (ValueError, RecursionError) as error:
            raise ProtocolError(
                _("{host}:{port} answers with something that is no JSON.").format(
                    host=host, port=port
                ),
                remedy=_("It may be starting, or another service listens there."),
            ) from error

    def _fetch(self, address: Address, path: str) -> tuple[int, bytes, float]:
        """Status, body, and the seconds from the request to the head of the answer."""
        head = (
            f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
            "Accept: application/json\r\nAccept-Encoding: identity\r\n\r\n"
        ).encode("ascii")
        for fresh in (False, True):
            connection = self._pool.take(address, fresh=fresh)
            response: Response | None = None
            sent = time.monotonic()
            try:
                connection.send(head)
                response = connection.response("GET")
                took_s = time.monotonic() - sent
                body = response.read(MOST_BYTES)
            except StaleConnection:
                self._pool.drop(connection)
                if fresh:
                    raise self._silent(address) from None
                continue
            except BaseException as error:
                self._pool.drop(connection)
                if self.closed and isinstance(error, HueError):
                    raise Cancelled(_("The connection was closed.")) from error
                raise
            self._pool.give_back(response)
            return response.status, body, took_s
        raise self._silent(address)

    def _silent(self, address: Address) -> Unreachable:
        return Unreachable(
            _("The connection to {host}:{port} was cut.").format(host=address[0], port=address[1])
        )
