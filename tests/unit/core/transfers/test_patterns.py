"""Which paths patterns take."""

from __future__ import annotations

import pytest

from hue_desktop.core.transfers.patterns import compile_filter
from hue_desktop.core.transfers.values import Filter


@pytest.mark.parametrize(
    ("pattern", "taken", "left"),
    [
        ("*.csv", ["a.csv", "x/y/a.csv", ".csv"], ["a.csv.gz", "a.csv/b"]),
        ("raw/*.csv", ["raw/a.csv"], ["raw/x/a.csv", "x/raw/a.csv"]),
        ("raw/**", ["raw/a", "raw/x/a"], ["raw", "x/raw/a"]),
        ("**/tmp/*", ["tmp/a", "x/y/tmp/a"], ["tmp/a/b", "atmp/a"]),
        ("a**z", ["az", "a/b/z", "x/axz"], ["a/b"]),
        ("_temporary/", ["_temporary/a/b", "x/_temporary/a"], ["_temporary", "x/a"]),
        ("/top.txt", ["top.txt"], ["x/top.txt"]),
        ("file?.[ch]", ["file1.c", "d/filez.h"], ["file.c", "file12.c", "file1.o"]),
        ("[!a-c]*", ["d", "x/d1"], ["a", "b2"]),
        ("a[b", ["a[b"], ["ab"]),
        ("dt=2026-11-*/part+1 (2).%7b", ["dt=2026-11-01/part+1 (2).%7b"], ["dt=2026-11-01/part1"]),
        ("[]]x", ["]x"], ["x"]),
        ("new*line", ["new\nline"], ["new\n/line"]),
    ],
)
def test_patterns(pattern: str, taken: list[str], left: list[str]) -> None:
    takes = compile_filter(Filter(include=(pattern,)))
    assert [path for path in taken if not takes(path)] == []
    assert [path for path in left if takes(path)] == []


def test_exclusion_wins_and_no_pattern_takes_all() -> None:
    assert compile_filter(Filter())("anything/at all")
    takes = compile_filter(Filter(("*.csv", "*.json"), ("old/**", "*.tmp.csv")))
    assert takes("a.csv")
    assert takes("x/b.json")
    assert not takes("old/a.csv")
    assert not takes("x/a.tmp.csv")
    assert not takes("a.txt")
