"""The list of transfers: one line each, refreshed by difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QToolTip

from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import Transfer, TransferState
from hue_desktop.services.storage.locations import display
from hue_desktop.ui.theme import active_theme, icon
from hue_desktop.ui.transfers.transfer_rows import TransferDelegate, Verb, button_at, verbs_of
from hue_desktop.ui.transfers.words import (
    Display,
    amount_text,
    headline,
    percent_text,
    problem_text,
)

__all__ = ["TransferList", "TransfersModel"]

_Index = QModelIndex | QPersistentModelIndex


class TransfersModel(QAbstractListModel):
    """Transfers in the order given; equal ones announce nothing."""

    def __init__(self, shown: Display = display) -> None:
        super().__init__()
        self.shown = shown  #: writes a location
        self.transfers: list[Transfer] = []

    def show_transfers(self, transfers: Sequence[Transfer]) -> None:
        """Bring the lines in line with these."""
        wanted = [one.id for one in transfers]
        if wanted != [one.id for one in self.transfers]:
            self._move(transfers, wanted)
        changed = [i for i, one in enumerate(transfers) if self.transfers[i] != one]
        if changed:
            self.transfers = list(transfers)
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def _move(self, transfers: Sequence[Transfer], wanted: list[int]) -> None:
        keep = set(wanted)
        for position in range(len(self.transfers) - 1, -1, -1):
            if self.transfers[position].id not in keep:
                self.beginRemoveRows(QModelIndex(), position, position)
                del self.transfers[position]
                self.endRemoveRows()
        for position, one in enumerate(transfers):
            here = next(
                (i for i in range(position, len(self.transfers)) if self.transfers[i].id == one.id),
                None,
            )
            if here is None:
                self.beginInsertRows(QModelIndex(), position, position)
                self.transfers.insert(position, one)
                self.endInsertRows()
            elif here != position:
                self.beginMoveRows(QModelIndex(), here, here, QModelIndex(), position)
                self.transfers.insert(position, self.transfers.pop(here))
                self.endMoveRows()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.transfers)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one = self.transfers[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return one
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            more = problem_text(one) or f"{percent_text(one.progress)}, {amount_text(one.progress)}"
            return f"{headline(one, self.shown)}, {more}"
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = (
                headline(one, self.shown),
                problem_text(one),
                one.remedy,
                one.verified,
                one.reason,
            )
            return "\n".join(line for line in lines if line)
        return None


class TransferList(QListView):
    """``requested`` tells a verb and the transfers it is about; ``picked`` the current one."""

    requested = Signal(str, object)
    picked = Signal(object)

    def __init__(self, model: TransfersModel) -> None:
        super().__init__()
        self._model = model
        self._delegate = TransferDelegate(self, model.shown)
        self.setAccessibleName(_("Transfers"))
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.doubleClicked.connect(lambda index: self._ask("details", [index.row()]))
        active_theme().changed.connect(self.viewport().update)

    def select_id(self, transfer_id: int) -> bool:
        """Point at a transfer; whether it is there."""
        for position, one in enumerate(self._model.transfers):
            if one.id == transfer_id:
                self.setCurrentIndex(self._model.index(position))
                return True
        return False

    @property
    def current(self) -> Transfer | None:
        """The transfer with the focus."""
        index = self.currentIndex()
        return self._model.transfers[index.row()] if index.isValid() else None

    def _chosen(self) -> list[int]:
        rows = sorted(index.row() for index in self.selectedIndexes())
        current = self.currentIndex().row()
        return rows or ([current] if current >= 0 else [])

    def _ask(self, verb: str, rows: Sequence[int]) -> None:
        chosen = [self._model.transfers[row] for row in rows if row < len(self._model.transfers)]
        if chosen:
            self.requested.emit(verb, tuple(chosen))

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.picked.emit(self._model.transfers[current.row()] if current.isValid() else None)

    def _button(self, event: QMouseEvent) -> tuple[int, Verb] | None:
        where = event.position().toPoint()
        index = self.indexAt(where)
        if not index.isValid():
            return None
        transfer = self._model.transfers[index.row()]
        verb = button_at(self.visualRect(index), where, transfer)
        return (index.row(), verb) if verb is not None else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._button(event) if event.button() is Qt.MouseButton.LeftButton else None
        if found is not None:
            self._ask(found[1].key, [found[0]])
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._button(event)
        hot = (self._model.transfers[found[0]].id, found[1].key) if found is not None else None
        if hot != self._delegate.hot:
            self._delegate.hot = hot
            self.viewport().update()
            if found is not None:
                QToolTip.showText(event.globalPosition().toPoint(), found[1].title, self)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._delegate.hot = None
        self.viewport().update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = self._chosen()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask("details", rows[:1])
        elif event.key() == Qt.Key.Key_Delete:
            over = [row for row in rows if self._model.transfers[row].state.ended]
            self._ask("forget", over)
            self._ask("cancel", [row for row in rows if row not in over])
        elif event.key() == Qt.Key.Key_Space:
            self._flip(rows)
        else:
            super().keyPressEvent(event)

    def _flip(self, rows: Sequence[int]) -> None:
        """Pause what runs, else go on with what rests."""
        states = {row: self._model.transfers[row].state for row in rows}
        moving = [row for row, state in states.items() if not state.ended
                  and state is not TransferState.PAUSED]  # fmt: skip
        if moving:
            self._ask("pause", moving)
        else:
            self._ask("resume", [r for r, s in states.items() if s is TransferState.PAUSED])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        rows = self._chosen()
        if not rows:
            return
        menu = QMenu(self)
        for verb in self._menu_verbs(self._model.transfers[rows[0]]):
            entry = menu.addAction(icon(verb.icon), verb.title)
            entry.triggered.connect(lambda _on=False, key=verb.key: self._ask(key, rows))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _menu_verbs(self, transfer: Transfer) -> tuple[Verb, ...]:
        always = (
            Verb("details", _("Details"), "info"),
            Verb("open", _("Open target"), "folder"),
        )
        own = verbs_of(transfer)
        return (*own, *(verb for verb in always if verb.key not in {one.key for one in own}))
