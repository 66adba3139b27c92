"""The port that S3 clients talk to: passes requests to the object store, and makes trouble.

Nothing of a request is changed on its way, so that signatures stay valid. One connection of a
client has one connection to the store, opened with its first request; the store itself is started
by the first request of all.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from hue_desktop.simulator.s3.exchange import (
    Broken,
    Framing,
    Head,
    Stream,
    UntilClose,
)
from hue_desktop.simulator.s3.faults import S3Fault, S3Faults, S3Request

__all__ = ["S3Gate"]

_LOG = logging.getLogger(__name__)

_LINGER_S = 2.0
_LAST_WORD_S = 2.0
_NO_BODY = (204, 304)
_PHRASES = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 500: "Internal Server Error"}
_EXPIRED = S3Fault(
    "error", code="ExpiredToken", status=400, message="The provided token has expired."
)

Address = tuple[str, int]


class _Cut(Exception):
    """A fault ends the connection here."""


class S3Gate:
    """Serves S3 clients on a listening socket; call everything from its loop's thread."""

    def __init__(
        self,
        store: Callable[[], Awaitable[Address]],
        faults: S3Faults,
        *,
        expired: Callable[[], bool] = lambda: False,
        latency_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._store = store
        self._faults = faults
        self._expired = expired
        self._latency_s = latency_s
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, listener: socket.socket) -> None:
        """Accept clients until cancelled."""
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        try:
            while True:
                client, _ = await loop.sock_accept(listener)
                task = loop.create_task(self._client(client))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        finally:
            self.cut()

    def cut(self) -> int:
        """End all connections at once; how many there were."""
        for task in self._tasks:
            task.cancel()
        return len(self._tasks)

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._tasks)

    async def _client(self, connection: socket.socket) -> None:
        client = Stream(connection)
        visit = _Visit(self, client)
        try:
            while await visit.answer_one():
                pass
        except (_Cut, Broken, OSError):
            pass
        except Exception:
            _LOG.exception("the S3 gate failed")
        finally:
            visit.close()

    async def connect(self) -> Stream:
        """A new connection to the store, which is started if it does not run.

        Raises ``OSError`` when it cannot be reached.
        """
        loop = asyncio.get_running_loop()
        address = await self._store()
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            await loop.sock_connect(connection, address)
        except BaseException:
            connection.close()
            raise
        return Stream(connection)

    def trouble(self, request: S3Request) -> Sequence[S3Fault]:
        """What a request meets, an error last."""
        if self._expired():
            return [_EXPIRED]
        return self._faults.of(request) if self._faults else ()

    def latency_s(self) -> float:
        """What every answer of the region waits."""
        return self._latency_s()


class _Visit:
    """One client's connection."""

    def __init__(self, gate: S3Gate, client: Stream) -> None:
        self._gate = gate
        self._client = client
        self._upstream: Stream | None = None

    def close(self) -> None:
        """Close both sides."""
        self._client.close()
        if self._upstream is not None:
            self._upstream.close()

    async def answer_one(self) -> bool:
        """Answer the next request; whether another one may follow."""
        head = await self._client.head()
        if head is None:
            return False
        method, target, _ = head.line
        faults = self._gate.trouble(S3Request.of(method, target))
        await self._wait(faults)
        for fault in faults:
            if fault.kind == "error":
                return await self._refuse(head, fault)
        upload, download = _changes(method, faults)
        try:
            upstream = await self._reach()
        except OSError as problem:
            _LOG.error("the object store cannot be reached: %s", problem)
            fault = S3Fault("error", code="ServiceUnavailable", status=503, message=str(problem))
            return await self._refuse(head, fault)
        return await self._pass(head, upstream, upload, download)

    async def _wait(self, faults: Sequence[S3Fault]) -> None:
        wait_s = self._gate.latency_s() + sum(fault.ms for fault in faults) / 1000
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def _reach(self) -> Stream:
        """The connection to the store; a new one when the store has closed the last."""
        if self._upstream is not None and self._upstream.waits_for_reader():
            self._upstream.close()
            self._upstream = None
        if self._upstream is None:
            self._upstream = await self._gate.connect()
        return self._upstream

    async def _pass(
        self, head: Head, upstream: Stream, upload: _Change | None, download: _Change | None
    ) -> bool:
        framing = head.framing()
        await upstream.send(head.raw)
        sending: asyncio.Task[None] | None = None
        if framing is not None and not framing.done:
            move = _move(self._client, upstream, framing, upload)
            sending = asyncio.get_running_loop().create_task(move)
        try:
            answer = await self._answer(upstream, sending)
            body = _body_of(head.line[0], answer)
            await self._client.send(answer.raw)
            if body is not None:
                await _move(upstream, self._client, body, download)
        finally:
            sent = await _ended(sending)
        if not sent:  # it was answered before all of the body was there
            await _linger(self._client)
            return False
        return not (head.closes or answer.closes or isinstance(body, UntilClose))

    async def _answer(self, upstream: Stream, sending: asyncio.Task[None] | None) -> Head:
        """The store's final head; those that only say "go on" are passed on."""
        while True:
            answer = await self._next_head(upstream, sending)
            if answer is None:
                raise Broken("the store closed without an answer")
            if not answer.line[1].startswith("1"):
                return answer
            await self._client.send(answer.raw)

    async def _next_head(self, upstream: Stream, sending: asyncio.Task[None] | None) -> Head | None:
        """The store's next head; raises what kept the body from being sent."""
        if sending is None or sending.done():
            return await upstream.head()
        waiting = asyncio.get_running_loop().create_task(upstream.head())
        try:
            await asyncio.wait((waiting, sending), return_when=asyncio.FIRST_COMPLETED)
            problem = sending.exception() if sending.done() else None
            if isinstance(problem, OSError):  # the store may have said why it closed
                await asyncio.wait((waiting,), timeout=_LAST_WORD_S)
            if problem is not None and not waiting.done():
                raise problem
            return await waiting
        finally:
            await _ended(waiting)

    async def _refuse(self, head: Head, fault: S3Fault) -> bool:
        """Answer with an error of S3; the body is read away unless the client still holds it."""
        framing = head.framing()
        holds = "100-continue" in head.fields.get("expect", "").lower()
        pending = framing is not None and not framing.done
        closes = head.closes or (holds and pending)
        await self._client.send(_error_answer(head, fault, closes=closes))
        if closes:
            await _linger(self._client)
            return False
        if framing is not None:
            while not framing.done:
                await _next_block(self._client, framing)
        return True


