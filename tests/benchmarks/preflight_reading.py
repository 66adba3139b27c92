"""Reading the blocks of a million files by RPC and by fsck: files a second, memory of the process.

A process of its own answers as a NameNode does, with answers that were made before: what is
measured is our side, and the wire between. 1000 folders with 1000 files of 1.5 blocks and three
replicas, 200 DataNodes; a page has 333 files, as ``dfs.ls.limit`` has it.

Run it as ``python -m tests.benchmarks.preflight_reading [FILES]``; the last line has files a second
by RPC (larger is better).
"""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import socket
import struct
import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import Any

from hue_desktop.adapters.hadoop.block_reader import open_block_reader
from hue_desktop.adapters.hadoop.direct import DirectConnector
from hue_desktop.adapters.hadoop.protobuf import delimited, pack, read_varint, unpack

FOLDER, PAGE, NODES, BLOCK = 1000, 333, 200, 128 << 20
_LENGTH = struct.Struct(">i")


def node(number: int) -> bytes:
    """``DatanodeInfoProto``, as long as a real one."""
    host = f"ip-10-0-{number}-17.ec2.internal"
    one = pack(
        ((1, f"10.0.{number}.17"), (2, host), (3, "0" * 36), (4, 9866), (5, 9864), (6, 9867))
    )
    return pack(
        ((1, one), (2, 10**12), (3, 10**11), (4, 8 * 10**11), (5, 10**11), (6, 1_763_800_000_000),
         (7, 3), (8, "/default-rack"), (9, 10**9), (10, 0), (11, 0), (12, 0), (13, 10**9))
    )  # fmt: skip


