"""Whom the money was for: cost by step, by YARN application, by user."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.errors import HueError
from hue_desktop.core.format import DASH, date_time, money, percent, short_duration, utc_time
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.cost.values import CostShare
from hue_desktop.ui.parts import Button, Choice, FourStates, Label, Segmented, row
from hue_desktop.ui.tables import Column, DataTable, RowsModel, TotalRow

__all__ = ["SharesPanel", "shares_csv"]


def _columns() -> tuple[Column[CostShare], ...]:
    return (
        Column("title", _("Name"), lambda row: row.title or row.key,
               lambda row: (row.title or row.key).casefold(), stretch=True, width=180,
               tooltip=lambda row: row.key, weight=500, optional=False),
        Column("owner", _("User"), lambda row: row.owner or DASH, lambda row: row.owner or None,
               width=96, quiet=True, hide_below=520),
        Column("started", _("Started"), lambda row: _when(row.started),
               lambda row: row.started, align="right", width=104, quiet=True,
               tooltip=lambda row: utc_time(_moment(row.started)) if row.started else "",
               descending_first=True, hide_below=460),
        Column("took", _("Ran for"), _took, _took_s, align="right", width=84, quiet=True,
               descending_first=True, hide_below=600),
        Column("share", _("Containers"), lambda row: _percent(row.container_share),
               lambda row: row.container_share, kind="bar", value=lambda row: row.container_share,
               width=112, descending_first=True,
               help=_(
                   "Its part of YARN’s container-seconds: of an application, of those while it "
                   "ran; of a step or user, of all that YARN knows"
               )),
        Column("usd", _("Cost"), _usd, lambda row: row.usd, align="right", width=84,
               descending_first=True,
               help=_("The cluster’s cost while it ran, by its part of the container-seconds")),
    )  # fmt: skip


class SharesPanel(QWidget):
    """One of three tables; ``kind_chosen`` asks for another, ``retry_requested`` for it again."""

    kind_chosen = Signal(str)
    retry_requested = Signal()
    copied = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shares: dict[str, tuple[CostShare, ...]] = {}
        self._whole = ""
        self.kinds = Segmented(
            (
                Choice("step", _("Steps")),
                Choice("application", _("Applications")),
                Choice("user", _("Users")),
            ),
            "step",
            name=_("Cost by"),
        )
        self.copy = Button(_("Copy as CSV"), icon_name="copy", small=True, clicked=self.copy_csv)
        self.model: RowsModel[CostShare] = RowsModel(_columns(), key=lambda row: row.key)
        self.model.sort_by("usd", descending=True)
        self.table: DataTable[CostShare] = DataTable(self.model, name=_("Cost by step"))
        self.total = TotalRow(self.table, name=_("Total"))
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.table, 1)
        inner.addWidget(self.total)
        self.states = FourStates(content)
        self.states.retry_requested.connect(self.retry_requested)
        title = Label(_("Cost by"), weight=600)
        head = row(title, self.kinds, None, self.copy, spacing=10, margins=(0, 8, 0, 6))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 16, 8)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.states, 1)
        self.kinds.chosen.connect(self._chosen)
        self._show()

    @property
    def kind(self) -> str:
        """``step``, ``application`` or ``user``."""
        return self.kinds.current

    def show_shares(self, kind: str, shares: Sequence[CostShare]) -> None:
        """What was reckoned."""
        self._shares[kind] = tuple(shares)
        if kind == self.kind:
            self._show()

    def show_whole(self, text: str) -> None:
        """What the cluster has cost in all, as it is shown above."""
        if text != self._whole:
            self._whole = text
            if self.states.state == "shown":
                self._show_total(self._shares[self.kind])

    def show_failed(self, kind: str, error: HueError) -> None:
        """It could not be reckoned; what was there before stays."""
        if kind == self.kind and not self._shares.get(kind):
            self.states.show_failed(error)
            self.copy.setVisible(False)

    def copy_csv(self) -> None:
        """Put the table, as it is ordered, into the clipboard."""
        rows = self.model.rows()
        if not rows or self.states.state != "shown":
            return
        QGuiApplication.clipboard().setText(shares_csv(rows))
        n = len(rows)
        self.copied.emit(ngettext("Copied {n} row", "Copied {n} rows", n).format(n=n))

    def _chosen(self, kind: str) -> None:
        self._show()
        self.kind_chosen.emit(kind)

    def _show(self) -> None:
        kind, shares = self.kind, self._shares.get(self.kind)
        names = {
            "step": _("Cost by step"),
            "application": _("Cost by application"),
            "user": _("Cost by user"),
        }
        self.table.setAccessibleName(names[kind])
        self.copy.setVisible(bool(shares))
        if shares is None:
            self.states.show_loading(_("Reckoning whom the money was for"))
            return
        if not shares:
            self.states.show_empty(*_nothing(kind))
            return
        hidden = {
            "step": {"owner"},
            "application": set[str](),
            "user": {"owner", "started", "took"},
        }
        self.table.set_hidden_columns(hidden[kind])
        self.model.set_rows(shares)
        self._show_total(shares)
        self.states.show_content()

    def _show_total(self, shares: Sequence[CostShare]) -> None:
        """What all lines come to; what was paid while nothing ran is in none of them."""
        known = [share.usd for share in shares if share.usd is not None]
        cells = {"usd": money(sum(known), at_least=len(known) < len(shares)) if known else DASH}
        title = _totalled(self.kind, len(shares))
        if self._whole:
            title = _("{what}, of {whole} in all").format(what=title, whole=self._whole)
        self.total.set_cells(title, cells)


def shares_csv(shares: Sequence[CostShare]) -> str:
    """Comma-separated, with a head; times in UTC, USD with all digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("id", "name", "user", "started_utc", "ended_utc", "container_share", "usd"))
    for each in shares:
        writer.writerow(
            (
                each.key,
                each.title,
                each.owner,
                _iso(each.started),
                _iso(each.ended),
                "" if each.container_share is None else f"{each.container_share:.6f}",
                "" if each.usd is None else f"{each.usd:.6f}",
            )
        )
    return out.getvalue()


def _nothing(kind: str) -> tuple[str, str]:
    if kind == "step":
        return _("No step has run"), _("A step’s cost appears here once it has started.")
    return (
        _("No YARN application is known"),
        _("Applications are read from YARN while somebody looks at the cluster."),
    )


def _totalled(kind: str, n: int) -> str:
    text = {
        "step": ngettext("{n} step", "{n} steps", n),
        "application": ngettext("{n} application", "{n} applications", n),
        "user": ngettext("{n} user", "{n} users", n),
    }[kind]
    return text.format(n=n)


def _usd(share: CostShare) -> str:
    return _("not known") if share.usd is None else money(share.usd)


def _percent(share: float | None) -> str:
    return DASH if share is None else percent(100 * share)


def _took_s(share: CostShare) -> float | None:
    if share.started is None or share.ended is None:
        return None
    return max(0.0, share.ended - share.started)


def _took(share: CostShare) -> str:
    if share.started is not None and share.ended is None:
        return _("still runs")
    return short_duration(_took_s(share))


def _when(at: float | None) -> str:
    return DASH if at is None else date_time(_moment(at), always_date=True)


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _iso(at: float | None) -> str:
    moment = _moment(at)
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
