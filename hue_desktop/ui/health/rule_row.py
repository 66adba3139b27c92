"""One alert rule as a line of fields: on or off, warn, critical, for how long."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout

from hue_desktop.core.alert_rules import check_rule
from hue_desktop.core.alerts import AlertRule
from hue_desktop.core.metrics import Unit, metric
from hue_desktop.core.text import _
from hue_desktop.ui.parts import IconButton, Label, ProblemLabel, TextField

__all__ = ["COLUMNS", "RuleFields", "number_of", "unit_of"]

COLUMNS = 6
_FIELD = 84


def unit_of(rule: AlertRule) -> tuple[str, float]:
    """The unit that thresholds are typed in, and how much of the metric's own unit it is."""
    return {
        Unit.PERCENT: ("%", 1.0),
        Unit.SECONDS: (_("s"), 1.0),
        Unit.BYTES: ("GiB", 1024.0**3),
        Unit.BYTES_PER_S: ("MiB/s", 1024.0**2),
        Unit.USD_PER_HOUR: ("$/h", 1.0),
    }.get(metric(rule.metric).unit, ("", 1.0))


def number_of(text: str) -> float | None:
    """What was typed, with a point or a comma; ``None`` for nothing. ValueError for no number."""
    plain = "".join(text.split()).replace(",", ".")
    if plain in ("", "–", "-"):
        return None
    value = float(plain)
    if value != value or abs(value) == float("inf"):
        raise ValueError(text)
    return value


def _typed(value: float | None, factor: float = 1.0) -> str:
    if value is None:
        return ""
    return f"{value / factor:.6f}".rstrip("0").rstrip(".")


class RuleFields(TextField):
    """The fields of a rule; it is itself the field of the warn threshold.

    ``edited`` comes after each change.
    """

    edited = Signal()

    def __init__(self, rule: AlertRule, default: AlertRule | None) -> None:
        unit, self._factor = unit_of(rule)
        title = rule.title
        super().__init__(name=_("{rule}: warn at").format(rule=title), placeholder="–")
        self._rule = rule
        self._default = default
        self.enabled_box = QCheckBox(title)
        self.enabled_box.setAccessibleName(_("{rule}: judge it").format(rule=title))
        self.enabled_box.setToolTip(rule.remedy)
        self.critical = TextField(name=_("{rule}: critical at").format(rule=title), placeholder="–")
        self.unit = Label(unit, tone="text-2")
        self.hold = TextField(name=_("{rule}: seconds before it counts").format(rule=title))
        self.reset = IconButton("undo", _("{rule}: as delivered").format(rule=title))
        self.problem = ProblemLabel()
        for field in (self, self.critical, self.hold):
            field.setFixedWidth(_FIELD)
            field.textEdited.connect(lambda _text: self._changed())
        self.enabled_box.toggled.connect(lambda _on: self._changed())
        self.reset.clicked.connect(lambda _on=False: self.put_default())
        self.put(rule)

    def add_to(self, grid: QGridLayout, line: int) -> None:
        """Stand in two rows of a grid: the fields, and below them what is wrong."""
        places = (self.enabled_box, self, self.critical, self.unit, self.hold, self.reset)
        for place, widget in enumerate(places):
            grid.addWidget(widget, line, place)
        grid.addWidget(self.problem, line + 1, 0, 1, COLUMNS)

    def put(self, rule: AlertRule) -> None:
        """Show a rule's values."""
        self.enabled_box.setChecked(rule.enabled)
        self.setText(_typed(rule.warn, self._factor))
        self.critical.setText(_typed(rule.critical, self._factor))
        self.hold.setText(_typed(rule.hold_s))
        self._changed()

    def put_default(self) -> None:
        """Show the values that the rule was delivered with."""
        if self._default is not None:
            self.put(self._default)

    def _changed(self) -> None:
        rule = self.rule()
        self.reset.setEnabled(self._default is not None and rule != self._default)
        self.edited.emit()

    def rule(self) -> AlertRule | None:
        """The rule as it stands in the fields, and what is wrong with it shown; then ``None``."""
        values: list[float | None] = []
        fields = (self, self.critical, self.hold)
        wrong: TextField | None = None
        for field in fields:
            try:
                values.append(number_of(field.text()))
            except ValueError:
                wrong = wrong or field
                values.append(None)
        sentence = _("This is no number.") if wrong is not None else ""
        warn, critical, hold = values
        made = replace(
            self._rule,
            warn=None if warn is None else warn * self._factor,
            critical=None if critical is None else critical * self._factor,
            hold_s=0.0 if hold is None else hold,
            enabled=self.enabled_box.isChecked(),
        )
        if not sentence:
            sentence = self._sense(made)
            wrong = self.hold if made.hold_s < 0 else self if sentence else None
        for field in fields:
            field.set_problem(sentence if field is wrong else "")
        self.problem.show_sentence(sentence)
        return None if sentence else made

    def _sense(self, rule: AlertRule) -> str:
        if rule.hold_s < 0:
            return _("How long it must last cannot be negative.")
        if rule.warn is None and rule.critical is None:
            return _("Give a threshold, or turn the rule off by its box.")
        given = [value for value in (rule.warn, rule.critical) if value is not None]
        if metric(rule.metric).unit is Unit.PERCENT and any(not 0 <= v <= 100 for v in given):
            return _("A share lies between 0 and 100 %.")
        return check_rule(rule)
