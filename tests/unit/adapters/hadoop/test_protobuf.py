"""The wire form of Protocol Buffers, against what is known of it and against itself."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.adapters.hadoop.protobuf import pack, read_varint, unpack, varint, zigzag
from hue_desktop.core.errors import ProtocolError


def test_the_examples_of_the_specification() -> None:
    assert pack([(1, 150)]) == b"\x08\x96\x01"
    assert pack([(2, "testing")]) == b"\x12\x07testing"
    assert pack([(3, pack([(1, 150)]))]) == b"\x1a\x03\x08\x96\x01"
    assert pack([(1, None), (2, True)]) == b"\x10\x01"
    assert [zigzag(number) for number in (0, -1, 1, -2, 2147483647)] == [0, 1, 2, 3, 4294967294]
    assert varint(-1) == b"\xff" * 9 + b"\x01"


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 2**64 - 1) | st.binary())))
def test_what_is_written_is_read(pairs: list[tuple[int, int | bytes]]) -> None:
    read = unpack(pack(pairs))
    for number in {number for number, _value in pairs}:
        assert read[number] == [value for each, value in pairs if each == number]


@given(st.integers(0, 2**64 - 1), st.binary(max_size=4))
def test_an_integer_ends_where_it_ends(number: int, rest: bytes) -> None:
    data = varint(number)
    assert read_varint(data + rest, 0) == (number, len(data))


@given(st.binary(max_size=200))
def test_anything_else_is_an_error_and_no_crash(data: bytes) -> None:
    with suppress(ProtocolError):
        unpack(data)


def test_a_message_that_is_cut_is_an_error() -> None:
    with pytest.raises(ProtocolError):
        unpack(pack([(2, b"12345")])[:-1])
