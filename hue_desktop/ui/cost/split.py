"""The table beside the chart: what each part costs now and has cost, adding up as shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from hue_desktop.core.billing import Bill, CostPart, Who
from hue_desktop.core.format import DASH, date_time, money, percent, round_parts
from hue_desktop.core.instances import Instance
from hue_desktop.core.pricing import PriceSource
from hue_desktop.core.text import _
from hue_desktop.services.cost import ClusterCost
from hue_desktop.ui.bills import carried_on
from hue_desktop.ui.cost.parts import now_by_part, part_key, parts, usd_by_part
from hue_desktop.ui.parts import Label, row
from hue_desktop.ui.tables import Column, DataTable, RowsModel, TotalRow
from hue_desktop.ui.theme import active_theme
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["Split", "SplitPanel", "SplitRow", "sources_text", "split_of"]

_ARROW = 4  #: a head is a little wider than its words


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One part as it is shown; ``None`` stands for a figure that nobody has (yet).

    ``unpriced`` parts have nodes, and nobody knows their price; ``old`` ones are dimmed.
    """

    key: str
    title: str
    color: str
    now: float | None
    share: float | None
    so_far: float | None
    unpriced: bool = False
    old: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """Rows from the highest of the stack to the lowest, and sums of what they show."""

    rows: tuple[SplitRow, ...]
    now: float | None
    so_far: float | None
    at_least: bool = False  #: of what is paid now
    at_least_so_far: bool = False


def split_of(
    cost: ClusterCost | None,
    bill: Bill | None,
    now: float,
    *,
    nodes: Sequence[Instance] = (),
    old: bool = False,
) -> Split:
    """Parts that cost something now or did; ``now`` is the region's epoch seconds.

    ``nodes`` tell which parts have nodes without a price: those are never shown as nothing.
    """
    rates = now_by_part(cost) if cost is not None else {}
    usd = usd_by_part(bill.usd) if bill is not None else {}
    until = bill.end if bill is not None else now
    carried = {
        part.key: carried_on(usd.get(part.key, 0.0), until, rates.get(part.key), now)
        for part in parts()
    }
    unpriced = _unpriced(cost, bill, nodes)
    costing = {key for key, amount in carried.items() if amount > 0 or rates.get(key)}
    shown = [part for part in reversed(parts()) if part.key in costing | unpriced]
    now_cents = round_parts([rates.get(part.key, 0.0) for part in shown])
    sum_cents = round_parts([carried[part.key] for part in shown])
    measure = now_cents if sum(now_cents) > 0 else sum_cents
    whole = sum(measure)
    shares = round_parts([100 * value / whole for value in measure], 0) if whole else ()
    rows = tuple(
        SplitRow(
            part.key,
            part.title,
            part.color,
            _known(now_cents[place], cost is not None, part.key in unpriced),
            _known(shares[place] if shares else 0.0, bool(shares), part.key in unpriced),
            _known(sum_cents[place], bill is not None, part.key in unpriced),
            unpriced=part.key in unpriced,
            old=old,
        )
        for place, part in enumerate(shown)
    )
    return Split(
        rows,
        sum(now_cents) if cost is not None else None,
        sum(sum_cents) if bill is not None else None,
        cost is not None and cost.rate.unknown > 0,
        bill is not None and bool(bill.unknown),
    )


def _unpriced(cost: ClusterCost | None, bill: Bill | None, nodes: Sequence[Instance]) -> set[str]:
    """EC2's parts that have nodes of which not one has a price."""
    found = set()
    for (role, market), rate in cost.by_role.items() if cost is not None else ():
        if rate.unknown and not rate.ec2:
            found.add(part_key(CostPart.EC2, Who(role, market)))
    if bill is not None and bill.unknown:
        usd = usd_by_part(bill.usd)
        for node in nodes:
            if node.id in bill.unknown and node.role is not None:
                key = part_key(CostPart.EC2, Who(node.role, node.market))
                found |= set() if usd.get(key) else {key}
    return found


def _known(value: float, read: bool, unpriced: bool) -> float | None:
    return None if not read or (unpriced and not value) else value


def _figure(row: SplitRow, value: float | None, missing: str = DASH) -> str:
    if value is None:
        return _("not known") if row.unpriced else missing
    return money(value)


def _dim(row: SplitRow) -> str:
    return "text-2" if row.old else ""


