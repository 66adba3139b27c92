"""The HTTP front: one loopback port for every AWS service of the region and its control API.

A request goes through: Host check, credential scope, protocol, admission (trouble and throttling),
input check, operation, output check. Whatever goes wrong on the way is answered with an error in
the client's own protocol.
"""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hue_desktop.simulator.aws.moto_bridge import MotoBridge
from hue_desktop.simulator.control import Control
from hue_desktop.simulator.s3.passage import S3Passage
from hue_desktop.simulator.servers import Servers
from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.wire.models import Models, OperationApi, ServiceApi, service_by_scope
from hue_desktop.simulator.wire.protocols import WireProtocol, protocol_of
from hue_desktop.simulator.wire.requests import (
    BadCredential,
    Credential,
    WireAnswer,
    WireRequest,
    credential_of,
)

if TYPE_CHECKING:
    from hue_desktop.simulator.region import Region

__all__ = ["Front", "PortTaken"]

_LOG = logging.getLogger(__name__)
_MAX_BODY = 16 * 1024 * 1024
_UNSIGNED_ACTIONS = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
_CUT = "cut"  #: fault code that breaks the connection instead of answering
_GARBAGE = "garbage"  #: fault code that answers what a broken proxy would


class PortTaken(Exception):
    """The port is in use; the text says what to do."""


