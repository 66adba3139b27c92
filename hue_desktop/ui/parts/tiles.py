"""Tiles: one figure with its label, unit and a caption, several in a row under one rule."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hue_desktop.ui.parts.labels import Label
from hue_desktop.ui.parts.look import Rule, row
from hue_desktop.ui.parts.marks import StateMark, StateShape
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["Tile", "TileRow"]


class Tile(QWidget):
    """A label, a large figure with its unit, and a caption below.

    ``attention`` is ``warn`` or ``critical`` and colours the figure, ``shape`` stands before the
    label. A stale tile is dimmed; its caption then says how old it is.
    """

    def __init__(
        self,
        label: str,
        figure: str = "",
        unit: str = "",
        caption: str = "",
        attention: str = "",
    ) -> None:
        super().__init__()
        self._mark = StateMark(StateShape.ATTENTION, 10)
        self._label = Label(label, tone="text-2", elide=True)
        self._figure = Label(figure, size="large", weight=600)
        self._unit = Label(unit, tone="text-2")
        self._caption = Label(caption, tone="text-2", size="small", elide=True)
        self._mark.hide()
        head = row(self._mark, self._label, spacing=6)
        head.setStretchFactor(self._label, 1)
        figures = row(self._figure, self._unit, None, spacing=3)
        figures.setAlignment(self._unit, Qt.AlignmentFlag.AlignBottom)
        self._unit.setContentsMargins(0, 0, 0, 4)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addLayout(figures)
        layout.addWidget(self._caption)
        layout.addStretch(1)
        self.setFixedHeight(SIZES["tile"])
        self.show_figure(figure, unit, caption, attention)

    def show_figure(
        self,
        figure: str,
        unit: str = "",
        caption: str = "",
        attention: str = "",
        *,
        label: str = "",
        shape: StateShape | None = None,
        stale: bool = False,
    ) -> None:
        """Other figures; what is unchanged costs nothing."""
        if label:
            self._label.setText(label)
        tone = attention or ("text-2" if stale else "")
        self._figure.setText(figure)
        self._figure.set_tone(tone)
        self._unit.setText(unit)
        self._unit.setVisible(bool(unit))
        self._caption.setText(caption)
        self._caption.set_tone(attention or "text-2")
        self._mark.setVisible(shape is not None)
        if shape is not None:
            self._mark.set_shape(shape)
        words = (self._label.text(), figure + unit, caption)
        self.setAccessibleName(", ".join(word for word in words if word))

    def wanted_width(self) -> int:
        """How wide its longest line is, with its margins."""
        figures = self._figure.sizeHint().width() + self._unit.sizeHint().width() + 3
        mark = 0 if self._mark.isHidden() else self._mark.width() + 6
        lines = (self._label.sizeHint().width() + mark, figures, self._caption.sizeHint().width())
        margins = self._layout.contentsMargins()
        return max(lines) + margins.left() + margins.right()

    def set_gutter(self, left: int, right: int) -> None:
        """Room before and after the text: none at the ends of a row."""
        self._layout.setContentsMargins(left, 12, right, 12)


class TileRow(QWidget):
    """Tiles side by side with rules between them; a tile without data is left out."""

    def __init__(self, tiles: Sequence[Tile]) -> None:
        super().__init__()
        self._tiles = tuple(tiles)
        self._rules: list[Rule] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for tile in self._tiles:
            rule = Rule("v")
            self._rules.append(rule)
            layout.addWidget(rule)
            layout.addWidget(tile, 1)
        self.setFixedHeight(SIZES["tile"])
        self._layout = layout
        self.set_shown(self._tiles)

    def set_shown(self, tiles: Sequence[Tile]) -> None:
        """Show these tiles only."""
        shown = [tile for tile in self._tiles if tile in tiles]
        for tile, rule in zip(self._tiles, self._rules, strict=True):
            visible = tile in shown
            tile.setVisible(visible)
            rule.setVisible(visible and tile is not shown[0])
            if visible:
                tile.set_gutter(0 if tile is shown[0] else 16, 0 if tile is shown[-1] else 12)
        self.share()

    def share(self) -> None:
        """Give each tile width by what it has to say now."""
        for tile in self._tiles:
            wanted = tile.wanted_width()
            if self._layout.stretch(self._layout.indexOf(tile)) != wanted:
                self._layout.setStretchFactor(tile, wanted)
