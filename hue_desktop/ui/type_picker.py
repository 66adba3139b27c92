"""A field that finds an instance type by any part of its name, with what it has and costs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from hue_desktop.core.format import DASH, decimal, node_rate
from hue_desktop.core.text import _
from hue_desktop.services.launch import PricedType
from hue_desktop.ui.parts import ComboField
from hue_desktop.ui.theme import active_theme

__all__ = ["TypePicker", "memory_text"]

_POPUP_WIDTH = 420
_DETAILS = Qt.ItemDataRole.UserRole + 1


def memory_text(gib: float) -> str:
    """``64 GiB``, ``30.5 GiB``."""
    return f"{decimal(gib, 0 if gib == int(gib) else 1)} GiB"


class _TypeDelegate(QStyledItemDelegate):
    """A line of the list: name at the left, vCPU, memory and prices in columns."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme = active_theme()
        box = option.rect
        painter.save()
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(box, theme.color("selection"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color("text"))
        painter.drawText(box.adjusted(8, 0, 0, 0), middle, str(index.data()))
        painter.setPen(theme.color("text-2"))
        right = box.right() - 8
        for text, width in zip(index.data(_DETAILS) or (), (66, 66, 66, 60), strict=False):
            field = box.adjusted(0, 0, 0, 0)
            field.setRight(right)
            field.setLeft(right - width)
            painter.drawText(field, middle | Qt.AlignmentFlag.AlignRight, text)
            right -= width
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(_POPUP_WIDTH, 26)


class TypePicker(ComboField):
    """An editable list of types; ``type_changed`` tells the name once it is a whole one."""

    type_changed = Signal(str)

    def __init__(self, name: str, current: str = "") -> None:
        super().__init__(name=name)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMinimumWidth(132)
        self._types: dict[str, PricedType] = {}
        self._offered: tuple[PricedType, ...] | None = None
        self._last = current
        line = self.lineEdit()
        assert line is not None
        line.setPlaceholderText(_("type, for example r5"))
        line.setAccessibleName(name)
        self.setEditText(current)
        line.installEventFilter(self)
        line.editingFinished.connect(self._settle)
        self.activated.connect(lambda _at: self._settle())
        self.setItemDelegate(_TypeDelegate(self))
        view = self.view()
        view.setMinimumWidth(_POPUP_WIDTH)

    def offer_types(self, types: Sequence[PricedType]) -> None:
        """Offer these from the moment on that the person comes here: a list of 700 takes long."""
        self._types = {one.name: one for one in types}
        self._offered = tuple(types)

    def _fill(self) -> None:
        if self._offered is not None:
            self.show_types(self._offered)

    def showPopup(self) -> None:
        self._fill()
        super().showPopup()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusIn:
            self._fill()
        return super().eventFilter(watched, event)

    def show_types(self, types: Sequence[PricedType]) -> None:
        """Offer these; the present text stays."""
        self._offered = None
        text = self.currentText()
        self._types = {one.name: one for one in types}
        model = QStandardItemModel(self)
        for one in types:
            item = QStandardItem(one.name)
            item.setData(one.name, Qt.ItemDataRole.UserRole)
            item.setData(_details(one), _DETAILS)
            item.setData(_sentence(one), Qt.ItemDataRole.AccessibleTextRole)
            model.appendRow(item)
        was_blocked = self.blockSignals(True)
        self.setModel(model)
        self._complete_with(model)
        self.setCurrentIndex(self.findText(text))
        self.setEditText(text)
        self.blockSignals(was_blocked)

    def _complete_with(self, model: QStandardItemModel) -> None:
        completer = QCompleter(model, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(10)
        popup = completer.popup()
        assert popup is not None
        popup.setItemDelegate(_TypeDelegate(popup))
        if isinstance(popup, QListView):
            popup.setUniformItemSizes(True)  # else all 800 rows are asked for their size
        popup.setMinimumWidth(_POPUP_WIDTH)
        completer.activated.connect(lambda _text: self._settle())
        self.setCompleter(completer)

    @property
    def type_name(self) -> str:
        """What stands in the field."""
        return self.currentText().strip()

    @property
    def chosen(self) -> PricedType | None:
        """The type of that name, if the release has it."""
        return self._types.get(self.type_name)

    def set_type(self, name: str) -> None:
        """Show another name; announces nothing."""
        self._last = name
        was_blocked = self.blockSignals(True)
        self.setCurrentIndex(self.findText(name))
        self.setEditText(name)
        self.blockSignals(was_blocked)

    def _settle(self) -> None:
        if self.type_name != self._last:
            self._last = self.type_name
            self.type_changed.emit(self.type_name)


def _details(one: PricedType) -> tuple[str, ...]:
    """Right to left: Spot now, on-demand, memory, vCPU."""
    spot = node_rate(one.spot_now) if one.spot_now is not None else DASH
    return (
        spot,
        node_rate(one.price.on_demand_usd_hour),
        memory_text(one.type.memory_gib),
        _("{n} vCPU").format(n=one.type.vcpu),
    )


def _sentence(one: PricedType) -> str:
    spot, on_demand, memory, vcpu = _details(one)
    return _("{name}, {vcpu}, {memory}, on-demand {on_demand}, Spot {spot}").format(
        name=one.name, vcpu=vcpu, memory=memory, on_demand=on_demand, spot=spot
    )
