"""File checksums, compared with those that Hadoop 3.3.6 computed for the same bytes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, WebHdfs, hdfs_region

HELLO = b"hello world" * 1000
MANY = bytes(range(256)) * 12_000  # three blocks of 1 MiB


@pytest.mark.parametrize(
    ("data", "algorithm", "digits"),
    [
        (
            HELLO,
            "MD5-of-0MD5-of-512CRC32C",
            "0000020000000000000000007360fc74ec08854c4a51e9f7ff3add62",
        ),
        (
            MANY,
            "MD5-of-2048MD5-of-512CRC32C",
            "000002000000000000000800dd21f03c4267b08fdc7b253c21026d7e",
        ),
        (
            b"",
            "MD5-of-0MD5-of-0CRC32",
            "00000000000000000000000070bc8f4b72a86921468bf8e8441dce51",
        ),
    ],
    ids=["one block", "three blocks", "empty"],
)
def test_webhdfs_computes_what_hadoop_does(
    web: WebHdfs, place: str, data: bytes, algorithm: str, digits: str
) -> None:
    web.put(f"{place}/f", data, blocksize=1 << 20)
    for _ in range(2):  # computed, then remembered
        answer = web.ask("GET", f"{place}/f", "GETFILECHECKSUM").json
        expected = {"algorithm": algorithm, "bytes": digits + "00000000", "length": 28}
        assert answer == {"FileChecksum": expected}


def test_a_changed_file_has_another_checksum(web: WebHdfs, place: str) -> None:
    web.put(f"{place}/f", HELLO)
    before = web.ask("GET", f"{place}/f", "GETFILECHECKSUM").json
    web.ask("POST", f"{place}/f", "APPEND", b"!")
    web.ask("POST", f"{place}/f", "TRUNCATE", newlength=len(HELLO) - 1)
    assert web.ask("GET", f"{place}/f", "GETFILECHECKSUM").json != before
    web.ask("POST", f"{place}/f", "APPEND", b"d")
    assert web.ask("GET", f"{place}/f", "GETFILECHECKSUM").json == before


@pytest.mark.parametrize(
    ("data", "digits"), [(HELLO, "44e3ede5"), (MANY, "9f10882a")], ids=["one block", "three blocks"]
)
def test_httpfs_can_be_told_to_answer_the_crc_of_the_whole(
    composite: HdfsRegion, data: bytes, digits: str
) -> None:
    composite.web().put("/user/hadoop/f", data, blocksize=1 << 20, overwrite="true")
    answer = composite.httpfs().ask("GET", "/user/hadoop/f", "GETFILECHECKSUM").json
    expected = {"algorithm": "COMPOSITE-CRC32C", "bytes": digits, "length": 4}
    assert answer == {"FileChecksum": expected}


@pytest.fixture(scope="module")
def composite() -> Iterator[HdfsRegion]:
    """A cluster whose configuration asks for composite checksums."""
    with hdfs_region(core=1, properties={"dfs.checksum.combine.mode": "COMPOSITE_CRC"}) as running:
        yield running
