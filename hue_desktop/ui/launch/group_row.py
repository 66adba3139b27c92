"""One instance group in the form: role, type, count, market, and the most to pay on Spot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from hue_desktop.core.changes import GroupSpec
from hue_desktop.core.format import money_rate
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.text import _
from hue_desktop.services.launch import PricedType
from hue_desktop.ui.launch.group_extras import GroupExtras
from hue_desktop.ui.parts import (
    ComboField,
    IconButton,
    Label,
    NumberField,
    ProblemLabel,
    RoleSquare,
    TextField,
    column,
    role_token,
    row,
)
from hue_desktop.ui.type_picker import TypePicker

__all__ = ["GroupRow", "role_title"]


def role_title(role: Role) -> str:
    """The role as a person reads it."""
    return {Role.MASTER: _("Master"), Role.CORE: _("Core"), Role.TASK: _("Task")}[role]


class GroupRow(QWidget):
    """Shows a ``GroupSpec`` and reads it back; what has no field is kept as it was."""

    changed = Signal()
    remove_requested = Signal()

    def __init__(self, spec: GroupSpec) -> None:
        super().__init__()
        self._spec = spec
        title = role_title(spec.role)
        self._square = RoleSquare(role_token(spec.role, spec.market))
        self.type = TypePicker(_("{role} type").format(role=title), spec.instance_type)
        self.count = NumberField(spec.count, name=_("{role} nodes").format(role=title), high=2000)
        self.market = ComboField(
            ((Market.ON_DEMAND.value, _("On-demand")), (Market.SPOT.value, _("Spot"))),
            name=_("{role} market").format(role=title),
        )
        self.bid = TextField(
            name=_("{role}: pay at most, $/h").format(role=title), placeholder=_("on-demand price")
        )
        self._rate = Label(tone="text-2")
        self._problem = ProblemLabel()
        self.remove_button = IconButton(
            "close", _("Remove this group"), clicked=self.remove_requested.emit
        )
        self.extras = GroupExtras(title)
        self._lay_out(title)
        self.show_group(spec)
        self.type.type_changed.connect(lambda _name: self._announce())
        self.count.valueChanged.connect(lambda _count: self._announce())
        self.market.currentIndexChanged.connect(lambda _at: self._announce())
        self.bid.editingFinished.connect(self._announce)
        self.extras.changed.connect(self.changed)

    def _lay_out(self, title: str) -> None:
        name = Label(title, weight=500)
        name.setFixedWidth(64)
        self.count.setFixedWidth(64)
        self.market.setFixedWidth(132)
        self.bid.setFixedWidth(124)
        self._rate.setFixedWidth(72)
        self._first = row(self._square, name, self.type, self.count, spacing=8)
        self._first.setStretchFactor(self.type, 1)
        self._second = row(self.market, self.bid, None, self._rate, self.remove_button, spacing=8)
        self._lines = row(self._first, self._second, spacing=8)
        self._lines.setStretch(0, 1)
        parts = column(self._lines, self._problem, self.extras, spacing=4, margins=(0, 4, 0, 4))
        self.setLayout(parts)
        # As wide as there is room: one long line must not make the whole form wider than it is.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two lines where one does not fit."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        direction = QBoxLayout.Direction
        wide = self._first.minimumSize().width() + 8 + self._second.minimumSize().width()
        narrow = self.width() < wide
        self._lines.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)

    def show_group(self, spec: GroupSpec) -> None:
        """Fill the fields; announces nothing."""
        self._spec = spec
        fields = (self.type, self.count, self.market, self.bid)
        for field in fields:
            field.blockSignals(True)
        self.type.set_type(spec.instance_type)
        self.count.setValue(spec.count)
        self.market.set_key(spec.market.value)
        self.bid.setText("" if spec.bid_usd_hour is None else f"{spec.bid_usd_hour:g}")
        for field in fields:
            field.blockSignals(False)
        self.extras.show_group(spec)
        self.remove_button.setVisible(spec.role is Role.TASK)
        self._show_market()

    def show_types(self, types: Sequence[PricedType]) -> None:
        """Offer these types."""
        self.type.show_types(types)
        self._show_rate()

    def group(self) -> GroupSpec:
        """What the fields say."""
        market = Market(self.market.key)
        spec = replace(
            self._spec,
            instance_type=self.type.type_name,
            count=self.count.value(),
            market=market,
            bid_usd_hour=self._bid() if market is Market.SPOT else None,
        )
        return self.extras.apply_to(spec)

    def _bid(self) -> float | None:
        try:
            return float(self.bid.text().strip().lstrip("$"))
        except ValueError:
            return None

    def bid_problem(self) -> str:
        """What is wrong with the price typed; empty when it can be read."""
        text = self.bid.text().strip()
        if text and self.market.key == Market.SPOT.value and self._bid() is None:
            return _("“{text}” is not a price; leave it empty to pay up to on-demand.").format(
                text=text
            )
        return ""

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Sentences by the name of a field of ``GroupSpec``, or under the empty name."""
        fields: dict[str, TypePicker | NumberField | ComboField | TextField] = {
            "instance_type": self.type,
            "count": self.count,
            "market": self.market,
            "bid_usd_hour": self.bid,
        }
        for name, field in fields.items():
            field.set_problem(problems.get(name, ""))
        self._problem.show_sentence(" ".join(dict.fromkeys(problems.values())))

    def _announce(self) -> None:
        self._show_market()
        self.changed.emit()

    def _show_market(self) -> None:
        market = Market(self.market.key)
        self.bid.setVisible(market is Market.SPOT)
        self._arrange()
        self._square.set_token(role_token(self._spec.role, market))
        self._show_rate()

    def _show_rate(self) -> None:
        chosen = self.type.chosen
        if chosen is None:
            self._rate.setText("")
            return
        spot = self.market.key == Market.SPOT.value
        each = chosen.spot_usd_hour if spot else chosen.on_demand_usd_hour
        self._rate.setText(money_rate(None if each is None else each * self.count.value()))
        self._rate.setToolTip(_("EC2 and EMR fee of these nodes, without EBS"))
