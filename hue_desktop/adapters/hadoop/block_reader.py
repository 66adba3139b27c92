"""All blocks of an HDFS with the DataNodes that have them: over RPC, or from the NameNode's fsck.

Over RPC, folders are listed with locations (``getListing`` with ``needLocation``), several at a
time. The NameNode answers as many files as have ``dfs.ls.limit`` (1000) replicas in one page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from hue_desktop.adapters.hadoop.asking import Address
from hue_desktop.adapters.hadoop.client_protocol import ClientProtocol, missing
from hue_desktop.adapters.hadoop.fsck_listing import FsckReader, lines_of
from hue_desktop.adapters.hadoop.hdfs_facts import JmxFacts, facts_of_report
from hue_desktop.adapters.hadoop.http import HttpPool, Response
from hue_desktop.adapters.hadoop.located_listing import ListingReader
from hue_desktop.adapters.hadoop.namenode import host_header
from hue_desktop.adapters.hadoop.rpc import RpcNameNodes
from hue_desktop.adapters.hadoop.yarn_work import YarnWork
from hue_desktop.core.errors import (
    AccessDenied,
    Cancelled,
    HueError,
    NotFound,
    ProtocolError,
    ServiceError,
    Unreachable,
)
from hue_desktop.core.file_systems import Connector
from hue_desktop.core.shrink.blocks import BlockTableBuilder
from hue_desktop.core.shrink.ports import BlockReader, HdfsFacts, ReadBlocks, WorkFacts
from hue_desktop.core.text import _, ngettext

__all__ = ["MOST_BYTES", "FsckBlockReader", "RpcBlockReader", "open_block_reader"]

RPC_PORT = 8020
NAMENODE_PORTS = (9870, 50070)
RM_PORTS = (8088,)
AT_ONCE = 6  #: folders
MOST_BYTES = 1 << 30  #: of the table; some ten million files
PROBE_S = 6.0
_CHUNK = 256 * 1024
_ALL_NODES, _DEAD_NODES = 1, 3  #: DatanodeReportTypeProto


def open_block_reader(
    connector: Connector,
    hosts: Sequence[str],
    user: str,
    *,
    rpc_port: int = RPC_PORT,
    namenode_ports: Sequence[int] = NAMENODE_PORTS,
    rm_ports: Sequence[int] = RM_PORTS,
    timeout_s: float = 60.0,
) -> BlockReader:
    """The way that works: RPC, else fsck over HTTP. ``Unreachable`` when none answers. Blocks."""
    jmx = JmxFacts(connector, hosts, namenode_ports, timeout_s)
    yarn = YarnWork(connector, hosts, rm_ports, timeout_s=min(20.0, timeout_s))
    addresses = [(host, rpc_port) for host in hosts]
    try:
        probe = ClientProtocol(
            RpcNameNodes(
                connector, addresses, user, timeout_s=PROBE_S, dial_timeout_s=PROBE_S,
                attempts=max(1, len(hosts)),
            )
        )  # fmt: skip
        try:
            probe.defaults()
        finally:
            probe.close()
    except (Unreachable, ServiceError, AccessDenied, ProtocolError) as error:
        jmx.find(error)  # raises when HTTP does not answer either
        pool = HttpPool(connector, timeout_s=timeout_s)
        return FsckBlockReader(pool, jmx, yarn, user)
    protocol = ClientProtocol(RpcNameNodes(connector, addresses, user, timeout_s=timeout_s))
    return RpcBlockReader(protocol, jmx, yarn)


class _Reader:
    """What both ways have in common."""

    def __init__(self, jmx: JmxFacts, yarn: YarnWork) -> None:
        self._jmx = jmx
        self._yarn = yarn
        self._closed = threading.Event()

    def work(self) -> WorkFacts | None:
        """From YARN's ResourceManager."""
        try:
            return self._yarn.read()
        except Cancelled:
            raise
        except HueError:
            return None

    def close(self) -> None:
        """End all connections and all waiting."""
        self._closed.set()
        self._jmx.close()
        self._yarn.close()

    def _check(self) -> None:
        if self._closed.is_set():
            raise Cancelled(_("The connection was closed."))


class RpcBlockReader(_Reader):
    """``BlockReader`` over RPC."""

    way = "RPC"

    def __init__(
        self, protocol: ClientProtocol, jmx: JmxFacts, yarn: YarnWork, *, most: int = MOST_BYTES
    ) -> None:
        super().__init__(jmx, yarn)
        self._protocol = protocol
        self._most = most

    def facts(self) -> HdfsFacts:
        """getDatanodeReport, and JMX for what RPC does not say; JMX alone for those who may not."""
        told: HdfsFacts | None = None
        try:
            told = self._jmx.read()
        except Cancelled:
            raise
        except HueError:
            told = None
        replication = self._protocol.defaults().replication
        try:
            report, dead = (
                self._protocol.namenodes.call("getDatanodeReport", (1, kind))
                for kind in (_ALL_NODES, _DEAD_NODES)
            )
        except AccessDenied:
            if told is None:
                raise
            return replace(told, replication=replication)
        return facts_of_report(report, dead, told, replication)

    def read(self, facts: HdfsFacts, progress: Callable[[int], None] | None = None) -> ReadBlocks:
        """Walk from the root."""
        return _Walk(self._protocol, facts, progress, self._most, self._closed).read()

    def close(self) -> None:
        """End all connections and all waiting."""
        super().close()
        self._protocol.close()