class Front:
    """Serves a region on 127.0.0.1."""

    def __init__(self, region: Region, *, s3_store: str = "") -> None:
        self.region = region
        self.models = Models(strict=region.compat != "moto")
        self.moto = MotoBridge(region)
        self.servers = Servers(region, s3_store=s3_store)
        self.control = Control(region, self.moto, self.servers)
        self._s3 = S3Passage(lambda: self.servers.s3_endpoint_url)
        self.port = 0
        self.bugs: list[str] = []  #: answers that the models do not allow, for tests to see
        self._server: web.Server | None = None
        self._listener: asyncio.Server | None = None
        self._date_second = -1
        self._date_text = ""

    @property
    def endpoint_url(self) -> str:
        """What a client sets as its endpoint."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def control_url(self) -> str:
        """Base of the control API; whoever knows it may use it."""
        return f"{self.endpoint_url}{self.control.prefix}"

    async def start(self, port: int = 0) -> None:
        """Listen; port 0 lets the system choose. Raises :class:`PortTaken`."""
        loop = asyncio.get_running_loop()

        def request_of(
            message: Any, payload: Any, protocol: Any, writer: Any, task: Any
        ) -> web.BaseRequest:
            return web.BaseRequest(
                message, payload, protocol, writer, task, loop, client_max_size=_MAX_BODY
            )

        self._server = web.Server(
            self._handle, request_factory=request_of, access_log=None, keepalive_timeout=75.0
        )
        try:
            self._listener = await loop.create_server(self._server, "127.0.0.1", port, backlog=512)
        except OSError as error:
            raise PortTaken(
                f"Port {port} on 127.0.0.1 cannot be used ({_reason(error)}). "
                "Choose another one with --port, or let the system choose with --port 0."
            ) from error
        self.port = self._listener.sockets[0].getsockname()[1]
        self.servers.start()

    async def stop(self) -> None:
        """Stop listening and close the connections."""
        loop = asyncio.get_running_loop()
        if self._listener is not None:
            await _take_no_more(self._listener)
            self._listener.close()
        if self._server is not None:
            self._server.pre_shutdown()  # idle connections need no patience
            await asyncio.sleep(0)
            await self._server.shutdown(0.2)
        if self._listener is not None:
            await self._listener.wait_closed()
        await self._s3.close()
        await loop.run_in_executor(None, self.servers.stop)
        self.moto.close()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        controlled = path.startswith("/_control/")
        if (controlled or self.region.compat != "moto") and not self._is_own_host(request):
            return web.json_response(
                {"message": "This server answers to its loopback address only."}, status=403
            )
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not controlled and self._s3.takes(request):
            return await self._s3.answer(request)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.json_response(
                {"__type": "RequestEntityTooLargeException", "message": "The body is too large."},
                status=413,
            )
        except ConnectionResetError:  # the client went away in the middle: nobody to tell
            return web.Response(status=400)
        if controlled:
            return await self.control.handle(request.method, path, body)
        if self.region.compat == "moto" and path.startswith("/moto-api/"):
            return await self._moto_api(request.method, path)
        wire = WireRequest(
            request.method, path, request.rel_url.raw_query_string, request.headers, body
        )
        return await self._answer_aws(request, wire)

    def _is_own_host(self, request: web.BaseRequest) -> bool:
        host = request.headers.get("Host", "").lower()
        name, _, port = host.rpartition(":")
        return name in ("127.0.0.1", "localhost", "[::1]") and port == str(self.port)

    async def _moto_api(self, method: str, path: str) -> web.Response:
        if method == "POST" and path == "/moto-api/reset":
            self.region.reset()
            await self.moto.reset()
            await self.servers.reset()
            return web.json_response({"status": "ok"})
        return web.json_response({"message": f"{method} {path} is not simulated."}, status=404)

    async def _answer_aws(self, request: web.BaseRequest, wire: WireRequest) -> web.StreamResponse:
        request_id = str(uuid.uuid4())
        if self.region.admission.latency_s > 0:
            await asyncio.sleep(self.region.admission.latency_s)
        exchange = _Exchange(self, wire, request_id)
        try:
            answer = await exchange.run(request.remote or "127.0.0.1")
        except ApiError as error:
            if error.code == _CUT and request.transport is not None:
                request.transport.abort()
            if error.code == _GARBAGE:
                return web.Response(
                    status=502, text="<html><h1>Bad gateway</h1>", content_type="text/html"
                )
            answer = exchange.protocol.error(exchange.api, error, request_id)
        except Exception as error:
            _LOG.exception("request %s failed", request_id)
            self.bugs.append(f"{exchange.operation_name}: {error!r}: {error}")
            failure = ApiError(
                "InternalServerException",
                "The simulated region has a bug; see its log.",
                status=500,
            )
            answer = exchange.protocol.error(exchange.api, failure, request_id)
        return self._response(answer, request_id)

    def _response(self, answer: WireAnswer, request_id: str) -> web.Response:
        headers = {
            "Content-Type": answer.content_type,
            "x-amzn-RequestId": request_id,
            "Date": self._date(),
            "Server": "hue-desktop-simulator",
        }
        headers.update(answer.headers)
        return web.Response(status=answer.status, body=answer.body, headers=headers)

    def _date(self) -> str:
        """The region's time as an HTTP date: clients measure the region's clock by it."""
        second = int(self.region.clock.now().timestamp())
        if second != self._date_second:
            self._date_second = second
            self._date_text = format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)
        return self._date_text


def _reason(error: OSError) -> str:
    """The system's own words; asyncio wraps them in a sentence that repeats the address."""
    return os.strerror(error.errno).lower() if error.errno else str(error)


