"""The line above the nodes: view, filter, how many and where, columns, and what can be resized."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.giving_way import GivingWay
from hue_desktop.ui.parts import (
    Button,
    Choice,
    Label,
    SearchField,
    Segmented,
    StateMark,
    StateShape,
    row,
)

__all__ = ["NodesToolbar"]

_PRIMARY, _SECOND = "primary", "second"


class NodesToolbar(QWidget):
    """``button_clicked`` brings the key that ``set_buttons`` was given."""

    view_chosen = Signal(str)
    searched = Signal(str)
    columns_changed = Signal(object)
    attention_clicked = Signal()
    button_clicked = Signal(str)

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        """``columns`` are (key, title) of those that may be hidden."""
        super().__init__()
        self._columns = tuple(columns)
        self._hidden: set[str] = set()
        self._attention = 0
        self.view = Segmented(
            (Choice("table", _("Table"), "table"), Choice("map", _("Heatmap"), "heatmap")),
            name=_("How nodes are shown"),
        )
        self.field = SearchField(_("id, DNS, type, state…"), hint="/", name=_("Filter the nodes"))
        self.field.setMinimumWidth(150)
        self.field.setMaximumWidth(240)
        self.summary = Label("", tone="text-2")
        self.mark = StateMark(StateShape.ATTENTION, 10)
        self.attention = Button("", kind="link", clicked=self.attention_clicked.emit)
        self.columns = Button(_("Columns"), icon_name="columns", clicked=self._choose_columns)
        self.second = Button("", clicked=partial(self.button_clicked.emit, _SECOND))
        self.primary = Button(
            "", kind="primary", clicked=partial(self.button_clicked.emit, _PRIMARY)
        )
        self._warning = QWidget()
        self._warning.setLayout(row(self.mark, self.attention, spacing=2))
        self._middle = GivingWay(
            self.summary, self._warning, None, self.columns, matters=(self._warning, self.columns)
        )
        line = row(
            self.view, self.field, self._middle, self.second, self.primary,
            spacing=8, margins=(24, 10, 24, 10),
        )  # fmt: skip
        line.setStretchFactor(self._middle, 1)
        self.setLayout(line)
        self.view.chosen.connect(self._view_chosen)
        self.field.searched.connect(self.searched)
        self.set_buttons("", "")
        self.set_attention(0)

    def set_buttons(self, second: str, primary: str) -> None:
        """Titles of the two buttons; an empty one is away."""
        for button, title in ((self.second, second), (self.primary, primary)):
            button.set_text(title)
            button.setVisible(bool(title))

    def set_attention(self, n: int) -> None:
        """How many nodes have a problem."""
        text = ngettext("{n} needs attention", "{n} need attention", n).format(n=n)
        self.attention.set_text(text)
        self._attention = n
        self._fit()

    def set_summary(self, text: str) -> None:
        """How many nodes there are and where."""
        self.summary.setText(text)
        self._fit()

    def _fit(self) -> None:
        wanted: list[QWidget] = [self.summary]
        if self._attention:
            wanted.append(self._warning)
        if self.view.current == "table":
            wanted.append(self.columns)
        self._middle.set_wanted(wanted)

    @property
    def hidden_columns(self) -> frozenset[str]:
        """Keys of the columns that the person hid."""
        return frozenset(self._hidden)

    def hide_columns(self, keys: Iterable[str]) -> None:
        """Hide these columns, as they were left; unknown keys are ignored."""
        self._hidden = {key for key, _title in self._columns} & set(keys)
        self.columns_changed.emit(self.hidden_columns)

    def column_menu(self) -> QMenu:
        """The chooser: a tick for each column."""
        menu = QMenu(self)
        for key, title in self._columns:
            entry = QAction(title, menu)
            entry.setCheckable(True)
            entry.setChecked(key not in self._hidden)
            entry.toggled.connect(partial(self._toggle, key))
            menu.addAction(entry)
        return menu

    def choose_columns(self, where: QPoint) -> None:
        """Pop the chooser up."""
        menu = self.column_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

    def _choose_columns(self) -> None:
        self.choose_columns(self.columns.mapToGlobal(self.columns.rect().bottomLeft()))

    def _toggle(self, key: str, on: bool) -> None:
        if on:
            self._hidden.discard(key)
        else:
            self._hidden.add(key)
        self.columns_changed.emit(self.hidden_columns)

    def _view_chosen(self, key: str) -> None:
        self._fit()
        self.view_chosen.emit(key)
