"""The order of Tab: as the eye reads, whenever a control was made."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget

__all__ = ["chain_as_laid_out", "stops_of"]


def stops_of(layout: QLayout | None) -> Iterator[QWidget]:
    """The controls of a layout that Tab stops at, first to last as they are laid out."""
    if layout is None:
        return
    for index in range(layout.count()):
        item = layout.itemAt(index)
        widget = item.widget() if item is not None else None
        if item is None or widget is None:
            yield from stops_of(item.layout() if item is not None else None)
        elif widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            yield widget
        else:
            yield from stops_of(widget.layout())


def chain_as_laid_out(form: QWidget) -> None:
    """Let Tab go through the controls of ``form`` as they are laid out.

    Qt appends a control to its chain when it is made, so that rows that come later would be reached
    after the buttons at the bottom.
    """
    stops = list(stops_of(form.layout()))
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)
