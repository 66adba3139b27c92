"""CRC32C of a whole from its parts, against a library that computes it."""

from __future__ import annotations

from awscrt.checksums import crc32c
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.transfers.crc import combine_crc32c, crc32c_of_parts


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_parts_give_the_whole(parts: list[bytes]) -> None:
    whole = crc32c(b"".join(parts))
    assert crc32c_of_parts((crc32c(part), len(part)) for part in parts) == whole


def test_known_values() -> None:
    assert crc32c_of_parts([(0xE3069283, 9)]) == 0xE3069283  # "123456789"
    zeros = crc32c(bytes(3 << 20))
    one = crc32c(bytes(1 << 20))
    assert combine_crc32c(combine_crc32c(one, one, 1 << 20), one, 1 << 20) == zeros
    assert crc32c_of_parts([]) == 0