class _Change:
    """What faults do to a body that passes."""

    def __init__(self, faults: Sequence[S3Fault]) -> None:
        cuts = [fault.after_bytes for fault in faults if fault.kind == "cut"]
        rates = [fault.bytes_per_s for fault in faults if fault.kind == "bandwidth"]
        self._cut_at = min(cuts, default=None)
        self._spoil = {fault.after_bytes for fault in faults if fault.kind == "corrupt"}
        self._rate = min(rates, default=0.0)
        self._passed = 0
        self._began = asyncio.get_running_loop().time()

    async def send(self, sink: Stream, block: memoryview) -> None:
        """Send what is left of a block; raises :class:`_Cut` where the body is cut."""
        step = max(1, min(len(block), int(self._rate / 20))) if self._rate else len(block)
        for at in range(0, len(block), step):
            await self._send_step(sink, block[at : at + step])

    async def _send_step(self, sink: Stream, block: memoryview) -> None:
        begin, self._passed = self._passed, self._passed + len(block)
        for place in self._spoil:
            if begin <= place < self._passed:
                block[place - begin] ^= 0x55
        if self._rate:
            due = self._began + self._passed / self._rate
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        if self._cut_at is not None and self._passed > self._cut_at:
            await sink.send(block[: self._cut_at - begin])
            raise _Cut
        await sink.send(block)


async def _ended(task: asyncio.Task[Any] | None) -> bool:
    """End a task before its socket is closed; whether it had done its work."""
    if task is None:
        return True
    task.cancel()
    await asyncio.wait((task,))
    return not task.cancelled() and task.exception() is None


def _changes(method: str, faults: Sequence[S3Fault]) -> tuple[_Change | None, _Change | None]:
    """What happens to the request's body and to the answer's."""
    bodies = [fault for fault in faults if fault.kind in ("cut", "corrupt", "bandwidth")]
    if not bodies:
        return None, None
    if method in ("PUT", "POST"):
        return _Change(bodies), None
    return None, _Change(bodies)


def _body_of(method: str, answer: Head) -> Framing | None:
    """How the body of an answer ends; ``None`` when it has none."""
    status = answer.line[1]
    if method == "HEAD" or (status.isdecimal() and int(status) in _NO_BODY):
        return None
    framing = answer.framing()
    if framing is None:
        return UntilClose()
    return None if framing.done else framing


async def _next_block(source: Stream, framing: Framing) -> memoryview:
    """The next bytes of a body; raises :class:`Broken` when it ends too early."""
    block = await source.block()
    taken = framing.take(block)
    if taken < len(block):
        source.put_back(len(block) - taken)
    if not block:
        raise Broken("closed in the middle of a body")
    return block[:taken]


async def _move(source: Stream, sink: Stream, framing: Framing, change: _Change | None) -> None:
    while not framing.done:
        if isinstance(framing, UntilClose):
            block = await source.block()
            if not block:
                return
        else:
            block = await _next_block(source, framing)
        if change is None:
            await sink.send(block)
        else:
            await change.send(sink, block)


async def _linger(client: Stream) -> None:
    """Read on for a moment, so that the answer is not lost to what the client still sends."""
    try:
        client.socket.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(_LINGER_S):
            while await client.block():
                pass
    except (TimeoutError, OSError):
        pass


def _error_answer(head: Head, fault: S3Fault, *, closes: bool) -> bytes:
    request_id = uuid.uuid4().hex[:16].upper()
    resource = head.line[1].partition("?")[0]
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(fault.code)}</Code><Message>{escape(fault.message)}</Message>"
        f"<Resource>{escape(resource)}</Resource><RequestId>{request_id}</RequestId></Error>"
    ).encode()
    phrase = _PHRASES.get(fault.status, "Slow Down" if fault.status == 503 else "Error")
    lines = [
        f"HTTP/1.1 {fault.status} {phrase}",
        "Server: AmazonS3",
        "Content-Type: application/xml",
        f"Content-Length: {len(body)}",
        f"x-amz-request-id: {request_id}",
        f"Connection: {'close' if closes else 'keep-alive'}",
    ]
    answer = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return answer if head.line[0] == "HEAD" else answer + body
