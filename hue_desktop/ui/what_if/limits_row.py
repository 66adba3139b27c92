"""The line of the bench for the limits of managed scaling."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.format import money
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Button, Label, NumberField, row, set_look
from hue_desktop.ui.what_if.words import limits_text, unit_word

__all__ = ["LimitsRow"]

_FIELD = 50
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LimitsRow(QObject):
    """From … to …, or a button that sets limits; ``changed`` has the policy or ``None``."""

    changed = Signal(object)

    def __init__(self, grid: QGridLayout, at: int) -> None:
        super().__init__(grid.parentWidget())
        self._now: ManagedScaling | None = None
        self._policy: ManagedScaling | None = None
        self._start: ManagedScaling | None = None
        self.now = Label(tone="text-2", elide=True)
        self.low = NumberField(1, name=_("Managed scaling: minimum"), low=1, high=100_000)
        self.high = NumberField(1, name=_("Managed scaling: maximum"), low=1, high=100_000)
        self.unit = Label(tone="text-2")
        self.rate = Label(tone="text-2")
        self.rate.setToolTip(_("What the limits let it grow to, at most"))
        self.switch = Button("", kind="link", small=True, clicked=self._flip)
        self._to = row(Label(_("to"), tone="text-2"), self.high, self.unit, None, spacing=6)
        self._to_holder = QWidget()
        self._to_holder.setLayout(self._to)
        title = Label(_("Managed scaling"), elide=True)
        self.low.setFixedWidth(_FIELD)
        self.high.setFixedWidth(_FIELD)
        tail = row(self.switch, None, spacing=6)
        self._tail = QWidget()
        self._tail.setLayout(tail)
        cells: list[QWidget] = [title, self.now, Label(), self.low, self._to_holder, self._tail]
        for place, cell in enumerate((*cells, self.rate)):
            grid.addWidget(cell, at, place)
        self.rate.setAlignment(_RIGHT)
        self.low.valueChanged.connect(lambda _value: self._wish())
        self.high.valueChanged.connect(lambda _value: self._wish())

    def show_limits(
        self,
        now: ManagedScaling | None,
        policy: ManagedScaling | None,
        start: ManagedScaling,
        at_most: CostRate | None,
    ) -> None:
        """The limits there are and the wished ones; ``start`` is what the button begins with."""
        self._now, self._policy, self._start = now, policy, start
        self.now.setText(limits_text(now))
        there = policy is not None
        for widget in (self.low, self._to_holder, self.unit, self.rate):
            widget.setVisible(there)
        self.switch.set_text(_("Turn off") if there else _("Set limits"))
        if policy is None:
            return
        for field, value, before in (
            (self.low, policy.minimum, now.minimum if now else None),
            (self.high, policy.maximum, now.maximum if now else None),
        ):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)
            set_look(field, changed=value != before)
        self.unit.setText(unit_word(policy))
        known = at_most is not None and not at_most.unknown
        self.rate.setText(f"≤ {money(at_most.total)}" if known and at_most else _("not known"))

    def _wish(self) -> None:
        policy = self._policy
        if policy is None:
            return
        high = self.high.value()
        core, listed = policy.maximum_core, policy.maximum_on_demand
        self._policy = replace(
            policy,
            minimum=self.low.value(),
            maximum=high,
            maximum_core=None if core is None else _kept(core, policy.maximum, high),
            maximum_on_demand=None if listed is None else _kept(listed, policy.maximum, high),
        )
        problem = _("Above the maximum") if self.low.value() > high else ""
        self.low.set_problem(problem)
        self.changed.emit(self._policy)

    def _flip(self) -> None:
        self._policy = None if self._policy is not None else self._now or self._start
        self.changed.emit(self._policy)


def _kept(limit: int, before: int, after: int) -> int:
    """A limit of core or on-demand stays; one that was as high as the maximum follows it."""
    return after if limit == before else min(limit, after)
