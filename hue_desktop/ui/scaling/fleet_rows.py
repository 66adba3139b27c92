"""Rows of the fleet's Scale sheet: how EMR finds nodes, and which types it may take."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QSizePolicy, QWidget

from hue_desktop.core.candidates.diversify import FEW_TYPES, MOST_TYPES
from hue_desktop.core.candidates.strategies import (
    FIRST_TIMEOUT_MINUTES,
    RESIZE_TIMEOUT_MINUTES,
    default_strategy,
    first_shortage_text,
    resize_shortage_text,
    strategies,
)
from hue_desktop.core.candidates.values import WeighBy
from hue_desktop.core.instances import InstanceFleet, Market
from hue_desktop.core.text import _
from hue_desktop.ui.parts import (
    Button,
    Choice,
    ComboField,
    Label,
    NumberField,
    Segmented,
    column,
    row,
)
from hue_desktop.ui.scaling.market_row import LABEL_WIDTH, caption

__all__ = ["MannersRow", "TypesRow"]

_USUAL_TYPES = 15
_AS_WIDE_AS_ROOM = QSizePolicy.Policy.Ignored  #: two lines where that is too little


class MannersRow(QWidget):
    """Strategy and time-out. A fleet keeps its strategy; a resize has no fall-back to on-demand."""

    changed = Signal()

    def __init__(self, *, first: bool) -> None:
        super().__init__()
        self._first = first
        known = strategies(Market.SPOT)
        self._titles = {one.key: one.title for one in known}
        self.strategy = ComboField(
            [(one.key, one.title) for one in known], name=_("How EMR picks Spot pools")
        )
        for at, one in enumerate(known):
            self.strategy.setItemData(at, one.text, 3)  # Qt.ItemDataRole.ToolTipRole
        self.strategy.setMinimumWidth(160)
        self._kept = Label(weight=500)
        low, high = FIRST_TIMEOUT_MINUTES if first else RESIZE_TIMEOUT_MINUTES
        self.timeout = NumberField(60, name=_("Minutes to wait for nodes"), low=low, high=high)
        self.timeout.setFixedWidth(68)
        self.action = ComboField(
            (
                ("SWITCH_TO_ON_DEMAND", _("take on-demand")),
                ("TERMINATE_CLUSTER", _("end the cluster")),
            ),
            name=_("If Spot is short"),
        )
        self._outcome = Label(_("keep what came"), weight=500)
        self._shortage = Label(tone="text-2", size="small", wrap=True)
        self._indent = Label()
        self._indent.setFixedWidth(LABEL_WIDTH + 4)  # the gap of the row above is wider
        waiting = row(
            self._indent,
            Label(_("If short after"), tone="text-2"),
            self.timeout,
            Label(_("min"), tone="text-2"),
            self.action,
            self._outcome,
            None,
        )
        picking = row(caption(_("Spot by")), self.strategy, self._kept, None, spacing=12)
        self._line = row(picking, waiting, spacing=16)
        below = row(LABEL_WIDTH + 12, self._shortage, spacing=0, margins=(0, 6, 0, 0))
        below.setStretch(1, 1)
        self._below = QWidget()
        self._below.setLayout(below)
        self._below.setVisible(first)  # a plan to resize says it itself
        self.setLayout(column(self._line, self._below))
        self.setSizePolicy(_AS_WIDE_AS_ROOM, QSizePolicy.Policy.Preferred)
        self.action.setVisible(first)
        self._outcome.setVisible(not first)
        self.strategy.setVisible(first)
        self._kept.setVisible(not first)
        self.strategy.currentIndexChanged.connect(lambda _at: self._edited())
        self.action.currentIndexChanged.connect(lambda _at: self._edited())
        self.timeout.valueChanged.connect(lambda _value: self._edited())
        self._say()

    def show_fleet(self, fleet: InstanceFleet, release: str) -> None:
        """What a fleet that exists does already."""
        key = fleet.spot_strategy or default_strategy(release)
        self._kept.setText(self._titles.get(key, key))

    @property
    def timeout_minutes(self) -> int | None:
        """What the person set; ``None``: left at EMR's own hour."""
        value = self.timeout.value()
        return value if self._first or value != 60 else None

    def _edited(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        minutes = self.timeout.value()
        if self._first:
            text = first_shortage_text(minutes, self.action.key)
        else:
            text = resize_shortage_text(minutes, Market.SPOT)
        self._shortage.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two lines where one is too short."""
        super().resizeEvent(event)
        narrow = self.width() < 600
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._line.setSpacing(8 if narrow else 16)
        self._indent.setVisible(narrow)


class TypesRow(QWidget):
    """Builds the list of types: how many, what a unit stands for, which processors."""

    suggest_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.most = NumberField(_USUAL_TYPES, name=_("Types at most"), low=1, high=MOST_TYPES)
        self.most.setFixedWidth(60)
        self.weigh_by = Segmented(
            (
                Choice(WeighBy.VCPU.value, _("vCPU")),
                Choice(WeighBy.MEMORY.value, _("memory")),
            ),
            name=_("What a unit stands for"),
        )
        self.mixed = QCheckBox(_("Other processors"))
        self.mixed.setAccessibleName(_("Also types with other processors than the cluster’s"))
        self.suggest = Button(_("Suggest types"), clicked=self.suggest_requested.emit)
        self.suggest.setToolTip(
            _("{few} types or more, of like size, with weights in proportion").format(few=FEW_TYPES)
        )
        counting = row(
            caption(_("Types")),
            self.suggest,
            Label(_("up to"), tone="text-2"),
            self.most,
            None,
            spacing=12,
        )
        weighing = row(
            Label(_("units by"), tone="text-2"), self.weigh_by, self.mixed, None,
            spacing=12,
        )  # fmt: skip
        self._line = row(counting, weighing, spacing=16)
        self.setLayout(column(self._line))
        self.setSizePolicy(_AS_WIDE_AS_ROOM, QSizePolicy.Policy.Preferred)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two lines where one is too short."""
        super().resizeEvent(event)
        narrow = self.width() < 600
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._line.setSpacing(8 if narrow else 16)