class _Walk:
    """One reading: folders to be listed, threads that list them, one builder."""

    def __init__(
        self,
        protocol: ClientProtocol,
        facts: HdfsFacts,
        progress: Callable[[int], None] | None,
        most: int,
        closed: threading.Event,
    ) -> None:
        self._protocol, self._progress = protocol, progress
        self._most, self._closed = most, closed
        self._builder = BlockTableBuilder([node.name for node in facts.nodes])
        self._reader = ListingReader(self._builder, _numbers(facts))
        self._waiting: list[bytes] = [b"/"]
        self._listing = 0
        self._turn = threading.Condition()
        self._denied: list[str] = []
        self._error: BaseException | None = None
        self._full = False

    def read(self) -> ReadBlocks:
        threads = [
            threading.Thread(target=self._work, name="hdfs-blocks", daemon=True)
            for _number in range(AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._error is not None:
            raise self._error
        if self._closed.is_set():
            raise Cancelled(_("The connection was closed."))
        problems = _denied_text(self._denied)
        if self._full:
            problems.append(_full_text(self._builder.files))
        table = self._builder.table(complete=not problems)
        return ReadBlocks(table, tuple(problems))

    def _work(self) -> None:
        while (path := self._next()) is not None:
            try:
                self._folder(path)
            except (AccessDenied, NotFound) as error:
                if path == b"/":
                    self._fail(error)
                elif isinstance(error, AccessDenied):
                    self._denied.append(path.decode("utf-8", "replace"))
            except BaseException as error:  # the reader's thread raises it
                self._fail(error)
            finally:
                with self._turn:
                    self._listing -= 1
                    self._turn.notify_all()

    def _next(self) -> bytes | None:
        with self._turn:
            while True:
                if self._error is not None or self._full or self._closed.is_set():
                    return None
                if self._waiting:
                    self._listing += 1
                    return self._waiting.pop()
                if not self._listing:
                    return None
                self._turn.wait(1.0)

    def _fail(self, error: BaseException) -> None:
        with self._turn:
            self._error = self._error or error
            self._turn.notify_all()

    def _folder(self, path: bytes) -> None:
        start = b""
        name = path.decode("utf-8", "surrogateescape")
        while not (self._closed.is_set() or self._full):
            answer = self._protocol.namenodes.call(
                "getListing", (1, path), (2, start), (3, True), what=name
            )
            if 1 not in answer:
                raise missing(name)
            with self._turn:
                folder = self._builder.folder(path)
                below, start, remaining = self._reader.add(folder, answer.data(1))
                base = b"/" if path == b"/" else path + b"/"
                self._waiting += [base + each for each in below]
                self._full = self._builder.nbytes > self._most
                files = self._builder.files
                self._turn.notify_all()
            if self._progress is not None:
                self._progress(files)
            if not remaining or not start:
                return


class FsckBlockReader(_Reader):
    """``BlockReader`` by ``/fsck``, which one thread of the NameNode writes while we read."""

    way = "fsck"

    def __init__(
        self, pool: HttpPool, jmx: JmxFacts, yarn: YarnWork, user: str, *, most: int = MOST_BYTES
    ) -> None:
        super().__init__(jmx, yarn)
        self._pool, self._user, self._most = pool, user, most

    def facts(self) -> HdfsFacts:
        """From JMX."""
        return self._jmx.read()

    def read(self, facts: HdfsFacts, progress: Callable[[int], None] | None = None) -> ReadBlocks:
        """Ask for the whole tree and read along."""
        builder = BlockTableBuilder([node.name for node in facts.nodes])
        reader = FsckReader(builder, _numbers(facts), facts.replication or 1)
        query = {"ugi": self._user, "path": "/", "files": 1, "blocks": 1, "locations": 1}
        target = f"/fsck?{urlencode({**query, 'openforwrite': 1})}"
        full = False
        for lines in lines_of(self._chunks(self._jmx.address, target)):
            reader.add(lines)
            if progress is not None:
                progress(builder.files)
            if builder.nbytes > self._most:
                full = True
                break
        problems = [_full_text(builder.files)] if full else []
        if not reader.ended and not full:
            problems.append(_("The NameNode’s fsck ended early; not all files were read."))
        return ReadBlocks(builder.table(complete=not problems), tuple(problems))

    def close(self) -> None:
        """End all connections and all waiting."""
        super().close()
        self._pool.close()

    def _chunks(self, address: Address, target: str) -> Iterator[bytes]:
        connection = self._pool.take(address, fresh=True)
        try:
            head = f"GET {target} HTTP/1.1\r\nHost: {host_header(address)}\r\n\r\n"
            connection.send(head.encode("ascii"))
            response: Response = connection.response("GET")
            if response.status != 200:
                raise _refused(address, response.status)
            room = memoryview(bytearray(_CHUNK))
            while got := response.readinto(room):
                self._check()
                yield bytes(room[:got])
        except Unreachable:
            self._check()
            raise
        finally:
            self._pool.drop(connection)


def _refused(address: Address, status: int) -> HueError:
    text = _("{host}:{port} answers fsck with HTTP {status}.").format(
        host=address[0], port=address[1], status=status
    )
    if status in (401, 403):
        return AccessDenied(text, remedy=_("Only HDFS’s superuser may run it."))
    return ServiceError(text, code=str(status), retryable=status >= 500)


def _numbers(facts: HdfsFacts) -> dict[str, int]:
    """By ``ip:port``; the order is that of the builder."""
    return {f"{node.ip}:{node.port}": at for at, node in enumerate(facts.nodes)}


def _denied_text(paths: Sequence[str]) -> list[str]:
    if not paths:
        return []
    text = ngettext(
        "{n} folder may not be read, such as {path}.",
        "{n} folders may not be read, such as {path}.",
        len(paths),
    )
    return [text.format(n=len(paths), path=min(paths))]


def _full_text(files: int) -> str:
    return _("Reading stopped after {n} files, to keep memory within bounds.").format(n=files)
