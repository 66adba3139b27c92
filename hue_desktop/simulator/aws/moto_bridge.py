"""IAM, KMS, STS and the part of EC2 that is not ours: moto's backends behind the same port.

moto is imported when the first such request comes (it costs a second or two), runs in one worker
thread, and keeps everything in memory. So that key pairs, subnets and roles are there again after a
restart, the requests that changed something are kept with the region's state and replayed when moto
is loaded; its random source is seeded for each of them, which makes the replayed ids the same.
"""

from __future__ import annotations

import asyncio
import base64
import io
import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from hue_desktop.simulator.aws.cloudtrail import is_read_only
from hue_desktop.simulator.service import ApiError, Call
from hue_desktop.simulator.wire.models import OperationApi
from hue_desktop.simulator.wire.requests import WireAnswer, WireRequest

if TYPE_CHECKING:
    from hue_desktop.simulator.region import Region

__all__ = ["MotoBridge"]

_LOG = logging.getLogger(__name__)
_SERVICES = frozenset({"iam", "sts", "kms", "ec2"})
_KEPT_HEADERS = ("Authorization", "Content-Type", "X-Amz-Target")


class _Wsgi(Protocol):
    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]: ...


class MotoBridge:
    """Forwards requests to moto's WSGI application."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="moto")
        self._application: _Wsgi | None = None
        self._replayed = 0

    def answers(self, service: str) -> bool:
        """Whether a service is one of those that moto stands in for."""
        return service in _SERVICES

    async def forward(
        self,
        request: WireRequest,
        operation: OperationApi,
        params: Mapping[str, Any],
        access_key: str,
        request_id: str,
    ) -> WireAnswer:
        """moto's answer to a request that was already checked."""
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._pool, self._answer, request, operation)
        call = Call(
            service=operation.service.name,
            operation=operation.name,
            params=params,
            now=self._region.clock.now(),
            region=self._region.name,
            access_key=access_key,
            user_agent=request.headers.get("User-Agent", ""),
            request_id=request_id,
        )
        failed = answer.status >= 400
        error = ApiError("ClientError", "moto refused the request") if failed else None
        self._region.record(call, error)
        return answer

    async def reset(self) -> None:
        """Forget everything; the next request starts from what a new account has."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._pool, self._reset)

    def close(self) -> None:
        """Let the worker thread end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _reset(self) -> None:
        for key, _ in self._kept():
            self._region.keep("moto", key, None)
        self._replayed = 0
        if self._application is not None:
            self._furnish()

    def _kept(self) -> list[tuple[str, dict[str, Any]]]:
        """The requests that changed something, oldest first."""
        with self._region.lock:
            return list(self._region.store.load_kind("moto"))

    def _answer(self, request: WireRequest, operation: OperationApi) -> WireAnswer:
        application = self._loaded()
        changes = not is_read_only(operation.name)
        if changes:
            _seed(self._region.seed, self._replayed)
        try:
            answer = _wsgi_call(application, request)
        except NotImplementedError:
            raise _not_simulated(operation) from None
        except Exception as error:
            # moto trips over requests that it did not expect; that is no bug of the region.
            _LOG.warning("moto failed at %s: %r", operation.name, error)
            raise _failed(operation) from error
        if answer.status >= 500:
            raise _failed(operation)
        if changes and answer.status < 400:
            self._region.keep("moto", f"{self._replayed:08d}", _document(request))
            self._replayed += 1
        return answer

    def _loaded(self) -> _Wsgi:
        if self._application is None:
            self._application = _create_application()
            self._furnish()
        return self._application

    def _furnish(self) -> None:
        """What an account has from the start, then what this region's user did before."""
        from hue_desktop.simulator.aws.moto_seed import furnish_account

        _seed(self._region.seed, -1)
        furnish_account(self._region.account_id, self._region.name, self._region.world.chance)
        application = self._application
        if application is None:
            return
        for key, document in self._kept():
            _seed(self._region.seed, int(key))
            answer = _wsgi_call(application, _request(document))
            if answer.status >= 400:
                _LOG.warning("a kept request could not be replayed: %s", answer.body[:200])
            self._replayed = int(key) + 1


def _not_simulated(operation: OperationApi) -> ApiError:
    codes = {"ec2": "UnsupportedOperation", "kms": "UnsupportedOperationException"}
    return ApiError(
        codes.get(operation.service.name, "NotImplemented"),
        f"{operation.name} of {operation.service.name} is not simulated.",
    )


def _failed(operation: OperationApi) -> ApiError:
    codes = {"ec2": "InternalError", "kms": "KMSInternalException"}
    return ApiError(
        codes.get(operation.service.name, "InternalFailure"),
        f"moto, which stands in for {operation.service.name}, failed at this request.",
        status=500,
    )


def _create_application() -> _Wsgi:
    import os

    # Says that moto serves real HTTP requests: without it, moto would want its mocks started.
    os.environ.setdefault("MOTO_ACCOUNT_ID", "123456789012")
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    application: _Wsgi = DomainDispatcherApplication(create_backend_app)
    return application


def _seed(seed: int, number: int) -> None:
    from moto.moto_api._internal import mock_random

    mock_random.seed(f"{seed}:{number}")


def _document(request: WireRequest) -> dict[str, Any]:
    headers = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": headers,
        "body": base64.b64encode(request.body).decode("ascii"),
    }


def _request(document: Mapping[str, Any]) -> WireRequest:
    return WireRequest(
        document["method"],
        document["path"],
        document["query"],
        document["headers"],
        base64.b64decode(document["body"]),
    )


def _wsgi_call(application: _Wsgi, request: WireRequest) -> WireAnswer:
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *rest: object) -> None:
        started[:] = [int(status.split()[0]), dict(headers)]

    chunks = application(_environ(request), start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started
    content_type = headers.get("Content-Type", "text/xml")
    return WireAnswer(status, content_type, body, {})


def _environ(request: WireRequest) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            environ[f"HTTP_{key}"] = value
    return environ
