"""Listings with locations and fsck's report, into columns; odd ones too."""

from __future__ import annotations

import pytest

from hue_desktop.adapters.hadoop.fsck_listing import FsckReader, lines_of
from hue_desktop.adapters.hadoop.located_listing import ListingReader
from hue_desktop.adapters.hadoop.protobuf import pack
from hue_desktop.core.errors import ProtocolError
from hue_desktop.core.shrink.blocks import BlockTable, BlockTableBuilder

HOSTS = ("a", "b", "c")
NUMBERS = {f"10.0.0.{at}:9866": at for at in range(3)}


def node(number: int, update: int = 1) -> bytes:
    """``DatanodeInfoProto``."""
    one = pack(((1, f"10.0.0.{number}"), (2, f"host-{number}"), (3, "uuid"), (4, 9866)))
    return pack(((1, one), (2, 1000), (6, update), (8, "/default-rack"), (10, 0)))


def block(length: int, *nodes: bytes, corrupt: bool = False) -> bytes:
    """``LocatedBlockProto``."""
    what = pack(((1, "BP-1-127.0.0.1-1"), (2, 1 << 60), (3, 1001), (4, length)))
    token = pack(((1, b""), (2, b""), (3, ""), (4, "")))
    return pack(
        ((1, what), (2, 0), *((3, each) for each in nodes), (4, corrupt), (5, token), (8, "DS-1"))
    )


def entry(
    name: str, kind: int, size: int = 0, factor: int = 0, *blocks: bytes, **more: object
) -> bytes:
    """``HdfsFileStatusProto``."""
    located = pack(((1, size), *((2, each) for each in blocks), (3, bool(more.get("writing")))))
    policy = more.get("policy")
    return pack(
        (
            (1, kind), (2, name), (3, size), (4, pack(((1, 0o644),))), (5, "hadoop"), (6, "hdfs"),
            (7, 1_700_000_000_000), (8, 0), (10, factor), (11, 128 << 20),
            (12, located if kind == 2 else None), (13, 16_386), (14, 3), (16, 0),
            (17, policy if isinstance(policy, bytes) else None), (18, 4),
        )
    )  # fmt: skip


def listing(remaining: int, *entries: bytes) -> bytes:
    """``DirectoryListingProto``."""
    return pack((*((1, each) for each in entries), (2, remaining)))


def rows(table: BlockTable) -> list[tuple[str, int, int, list[tuple[int, list[int]]]]]:
    found = []
    for file in range(table.files):
        blocks = [
            (
                int(table.length[row]),
                table.replicas[table.starts[row] : table.starts[row + 1]].tolist(),
            )
            for row in range(table.blocks)
            if table.file[row] == file
        ]
        found.append((table.path(file), int(table.sizes[file]), int(table.factors[file]), blocks))
    return found


def test_a_listing_becomes_rows_folders_and_where_to_go_on() -> None:
    builder = BlockTableBuilder(HOSTS)
    reader = ListingReader(builder, NUMBERS)
    big = 5 << 30
    page = listing(
        300,
        entry("below", 1),
        entry("a ü", 2, big, 3, block(128 << 20, node(0), node(1, 2), node(2)), block(7, node(1))),
        entry("empty", 2, 0, 2),
        entry("link", 3),
    )
    folders, last, remaining = reader.add(builder.folder("/data"), page)
    assert folders == [b"below"]
    assert last == b"link"
    assert remaining == 300
    assert rows(builder.table()) == [
        ("/data/a ü", big, 3, [(128 << 20, [0, 1, 2]), (7, [1])]),
        ("/data/empty", 0, 2, []),
    ]


