"""The NameNode's HTTP server: WebHDFS with its redirects to DataNodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from hue_desktop.simulator.hadoop import permissions
from hue_desktop.simulator.hadoop.changes import CHANGES
from hue_desktop.simulator.hadoop.errors import (
    HdfsError,
    illegal_argument,
    io_error,
    not_found,
    unsupported,
)
from hue_desktop.simulator.hadoop.forms import encoded
from hue_desktop.simulator.hadoop.fsck import FsckOptions, fsck
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import ANONYMOUS, Caller, caller_of
from hue_desktop.simulator.hadoop.inodes import File
from hue_desktop.simulator.hadoop.jmx import namenode_beans
from hue_desktop.simulator.hadoop.operations import Json, Request
from hue_desktop.simulator.hadoop.pages import jmx_answer
from hue_desktop.simulator.hadoop.params import (
    PREFIX,
    Params,
    quoted,
    quoted_in_json,
    read_target,
)
from hue_desktop.simulator.hadoop.reading import check_offset, datanode_for
from hue_desktop.simulator.hadoop.reads import READS
from hue_desktop.simulator.hadoop.trouble import NO_TROUBLE

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.datanodes import DataNode
    from hue_desktop.simulator.hadoop.doors import Door

__all__ = ["NameNode", "answer_json", "refusal", "unknown_operation"]

#: What NameNode and HttpFS do to the namespace, by HTTP method and name
OPERATIONS = {**READS, **CHANGES}
#: Operations that a DataNode carries out.
REDIRECTED = {
    ("GET", "OPEN"),
    ("GET", "GETFILECHECKSUM"),
    ("PUT", "CREATE"),
    ("POST", "APPEND"),
}
_HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "X-FRAME-OPTIONS": "SAMEORIGIN",
}
#: What a DataNode's URL repeats of the request, in Hadoop's order.
_CREATE_PARAMS = ("permission", "unmaskedpermission", "overwrite", "replication", "blocksize")


def answer_json(answer: Json | bytes | None, status: int = 200) -> web.Response:
    """An answer with JSON, or an empty one."""
    if answer is None:
        return web.Response(
            status=status, headers=_HEADERS, content_type="application/octet-stream"
        )
    body = answer if isinstance(answer, bytes) else encoded(answer)
    return web.Response(status=status, body=body, headers=_HEADERS, content_type="application/json")


def _redirect(request: web.BaseRequest, url: str) -> web.Response:
    """Away to a DataNode; whoever has a body to send waits with it (``Expect``)."""
    answer = web.Response(
        status=307,
        headers={**_HEADERS, "Location": url},
        content_type="application/octet-stream",
    )
    if request.body_exists and "Expect" in request.headers:
        answer.force_close()  # the body will not come
    return answer


def refusal(error: HdfsError) -> web.Response:
    """An exception as Hadoop answers it."""
    return answer_json(error.to_json(), error.status)


def unknown_operation(method: str, op: str) -> HdfsError:
    """An operation that WebHDFS does not have."""
    if not op:
        return unsupported("op=NULL is not supported")
    return illegal_argument(
        f'Invalid value for webhdfs parameter "op": {op} is not a valid {method} operation.'
    )


class NameNode:
    """Answers for the NameNode of one cluster, at one door."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._pages: dict[str, Callable[[web.BaseRequest], web.Response]] = {
            "/jmx": self._jmx,
            "/fsck": self._fsck,
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            page = self._pages.get(request.path)
            return await self._webhdfs(request) if page is None else page(request)
        except HdfsError as error:
            return refusal(error)

    def _jmx(self, request: web.BaseRequest) -> web.Response:
        with self._door.cluster.session() as hdfs:
            return jmx_answer(self._door, request, namenode_beans(self._door.cluster, hdfs))

    def _fsck(self, request: web.BaseRequest) -> web.Response:
        query = request.rel_url.query
        user = query.get("ugi", ANONYMOUS)
        asked = (name in query for name in ("files", "blocks", "locations", "openforwrite"))
        options = FsckOptions(*asked)
        with self._door.cluster.session() as hdfs:
            path = query.get("path", "/")
            return web.Response(text=fsck(self._door.cluster, hdfs, path, user, options))

    async def _webhdfs(self, request: web.BaseRequest) -> web.Response:
        path, params = read_target(request.raw_path)
        op = params.text("op").upper()
        caller = caller_of(params.text("user.name"), params.text("doas"))
        method = "GET" if request.method == "HEAD" else request.method
        key = (method, op)
        trouble = NO_TROUBLE if key in REDIRECTED else self._door.trouble(op, path)
        await trouble.begin()
        with self._door.cluster.session() as hdfs:
            if key in REDIRECTED:
                address, query = self._second_step(hdfs, caller, path, op, params)
                if params.flag("noredirect", False):
                    url = f"http://{address}{PREFIX}{quoted_in_json(path)}?{query}"
                    return answer_json({"Location": url})
                return _redirect(request, f"http://{address}{PREFIX}{quoted(path)}?{query}")
            operation = OPERATIONS.get(key)
            if operation is None:
                raise unknown_operation(request.method, op)
            pool = self._door.cluster.block_pool()
            return answer_json(operation(Request(hdfs, caller, path, params, pool)))

    def _second_step(
        self, hdfs: Hdfs, caller: Caller, path: str, op: str, params: Params
    ) -> tuple[str, str]:
        """The address of the DataNode that carries an operation out, and the query for it."""
        node = self._choose(hdfs, caller, path, op, params)
        query: dict[str, str] = {"op": op}
        if params.text("user.name"):
            query["user.name"] = params["user.name"]
        if params.text("doas"):
            query["doas"] = params["doas"]
        query["namenoderpcaddress"] = f"{self._door.namenode_name()}:8020"
        if op == "CREATE":
            query["createflag"] = params.text("createflag")
            query["createparent"] = params.text("createparent", "true")
            query["overwrite"] = params.text("overwrite", "false")
            for name in _CREATE_PARAMS:
                if params.text(name):
                    query[name] = params[name]
        elif op == "OPEN":
            for name in ("offset", "length"):
                if params.text(name):
                    query[name] = params[name]
            query.setdefault("offset", "0")
        if params.text("buffersize"):
            query["buffersize"] = params["buffersize"]
        return self._door.datanode_address(node), urlencode(query, safe=":/")

    def _choose(self, hdfs: Hdfs, caller: Caller, path: str, op: str, params: Params) -> DataNode:
        """The DataNode for an operation: one with the data, or any."""
        excluded = self._excluded(hdfs, params)
        located = hdfs.locate(caller, path)
        node = located.node
        if op != "CREATE":
            if node is None:
                raise not_found(f"File {located.path} not found.")
            if op in ("GETFILECHECKSUM", "APPEND") and not isinstance(node, File):
                raise not_found(f"File {located.path} not found.")
            if isinstance(node, File):
                permissions.check_access(caller, node, permissions.READ)
                offset = params.number("offset", 0, least=0)
                if op == "OPEN":
                    check_offset(node, located.path, offset, op)
                elif op == "APPEND":
                    offset = max(0, node.length - 1)
                found = datanode_for(hdfs, node, offset if op != "GETFILECHECKSUM" else 0, excluded)
                if found is not None:
                    return found
        nodes = [
            item
            for item in hdfs.blocks.datanodes.values()
            if item.serving and item.number not in excluded
        ]
        if not nodes:
            raise io_error(
                f"Failed to find datanode, suggest to check cluster health. "
                f"excludeDatanodes={params.text('excludedatanodes', 'null')}"
            )
        ready = [item for item in nodes if item.writable] or nodes
        return hdfs.blocks.any_of(ready)

    def _excluded(self, hdfs: Hdfs, params: Params) -> frozenset[int]:
        names = {name.strip() for name in params.text("excludedatanodes").split(",")} - {""}
        return frozenset(
            node.number
            for node in hdfs.blocks.datanodes.values()
            if names & self._door.names_of(node)
        )
