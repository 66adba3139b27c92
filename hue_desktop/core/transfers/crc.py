"""CRC32C of a whole from the CRC32C of its parts, without looking at the bytes again.

A CRC is a remainder of polynomials over GF(2). Appending ``n`` bytes multiplies the remainder of
what stood before by x^(8n), so ``crc(a + b) = crc(a)·x^(8·len(b)) + crc(b)``; the start and end
values of CRC32C (all ones) cancel out. The polynomial is 0x1EDC6F41, here in reflected bit order.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

__all__ = ["combine_crc32c", "crc32c_of_parts"]

_POLYNOMIAL = 0x82F63B78
_ONE = 1 << 31  #: x^0 in reflected order
_X8 = 1 << 23  #: x^8


def combine_crc32c(first: int, second: int, second_length: int) -> int:
    """The CRC32C of two pieces in a row; the second has ``second_length`` bytes."""
    return _multiply(_power_of_x8(second_length), first) ^ second


def crc32c_of_parts(parts: Iterable[tuple[int, int]]) -> int:
    """The CRC32C of pieces given in order as (CRC32C, length in bytes)."""
    crc = 0
    for part_crc, length in parts:
        crc = combine_crc32c(crc, part_crc, length)
    return crc


def _multiply(a: int, b: int) -> int:
    product = 0
    mask = _ONE
    while mask:
        if a & mask:
            product ^= b
        mask >>= 1
        b = (b >> 1) ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


@lru_cache(maxsize=64)
def _power_of_x8(exponent: int) -> int:
    result, base = _ONE, _X8
    while exponent:
        if exponent & 1:
            result = _multiply(result, base)
        base = _multiply(base, base)
        exponent >>= 1
    return result
