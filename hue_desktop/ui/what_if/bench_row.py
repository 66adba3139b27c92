"""One line of the bench: what there is, and the three fields in which it is wished otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from hue_desktop.core.format import count
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.what_if.values import BenchLine
from hue_desktop.services.launch import PricedType
from hue_desktop.ui.parts import (
    Button,
    ComboField,
    Label,
    NumberField,
    RoleSquare,
    role_token,
    row,
    set_look,
)
from hue_desktop.ui.type_picker import TypePicker
from hue_desktop.ui.what_if.words import RateCell, held_text

__all__ = ["COLUMNS", "BenchRow"]

#: name, now, now $/h, count, type, market, $/h
COLUMNS = 7
_COUNT, _TYPE, _MARKET = 50, 136, 132  #: widths of the fields
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_MOST = 2000  #: nodes of a group (EMR's quota)
_MOST_UNITS = 100_000


class BenchRow(QObject):
    """Places itself in a row of the grid; ``changed`` has the line as it is wished now."""

    changed = Signal(object)
    removed = Signal(str)

    def __init__(self, grid: QGridLayout, at: int, line: BenchLine, title: str) -> None:
        super().__init__(grid.parentWidget())
        self.line = line
        held = line.now or line.want
        self.title = Label(title, elide=True)
        self.title.setToolTip(line.name)
        self.now = Label(held_text(line.now), tone="text-2", elide=True)
        self.now_rate = Label(tone="text-2")
        self.count = NumberField(
            line.want.count,
            name=_("{line}: count").format(line=title),
            low=1 if line.role is Role.MASTER else 0,
            high=_MOST_UNITS if line.is_fleet else _MOST,
        )
        self.type = self._make_type(title)
        self.market = ComboField(
            (("ON_DEMAND", _("On-demand")), ("SPOT", _("Spot"))),
            name=_("{line}: market").format(line=title),
        )
        self.count.setFixedWidth(_COUNT)
        self.type.setFixedWidth(_TYPE)
        self.market.setFixedWidth(_MARKET)
        self.rate = Label(weight=500)
        self.remove: Button | None = None
        head = row(RoleSquare(role_token(line.role, held.market)), self.title, spacing=8)
        head.setStretchFactor(self.title, 1)
        holder = QWidget()
        holder.setLayout(head)
        first = self.now if line.now is not None else self._make_remove(title)
        cells: list[QWidget] = [holder, first, self.now_rate, self.count, self.type, self.market]
        for place, cell in enumerate((*cells, self.rate)):
            grid.addWidget(cell, at, place)
        for label in (self.now_rate, self.rate):
            label.setAlignment(_RIGHT)
        self._connect()
        self.show_line(line)

    def _make_type(self, title: str) -> QWidget:
        """Of a fleet the types are a list, which the bench leaves as it is."""
        if not self.line.is_fleet:
            return TypePicker(_("{line}: type").format(line=title), self.line.want.instance_type)
        types = self.line.want.fleet_types
        text = ngettext("{n} type", "{n} types", len(types)).format(n=count(len(types)))
        label = Label(text, tone="text-2", elide=True)
        label.setToolTip(", ".join(each.instance_type for each in types))
        return label

    def _make_remove(self, title: str) -> QWidget:
        """A line that only the variant has can go again; there is nothing now to tell of it."""
        self.now.setParent(None)
        self.remove = Button(_("Take away"), kind="link", small=True)
        self.remove.setAccessibleName(_("Take {line} away").format(line=title))
        self.remove.clicked.connect(lambda: self.removed.emit(self.line.key))
        holder = QWidget()
        holder.setLayout(row(self.remove, None))
        return holder

    def _connect(self) -> None:
        self.count.valueChanged.connect(lambda _value: self._wish())
        self.market.currentIndexChanged.connect(lambda _at: self._wish())
        if isinstance(self.type, TypePicker):
            self.type.type_changed.connect(lambda _name: self._wish())

    def _wish(self) -> None:
        """What the fields say, as a line; a type that the release has not got is marked wrong."""
        want = replace(self.line.want, count=self.count.value())
        if isinstance(self.type, TypePicker):
            known = self.type.chosen is not None or self.type.type_name == want.instance_type
            problem = "" if known else _("The cluster’s release has no such type.")
            self.type.set_problem(problem)
            if known:
                want = want.of_type(self.type.type_name)
        if not self.line.is_fleet:
            want = want.on_market(Market(self.market.key))
        now = self.line.now
        if now is not None and (want.instance_type, want.market) == (
            now.instance_type,
            now.market,
        ):
            want = replace(now, count=want.count)  # back: its volumes and its price, too
        line = replace(self.line, want=want)
        if line != self.line:
            self.line = line
            self._mark()
            self.changed.emit(line)

    def show_types(self, types: Sequence[PricedType]) -> None:
        """Offer these."""
        if isinstance(self.type, TypePicker):
            self.type.offer_types(types)
            self.type.setEnabled(bool(types))

    def show_line(self, line: BenchLine) -> None:
        """Show a line of the same key; announces nothing."""
        self.line = line
        self.now.setText(held_text(line.now))
        for field in (self.count, self.market):
            field.blockSignals(True)
        if not self.count.hasFocus() or self.count.value() != line.want.count:
            self.count.setValue(line.want.count)
        self.market.set_key(line.want.market.value)
        for field in (self.count, self.market):
            field.blockSignals(False)
        self.market.setEnabled(not line.is_fleet)
        if isinstance(self.type, TypePicker) and self.type.type_name != line.want.instance_type:
            self.type.set_type(line.want.instance_type)
            self.type.set_problem("")
        self._mark()

    def _mark(self) -> None:
        """Fields that differ from what there is have the accent's edge."""
        now, want = self.line.now, self.line.want
        set_look(self.count, changed=now is None or now.count != want.count)
        set_look(self.market, changed=now is None or now.market is not want.market)
        if isinstance(self.type, TypePicker):
            differs = now is None or now.instance_type != want.instance_type
            set_look(self.type, changed=differs)

    def show_rate(self, cell: RateCell) -> None:
        """$/h now and then."""
        self.now_rate.setText(cell.now)
        self.rate.setText(cell.want)
        self.rate.set_tone(cell.tone)
        set_look(self.rate, weight="600" if cell.changed else "500")