class NameNode:
    """Answers for ``files`` files."""

    def __init__(self, files: int) -> None:
        chance = random.Random(5)
        nodes = [node(number) for number in range(NODES)]
        self.folders = max(1, files // FOLDER)
        self.report = pack((1, each) for each in nodes)
        self.pages = [self._page(chance, nodes, at) for at in range(0, FOLDER, PAGE)]
        root = [
            pack(((1, 1), (2, f"dt={number:05d}"), (3, 0), (4, pack(((1, 0o755),))), (5, "hadoop"),
                  (6, "hdfs"), (7, 1), (8, 0)))
            for number in range(self.folders)
        ]  # fmt: skip
        self.root = pack((*((1, each) for each in root), (2, 0)))
        lines = []
        for place in range(FOLDER):
            lines.append(
                f"%b/part-{place:05d}-c000.snappy.parquet 200000000 bytes, replicated: "
                f"replication=3, {1 + place % 2} block(s):  OK"
            )
            for block in range(1 + place % 2):
                on = ", ".join(
                    f"DatanodeInfoWithStorage[10.0.{number}.17:9866,DS-{'0' * 36},DISK]"
                    for number in chance.sample(range(NODES), 3)
                )
                lines.append(
                    f"{block}. BP-1234-10.0.0.1-1700000000000:blk_1073741825_1001 len=134217728 "
                    f"Live_repl=3  [{on}]"
                )
            lines.append("")
        self.text = ("\n".join(lines) + "\n").encode()

    @staticmethod
    def _page(chance: random.Random, nodes: list[bytes], first: int) -> bytes:
        entries = []
        last = min(FOLDER, first + PAGE)
        for place in range(first, last):
            blocks = []
            for number in range(1 + place % 2):
                what = pack(
                    ((1, "BP-1234-10.0.0.1-1700000000000"), (2, 1 << 30), (3, 1001), (4, BLOCK))
                )
                on = [(3, nodes[each]) for each in chance.sample(range(NODES), 3)]
                token = pack(((1, b""), (2, b""), (3, ""), (4, "")))
                ids = [(8, f"DS-{'0' * 36}")] * 3
                blocks.append(
                    pack(((1, what), (2, number * BLOCK), *on, (4, False), (5, token),
                          (6, b"\0\0\0"), (7, b"\1\1\1"), *ids))
                )  # fmt: skip
            located = pack(((1, 2 * BLOCK), *((2, each) for each in blocks), (3, False), (5, True)))
            entries.append(
                pack(((1, 2), (2, f"part-{place:05d}-c000.snappy.parquet"), (3, 2 * BLOCK),
                      (4, pack(((1, 0o644),))), (5, "hadoop"), (6, "hdfs"), (7, 1_763_800_000_000),
                      (8, 1_763_800_000_000), (10, 3), (11, BLOCK), (12, located), (13, 16_390),
                      (14, 0), (16, 0), (18, 0)))
            )  # fmt: skip
        return pack((*((1, each) for each in entries), (2, FOLDER - last)))

    def answer(self, method: str, request: bytes) -> bytes:
        """The body of an answer."""
        if method == "getServerDefaults":
            return pack(((1, pack(((1, BLOCK), (2, 512), (3, 65536), (4, 3), (5, 4096)))),))
        if method == "getDatanodeReport":
            return self.report if unpack(request).number(1) == 1 else b""
        asked = unpack(request)
        if asked.text(1) == "/":
            return pack(((1, self.root),))
        start = asked.text(2)
        place = int(start[5:10]) + 1 if start else 0
        return pack(((1, self.pages[place // PAGE]),))


def serve(files: int, tell: Connection) -> None:
    """The NameNode's process: RPC on one port, HTTP on another."""
    namenode = NameNode(files)
    doors = []
    for act in (_rpc, _http):
        door = socket.create_server(("127.0.0.1", 0), backlog=64)
        doors.append(door.getsockname()[1])
        threading.Thread(target=_accept, args=(door, act, namenode), daemon=True).start()
    tell.send(doors)
    tell.recv()


def _accept(door: socket.socket, act: Any, namenode: NameNode) -> None:
    while True:
        line, _where = door.accept()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=act, args=(line, namenode), daemon=True).start()


def _rpc(line: socket.socket, namenode: NameNode) -> None:
    with line, line.makefile("rb") as incoming:
        if not incoming.read(7):
            return
        first = True
        while head := incoming.read(4):
            body = incoming.read(_LENGTH.unpack(head)[0])
            if first:  # the connection's context
                first = False
                continue
            size, at = read_varint(body, 0)
            header = unpack(body[at : at + size])
            number = header.number(3) >> 1
            at += size
            size, at = read_varint(body, at)
            method = unpack(body[at : at + size]).text(1)
            at += size
            size, at = read_varint(body, at)
            found = namenode.answer(method, body[at : at + size])
            answer = delimited(pack(((1, number), (2, 0)))) + delimited(found)
            line.sendall(_LENGTH.pack(len(answer)) + answer)


def _http(line: socket.socket, namenode: NameNode) -> None:
    with line, line.makefile("rb") as incoming:
        while target := incoming.readline().split(b" "):
            if len(target) < 2:
                return
            while incoming.readline().strip():
                pass
            if target[1].startswith(b"/fsck"):
                line.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
                for number in range(namenode.folders):
                    line.sendall(namenode.text.replace(b"%b", b"/dt=%05d" % number))
                line.sendall(b"FSCK ended at now in 1 milliseconds\n")
                return
            live = {
                f"ip-10-0-{number}-17.ec2.internal:9866": {
                    "xferaddr": f"10.0.{number}.17:9866", "capacity": 10**12, "usedSpace": 10**11,
                    "remaining": 8 * 10**11, "lastContact": 1, "adminState": "In Service",
                }
                for number in range(NODES)
            }  # fmt: skip
            bean = {"name": "Hadoop:service=NameNode,name=NameNodeInfo", "LiveNodes": live}
            body = json.dumps({"beans": [bean]}).encode()
            if b"/webhdfs" in target[1]:
                body = b'{"FsServerDefaults": {"replication": 3}}'
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            line.sendall(head + body)


def peak_mb() -> float:
    """The most this process has had in memory; MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> int:
    """Read by both ways, and print."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(
        target=serve, args=(files, theirs), daemon=True
    )
    child.start()
    rpc, http = ours.recv()
    rates = {}
    for way, port in (("RPC", rpc), ("fsck", 1)):
        reader = open_block_reader(
            DirectConnector(), ["127.0.0.1"], "hadoop", rpc_port=port, namenode_ports=(http,)
        )
        facts = reader.facts()
        begun, processor = time.perf_counter(), time.process_time()
        read = reader.read(facts)
        took, used = time.perf_counter() - begun, time.process_time() - processor
        reader.close()
        table = read.table
        assert reader.way == way
        assert not read.problems, read.problems
        rates[way] = table.files / took
        sys.stdout.write(
            f"{way}: {table.files:,} files, {table.blocks:,} blocks in {took:.1f} s "
            f"(processor {used:.1f} s): {rates[way]:,.0f} files/s; process {peak_mb():.0f} MB\n"
        )
        del read, table
    ours.send(None)
    sys.stdout.write(f"{rates['RPC']:.0f} files/s\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
