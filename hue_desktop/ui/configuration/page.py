"""The Configuration page: what the cluster was made of, and what of it can be changed."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from hue_desktop.core.clusters import BootstrapAction, ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import HueError
from hue_desktop.core.text import _
from hue_desktop.services.fleet import FleetChange
from hue_desktop.ui.actions import ActionContext
from hue_desktop.ui.cluster_page import ClusterPage
from hue_desktop.ui.configuration.blocks import Block, FactGrid, JsonView
from hue_desktop.ui.configuration.collections import (
    CollectionRow,
    collection_columns,
    collection_rows,
)
from hue_desktop.ui.configuration.facts import Fact, pretty_json, sections_of
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.parts import FourStates, Scroll
from hue_desktop.ui.stale_notice import StaleNotice
from hue_desktop.ui.tables import DataTable, RowsModel
from hue_desktop.ui.tasks import CancelToken
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["ConfigurationPage"]

_PARTS = frozenset(("summary", "cluster", "groups", "fleets"))
_CHANGES = ("launch.protect", "launch.unprotect", "policies.auto_termination",
            "policies.managed_scaling")  # fmt: skip


class ConfigurationPage(ClusterPage):
    """Sections in two columns, then groups, scripts and classifications over the whole width."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self._scripts: tuple[BootstrapAction, ...] | None = None
        self._scripts_asked = False
        self.grids = {
            key: FactGrid(self._copy, self._act)
            for key in ("software", "life", "network", "tags", "scripts")
        }
        self.model: RowsModel[CollectionRow] = RowsModel(
            collection_columns(), key=lambda row: row.id
        )
        self.table: DataTable[CollectionRow] = DataTable(
            self.model, name=_("Instance groups and fleets"), padding=6
        )
        self.table.menu_requested.connect(self._pop_up)
        self.table.row_activated.connect(self._scale)
        self.json = JsonView(ctx.theme)
        self.notice = StaleNotice(self.refresh)
        self.states = FourStates(Scroll(self._make_content()))
        self.states.retry_requested.connect(self.refresh)
        self.states.show_loading(_("Reading the configuration"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.states)
        ctx.actions.changed.connect(self._show)

    @property
    def title(self) -> str:
        return _("Configuration")

    def _make_content(self) -> QWidget:
        titles = {
            "software": _("Software"),
            "life": _("Life and scaling"),
            "network": _("Network and access"),
            "tags": _("Tags"),
            "scripts": _("Bootstrap actions"),
        }
        self.blocks = {key: Block(titles[key], grid) for key, grid in self.grids.items()}
        self.blocks["groups"] = Block(_("Instance groups"), self.table)
        self.blocks["json"] = Block(_("Configurations"), self.json)
        self.blocks["json"].set_button(_("Copy"), lambda: self._copy(self.json.toPlainText()))
        columns = QGridLayout()
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setHorizontalSpacing(32)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, keys in ((left, ("software", "tags")), (right, ("life", "network"))):
            for key in keys:
                column.addWidget(self.blocks[key])
            column.addStretch(1)
        columns.addLayout(left, 0, 0)
        columns.addLayout(right, 0, 1)
        columns.setColumnStretch(0, 1)
        columns.setColumnStretch(1, 1)
        content = QWidget()
        layout = QVBoxLayout(content)
        gutter = SIZES["gutter"]
        layout.setContentsMargins(gutter, 0, gutter, 24)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addLayout(columns)
        for key in ("groups", "scripts", "json"):
            layout.addWidget(self.blocks[key])
        layout.addStretch(1)
        return content

    # -- showing ---------------------------------------------------------------------------

    def apply(self, change: FleetChange) -> None:
        first = self._newer(change)
        if self.ref is None:
            return
        touched = bool(change.parts.get(self.ref, frozenset()) & _PARTS)
        if first or touched or self.ref in change.removed or (
            self.ref.connection in change.connections
        ):  # fmt: skip
            self._show()

    def _show(self) -> None:
        snapshot, cluster = self._snapshot, self.cluster
        if snapshot is None:
            return
        if cluster is None:
            self._show_unknown()
            return
        if cluster.cluster is None:
            error = cluster.errors.get("cluster")
            if error is not None:
                self.states.show_failed(error)
            else:
                name = cluster.summary.name
                self.states.show_loading(_("Reading the configuration of {name}").format(name=name))
            return
        self.notice.show_status(snapshot, cluster, "cluster", "groups", "fleets")
        words = self._words()
        for section in sections_of(cluster, snapshot.region_now(cluster.ref)):
            self.grids[section.key].show_facts(section.facts, words)
        self._show_tags(cluster.cluster.tags)
        self._show_groups(cluster)
        self._show_scripts(self._scripts or cluster.cluster.bootstrap_actions)
        self._show_json(cluster.cluster.configurations_json)
        self.states.show_content()

    def _words(self) -> dict[str, str]:
        """The word on the button of each action that applies now."""
        context = focus_on(self._snapshot, self.ref)
        known = {action.id: action for action in self.ctx.actions.all()}
        word = {"launch.protect": _("Turn on…"), "launch.unprotect": _("Turn off…")}
        return {
            id_: word.get(id_, _("Edit…"))
            for id_ in _CHANGES
            if id_ in known and known[id_].applies(context)
        }

    def _show_tags(self, tags: tuple[tuple[str, str], ...]) -> None:
        facts = [Fact(key, value or "–", copies=bool(value)) for key, value in tags]
        self.grids["tags"].show_facts(facts, {})
        block = self.blocks["tags"]
        block.note.setText("" if facts else _("none"))
        known = {action.id: action for action in self.ctx.actions.all()}
        edit = known.get("launch.tags")
        possible = edit is not None and edit.applies(focus_on(self._snapshot, self.ref))
        block.set_button(_("Edit…"), (lambda: self._act("launch.tags")) if possible else None)

    def _show_groups(self, cluster: ClusterSnapshot) -> None:
        rows = collection_rows(cluster)
        fleets = bool(cluster.fleets)
        self.blocks["groups"].title.setText(
            _("Instance fleets") if fleets else _("Instance groups")
        )
        self.blocks["groups"].setVisible(bool(rows))
        self.model.set_rows(rows)
        height = SIZES["head"] + SIZES["row"] * len(rows) + 2
        self.table.setFixedHeight(height)

    def _show_scripts(self, scripts: tuple[BootstrapAction, ...]) -> None:
        facts = [
            Fact(script.name, " ".join((script.script_path, *script.args)), copies=True)
            for script in scripts
        ]
        self.grids["scripts"].show_facts(facts, {})
        self.blocks["scripts"].setVisible(bool(facts))

    def _show_json(self, text: str) -> None:
        shown = pretty_json(text)
        self.json.show_text(shown)
        self.json.setVisible(bool(shown))
        block = self.blocks["json"]
        block.note.setText("" if shown else _("none: every application has its defaults"))
        block.button.setVisible(bool(shown))

    # -- reading ---------------------------------------------------------------------------

    def shown(self) -> None:
        self._read_scripts()

    def _read_scripts(self) -> None:
        """Bootstrap actions never change; they are read once."""
        if self._scripts_asked or self.ref is None:
            return
        self._scripts_asked = True
        ref, app = self.ref, self.ctx.app

        def read(_token: CancelToken) -> tuple[BootstrapAction, ...]:
            return app.fleet.bootstrap_actions(ref)

        self.ctx.tasks.run(
            "aws", read, owner=self, key="scripts",
            done=self._scripts_read, failed=self._scripts_failed,
        )  # fmt: skip

    def _scripts_read(self, scripts: tuple[BootstrapAction, ...]) -> None:
        self._scripts = scripts
        self._show_scripts(scripts)

    def _scripts_failed(self, error: HueError) -> None:
        """Said where they would stand; the next visit asks again."""
        self._scripts_asked = False
        self.blocks["scripts"].setVisible(True)
        self.blocks["scripts"].note.setText(str(error))
        self.blocks["scripts"].set_button(_("Retry"), self._read_scripts)

    # -- acting ----------------------------------------------------------------------------

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        short = text if len(text) <= 60 else text[:57] + "…"
        self.ctx.navigate.notify(_("Copied {text}").format(text=short.replace("\n", " ")))

    def _act(self, action_id: str) -> None:
        self.ctx.actions.trigger(action_id, focus_on(self._snapshot, self.ref))

    def _context(self, row: CollectionRow) -> ActionContext:
        return focus_on(self._snapshot, self.ref, group_id=row.id)

    def _scale(self, row: CollectionRow) -> None:
        found = self.ctx.actions.available("group", self._context(row))
        if found:
            self.ctx.actions.trigger(found[0].id, self._context(row))

    def _pop_up(self, row: object, where: QPoint) -> None:
        if isinstance(row, CollectionRow):
            menu = self.ctx.actions.build_menu("group", self, self._context(row))
            if menu.isEmpty():
                menu.deleteLater()
                return
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(where)

    def action_context(self, base: ActionContext) -> ActionContext:
        row = self.table.current_row()
        return focus_on(self._snapshot, self.ref, group_id=row.id if row else "")

    def refresh(self) -> None:
        self.ctx.app.fleet.refresh(self.ref)
        self._scripts_asked = False
        self._read_scripts()
