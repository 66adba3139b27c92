"""One connection in one region: its boto3 session, clients, clock, budget and calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hue_desktop import __version__
from hue_desktop.adapters.aws.errors import (
    Where,
    may_have_happened,
    not_aws,
    translate,
    unknown_region,
)
from hue_desktop.adapters.aws.meter import Meter, Priority
from hue_desktop.adapters.aws.profile import new_core_session
from hue_desktop.adapters.aws.region_clock import DateClock
from hue_desktop.adapters.aws.retrying import Retrying
from hue_desktop.adapters.aws.sockets import OpenSockets
from hue_desktop.adapters.aws.timestamps import read_timestamp
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import (
    Cancelled,
    ConfigurationError,
    CredentialsError,
    HueError,
    ProtocolError,
    Throttled,
)
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AwsSession"]

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 20
MAX_PAGES = 1000  #: more than any answer has: an endpoint that repeats its marker must not hang us


class AwsSession:
    """Makes calls for the adapters of this room; safe from any thread.

    Nothing is read or contacted before the first call. After ``close`` every call, also one that
    is under way, ends with ``Cancelled``.
    """

    def __init__(
        self,
        connection: Connection,
        region: str,
        *,
        meter: Meter | None = None,
        retrying: Retrying | None = None,
    ) -> None:
        self.connection = connection
        self.region = region
        self.clock = DateClock()
        self.meter = meter or Meter()
        self._retrying = retrying or Retrying()
        self._sockets = OpenSockets()
        self._lock = threading.Lock()
        self._boto: Any = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._known_regions: tuple[str, ...] = ()
        self._closed = False

    def call(
        self,
        service: str,
        operation: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        priority: Priority = Priority.BACKGROUND,
        change: bool = False,
        region: str = "",
    ) -> dict[str, Any]:
        """The parsed answer of one API operation (``DescribeCluster``); a ``HueError`` if it fails.

        ``change`` marks a request that must not be carried out twice. ``region`` is another region
        than the session's, for services that live in one place.
        """

        def send() -> dict[str, Any]:
            if service == "emr":
                self.meter.acquire(operation, priority)
            return self._send(service, operation, dict(parameters or {}), region or self.region)

        try:
            return self._retrying.run(send, change=change)
        except HueError as error:
            if change and may_have_happened(error):
                error.remedy = _(
                    "It may have been carried out all the same: look before you try again."
                )
            raise

    def pages(
        self,
        service: str,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        marker: str = "Marker",
        priority: Priority = Priority.BACKGROUND,
        region: str = "",
    ) -> Iterator[dict[str, Any]]:
        """All pages; ``marker`` names the next one in the answer and asks for it in the request."""
        asked: dict[str, Any] = dict(parameters)
        for _page in range(MAX_PAGES):
            answer = self.call(service, operation, asked, priority=priority, region=region)
            yield answer
            following = answer.get(marker)
            if not following or following == asked.get(marker):
                return
            asked[marker] = following
        raise ProtocolError(
            _("{operation} answered without end.").format(operation=operation),
            remedy=_("Check the endpoint of connection “{connection}”.").format(
                connection=self.connection.name
            ),
        )

    def region_now(self) -> datetime:
        """The region's time; this machine's before the first answer."""
        known = self.clock.now()
        now = datetime.now(UTC)
        if known is None:
            return now
        rate = 1.0 if known.rate is None else known.rate
        return known.region_time + rate * (now - known.at_local)

    def speaks_to_aws(self, service: str, region: str = "") -> bool:
        """Whether a service is AWS's own, and not an endpoint that the user's files name."""
        try:
            url = self._client(service, region or self.region).meta.endpoint_url
        except Exception:  # whatever is wrong with the connection, the first call will tell
            return False
        host = urlsplit(url).hostname or ""
        return host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws"))

    def close(self) -> None:
        """End all calls and release the sockets, without waiting for a client being made."""
        self._closed = True
        self.meter.close()
        self._retrying.close()
        self._sockets.close()
        clients = list(self._clients.values())
        self._clients = {}
        for client in clients:
            client.close()

    def where(self, operation: str = "", *, endpoint: str = "", region: str = "") -> Where:
        """What error texts should name."""
        connection = self.connection
        named = (
            endpoint
            or connection.endpoint_url
            or _("AWS in {region}").format(region=region or self.region)
        )
        return Where(
            connection=connection.name,
            profile=connection.profile,
            region=region or self.region,
            endpoint=named,
            operation=operation,
            known_regions=() if connection.endpoint_url else self._known_regions,
        )

    def _send(
        self, service: str, operation: str, parameters: dict[str, Any], region: str
    ) -> dict[str, Any]:
        where = self.where(operation, region=region)
        try:
            client = self._client(service, region)
            where = self.where(operation, endpoint=client.meta.endpoint_url, region=region)
            answer: dict[str, Any] = _method(client, operation)(**parameters)
        except Exception as error:  # boto's parsers raise anything when an answer is garbage
            raise self._failure(error, where, service) from error
        headers = (answer.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
        if "html" in headers.get("content-type", ""):
            raise not_aws(where)
        return answer

    def _failure(self, error: Exception, where: Where, service: str) -> HueError:
        if self._closed:
            return Cancelled(_("The connection was closed."))
        if not where.known_regions and not self.connection.endpoint_url:
            where = replace(where, known_regions=self._known_regions)
        failure = translate(error, where)
        if isinstance(failure, Throttled) and service == "emr":
            self.meter.throttled(where.operation)
        if isinstance(failure, CredentialsError | ConfigurationError):
            self._forget()
        return failure

    def _forget(self) -> None:
        """Read the user's AWS files anew at the next call: they may have been renewed by then.

        The clients are not closed: other threads may be in the middle of a call.
        """
        with self._lock:
            self._boto = None
            self._clients = {}

    def _client(self, service: str, region: str) -> Any:
        with self._lock:
            if self._closed:
                raise Cancelled(_("The connection was closed."))
            key = (service, region)
            client = self._clients.get(key)
            if client is None:
                client = self._clients[key] = self._new_client(service, region)
            return client

    def _new_client(self, service: str, region: str) -> Any:
        from botocore.config import Config

        if self._boto is None:
            self._boto = self._new_boto()
        if not region:
            raise unknown_region(self.where())
        config = Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={"total_max_attempts": 1},  # ``Retrying`` decides
            max_pool_connections=10,
            user_agent_extra=f"hue-desktop/{__version__}",
            # a proxy would look for this machine's own addresses on its side
            proxies={} if _is_loopback(self.connection.endpoint_url) else None,
        )
        client = self._boto.client(
            service,
            region_name=region,
            endpoint_url=self.connection.endpoint_url or None,
            config=config,
        )
        self._sockets.watch(client._endpoint.http_session)
        if region == self.region:
            client.meta.events.register("response-received.*", self._read_clock)
        return client

    def _new_boto(self) -> Any:
        import boto3

        core = new_core_session(self.connection, self.where())
        core.register_component("data_loader", _model_loader())
        parsers = core.get_component("response_parser_factory")
        parsers.set_parser_defaults(timestamp_parser=read_timestamp)
        boto = boto3.Session(botocore_session=core, region_name=self.region)
        self._known_regions = tuple(
            region
            for partition in boto.get_available_partitions()
            for region in boto.get_available_regions("emr", partition_name=partition)
        )
        return boto

    def _read_clock(self, response_dict: Mapping[str, Any] | None = None, **_kw: Any) -> None:
        date_header = ((response_dict or {}).get("headers") or {}).get("date")
        if date_header:
            self.clock.observe(time.time(), date_header)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


@cache
def _model_loader() -> Any:
    """boto's service models, read once for all connections: they cost 0.2 s and some megabytes."""
    from botocore.loaders import create_loader

    return create_loader()


def _method(client: Any, operation: str) -> Any:
    from botocore import xform_name

    return getattr(client, xform_name(operation))
