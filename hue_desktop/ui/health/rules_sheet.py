"""The sheet of the alert rules: thresholds of all clusters, checked as they are typed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from hue_desktop.core.alerts import AlertRule
from hue_desktop.core.errors import HueError
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.health.rule_row import COLUMNS, RuleFields
from hue_desktop.ui.parts import Button, Label, Sheet

__all__ = ["RulesSheet"]


class RulesSheet(Sheet):
    """Every rule with its fields; Save applies them at once to every cluster that is watched."""

    def __init__(self, ctx: UiContext) -> None:
        super().__init__(
            _("Alert rules"), _("They hold for every cluster; an empty field is no threshold.")
        )
        self._ctx = ctx
        self._before = ctx.app.health.rules()
        defaults = {rule.key: rule for rule in ctx.app.health.default_rules()}
        self._defaults = defaults
        self.rows = {rule.key: RuleFields(rule, defaults.get(rule.key)) for rule in self._before}
        self.body.addSpacing(8)
        self.body.addWidget(self._make_grid())
        self.body.addStretch(1)
        self.reset_all = self.add_button(Button(_("All as delivered"), clicked=self._reset_all))
        self.add_button(Button(_("Cancel"), clicked=self.close_sheet))
        self.save = self.add_button(Button(_("Save"), kind="primary", clicked=self._save))
        for fields in self.rows.values():
            fields.edited.connect(self._show_state)
        self._show_state()

    def _make_grid(self) -> QWidget:
        place = QWidget()
        place.setMaximumWidth(860)
        grid = QGridLayout(place)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        heads = (_("Rule"), _("Warn"), _("Critical"), "", _("Must last, s"), "")
        for column, head in enumerate(heads):
            label = Label(head, tone="text-2", size="small", weight=500)
            grid.addWidget(label, 0, column, Qt.AlignmentFlag.AlignBottom)
        assert len(heads) == COLUMNS
        for place_in_list, fields in enumerate(self.rows.values()):
            fields.add_to(grid, 1 + 2 * place_in_list)
        return place

    def changed(self) -> list[AlertRule]:
        """The rules that differ from those in force; those in error are not among them."""
        now = {key: fields.rule() for key, fields in self.rows.items()}
        return [
            rule
            for before in self._before
            if (rule := now[before.key]) is not None and rule != before
        ]

    def _show_state(self) -> None:
        rules = {key: fields.rule() for key, fields in self.rows.items()}
        wrong = sum(rule is None for rule in rules.values())
        n = sum(rule is not None and rule != before
                for before in self._before for rule in (rules[before.key],))  # fmt: skip
        self.save.setEnabled(not wrong and n > 0)
        delivered = all(rules[key] == rule for key, rule in self._defaults.items() if key in rules)
        self.reset_all.setEnabled(not delivered)
        if wrong:
            text = ngettext("{n} rule is not right yet.", "{n} rules are not right yet.", wrong)
            self.set_sentence(text.format(n=wrong), "critical")
        elif n:
            text = ngettext("{n} rule will change.", "{n} rules will change.", n)
            self.set_sentence(text.format(n=n))
        else:
            self.set_sentence(_("Nothing is changed."))

    def _reset_all(self) -> None:
        for fields in self.rows.values():
            fields.put_default()

    def _save(self) -> None:
        rules = [fields.rule() for fields in self.rows.values()]
        wanted = [rule for rule in rules if rule is not None]
        if len(wanted) < len(rules):
            return
        health = self._ctx.app.health
        self.save.setEnabled(False)
        self._ctx.tasks.run(
            "local", lambda _token: health.set_rules(wanted), owner=self,
            done=lambda _nothing: self._saved(), failed=self._failed,
        )  # fmt: skip

    def _saved(self) -> None:
        self._ctx.navigate.notify(_("Alert rules saved"))
        self.close_sheet()

    def _failed(self, error: HueError) -> None:
        self.save.setEnabled(True)
        self.set_sentence(str(error), "critical")
