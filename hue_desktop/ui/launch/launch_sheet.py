"""The sheet that creates a cluster: the form, and at the right what it would cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent

from hue_desktop.core.budget import BudgetUse
from hue_desktop.core.changes import ClusterSpec, CreateCluster, JournalEntry, Plan
from hue_desktop.core.clusters import Application
from hue_desktop.core.connections import Connection
from hue_desktop.core.cost_lines import count_line
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import money, money_rate
from hue_desktop.core.instances import InstanceType
from hue_desktop.core.launch_form import starting_spec, totals
from hue_desktop.core.pricing import CostChange, CostRate
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.launch import OPTION_LISTS, LaunchOptions, PricedType, SpecProblem
from hue_desktop.ui.confirm import PlanPanel, ask_and_submit, needs_question, submit
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.launch.command_dialog import CommandDialog
from hue_desktop.ui.launch.launch_form import LaunchForm
from hue_desktop.ui.parts import Button, FourStates, Sheet, SidePanel
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["LaunchSheet"]

_SETTLE_MS = 150
#: lists of one API are asked for one after the other, different APIs at the same time
_TOGETHER = (
    ("releases", "security_configurations"),
    ("subnets", "key_pairs"),
    ("service_roles", "instance_profiles"),
)
_FIELDS = {
    "releases": "release",
    "subnets": "subnet_ids",
    "key_pairs": "key_name",
    "service_roles": "service_role",
    "instance_profiles": "instance_profile",
    "security_configurations": "security_configuration",
}
_DAY_H = 24
_NARROW, _SIDE_NARROW = 960, 280


class LaunchSheet(Sheet):
    """Reads what the region offers, then keeps problems and price in step with the form."""

    def __init__(
        self,
        ctx: UiContext,
        connection: Connection,
        region: str,
        spec: ClusterSpec | None = None,
    ) -> None:
        side = SidePanel()
        title = _("New cluster") if spec is None else _("Clone cluster")
        super().__init__(title, f"{connection.name} · {region}", side=side)
        self.ctx = ctx
        self.connection = connection
        self.region = region
        self.options = LaunchOptions()
        self._missing = set(OPTION_LISTS)
        self._first = ClusterSpec("", "")
        self.problems: tuple[SpecProblem, ...] = ()
        self._given = spec
        self._types: dict[str, InstanceType] = {}
        self._release = ""
        self._rate: CostRate | None = None
        self._tried = False
        self.form = LaunchForm()
        self.states = FourStates(self.form)
        self.states.retry_requested.connect(self.read_options)
        self.body.addWidget(self.states)
        self.panel = PlanPanel(_("What it costs"), compare=False)
        side.body.addWidget(self.panel)
        self._make_buttons()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._look_again)
        self.form.changed.connect(self._settle.start)
        self._show_places()
        self.read_options()

    def _show_places(self) -> None:
        """Offer every connection and region that may be changed."""
        statuses = self.ctx.app.fleet.snapshot().connections
        here = f"{self.connection.name} · {self.region}"
        self._places = {
            f"{one.connection.name} · {one.region}": (one.connection, one.region)
            for one in statuses
            if not one.read_only
        }
        self._places.setdefault(here, (self.connection, self.region))
        place = self.form.identity.place
        self.form.identity.show_places([(key, key) for key in self._places], here)
        place.currentIndexChanged.connect(lambda _at: self.move_to(place.key))

    def move_to(self, place: str) -> None:
        """Ask for the same cluster elsewhere; subnet and key are chosen anew there."""
        self._given = replace(
            self.form.spec(), subnet_ids=(), key_name="", security_configuration=""
        )
        self.connection, self.region = self._places[place]
        self.heading.subtitle.setText(place)
        self._release, self._types = "", {}
        self.create_button.setEnabled(False)
        self.read_options()

    def _make_buttons(self) -> None:
        self.command_button = self.add_button(
            Button(_("AWS CLI command…"), icon_name="terminal", clicked=self.show_command)
        )
        self.add_button(Button(_("Cancel"), clicked=self.close_sheet))
        self.create_button = self.add_button(
            Button(_("Create cluster"), kind="primary", clicked=self.create_cluster)
        )
        for button in (self.command_button, self.create_button):
            button.setEnabled(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the form enough room in a narrow window."""
        super().resizeEvent(event)
        if self.side is not None:
            self.side.setFixedWidth(_SIDE_NARROW if self.width() < _NARROW else SIZES["side-panel"])

    # Reading what the region offers

    def read_options(self) -> None:
        """Ask what the region offers; each list is shown when it is there, and the form at once."""
        self.options = LaunchOptions()
        self._missing = set(OPTION_LISTS)
        self._first = self._given or self._defaults()
        self.form.show_spec(self._first)
        self.form.show_loading()
        self.states.show_content()
        self.form.identity.name.setFocus()
        self.form.identity.name.selectAll()
        for names in _TOGETHER:
            self._read_lists(names)
        self._look_again()

    def _read_lists(self, names: tuple[str, ...]) -> None:
        """Read these lists one after the other."""
        name, *rest = names

        place = (self.connection.name, self.region)

        def arrived(found: LaunchOptions) -> None:
            if place != (self.connection.name, self.region):
                return  # the person wants it elsewhere by now
            self._show_list(name, found)
            if rest:
                self._read_lists(tuple(rest))

        self.ctx.tasks.run(
            "aws",
            lambda _token: self.ctx.app.launching.option(*place, name),
            owner=self,
            done=arrived,
            failed=lambda error: arrived(LaunchOptions(errors=((name, error),))),
            key=f"option {name}",
        )

    def _show_list(self, name: str, found: LaunchOptions) -> None:
        self.options = self.options.with_list(name, found)
        self._missing.discard(name)
        error = dict(found.errors).get(name)
        if name == "releases" and error is not None and not self._first.release:
            self.states.show_failed(error)
            return
        before = self.form.spec()
        field = _FIELDS[name]
        self.form.show_list(name, self.options)
        if not getattr(self._first, field) or self._given is None:
            value: dict[str, Any] = {field: getattr(self._defaults(), field)}
            self._choose_default(replace(before, **value))
        self.command_button.setEnabled("releases" not in self._missing)
        self._look_again()

    def _choose_default(self, spec: ClusterSpec) -> None:
        """Fill in what only the list could tell; where the person is typing stays untouched."""
        self.form.identity.show_release(spec.release)
        self.form.access.show_spec(spec)

    def _defaults(self) -> ClusterSpec:
        """A cluster that can be launched as it stands, as far as the lists are known."""
        return starting_spec(
            name=self._free_name(),
            releases=self.options.releases,
            subnets=[subnet.id for subnet in self.options.subnets],
            service_roles=self.options.service_roles,
            instance_profiles=self.options.instance_profiles,
        )

    def _free_name(self) -> str:
        """``cluster-2`` when this connection has a ``cluster-1`` already."""
        snapshot = self.ctx.app.fleet.snapshot()
        taken = {one.summary.name for one in snapshot.of_connection(self.connection.name)}
        return next(name for n in range(1, 10_000) if (name := f"cluster-{n}") not in taken)

    def _read_release(self, release: str) -> None:
        self._release = release
        name, region, launching = self.connection.name, self.region, self.ctx.app.launching
        self.ctx.tasks.run(
            "aws",
            lambda _token: launching.applications(name, region, release),
            owner=self,
            done=self._show_applications,
            key="applications",
        )
        self.ctx.tasks.run(
            "aws",
            lambda _token: launching.instance_types(name, region, release),
            owner=self,
            done=self._show_types,
            key="types",
        )

    def _show_applications(self, applications: tuple[Application, ...]) -> None:
        self.form.show_applications(applications)

    def _show_types(self, types: tuple[PricedType, ...]) -> None:
        self._types = {one.name: one.type for one in types}
        self.form.show_types(types)
        self._look_again()

    # Following the form

    def _look_again(self) -> None:
        spec = self.form.spec()
        if spec.release and spec.release != self._release:
            self._read_release(spec.release)
        self._show_counts(spec)
        own = (*self.form.own_problems(), *self._unknown_types(spec))
        launching = self.ctx.app.launching
        waiting = {_FIELDS[name] for name in self._missing}
        self.ctx.tasks.run(
            "local",
            lambda _token: tuple(
                one for one in (*own, *launching.check(spec)) if one.field not in waiting
            ),
            owner=self,
            done=self._show_problems,
            key="check",
        )
        self.ctx.tasks.run(
            "aws",
            lambda _token: launching.price(self.connection.name, self.region, spec),
            owner=self,
            done=self._show_price,
            failed=self._show_no_price,
            key="price",
        )

    def _unknown_types(self, spec: ClusterSpec) -> tuple[SpecProblem, ...]:
        """Types that the release does not run on here, once the catalog was read."""
        named = [(f"groups[{n}]", [one.instance_type]) for n, one in enumerate(spec.groups)]
        named += [
            (f"fleets[{n}]", [kind.instance_type for kind in one.types])
            for n, one in enumerate(spec.fleets)
        ]
        text = _("{release} does not run on “{type}” in {region}.")
        return tuple(
            SpecProblem(
                f"{place}.instance_type",
                text.format(release=spec.release, type=name, region=self.region),
            )
            for place, names in named
            for name in names
            if self._types and name and name not in self._types
        )

    def _show_counts(self, spec: ClusterSpec) -> None:
        sums = totals(spec, self._types)
        lines = [count_line(_("Nodes"), 0, sums.nodes)]
        if sums.vcpu:
            lines.append(count_line(_("vCPU"), 0, sums.vcpu))
            lines.append(count_line(_("Memory"), 0, sums.memory_gib, "GiB"))
        self.panel.show_counts(lines)
        self.panel.show_subtitle(ngettext("{n} node", "{n} nodes", sums.nodes).format(n=sums.nodes))
        note = _("A fleet may choose other types; counts are for the first type of each.")
        self.panel.show_note(note if spec.fleets and not sums.exact else "")

    def _show_problems(self, problems: Sequence[SpecProblem]) -> None:
        self.problems = tuple(problems)
        elsewhere = self.form.show_problems(self.problems)
        count = len(self.problems)
        self.create_button.setEnabled(not self._missing)
        if count == 0:
            self._show_manner()
            return
        text = ngettext("{n} thing to correct.", "{n} things to correct.", count).format(n=count)
        self.set_sentence(" ".join([text, *elsewhere]), "critical")
        self.create_button.setEnabled(False)

    def _show_manner(self) -> None:
        if self._missing:
            text = _("Reading what {region} offers for a new cluster…")
            self.set_sentence(text.format(region=self.region))
            return
        self.set_sentence(_("You can cancel before it is sent; undo terminates the new cluster."))

    def _show_price(self, rate: CostRate) -> None:
        self._rate = rate
        self.panel.show_cost(CostChange(CostRate(), rate))
        name = self.connection.name
        self.panel.show_budget(name, self._budget(rate))
        facts = [(_("A day"), money(rate.total * _DAY_H)), (_("Calls"), "RunJobFlow × 1")]
        if rate.saved_by_spot > 0:
            facts.insert(0, (_("Saved by Spot"), money_rate(rate.saved_by_spot)))
        if rate.unknown:
            unknown = ngettext("{n} node", "{n} nodes", rate.unknown).format(n=rate.unknown)
            facts.insert(0, (_("Price unknown"), unknown))
        self.panel.show_facts(facts)
        self.create_button.set_text(
            _("Create cluster, {rate}").format(
                rate=money_rate(rate.total, at_least=rate.unknown > 0)
            )
        )

    def _show_no_price(self, error: HueError) -> None:
        self._rate = None
        self.panel.show_facts(((_("Price"), str(error)), (_("Calls"), "RunJobFlow × 1")))
        self.create_button.set_text(_("Create cluster"))

    def _budget(self, rate: CostRate) -> BudgetUse | None:
        limit = self.connection.hourly_budget_usd
        if not limit:
            return None
        costs = self.ctx.app.fleet.snapshot().costs
        now = sum(
            cost.rate.total for ref, cost in costs.items() if ref.connection == self.connection.name
        )
        return BudgetUse(now, now + rate.total, limit)

    # Doing it

    def show_command(self) -> None:
        """Show the AWS CLI command that asks for the same cluster."""
        command = CommandDialog(self.form.spec(), self.connection, self.region, self)
        command.open()

    def create_cluster(self) -> None:
        """Plan the cluster and submit it; the question comes first where the plan wants one."""
        spec = self.form.spec()
        launching = self.ctx.app.launching
        self.create_button.setEnabled(False)
        self.ctx.tasks.run(
            "aws",
            lambda _token: launching.plan_create(self.connection.name, self.region, spec),
            owner=self,
            done=self._submit,
            failed=self._cannot,
            key="plan",
        )

    def _submit(self, plan: Plan) -> None:
        self.create_button.setEnabled(True)
        go = ask_and_submit if needs_question(plan) else submit
        go(self.ctx, plan, owner=self, submitted=self._submitted)

    def _submitted(self, entry: JournalEntry) -> None:
        names = [one.spec.name for one in entry.plan.changes if isinstance(one, CreateCluster)]
        text = _("{name} will be created; it shows in Fleet once EMR has accepted it.")
        self.ctx.navigate.notify(text.format(name=", ".join(names)))
        self.close_sheet()

    def _cannot(self, error: HueError) -> None:
        self.create_button.setEnabled(True)
        self.set_sentence(str(error), "critical")
