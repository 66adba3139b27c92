"""A DataNode's HTTP server: the second step of OPEN, CREATE, APPEND and GETFILECHECKSUM."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

from aiohttp import web

from hue_desktop.simulator.hadoop.bodies import receive, send
from hue_desktop.simulator.hadoop.checksums import (
    FileChecksum,
    block_md5,
    composite,
    composite_crc,
    md5_of_md5s,
)
from hue_desktop.simulator.hadoop.datanode_jmx import datanode_beans
from hue_desktop.simulator.hadoop.datanodes import DataNode as Node
from hue_desktop.simulator.hadoop.errors import HdfsError, io_error
from hue_desktop.simulator.hadoop.identity import Caller, caller_of
from hue_desktop.simulator.hadoop.inodes import File
from hue_desktop.simulator.hadoop.namenode import answer_json, refusal, unknown_operation
from hue_desktop.simulator.hadoop.pages import jmx_answer
from hue_desktop.simulator.hadoop.params import Params, quoted, read_target
from hue_desktop.simulator.hadoop.reading import Span, open_file, spans
from hue_desktop.simulator.hadoop.trouble import Trouble
from hue_desktop.simulator.hadoop.writing import CreateOptions, Writer, append, create

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.doors import Door

__all__ = ["DataNode", "create_options", "file_checksum"]

_TRACE = (
    "\n\tat org.apache.hadoop.ipc.Server$RpcCall.run(Server.java:1105)"
    "\n\tat org.apache.hadoop.ipc.Server$Handler.run(Server.java:3165)\n"
)
_CORS = {"Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Origin": "*"}


class DataNode:
    """Answers for one DataNode, at its door."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            return await self._answer(request)
        except HdfsError as error:
            answer = refusal(_told(error))
            answer.force_close()
            return answer

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        node = self._node()
        if request.path == "/jmx" and node is not None:
            with self._door.cluster.session():
                beans = datanode_beans(self._door.cluster, node)
                return jmx_answer(self._door, request, beans)
        path, params = read_target(request.raw_path)
        op = params.text("op").upper()
        trouble = self._door.trouble(op, path)
        await trouble.begin()
        if (request.method, op) == ("GET", "OPEN"):
            return await self._open(request, path, params, trouble)
        if (request.method, op) == ("PUT", "CREATE"):
            return await self._create(request, path, params, trouble)
        if (request.method, op) == ("POST", "APPEND"):
            return await self._append(request, path, params, trouble)
        if (request.method, op) == ("GET", "GETFILECHECKSUM"):
            return await self._checksum(path, params)
        raise unknown_operation(request.method, op)

    async def _checksum(self, path: str, params: Params) -> web.StreamResponse:
        caller = caller_of(params.text("user.name"), params.text("doas"))
        checksum = await file_checksum(self._door, caller, path)
        answer = answer_json(checksum.to_json())
        answer.force_close()
        return answer

    def _node(self) -> Node | None:
        return self._door.datanode()

    async def _open(
        self, request: web.BaseRequest, path: str, params: Params, trouble: Trouble
    ) -> web.StreamResponse:
        caller = caller_of(params.text("user.name"), params.text("doas"))
        offset = params.number("offset", 0, least=0)
        length = params.number("length", -1)
        with self._door.cluster.session() as hdfs:
            file = open_file(hdfs, caller, path)
            parts = spans(hdfs, file, offset, None if length < 0 else length)
        answer = web.StreamResponse(headers=_CORS)
        answer.force_close()
        return await send(self._door, request, answer, parts, trouble)

    async def _create(
        self, request: web.BaseRequest, path: str, params: Params, trouble: Trouble
    ) -> web.StreamResponse:
        holder, client = _holder(), request.remote or "127.0.0.1"
        caller = caller_of(params.text("user.name"), params.text("doas"))
        options = create_options(params)
        with self._door.cluster.session() as hdfs:
            file = create(hdfs, caller, path, holder, client, options)
        writer = Writer(self._door.cluster.session, file, self._node())
        await receive(self._door, request, writer, trouble)
        location = f"hdfs://{self._door.namenode_name()}:8020{quoted(path)}"
        return _done(201, {"Location": location, **_CORS})

    async def _append(
        self, request: web.BaseRequest, path: str, params: Params, trouble: Trouble
    ) -> web.StreamResponse:
        holder, client = _holder(), request.remote or "127.0.0.1"
        caller = caller_of(params.text("user.name"), params.text("doas"))
        with self._door.cluster.session() as hdfs:
            file: File = append(hdfs, caller, path, holder, client)
        writer = Writer(self._door.cluster.session, file, self._node())
        await receive(self._door, request, writer, trouble)
        return _done(200, _CORS)


def create_options(params: Params) -> CreateOptions:
    """The parameters of CREATE."""
    return CreateOptions(
        overwrite=params.flag("overwrite", False),
        create_parent=params.flag("createparent", True),
        replication=params.number("replication", 0),
        block_size=params.number("blocksize", 0),
        mode=params.mode("permission", 0o644),
    )


async def file_checksum(
    door: Door, caller: Caller, path: str, *, whole: bool = False
) -> FileChecksum:
    """A file's checksum; what is hashed once is remembered, the hashing is done in a thread.

    Raises an ``IOException`` when a block of the file cannot be read.
    """
    with door.cluster.session() as hdfs:
        file = open_file(hdfs, caller, path)
        parts = spans(hdfs, file, 0, None)
        for part in parts:
            if not hdfs.blocks.readable(part.block):
                raise io_error(f"Fail to get block checksum for {part.block.name}")
    loop = asyncio.get_running_loop()
    if whole:
        return await loop.run_in_executor(None, _composite, parts)
    sums = []
    for part in parts:
        known = door.cluster.block_md5s.get(part.block.generation)
        if known is None or part.length != part.block.length:
            known = await loop.run_in_executor(None, block_md5, part.path, part.length)
            if part.length == part.block.length:
                door.cluster.block_md5s[part.block.generation] = known
        sums.append(known)
    return md5_of_md5s(sums, parts[0].length if parts else 0)


def _composite(parts: list[Span]) -> FileChecksum:
    crc = 0
    for part in parts:
        crc = composite_crc(part.path, part.length, crc)
    return composite(crc)


def _told(error: HdfsError) -> HdfsError:
    """What the NameNode refused, as the DataNode passes it on: with a piece of its stack trace."""
    if error.name == "InvalidPathException":
        message = error.message.replace("Invalid file name: ", "")
        return HdfsError("org.apache.hadoop.ipc.RemoteException", f"{message}{_TRACE}", 403)
    if error.status == 400:
        return error
    return HdfsError(error.java_class, f"{error.message}{_TRACE}", error.status)


def _holder() -> str:
    return f"DFSClient_NONMAPREDUCE_{uuid.uuid4().int % 2**31}_{uuid.uuid4().int % 100}"


def _done(status: int, headers: dict[str, str]) -> web.Response:
    answer = web.Response(status=status, headers=headers)
    answer.force_close()
    return answer
