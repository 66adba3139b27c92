"""Status pages of Hadoop's daemons: routes, JSON answers, and the trouble they meet."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hue_desktop.simulator.hadoop.mbeans import BadQuery, answer
from hue_desktop.simulator.hadoop.server_trouble import NO_TROUBLE, ServerTrouble

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.doors import Door

__all__ = [
    "Asked",
    "Page",
    "Pages",
    "WebError",
    "begin",
    "date_header",
    "jmx_answer",
    "json_answer",
]

Json = dict[str, Any]

_HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "X-FRAME-OPTIONS": "SAMEORIGIN",
}
_TROUBLE = web.RequestKey("server-trouble", ServerTrouble)
_PACKAGE = "org.apache.hadoop.yarn.webapp."


class WebError(Exception):
    """What YARN's web services refuse, as a RemoteException with an HTTP status."""

    def __init__(self, status: int, exception: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.exception = exception

    def to_json(self) -> Json:
        """The body of the answer."""
        return {
            "RemoteException": {
                "exception": self.exception,
                "message": f"java.lang.Exception: {self}",
                "javaClassName": f"{_PACKAGE}{self.exception}",
            }
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a page; ``parts`` are what the page's path leaves open."""

    query: dict[str, str]
    query_string: str
    parts: tuple[str, ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its path as a regular expression, and what makes the answer.

    ``make`` returns the JSON, or a pair of a status and JSON.
    """

    path: str
    make: Callable[[Asked], Json | tuple[int, Json]]
    method: str = "GET"


@dataclass(slots=True)
class Pages:
    """The pages of one server, at one door."""

    door: Door
    pages: Sequence[Page]
    beans: Callable[[], list[Json]] | None = None
    _compiled: list[tuple[str, re.Pattern[str], Page]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._compiled = [(page.method, re.compile(page.path), page) for page in self.pages]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        trouble = trouble_of(request)
        if request.path == "/jmx" and self.beans is not None:
            with self.door.cluster.facts():
                return jmx_answer(self.door, request, self.beans())
        body = await request.read() if request.body_exists else b""
        for method, path, page in self._compiled:
            match = path.fullmatch(request.path)
            if match is not None and method == request.method:
                asked = Asked(dict(request.query), request.query_string, match.groups(), body)
                return self._made(page, asked, trouble)
        return web.Response(status=404, text="HTTP ERROR 404 Not Found", headers=_HEADERS)

    def _made(self, page: Page, asked: Asked, trouble: ServerTrouble) -> web.Response:
        status = 200
        with self.door.cluster.facts() as at:
            try:
                made = page.make(asked)
                status, value = made if isinstance(made, tuple) else (200, made)
            except WebError as error:
                status, value = error.status, error.to_json()
            return json_answer(value, status, trouble=trouble, at=at)


def trouble_of(request: web.BaseRequest) -> ServerTrouble:
    """The trouble that the door found for a request."""
    found: ServerTrouble = request.get(_TROUBLE, NO_TROUBLE)
    return found


async def begin(request: web.BaseRequest, trouble: ServerTrouble) -> web.Response | None:
    """Let trouble happen before an answer; the answer if there is no other."""
    request[_TROUBLE] = trouble
    if trouble.delay_s:
        await asyncio.sleep(trouble.delay_s)
    if trouble.status:
        return web.Response(status=trouble.status, text=trouble.message, headers=_HEADERS)
    if trouble.garbage:
        return web.Response(body=b'{"beans" : [ {\n    "name" :', content_type="application/json")
    return None


def date_header(at: float, trouble: ServerTrouble) -> str:
    """The Date header of a server whose clock may be wrong."""
    return format_datetime(datetime.fromtimestamp(at + trouble.skew_s, UTC), usegmt=True)


def json_answer(value: Json, status: int, *, trouble: ServerTrouble, at: float) -> web.Response:
    """An answer in JSON; a number that is none is written as ``NaN``, as Jettison does."""
    if trouble.spoils:
        value = trouble.spoiled(value)
    headers = {**_HEADERS, "Date": date_header(at, trouble), "Vary": "Accept-Encoding"}
    return web.Response(
        status=status,
        body=json.dumps(value, check_circular=False).encode(),
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )


def jmx_answer(door: Door, request: web.BaseRequest, beans: Sequence[Json]) -> web.Response:
    """``/jmx``; a number that is none is written as the text ``"NaN"``, as Jackson does."""
    trouble = trouble_of(request)
    at = door.cluster.at
    try:
        value: Json = answer(beans, request.query_string)
    except BadQuery as bad:
        value = bad.answer  # with 200, as Hadoop has it
    if trouble.spoils:
        value = trouble.spoiled(value)
    text = json.dumps(value).replace(": NaN", ': "NaN"')
    return web.Response(
        body=text.encode(),
        headers={
            **_HEADERS,
            "Date": date_header(at, trouble),
            "Access-Control-Allow-Methods": "GET",
            "Access-Control-Allow-Origin": "*",
        },
        content_type="application/json",
        charset="utf8",
    )
