"""Reading a block from a DataNode that is written down: packets of every size, and bad ones."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from awscrt.checksums import crc32c

from hue_desktop.adapters.hadoop.block_reading import BlockSource
from hue_desktop.adapters.hadoop.client_protocol import Block, Located, Node
from hue_desktop.adapters.hadoop.datanodes import DataNodes
from hue_desktop.adapters.hadoop.direct import DirectConnector
from hue_desktop.adapters.hadoop.protobuf import delimited, pack
from hue_desktop.core.errors import HueError

CHUNK = 512
DATA = os.urandom(300_000)


def packet(
    offset: int, sequence: int, data: bytes, *, last: bool = False, bad: bool = False
) -> bytes:
    """A packet as ``PacketHeaderProto`` and the transfer protocol have it."""
    sums = [crc32c(data[at : at + CHUNK]) for at in range(0, len(data), CHUNK)]
    if bad:
        sums[-1] ^= 1
    header = struct.pack("<BqBqBBBi", 9, offset, 17, sequence, 24, last, 37, len(data))
    length = 4 + 4 * len(sums) + len(data)
    return (
        struct.pack(">iH", length, len(header))
        + header
        + struct.pack(f">{len(sums)}I", *sums)
        + data
    )


def body(start: int, size: int, *, bad: bool = False) -> bytes:
    """The answer to reading ``DATA`` from a chunk's begin on."""
    info = pack(((1, pack(((1, 2), (2, CHUNK)))), (2, start)))
    out = delimited(pack(((1, 0), (4, info))))
    ends = range(start, len(DATA), size)
    for sequence, at in enumerate(ends):
        damaged = bad and sequence == len(ends) // 2
        out += packet(at, sequence, DATA[at : at + size], bad=damaged)
    return out + packet(len(DATA), len(ends), b"", last=True)


@contextmanager
def datanode(*answers: bytes) -> Iterator[Node]:
    """Answers one operation with each of the bodies, on one connection after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)

        def serve() -> None:
            with suppress(OSError):
                for answer in answers:
                    taken, _address = listener.accept()
                    with taken:
                        taken.recv(4096)
                        taken.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        host, port = listener.getsockname()
        yield Node(pack(((1, pack(((1, host), (2, host), (3, "uuid"), (4, port)))),)))
        listener.close()
        thread.join(20)


def read(nodes: tuple[Node, ...], offset: int, length: int, step: int = 70_000) -> bytes:
    """What is read, in steps, of a block that holds ``DATA``."""
    blocks = [Located(Block("pool", 1, 1, len(DATA)), 0, nodes, b"")]
    datanodes = DataNodes(DirectConnector(), timeout_s=5)
    found = BlockSource(
        datanodes,
        "/file",
        blocks,
        offset,
        length,
        "client",
        lambda _at: blocks,
        lambda _round: None,
        None,
    )
    out, room = bytearray(), memoryview(bytearray(step))
    try:
        while count := found.readinto(room):
            out += room[:count]
    finally:
        found.close()
        datanodes.close()
    return bytes(out)


@pytest.mark.parametrize("size", [512, 1024, 65_536, 131_072, 512 * 586])
@pytest.mark.parametrize("step", [100, 70_000])
def test_packets_of_any_size(size: int, step: int) -> None:
    with datanode(body(0, size)) as node:
        assert read((node,), 0, len(DATA), step) == DATA


def test_a_range_begins_within_a_chunk() -> None:
    with datanode(body(1024, 65_536)) as node:
        assert read((node,), 1030, 200_000) == DATA[1030:201_030]


def test_a_damaged_replica_is_found_and_another_one_read() -> None:
    with datanode(body(0, 65_536, bad=True)) as damaged, datanode(body(131_072, 65_536)) as good:
        assert read((damaged, good), 0, len(DATA)) == DATA


def test_only_damaged_replicas_are_an_error() -> None:
    bad = [body(0, len(DATA), bad=True)] * 4
    with datanode(*bad) as node, pytest.raises(HueError, match="cannot be read") as raised:
        read((node,), 0, len(DATA))
    assert "checksum" in str(raised.value)


def test_a_body_that_is_cut_goes_on_elsewhere() -> None:
    whole = body(0, 65_536)
    with datanode(whole[:200_000]) as cut, datanode(body(196_608, 65_536)) as other:
        assert read((cut, other), 0, len(DATA)) == DATA
