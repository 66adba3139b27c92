"""The bytes of files on their way: from block files to a client, from a client to a writer.

Whole blocks go by the system's sendfile, and what arrives is written in large pieces in a thread,
so that the event loop is never kept by a disk.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from hue_desktop.simulator.hadoop.errors import HdfsError
from hue_desktop.simulator.hadoop.reading import Span
from hue_desktop.simulator.hadoop.trouble import Trouble
from hue_desktop.simulator.hadoop.writing import Writer

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.doors import Door

__all__ = ["receive", "send"]

_BATCH = 1 << 20  #: bytes that are written to disk at once
_SMALL = 256 * 1024  #: up to here reading beats sendfile
_STEPS_PER_S = 20  #: how often a limited body moves


async def send(
    door: Door,
    request: web.BaseRequest,
    answer: web.StreamResponse,
    parts: list[Span],
    trouble: Trouble,
) -> web.StreamResponse:
    """Send the bytes of spans.

    When a block is lost on the way the connection breaks, as it does in Hadoop: the client sees a
    body shorter than announced.
    """
    answer.content_length = sum(part.length for part in parts)
    answer.content_type = "application/octet-stream"
    await answer.prepare(request)
    sent = 0
    for part in parts:
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError
        with door.cluster.session() as hdfs:
            readable = hdfs.blocks.readable(part.block)
        if not readable:
            _break(request)
        node = door.datanode()
        if node is not None:
            node.served += part.length
        try:
            if trouble.touches_bytes:
                sent += await _send_slowly(request, answer, part, trouble, sent)
            else:
                await _send_span(transport, answer, part)
        except FileNotFoundError:  # the file was replaced or removed just now
            _break(request)
    await answer.write_eof()
    return answer


async def _send_span(transport: asyncio.Transport, answer: web.StreamResponse, part: Span) -> None:
    with part.path.open("rb", buffering=0) as stream:
        if part.length <= _SMALL:
            stream.seek(part.offset)
            await answer.write(stream.read(part.length))
            return
        loop = asyncio.get_running_loop()
        await loop.sendfile(transport, stream, part.offset, part.length)


async def _send_slowly(
    request: web.BaseRequest, answer: web.StreamResponse, part: Span, trouble: Trouble, sent: int
) -> int:
    step = max(1, int(trouble.bytes_per_s / _STEPS_PER_S)) if trouble.bytes_per_s else _SMALL
    done = 0
    with part.path.open("rb", buffering=0) as stream:
        stream.seek(part.offset)
        while done < part.length:
            wanted = min(step, part.length - done)
            if trouble.cut_after >= 0:
                wanted = min(wanted, trouble.cut_after - sent - done)
                if wanted <= 0:
                    await _flush(request)
                    _break(request)
            await answer.write(stream.read(wanted))
            done += wanted
            if trouble.bytes_per_s:
                await asyncio.sleep(wanted / trouble.bytes_per_s)
    return done


async def _flush(request: web.BaseRequest) -> None:
    """Let what was written go out before the connection breaks."""
    transport = request.transport
    while transport is not None and transport.get_write_buffer_size() > 0:
        await asyncio.sleep(0.01)


def _break(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.close()
    raise ConnectionResetError


async def receive(door: Door, request: web.BaseRequest, writer: Writer, trouble: Trouble) -> None:
    """Write a request's body into a file and finish it.

    When the client goes away in the middle, what it sent is the file: Hadoop's DataNode closes it.
    When the DataNode dies, or HDFS takes no more, the file stays under construction.
    """
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    loop = asyncio.get_running_loop()
    node = door.datanode()
    try:
        received = await _fill(loop, request, writer, trouble)
        if node is not None:
            node.received += received
    except HdfsError:
        writer.abandon()
        raise
    except BaseException:
        if door.open and door.cluster.exists:
            writer.close()
        else:
            writer.abandon()
        raise
    writer.close()


async def _fill(
    loop: asyncio.AbstractEventLoop, request: web.BaseRequest, writer: Writer, trouble: Trouble
) -> int:
    """Write the body; how many bytes it had."""
    pieces: list[bytes] = []
    waiting = received = 0
    async for piece in request.content.iter_any():
        received += len(piece)
        if 0 <= trouble.cut_after < received:
            pieces.append(piece[: len(piece) - (received - trouble.cut_after)])
            _write_all(writer, pieces)
            _break(request)
        pieces.append(piece)
        waiting += len(piece)
        if trouble.bytes_per_s:
            await asyncio.sleep(len(piece) / trouble.bytes_per_s)
        if waiting >= _BATCH:
            full, pieces, waiting = pieces, [], 0
            await loop.run_in_executor(None, _write_all, writer, full)
    _write_all(writer, pieces)
    return received


def _write_all(writer: Writer, pieces: list[bytes]) -> None:
    for piece in pieces:
        writer.write(piece)