class _Exchange:
    """One AWS request on its way through; keeps what an error answer needs to know."""

    def __init__(self, front: Front, wire: WireRequest, request_id: str) -> None:
        self._front = front
        self._region = front.region
        self._wire = wire
        self._request_id = request_id
        self.api: ServiceApi | None = None
        self.protocol: WireProtocol = protocol_of(wire, None)
        self.operation_name = ""

    async def run(self, source_ip: str) -> WireAnswer:
        """The answer; raises :class:`ApiError` for a modelled error."""
        credential = self._credential()
        self._find_service(credential)
        api = self.api
        if api is None:
            raise _not_simulated(credential)
        self.operation_name = self.protocol.operation_name(self._wire)
        if credential is None and self.operation_name not in _UNSIGNED_ACTIONS:
            raise self._unsigned()
        self._check_region(credential, api)
        operation = api.operation(self.operation_name)
        if operation is None:
            raise self._unknown_operation(api)
        self._region.admission.admit(api.name, operation.name)
        access_key = credential.access_key if credential is not None else ""
        if self._region.answers(api.name, operation.name):
            return self._call(operation, access_key, source_ip)
        if self._front.moto.answers(api.name):
            params = self.protocol.params(operation, self._wire)
            return await self._front.moto.forward(
                self._wire, operation, params, access_key, self._request_id
            )
        raise ApiError(
            "UnknownOperationException", f"{operation.name} of {api.name} is not simulated."
        )

    def _call(self, operation: OperationApi, access_key: str, source_ip: str) -> WireAnswer:
        params = self.protocol.params(operation, self._wire)
        output = self._region.call(
            operation.service.name,
            operation.name,
            params,
            access_key=access_key,
            user_agent=self._wire.headers.get("User-Agent", ""),
            source_ip=source_ip,
            request_id=self._request_id,
            headers=self._wire.headers,
        )
        return self.protocol.answer(operation, output, self._request_id)

    def _credential(self) -> Credential | None:
        try:
            return credential_of(self._wire)
        except BadCredential as problem:
            raise ApiError("IncompleteSignatureException", str(problem), status=400) from None

    def _find_service(self, credential: Credential | None) -> None:
        target = self._wire.headers.get("X-Amz-Target", "")
        scope = credential.scope if credential is not None else ""
        service = service_by_scope(scope, target if not scope else "")
        if service is None and credential is None and not target:
            service = service_by_scope("sts", "") if self._is_unsigned_sts() else None
        if service is not None:
            self.api = self._front.models.service(service)
            self.protocol = protocol_of(self._wire, self.api)
        elif credential is None:
            raise self._unsigned()

    def _is_unsigned_sts(self) -> bool:
        text = self._wire.body[:2000].decode("latin-1") + self._wire.query
        return any(f"Action={action}" in text for action in _UNSIGNED_ACTIONS)

    def _unsigned(self) -> ApiError:
        if self.api is not None and self.api.default_protocol in ("query", "ec2"):
            return ApiError(
                "MissingAuthenticationToken", "Request is missing Authentication Token", status=403
            )
        return ApiError("MissingAuthenticationTokenException", "Missing Authentication Token")

    def _check_region(self, credential: Credential | None, api: ServiceApi) -> None:
        """A region answers only requests that were signed for it, as each AWS endpoint does."""
        if credential is None or not api.id.scoped_to_region or self._region.compat == "moto":
            return
        if credential.region != self._region.name:
            code = "AuthFailure" if api.name == "ec2" else "InvalidSignatureException"
            raise ApiError(
                code,
                f"Credential should be scoped to a valid region, not '{credential.region}'. "
                f"This simulated region is {self._region.name}.",
                status=403,
            )

    def _unknown_operation(self, api: ServiceApi) -> ApiError:
        shown = self.operation_name[:80]
        if api.default_protocol in ("query", "ec2"):
            return ApiError(
                "InvalidAction", f"The action {shown} is not valid for this web service."
            )
        return ApiError("UnknownOperationException", f"{api.name} has no operation {shown!r}.")


def _not_simulated(credential: Credential | None) -> ApiError:
    named = repr(credential.scope[:60]) if credential is not None else "this request"
    return ApiError(
        "ServiceNotSimulatedException",
        f"The service {named} is not simulated. Simulated are: EMR, EC2, CloudWatch, Cost "
        "Explorer, the price list, Service Quotas, CloudTrail, S3, IAM, STS and KMS.",
    )


async def _take_no_more(listener: asyncio.Server) -> None:
    """Accept nothing any more, and let what was accepted already become a connection.

    asyncio loses a socket that it has accepted when the listener closes in the same turn.
    """
    loop = asyncio.get_running_loop()
    for waiting in listener.sockets:
        loop.remove_reader(waiting.fileno())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