def _columns() -> tuple[Column[SplitRow], ...]:
    return (
        Column("part", _("Part"), lambda row: row.title, kind="square", value=lambda row: row.color,
               color=_dim, stretch=True, width=140),
        Column("now", _("Now $/h"), lambda row: _figure(row, row.now), lambda row: row.now,
               align="right", width=64, descending_first=True, color=_dim,
               help=_("What runs now, per hour")),
        Column("share", _("Share"),
               lambda row: DASH if row.share is None else percent(row.share),
               lambda row: row.share, align="right", width=52, quiet=True, descending_first=True,
               hide_below=330),
        Column("sofar", _("So far"), lambda row: _figure(row, row.so_far, _("not yet")),
               lambda row: row.so_far, align="right", width=82, descending_first=True, color=_dim,
               help=_("Since the cluster was created")),
    )  # fmt: skip


class _Whole(DataTable[SplitRow]):
    """As high as its rows: it never scrolls."""

    def sizeHint(self) -> QSize:
        head = self.horizontalHeader().height()
        return QSize(300, head + self.model().rowCount() * SIZES["row-edit"])

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())


class SplitPanel(QWidget):
    """Title, table, total, and where the prices are from."""

    def __init__(self) -> None:
        super().__init__()
        self.model: RowsModel[SplitRow] = RowsModel(_columns(), key=lambda row: row.key)
        self.table = _Whole(self.model, name=_("Cost by part"), row_height=SIZES["row-edit"])
        self.table.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.total = TotalRow(self.table, name=_("Total"))
        self.problem = Label("", tone="warn", size="small", wrap=True)
        self.sources = Label("", tone="text-2", size="small", wrap=True)
        self.model.rows_shown.connect(self.table.updateGeometry)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 0, 0, 8)
        layout.setSpacing(0)
        layout.addLayout(row(Label(_("Split"), weight=600), margins=(8, 11, 0, 8)))
        layout.addWidget(self.table)
        layout.addWidget(self.total)
        layout.addSpacing(8)
        for label in (self.problem, self.sources):
            label.setContentsMargins(8, 0, 0, 0)
            layout.addWidget(label)
        layout.addStretch(1)

    def show_split(self, split: Split, *, ended: bool) -> None:
        """Show the parts; an ended cluster costs nothing now."""
        self.table.set_hidden_columns({"now"} if ended else ())
        self.model.set_rows(split.rows)
        whole = percent(100) if any(each.share is not None for each in split.rows) else DASH
        cells = {
            "now": _total(split.now, split.at_least),
            "share": whole,
            "sofar": _total(split.so_far, split.at_least_so_far, _("not yet")),
        }
        self.total.set_cells(_("Total"), cells)
        self._fit(cells)

    def _fit(self, cells: Mapping[str, str]) -> None:
        """Columns of figures as wide as their total, so that the names have what is left."""
        body = QFontMetrics(active_theme().font("body", 600)).horizontalAdvance
        head = QFontMetrics(active_theme().font("small", 500)).horizontalAdvance
        for position, each in enumerate(self.model.columns):
            text = cells.get(each.key, "")
            words = [each.text(row) for row in self.model.rows() if row.unpriced]
            widest = max(map(body, (text, *words)))
            wanted = max(widest, head(each.title) + _ARROW) + 2 * SIZES["cell-padding"] + 1
            if text and self.table.columnWidth(position) != wanted:
                self.table.horizontalHeader().resizeSection(position, wanted)

    def show_sources(self, text: str, problem: str) -> None:
        """Where prices come from, and what is not known of them."""
        self.sources.setText(text)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))


def _total(value: float | None, at_least: bool, missing: str = DASH) -> str:
    return missing if value is None else money(value, at_least=at_least)


def sources_text(sources: Sequence[PriceSource]) -> str:
    """``Pricing API of 1 Jan 2025 to 20 Jul 2026 · Spot history of 14:30``."""
    dated: dict[str, list[date]] = {}
    for source in sources:
        dated.setdefault(source.name, []).extend(filter(None, (source.as_of,)))
    return " · ".join(_dated(name, days) for name, days in dated.items())


def _dated(name: str, moments: Sequence[date]) -> str:
    """A source with the age of its oldest and its newest price."""
    words = list(dict.fromkeys(_day(each) for each in sorted(moments, key=_ordinal)))
    if not words:
        return name
    if len(words) == 1:
        return _("{name} of {when}").format(name=name, when=words[0])
    return _("{name} of {first} to {last}").format(name=name, first=words[0], last=words[-1])


def _day(when: date) -> str:
    if isinstance(when, datetime):
        return date_time(when)
    return when.strftime("%d %b %Y").lstrip("0")


def _ordinal(when: date) -> tuple[int, float]:
    exact = when.timestamp() if isinstance(when, datetime) else 0.0
    return when.toordinal(), exact
