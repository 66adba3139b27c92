"""Checksums of many chunks at once."""

from __future__ import annotations

import struct

from awscrt import checksums
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.adapters.hadoop.crc import chunks_agree, crc_function


def _sums(data: bytes, chunk: int, name: str) -> bytes:
    one = getattr(checksums, name)
    parts = [data[at : at + chunk] for at in range(0, len(data), chunk)]
    return struct.pack(f">{len(parts)}I", *(one(part) for part in parts))


@given(
    st.binary(max_size=5000),
    st.sampled_from([4, 16, 30, 512, 4096]),
    st.sampled_from(["crc32", "crc32c"]),
)
def test_agrees_with_a_checksum_for_each_chunk(data: bytes, chunk: int, name: str) -> None:
    sums = _sums(data, chunk, name)
    assert chunks_agree(crc_function(name), memoryview(data), chunk, sums)


@given(st.binary(min_size=1, max_size=5000), st.data())
def test_sees_any_changed_bit_of_data_or_sums(data: bytes, draw: st.DataObject) -> None:
    sums = _sums(data, 512, "crc32c")
    crc = crc_function()
    bit = draw.draw(st.integers(0, 8 * len(data) - 1))
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    assert not chunks_agree(crc, memoryview(changed), 512, sums)
    bit = draw.draw(st.integers(0, 8 * len(sums) - 1))
    wrong = bytearray(sums)
    wrong[bit // 8] ^= 1 << bit % 8
    assert not chunks_agree(crc, memoryview(data), 512, bytes(wrong))


def test_a_sum_too_few_or_too_many_does_not_agree() -> None:
    data = bytes(2000)
    sums = _sums(data, 512, "crc32c")
    assert not chunks_agree(crc_function(), memoryview(data), 512, sums[:-4])
    assert not chunks_agree(crc_function(), memoryview(data), 512, sums + sums[:4])
