"""What a table shows: columns over rows, and groups of rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

__all__ = ["Column", "RowGroup"]

R = TypeVar("R")


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column. Everything but the key and title is a function of the row or a constant.

    ``kind`` picks how a cell is drawn, and what ``value`` gives for it:

    - ``text``, ``money``: the text only
    - ``state``: a ``StateShape`` before the text
    - ``bar``: a share from 0 to 1 (or ``None``) before the text
    - ``spark``: a sequence of numbers before the text; all rows share one scale
    - ``badge``: a short text on a tinted ground after the text; ``bar_color`` may name another
      ground than that of attention
    - ``square``: the token of a square before the text
    - ``mono``: the text in the fixed-width face

    ``color`` names the token of the text (empty: ``text``, or ``text-2`` when ``quiet``), ``bold``
    may be a weight or a function of the row. ``hide_below`` hides the column in tables narrower
    than that many pixels. ``sort`` gives what rows are ordered by; ``None`` sorts last.
    """

    key: str
    title: str
    text: Callable[[R], str]
    sort: Callable[[R], Any] | None = None
    align: str = "left"
    width: int = 100
    kind: str = "text"
    tooltip: Callable[[R], str] | None = None
    value: Callable[[R], Any] | None = None
    color: Callable[[R], str] | None = None
    bar_color: Callable[[R], str] | None = None
    weight: int | Callable[[R], int] = 400
    quiet: bool = False
    stretch: bool = False
    hide_below: int = 0
    optional: bool = True  #: whether the column chooser may hide it
    descending_first: bool = False  #: the first click on the head sorts downwards
    help: str = ""  #: tooltip of the head


@dataclass(frozen=True)
class RowGroup(Generic[R]):
    """Rows under one group row, which shows a title, a note and subtotals by column key."""

    key: Hashable
    title: str
    rows: tuple[R, ...]
    note: str = ""
    count: str = ""
    square: str = ""  #: token of the square before the title
    tag: str = ""  #: a word after the title in the colour ``tag_color``
    tag_color: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    strong: bool = False  #: whether all its figures stand out, not only the money
    payload: Any = None  #: what a click on the group row is about
