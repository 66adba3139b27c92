"""Dynamic properties that the style sheet reads, and rules between sections."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

__all__ = ["KEYBOARD_REASONS", "Rule", "column", "row", "set_look"]

#: A focus that came by one of these is shown with an edge.
KEYBOARD_REASONS = frozenset(
    (
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    )
)

_POLISHED = Qt.WidgetAttribute.WA_WState_Polished


def set_look(widget: QWidget, **properties: str | bool) -> None:
    """Set properties of the style sheet and have it applied again where one changed."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if changed and widget.testAttribute(_POLISHED):
        style = widget.style()
        style.unpolish(widget)
        style.polish(widget)
        widget.update()


class Rule(QFrame):
    """A line one pixel wide, between sections (``h``) or columns (``v``)."""

    def __init__(self, direction: str = "h", *, strong: bool = False) -> None:
        super().__init__()
        self.setProperty("rule", direction)
        self.setProperty("strong", strong)
        if direction == "h":
            self.setFixedHeight(1)
        else:
            self.setFixedWidth(1)


def _add(layout: QBoxLayout, items: tuple[QWidget | QBoxLayout | int | None, ...]) -> None:
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)


def row(
    *items: QWidget | QBoxLayout | int | None,
    spacing: int = 8,
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> QHBoxLayout:
    """Side by side: widgets, layouts, a gap in pixels, or ``None`` for what stretches."""
    layout = QHBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)
    _add(layout, items)
    return layout


def column(
    *items: QWidget | QBoxLayout | int | None,
    spacing: int = 0,
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> QVBoxLayout:
    """One below the other; items as in ``row``."""
    layout = QVBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)
    _add(layout, items)
    return layout
