"""Rings of series."""

from __future__ import annotations

import math
from array import array

from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.metrics import Sample, SeriesKey
from hue_desktop.services.health.buffers import SeriesRing

A, B = SeriesKey("a"), SeriesKey("b", "node-1")
FOREVER = 1e12


def _points(ring: SeriesRing, key: SeriesKey) -> list[tuple[float, float]]:
    data = ring.read([key], -FOREVER, FOREVER, 5.0).get(key)
    return list(zip(data.times, data.values, strict=True)) if data else []


@given(
    st.integers(1, 9),
    st.lists(st.tuples(st.integers(-3, 20), st.sampled_from([None, 1.0, 2.0, math.nan]))),
)
def test_a_ring_is_the_end_of_what_came(
    capacity: int, steps: list[tuple[int, float | None]]
) -> None:
    """Against a plain list: newest instants only, none after a clock that was set back."""
    ring, kept, at = SeriesRing(capacity), list[tuple[float, float | None]](), 100.0
    for step, value in steps:
        at += step
        ring.add(at, {} if value is None else {A: value})
        kept = [*(each for each in kept if each[0] < at), (at, value)][-capacity:]
        wanted = [(t, v) for t, v in kept if v is not None and not math.isnan(v)]
        assert _points(ring, A) == wanted
        assert ring.newest(A) == (Sample(*wanted[-1]) if wanted else None)


def test_holes_are_left_out() -> None:
    ring = SeriesRing(10)
    ring.add(1.0, {A: 1.0, B: 10.0})
    ring.add(2.0, {A: 2.0})
    ring.add(3.0, {A: math.inf, B: 30.0})
    assert _points(ring, A) == [(1.0, 1.0), (2.0, 2.0)]
    assert _points(ring, B) == [(1.0, 10.0), (3.0, 30.0)]


def test_a_window() -> None:
    ring = SeriesRing(10)
    for at in range(10):
        ring.add(float(at), {A: float(at)})
    data = ring.read([A, B], 3.0, 5.0, 1.0)
    assert list(data) == [A]
    assert list(data[A].times) == [3.0, 4.0, 5.0]
    assert ring.read([A], 30.0, 50.0, 1.0) == {}


def test_memory_stays() -> None:
    ring = SeriesRing(100)
    for at in range(1000):
        ring.add(float(at), {A: 1.0})
    assert len(ring) == 100
    columns = [ring._times, *ring._columns.values()]
    assert all(isinstance(each, array) and len(each) == 100 for each in columns)


def test_nodes_that_left_are_forgotten_once_nothing_is_known_of_them() -> None:
    ring = SeriesRing(3)
    ring.add(1.0, {A: 1.0, B: 1.0})
    for at in (2.0, 3.0):
        ring.add(at, {A: 1.0})
        ring.forget_nodes(["node-1"])
        assert ring.hosts() == {"node-1"}
    ring.add(4.0, {A: 1.0})
    ring.forget_nodes(["node-1"])
    assert ring.hosts() == set()
