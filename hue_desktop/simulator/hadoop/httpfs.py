"""HttpFS: the same REST interface from one host, which carries the bytes itself.

It knows nobody without ``user.name``, asks for the content type of bytes before it takes a body,
and sends a writer back to itself with ``data=true`` first.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from aiohttp import web

from hue_desktop.simulator.hadoop.bodies import receive, send
from hue_desktop.simulator.hadoop.checksums import FileChecksum
from hue_desktop.simulator.hadoop.datanode import create_options, file_checksum
from hue_desktop.simulator.hadoop.errors import HdfsError
from hue_desktop.simulator.hadoop.identity import Caller, caller_of
from hue_desktop.simulator.hadoop.namenode import OPERATIONS, answer_json, refusal
from hue_desktop.simulator.hadoop.operations import Request
from hue_desktop.simulator.hadoop.params import Params, read_target
from hue_desktop.simulator.hadoop.reading import (
    block_missing,
    check_offset,
    open_file,
    spans,
)
from hue_desktop.simulator.hadoop.trouble import Trouble
from hue_desktop.simulator.hadoop.writing import Writer, append, create

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.doors import Door

__all__ = ["HttpFs"]

_BYTES = "application/octet-stream"
_WRITES = {("PUT", "CREATE"), ("POST", "APPEND")}
#: Operations that HttpFS does not offer.
_MISSING = {"GETDELEGATIONTOKEN", "GET_BLOCK_LOCATIONS"}


class HttpFs:
    """Answers for the HttpFS server of one cluster, at one door."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            return await self._answer(request)
        except HdfsError as error:
            answer = refusal(error)
            if request.body_exists:
                answer.force_close()
            return answer

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path, params = read_target(request.raw_path)
        op = params.text("op").upper()
        if not params.text("user.name"):
            return _unauthenticated()
        caller = caller_of(params.text("user.name"), params.text("doas"))
        key = (request.method, op)
        trouble = self._door.trouble(op, path)
        await trouble.begin()
        if key == ("GET", "OPEN"):
            return await self._open(request, caller, path, params, trouble)
        if key == ("GET", "GETFILECHECKSUM"):
            return answer_json((await self._checksum(caller, path)).to_json())
        if key in _WRITES:
            return await self._write(request, caller, path, params, trouble)
        operation = OPERATIONS.get(key)
        if operation is None or op in _MISSING:
            raise _unknown(op)
        with self._door.cluster.session() as hdfs:
            pool = self._door.cluster.block_pool()
            answer = operation(Request(hdfs, caller, path, params, pool))
        return answer_json(answer)

    async def _checksum(self, caller: Caller, path: str) -> FileChecksum:
        whole = self._door.cluster.composite_checksums
        return await file_checksum(self._door, caller, path, whole=whole)

    async def _open(
        self,
        request: web.BaseRequest,
        caller: Caller,
        path: str,
        params: Params,
        trouble: Trouble,
    ) -> web.StreamResponse:
        offset = params.number("offset", 0, least=0)
        length = params.number("length", -1)
        with self._door.cluster.session() as hdfs:
            file = open_file(hdfs, caller, path)
            check_offset(file, path, offset, "OPEN")
            parts = spans(hdfs, file, offset, None if length < 0 else length)
            if parts and not hdfs.blocks.readable(parts[0].block):
                raise block_missing(parts[0].block, path)
        return await send(self._door, request, web.StreamResponse(), parts, trouble)

    async def _write(
        self,
        request: web.BaseRequest,
        caller: Caller,
        path: str,
        params: Params,
        trouble: Trouble,
    ) -> web.StreamResponse:
        if not params.flag("data", False):
            return self._send_back(request, params)
        if request.content_type != _BYTES:
            return web.Response(
                status=400,
                text=f"Data upload requests must have content-type set to '{_BYTES}'\n",
            )
        op = params.text("op").upper()
        client = request.remote or "127.0.0.1"
        holder = f"DFSClient_NONMAPREDUCE_{uuid.uuid4().int % 2**31}_1"
        with self._door.cluster.session() as hdfs:
            if op == "CREATE":
                file = create(hdfs, caller, path, holder, client, create_options(params))
            else:
                file = append(hdfs, caller, path, holder, client)
        writer = Writer(self._door.cluster.session, file, None)
        await receive(self._door, request, writer, trouble)
        return web.Response(status=201 if op == "CREATE" else 200, content_type=_BYTES)

    def _send_back(self, request: web.BaseRequest, params: Params) -> web.Response:
        host = request.headers.get("Host", f"127.0.0.1:{self._door.port}")
        url = f"http://{host}{request.raw_path}&data=true"
        if params.flag("noredirect", False):
            return answer_json({"Location": url})
        answer = web.Response(status=307, headers={"Location": url})
        if request.body_exists and "Expect" in request.headers:
            answer.force_close()
        return answer


def _unauthenticated() -> web.Response:
    return web.Response(
        status=401,
        headers={"WWW-Authenticate": "PseudoAuth"},
        text="<html><body><h2>HTTP ERROR 401 Authentication required</h2></body></html>",
        content_type="text/html",
    )


def _unknown(op: str) -> HdfsError:
    return HdfsError(
        "java.lang.IllegalArgumentException",
        f"No enum constant org.apache.hadoop.fs.http.client.HttpFSFileSystem.Operation.{op}",
        400,
    )
