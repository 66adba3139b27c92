"""One request to S3: signed, sent on a kept connection, repeated where that is safe.

What is handled here and nowhere else: buckets of another region, credentials that were renewed, a
clock that is wrong, connections that the server closed meanwhile, throttling and passing errors.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hue_desktop import __version__
from hue_desktop.adapters.aws.errors import Where
from hue_desktop.adapters.aws.retrying import Retrying
from hue_desktop.adapters.aws.s3.bodies import NOTHING, Body
from hue_desktop.adapters.aws.s3.connections import Connection, NoAnswer, Pool
from hue_desktop.adapters.aws.s3.endpoints import Endpoints, Place
from hue_desktop.adapters.aws.s3.failures import answer_failure, broken, error_code, field
from hue_desktop.adapters.aws.s3.responses import Response, read_response
from hue_desktop.adapters.aws.s3.signing import Signer, query_string, quoted
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.errors import Cancelled, HueError, Throttled
from hue_desktop.core.text import _

__all__ = ["Calls", "Pending", "uri"]

AGENT = f"hue-desktop/{__version__}"
REDIRECTS = 3


@dataclass(slots=True)
class Pending:
    """A request that was sent and whose answer nobody has read yet."""

    operation: str
    method: str
    bucket: str
    query: Mapping[str, Any]
    place: Place
    connection: Connection | None
    pool: Pool

    def close(self) -> None:
        """Forget the answer."""
        if self.connection is not None:
            self.pool.drop(self.connection)
            self.connection = None


class Calls:
    """Sends requests for one connection; safe from any thread."""

    def __init__(
        self, session: AwsSession, region: str = "", *, retrying: Retrying | None = None
    ) -> None:
        self.session = session
        self.endpoints = Endpoints(session, region)
        self.signer = Signer()
        self.pool = Pool(self.endpoints.tls_context)
        self.throttled = 0  #: how often S3 has asked for fewer requests
        self._retrying = retrying or Retrying(attempts=6, base_s=0.2, most_s=4.0, give_up_s=20.0)
        self._lock = threading.Lock()
        self._lacking: set[str] = set()
        self._proven: set[str] = set()

    def send(
        self,
        operation: str,
        method: str,
        bucket: str,
        key: str = "",
        query: Mapping[str, Any] | str = "",
        headers: Mapping[str, str] | None = None,
        body: Body = NOTHING,
        *,
        change: bool = False,
    ) -> Response:
        """The answer, which is a success; else a ``HueError``. ``change``: must not be repeated."""
        text = query if isinstance(query, str) else query_string(query)

        def once() -> Response:
            return self._once(operation, method, bucket, key, text, headers or {}, body)

        if not body.repeatable:
            return once()
        return self._retrying.run(once, change=change)

    def document(self, operation: str, method: str, bucket: str, key: str = "", **more: Any) -> str:
        """The answer's body as text; read within the retries, as it may be cut."""

        def once() -> str:
            response = self.attempt(operation, method, bucket, key, **more)
            try:
                text = response.read().decode("utf-8", "replace")
            except (OSError, ValueError) as error:
                response.close()
                raise self.broken(error, operation, bucket, key) from error
            if text.lstrip()[:120].find("<Error>") >= 0:  # S3 may fail after a 200
                status = 500 if field(text, "Code") == "InternalError" else 400
                where = self.where(operation, bucket)
                raise answer_failure(status, {}, text, where, uri(bucket, key))
            return text

        return self._retrying.run(once)

    def attempt(
        self,
        operation: str,
        method: str,
        bucket: str,
        key: str = "",
        query: Mapping[str, Any] | str = "",
        headers: Mapping[str, str] | None = None,
        body: Body = NOTHING,
    ) -> Response:
        """As ``send``, without repeating it after an error that passes."""
        text = query if isinstance(query, str) else query_string(query)
        return self._once(operation, method, bucket, key, text, headers or {}, body)

    def begin(
        self, operation: str, method: str, bucket: str, query: Mapping[str, Any]
    ) -> Pending | None:
        """Send a request whose answer is wanted later (``finish``); ``None`` if that failed."""
        place = self.endpoints.place(bucket)
        head = self._head(place, method, "", query_string(query), {}, NOTHING)
        try:
            connection = self.pool.take(place.address)
        except OSError:
            return None
        pending = Pending(operation, method, bucket, query, place, connection, self.pool)
        try:
            connection.send(head)
        except OSError:
            pending.close()
            return None
        return pending

    def finish(self, pending: Pending) -> str:
        """The document that was asked for; asked again in the ordinary way if it did not come."""
        connection, pending.connection = pending.connection, None
        if connection is not None:
            try:
                response = read_response(
                    self.pool, pending.place.address, connection, pending.method
                )
                text = response.read().decode("utf-8", "replace")
                if response.status == 200:
                    return text
            except (OSError, ValueError):
                self.pool.drop(connection)
        return self.document(pending.operation, pending.method, pending.bucket, query=pending.query)

    def lacks(self, feature: str) -> bool:
        """Whether the endpoint was found to be without a feature."""
        return feature in self._lacking

    def honours(self, feature: str) -> bool:
        """Whether the endpoint surely has a feature: it is AWS's, or has proven it."""
        return feature in self._proven or not self.endpoints.is_own

    def found_proven(self, feature: str) -> None:
        """Remember that the endpoint has a feature."""
        with self._lock:
            self._proven.add(feature)

    def found_lacking(self, feature: str) -> None:
        """Remember that the endpoint cannot do something, so that it is not asked again."""
        with self._lock:
            self._lacking.add(feature)

    def where(self, operation: str, bucket: str = "") -> Where:
        """What error texts name."""
        try:
            place = self.endpoints.place(bucket)
        except HueError:
            return self.session.where(operation)
        return self.session.where(operation, endpoint=place.url(""), region=place.region)

    def broken(self, error: BaseException, operation: str, bucket: str, key: str) -> HueError:
        """The ``HueError`` for a connection that broke."""
        if self.pool.closed:
            return Cancelled(_("The connection was closed."))
        return broken(error, self.where(operation, bucket), uri(bucket, key))

    def close(self) -> None:
        """End what is under way."""
        self._retrying.close()
        self.pool.close()

    # -- one attempt, with the redirections that are no failures --------------------------------
    def _once(
        self,
        operation: str,
        method: str,
        bucket: str,
        key: str,
        query: str,
        headers: Mapping[str, str],
        body: Body,
    ) -> Response:
        for _redirect in range(REDIRECTS):
            place = self.endpoints.place(bucket)
            try:
                response = self._exchange(place, method, key, query, headers, body)
                if response.status < 300:
                    return response
                document = response.read().decode("utf-8", "replace")
                if method == "HEAD" and response.status in (400, 403):
                    document = self._explained(place, key, query)
            except (OSError, ValueError) as error:
                raise self.broken(error, operation, bucket, key) from error
            if not (body.repeatable and self._another_way(response, document, bucket, place)):
                break
        failure = answer_failure(
            response.status,
            response.headers,
            document,
            self.where(operation, bucket),
            uri(bucket, key),
        )
        if isinstance(failure, Throttled):
            with self._lock:
                self.throttled += 1
        raise failure

    def _explained(self, place: Place, key: str, query: str) -> str:
        """What S3 would have said if the answer to HEAD had a body: GET is refused alike."""
        asked = query or ("" if key else "list-type=2&max-keys=0")
        first_byte = {"range": "bytes=0-0"} if key else {}
        response = self._exchange(place, "GET", key, asked, first_byte, NOTHING)
        if response.status < 300:
            response.close()
            return ""
        return response.read().decode("utf-8", "replace")

    def _exchange(
        self,
        place: Place,
        method: str,
        key: str,
        query: str,
        extra: Mapping[str, str],
        body: Body,
    ) -> Response:
        head = self._head(place, method, key, query, extra, body)
        connection = self.pool.take(place.address)
        while True:
            try:
                return self._converse(place, connection, method, head, body)
            except (NoAnswer, ConnectionResetError, BrokenPipeError):
                self.pool.drop(connection)
                if not (connection.used and body.repeatable):
                    raise
                connection = self.pool.dial(place.address)  # the server had closed the kept one
            except BaseException:
                self.pool.drop(connection)
                raise

    def _converse(
        self, place: Place, connection: Connection, method: str, head: bytes, body: Body
    ) -> Response:
        try:
            body.send(connection, head)
        except (BrokenPipeError, ConnectionResetError) as error:
            try:  # a server that does not want the body answers and closes
                response = read_response(self.pool, place.address, connection, method)
            except (OSError, ValueError):
                raise error from None
            response.keep = False
            return response
        return read_response(self.pool, place.address, connection, method)

    def _head(
        self,
        place: Place,
        method: str,
        key: str,
        query: str,
        extra: Mapping[str, str],
        body: Body,
    ) -> bytes:
        path = f"{place.base}/{quoted(key)}" if key else place.base or "/"
        headers = {"host": place.host_header, "x-amz-content-sha256": body.payload, **extra}
        body.describe(headers)
        self.signer.authorize(
            self.endpoints.credentials(),
            method,
            path,
            query,
            headers,
            region=place.region,
            service=place.service,
        )
        if body.length or method in ("PUT", "POST"):
            headers["content-length"] = str(body.length)
        headers["user-agent"] = AGENT
        if place.address.proxy is not None and not place.address.tls:
            path = place.url(path)
            if place.address.proxy[2]:
                headers["proxy-authorization"] = place.address.proxy[2]
        target = f"{path}?{query}" if query else path
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("utf-8", "surrogateescape")

    def _another_way(self, response: Response, document: str, bucket: str, place: Place) -> bool:
        """Whether the request may be sent again at once, because something was learned."""
        status, headers = response.status, response.headers
        code = error_code(status, document)
        if code == "RequestTimeTooSkewed":
            return self._learn_time(headers.get("date", ""))
        if code in ("ExpiredToken", "InvalidToken", "TokenRefreshRequired"):
            return self._renewed()
        if status == 307 and headers.get("location"):
            from urllib.parse import urlsplit

            host = urlsplit(headers["location"]).hostname
            if host and host != place.address.host and not self.endpoints.is_own:
                self.endpoints.redirected(bucket, host)
                return True
            return False
        region = headers.get("x-amz-bucket-region", "") or field(document, "Region")
        if status in (301, 400, 403) and region:
            return self.endpoints.moved(bucket, region)
        return False

    def _learn_time(self, date: str) -> bool:
        import time
        from email.utils import parsedate_to_datetime

        try:
            skew = parsedate_to_datetime(date).timestamp() - time.time()
        except ValueError:
            return False
        known, self.signer.skew_s = self.signer.skew_s, skew
        return abs(skew - known) > 60

    def _renewed(self) -> bool:
        """Whether other credentials stand in the user's files than those that have expired."""
        before = self.endpoints.credentials()
        self.endpoints.forget_credentials()
        after = self.endpoints.credentials()
        return (before.access_key, before.token) != (after.access_key, after.token)


def uri(bucket: str, key: str) -> str:
    """How error texts name an object."""
    return f"s3://{bucket}/{key}" if key or bucket else "s3://"