def test_what_a_listing_says_beside() -> None:
    builder = BlockTableBuilder(HOSTS)
    reader = ListingReader(builder, NUMBERS)
    schema = pack(((1, "rs"), (2, 6), (3, 3)))
    page = listing(
        0,
        entry("open", 2, 5, 2, block(5, node(0), node(0)), writing=True),
        entry("bad", 2, 5, 2, block(5, node(0), node(1), corrupt=True)),
        entry("new", 2, 5, 2, block(5, node(7))),
        entry("cold", 2, 60, 0, block(60, node(0), node(1)), policy=pack(((1, "X"), (2, schema)))),
        entry("own", 2, 60, 0, block(60, node(0)), policy=pack(((4, 2),))),
        entry("named", 2, 60, 0, block(60, node(0)), policy=pack(((1, "RS-10-4-1024k"), (4, 99)))),
    )
    reader.add(builder.folder("/"), page)
    table = builder.table()
    assert table.open_for_write().tolist() == [True, False, False, False, False, False]
    assert rows(table)[0] == ("/open", 5, 2, [(5, [0])])  # one node, though it has two disks
    assert rows(table)[1][3] == [(5, [])]  # no replica is sound
    assert table.hosts == (*HOSTS, "host-7")  # joined after the DataNodes were asked for
    assert table.units.tolist() == [1, 1, 1, 6, 3, 10]
    assert table.factors.tolist()[3:] == [9, 5, 14]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_listing_that_is_cut_is_an_error(cut: int) -> None:
    page = listing(0, entry("a", 2, 5, 2, block(5, node(0))))
    builder = BlockTableBuilder(HOSTS)
    with pytest.raises(ProtocolError):
        ListingReader(builder, NUMBERS).add(0, page[:-cut])


_REPORT = b"""FSCK started by hadoop (auth:SIMPLE) from /127.0.0.1 for path / at Sun Nov 22
/ <dir>
/d <dir>
/d/f1 300 bytes, replicated: replication=3, 2 block(s):  OK
0. BP-1-127.0.0.1-1:blk_1073741825_1001 len=200 Live_repl=3  [<0>, <1>, <2>]
1. BP-1-127.0.0.1-1:blk_1073741826_1002 len=100 MISSING!

/d/2 bytes, replicated: replication=9, 1 block(s): x 7 bytes, <2>: <lacking>
0. BP-1-127.0.0.1-1:blk_1073741827_1003 len=7 Live_repl=1  [<1>]

/d/open 9 bytes, replicated: replication=2, 1 block(s), OPENFORWRITE:  OK
0. BP-1-127.0.0.1-1:blk_1073741828_1004 len=9 Expected_repl=1  [<9>]

/d/cold 600 bytes, erasure-coded: policy=RS-6-3-1024k, 1 block(s):  OK
0. BP-1-127.0.0.1-1:blk_-9223372036854775792_1005 len=600 Live_repl=2  [blk_-922:<0>, blk_-921:<1>]

Status: CORRUPT
 Number of data-nodes:\t3
FSCK ended at Sun Nov 22 17:49:26 UTC 2026 in 5 milliseconds
"""
_WORDS = {
    b"<2>: <lacking>": b"replicated: replication=2, 1 block(s):  Under replicated BP-1:blk_3_3. "
    b"Target Replicas is 2 but found 1 live replica(s), 0 decommissioned replica(s).",
    **{
        b"<%d>" % at: b"DatanodeInfoWithStorage[10.0.0.%d:9866,DS-0%d,DISK]" % (at, at)
        for at in (0, 1, 2, 9)
    },
}
REPORT = _REPORT
for _short, _long in _WORDS.items():
    REPORT = REPORT.replace(_short, _long)


@pytest.mark.parametrize("size", [7, 100, 100_000])
def test_a_report_becomes_rows(size: int) -> None:
    builder = BlockTableBuilder(HOSTS)
    reader = FsckReader(builder, NUMBERS, 2)
    chunks = [REPORT[at : at + size] for at in range(0, len(REPORT), size)]
    for lines in lines_of(chunks):
        reader.add(lines)
    assert reader.ended
    table = builder.table()
    assert rows(table) == [
        ("/d/f1", 300, 3, [(200, [0, 1, 2]), (100, [])]),
        ("/d/2 bytes, replicated: replication=9, 1 block(s): x", 7, 2, [(7, [1])]),
        ("/d/open", 9, 2, [(9, [3])]),
        ("/d/cold", 600, 9, [(600, [0, 1])]),
    ]
    assert table.hosts[3] == "10.0.0.9"
    assert table.open_for_write().tolist() == [False, False, True, False]
    assert table.units.tolist() == [1, 1, 1, 6]


def test_a_report_of_hadoop_2_tells_no_factor() -> None:
    builder = BlockTableBuilder(HOSTS)
    reader = FsckReader(builder, NUMBERS, 2)
    reader.add([b"/a 5 bytes, 1 block(s):  OK", b"0. BP-1:blk_1_1 len=5 repl=1 [10.0.0.2:9866]"])
    assert rows(builder.table()) == [("/a", 5, 2, [(5, [2])])]
    assert not reader.ended
