"""The sheet that edits a connection, with its check-up at the right."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox

from hue_desktop.core.connection_form import ConnectionDraft, draft_of, read_draft
from hue_desktop.core.connections import Connection, ConnectionClass
from hue_desktop.core.errors import HueError
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.connections import Check
from hue_desktop.ui.confirm import class_word
from hue_desktop.ui.connections.check_list import CheckList, CheckRun
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import (
    Button,
    Choice,
    ComboField,
    FieldRow,
    Label,
    Rule,
    Segmented,
    Sheet,
    SidePanel,
    TextField,
    column,
    row,
)
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["ConnectionSheet"]

_NARROW, _SIDE_NARROW = 960, 272
_SCENARIOS = ("demo", "empty", "fleet-1000", "month", "storm")


class ConnectionSheet(Sheet):
    """Fields of one connection. Saved at once to the user's file; the test needs no saving."""

    def __init__(self, ctx: UiContext, connection: Connection | None = None) -> None:
        side = SidePanel()
        title = _("New connection") if connection is None else _("Edit connection")
        super().__init__(title, connection.name if connection else "", side=side)
        self.ctx = ctx
        self._old_name = connection.name if connection is not None else ""
        self._base = connection or Connection("")
        self.rows: dict[str, FieldRow] = {}
        self._make_fields()
        self._lay_out()
        self.checks = CheckList()
        self.run = CheckRun(ctx, self)
        self.run.checked.connect(self._checked)
        self.run.failed.connect(self._check_failed)
        self.run.ended.connect(self._check_ended)
        side.body.addWidget(Label(_("Check-up"), weight=600))
        side.body.addSpacing(12)
        side.body.addWidget(self.checks)
        self.test_button = self.add_button(
            Button(_("Test"), icon_name="activity", clicked=self.test)
        )
        self.add_button(Button(_("Cancel"), clicked=self.close_sheet))
        self.save_button = self.add_button(Button(_("Save"), kind="primary", clicked=self.save))
        self.set_sentence(_("Secrets are never stored here: AWS profiles hold them."))
        self.show_draft(draft_of(self._base))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the fields enough room in a narrow window."""
        super().resizeEvent(event)
        if self.side is not None:
            narrow = self.width() < _NARROW
            self.side.setFixedWidth(_SIDE_NARROW if narrow else SIZES["side-panel"])

    def _make_fields(self) -> None:
        self.name = TextField(name=_("Name"), placeholder=_("for example analytics-prod"))
        self.kind = Segmented(
            [Choice(kind.value, class_word(kind)) for kind in ConnectionClass], name=_("Class")
        )
        self.profile = TextField(name=_("AWS profile"), placeholder=_("the default profile"))
        self.regions = TextField(name=_("Regions"), placeholder="eu-central-1, us-east-1")
        self.endpoint = TextField(
            name=_("Endpoint"), placeholder=_("AWS’s own; or http://127.0.0.1:4566"), mono=True
        )
        self.config_file = TextField(
            name=_("AWS config file"), placeholder=_("your own: ~/.aws/config"), mono=True
        )
        self.read_only = QCheckBox(_("Start in read-only mode"))
        self.read_only.setAccessibleName(_("Read-only"))
        self.budget = TextField(name=_("Budget in $/h"), placeholder=_("none"))
        self.budget.setFixedWidth(120)
        self.ssh_user = TextField(name=_("SSH user"))
        self.ssh_key = TextField(name=_("SSH key file"), placeholder="~/.ssh/emr.pem", mono=True)
        self.ssh_bastion = TextField(
            name=_("Bastion"), placeholder=_("the master node’s public name"), mono=True
        )
        self.simulated = QCheckBox(_("Start a simulated region on this machine"))
        self.simulated.setAccessibleName(_("Simulated region"))
        self.scenario = ComboField([(name, name) for name in _SCENARIOS], name=_("Scenario"))
        self.speed = TextField(name=_("Clock"), placeholder="60")
        self.speed.setFixedWidth(72)
        self.simulated.toggled.connect(lambda _on: self._show_simulated())

    def _lay_out(self) -> None:
        times = Label(_("times real time"), tone="text-2")
        hint = _("Production asks for the cluster’s name before what cannot be undone.")
        layout: tuple[tuple[str, tuple[tuple[str, FieldRow], ...]], ...] = (
            (
                _("Connection"),
                (
                    ("name", FieldRow(_("Name"), self.name)),
                    ("class", FieldRow(_("Class"), self.kind, hint=hint, stretch=False)),
                    ("read_only", FieldRow(_("Changes"), self.read_only, stretch=False)),
                    (
                        "budget",
                        FieldRow(
                            _("Budget"),
                            self.budget,
                            Label(_("$ per hour"), tone="text-2"),
                            stretch=False,
                        ),
                    ),
                ),
            ),
            (
                _("AWS"),
                (
                    ("profile", FieldRow(_("Profile"), self.profile)),
                    ("regions", FieldRow(_("Regions"), self.regions)),
                    ("endpoint_url", FieldRow(_("Endpoint"), self.endpoint)),
                    ("aws_config_file", FieldRow(_("Config file"), self.config_file)),
                ),
            ),
            (
                _("Simulated region"),
                (
                    ("simulated", FieldRow(_("Region"), self.simulated, stretch=False)),
                    ("scenario", FieldRow(_("Scenario"), self.scenario, stretch=False)),
                    ("speed", FieldRow(_("Clock"), self.speed, times, stretch=False)),
                ),
            ),
            (
                _("SSH"),
                (
                    ("ssh_user", FieldRow(_("User"), self.ssh_user)),
                    ("ssh_key_file", FieldRow(_("Key file"), self.ssh_key)),
                    ("ssh_bastion", FieldRow(_("Bastion"), self.ssh_bastion)),
                ),
            ),
        )
        for title, fields in layout:
            self.body.addLayout(row(Label(title, weight=600), None, margins=(0, 14, 0, 4)))
            for key, field in fields:
                self.rows[key] = field
                self.body.addWidget(field)
            self.body.addLayout(column(10, Rule("h")))
        self.body.addStretch(1)

    def show_draft(self, draft: ConnectionDraft) -> None:
        """Fill the fields."""
        self._base = draft.base
        self.name.setText(draft.name)
        self.kind.set_current(draft.connection_class.value)
        self.profile.setText(draft.profile)
        self.regions.setText(draft.regions)
        self.endpoint.setText(draft.endpoint_url)
        self.config_file.setText(draft.aws_config_file)
        self.read_only.setChecked(draft.read_only)
        self.budget.setText(draft.budget)
        self.ssh_user.setText(draft.ssh_user)
        self.ssh_key.setText(draft.ssh_key_file)
        self.ssh_bastion.setText(draft.ssh_bastion)
        self.simulated.setChecked(draft.simulated)
        if self.scenario.findData(draft.scenario) < 0:
            self.scenario.addItem(draft.scenario, draft.scenario)
        self.scenario.set_key(draft.scenario)
        self.speed.setText(draft.speed)
        self._show_simulated()

    def _show_simulated(self) -> None:
        for key in ("scenario", "speed"):
            self.rows[key].setVisible(self.simulated.isChecked())

    def draft(self) -> ConnectionDraft:
        """What the fields say."""
        return ConnectionDraft(
            name=self.name.text(),
            connection_class=ConnectionClass(self.kind.current),
            profile=self.profile.text(),
            regions=self.regions.text(),
            endpoint_url=self.endpoint.text(),
            aws_config_file=self.config_file.text(),
            read_only=self.read_only.isChecked(),
            budget=self.budget.text(),
            ssh_user=self.ssh_user.text(),
            ssh_key_file=self.ssh_key.text(),
            ssh_bastion=self.ssh_bastion.text(),
            simulated=self.simulated.isChecked(),
            scenario=self.scenario.key,
            speed=self.speed.text(),
            base=self._base,
        )

    def _read(self) -> Connection | None:
        """The connection, or ``None`` after the problems were shown."""
        names = {known.name for known in self.ctx.app.connections.connections()}
        connection, problems = read_draft(self.draft(), names - {self._old_name})
        for key, field in self.rows.items():
            field.show_problem(problems.get(key, ""))
        if problems:
            wrong = len(problems)
            text = ngettext("{n} field to correct.", "{n} fields to correct.", wrong)
            self.set_sentence(text.format(n=wrong), "critical")
            return None
        self.set_sentence("")
        return connection

    # Testing

    def test(self) -> None:
        """Walk the connection as it is typed, or stop the walk under way."""
        if self.run.running:
            self.run.stop()
            self.checks.say(_("Stopped."))
            self._show_test_button()
            return
        connection = self._read()
        if connection is not None:
            self.checks.clear(_("Asking…"))
            self.run.start(connection)
            self._show_test_button()

    def _checked(self, check: Check) -> None:
        self.checks.add(check)

    def _check_failed(self, error: HueError) -> None:
        self.checks.say(str(error), "critical")

    def _check_ended(self) -> None:
        self.checks.conclude()
        self._show_test_button()

    def _show_test_button(self) -> None:
        self.test_button.set_text(_("Stop") if self.run.running else _("Test"))

    # Saving

    def save(self) -> None:
        """Write the connection to the user's file and leave."""
        connection = self._read()
        if connection is None:
            return
        old, connections = self._old_name, self.ctx.app.connections
        self.save_button.setEnabled(False)

        def write() -> None:
            connections.save(connection)
            if old and old != connection.name:
                connections.remove(old)

        self.ctx.tasks.run(
            "local",
            lambda _token: write(),
            owner=self,
            done=lambda _nothing: self.close_sheet(),
            failed=self._not_saved,
        )

    def _not_saved(self, error: HueError) -> None:
        self.save_button.setEnabled(True)
        self.set_sentence(str(error), "critical")

    def close_sheet(self) -> None:
        """Go back; a walk under way is given up."""
        self.run.stop()
        super().close_sheet()
