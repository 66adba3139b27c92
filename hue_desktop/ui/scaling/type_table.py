"""Instance types to choose from, ranked by what a vCPU or a GiB of memory costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QSizePolicy, QWidget

from hue_desktop.core.format import DASH, count, date_time, decimal, money, node_rate
from hue_desktop.core.instances import Market
from hue_desktop.core.pricing import Interruption
from hue_desktop.core.text import _
from hue_desktop.services.launch import PricedType
from hue_desktop.services.scaling import of_similar_size, per_100_gib, suggested
from hue_desktop.ui.parts import (
    Choice,
    FourStates,
    Label,
    SearchField,
    Segmented,
    column,
    row,
)
from hue_desktop.ui.tables import Column, DataTable, RowsModel

__all__ = ["TypeTable", "lost_text", "per_100_vcpu"]

_OFTEN = 0.15  #: a share of nodes lost in a month that stands out


def _price(one: PricedType, market: Market) -> float | None:
    return one.spot_usd_hour if market is Market.SPOT else one.on_demand_usd_hour


def per_100_vcpu(one: PricedType, market: Market) -> float | None:
    """EC2 and EMR fee for 100 vCPU, USD per hour."""
    price = _price(one, market)
    return 100 * price / one.type.vcpu if price is not None and one.type.vcpu else None


class TypeTable(QWidget):
    """A searchable, ranked list; ``chosen`` tells the type that is selected."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._market = Market.SPOT
        self._types: tuple[PricedType, ...] = ()
        self._model = ""
        self._model_word = ""
        self._suggested = ""
        self.rank = Segmented(
            (
                Choice("both", _("price")),
                Choice("gib", _("$ per GiB")),
                Choice("vcpu", _("$ per vCPU")),
            ),
            name=_("Rank by"),
        )
        self.search = SearchField(_("r5, 2xlarge, arm64…"), name=_("Find a type"))
        self.search.setMinimumWidth(84)
        self.search.setMaximumWidth(200)
        self.all_sizes = QCheckBox(_("All sizes"))
        self.all_sizes.setAccessibleName(_("All sizes"))
        self.all_sizes.setToolTip(_("Also types with less than half or more than twice the vCPU"))
        self.model: RowsModel[PricedType] = RowsModel(self._columns(), lambda one: one.name)
        self.table = DataTable(self.model, name=_("Instance types"), row_height=36)
        self.table.setMinimumHeight(220)
        self.states = FourStates(self.table)
        self.foot = Label(tone="text-2", size="small", wrap=True)
        self._finding = row(
            Label(_("Type"), weight=600), self.search, self.all_sizes, None, spacing=12
        )
        self._ranking = row(None, Label(_("Rank by"), tone="text-2"), self.rank, spacing=12)
        self._head = row(self._finding, self._ranking, spacing=8)
        self.setLayout(column(self._head, 8, self.states, 6, self.foot))
        # As wide as there is room: the head must not make the whole sheet wider than it is.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.rank.chosen.connect(lambda _key: self._order())
        self.search.searched.connect(lambda _text: self._filter())
        self.all_sizes.toggled.connect(lambda _on: self._filter())
        self.table.selection_changed.connect(self._selected)

    def _columns(self) -> tuple[Column[PricedType], ...]:
        def figure(
            key: str,
            title: str,
            text: Callable[[PricedType], str],
            sort: Callable[[PricedType], float | None],
            width: int,
            *,
            quiet: bool = False,
            weight: int = 400,
            hide_below: int = 0,
            color: Callable[[PricedType], str] | None = None,
            help: str = "",
        ) -> Column[PricedType]:
            return Column(
                key,
                title,
                text,
                sort=sort,
                align="right",
                width=width,
                quiet=quiet,
                weight=weight,
                hide_below=hide_below,
                color=color,
                help=help,
            )

        return (
            Column(
                "type",
                _("Type"),
                lambda one: one.name,
                sort=lambda one: one.name,
                width=176,
                kind="badge",
                tooltip=_tooltip,
                value=self._badge,
                bar_color=lambda _one: "sunken",
                weight=500,
                stretch=True,
            ),
            figure(
                "vcpu", _("vCPU"), lambda one: count(one.type.vcpu), lambda one: one.type.vcpu, 60
            ),
            figure(
                "memory",
                _("Memory"),
                lambda one: f"{decimal(one.type.memory_gib, 0)} GiB",
                lambda one: one.type.memory_gib,
                72,
                hide_below=440,
            ),
            figure(
                "on_demand",
                _("On-demand"),
                lambda one: node_rate(one.price.on_demand_usd_hour),
                lambda one: one.price.on_demand_usd_hour,
                88,
                quiet=True,
                hide_below=520,
            ),
            figure(
                "spot",
                _("Spot now"),
                lambda one: node_rate(one.spot_now),
                lambda one: one.spot_now,
                76,
            ),
            figure(
                "lost",
                _("Lost / month"),
                lambda one: lost_text(one.interruption),
                lambda one: one.interruption.low if one.interruption else None,
                92,
                hide_below=600,
                color=_lost_color,
                help=_("How many Spot nodes of the type EC2 takes back in a month"),
            ),
            figure(
                "vcpus",
                _("per 100 vCPU"),
                lambda one: _money(per_100_vcpu(one, self._market)),
                lambda one: per_100_vcpu(one, self._market),
                100,
                hide_below=820,
            ),
            figure(
                "gib",
                _("per 100 GiB"),
                lambda one: _money(per_100_gib(one, self._market)),
                lambda one: per_100_gib(one, self._market),
                88,
                weight=600,
            ),
        )

    def _badge(self, one: PricedType) -> str:
        if one.name == self._model:
            return self._model_word
        if one.name == self._suggested:
            return _("suggested")
        return "" if one.type.arch == "x86_64" else one.type.arch

    @property
    def current(self) -> PricedType | None:
        """The selected type."""
        selected = self.table.selected_rows()
        return selected[0] if selected else None

    def show_types(
        self,
        types: Sequence[PricedType],
        market: Market,
        model: str = "",
        model_word: str = "",
    ) -> None:
        """Show these, in the order given as the first ranking; the selection stays.

        ``model`` is the type that the cluster has already and that stands selected at first, marked
        with ``model_word``; other sizes are shown when they are asked for.
        """
        current = self.current
        self._types, self._market = tuple(types), market
        self._model, self._model_word = model, model_word
        better = suggested(self._types, model, market)
        self._suggested = better.name if better is not None else ""
        self.all_sizes.setVisible(len(of_similar_size(self._types, model)) < len(self._types))
        if not types:
            self.states.show_empty(
                _("No type can be added"), _("The release supports none here that has a price.")
            )
            return
        self.states.show_content()
        self.model.set_rows(self._types)
        self._order()
        self._filter()
        self.foot.setText(_caption(market, types))
        self.table.select_key(current.name if current is not None else self._first_choice())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two lines of controls where one does not fit; the selected type stays in sight."""
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        wide = self._finding.minimumSize().width() + 8 + self._ranking.minimumSize().width()
        narrow = self.width() < wide
        self._head.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self.table.scrollTo(self.table.currentIndex())

    def _first_choice(self) -> str:
        """What the cluster has already, else the best of all."""
        names = [one.name for one in self.model.rows()]
        return self._model if self._model in names else names[0]

    def _order(self) -> None:
        key = {"both": "", "gib": "gib", "vcpu": "vcpus"}[self.rank.current]
        self.model.sort_by(key)

    def _filter(self) -> None:
        wanted = self.search.text().strip().lower()
        types = self._types
        if not self.all_sizes.isChecked():
            types = of_similar_size(types, self._model)
        alike = frozenset(one.name for one in types)
        self.model.set_filter(
            lambda one: one.name in alike and (wanted in one.name or wanted in one.type.arch)
        )
        self.table.scrollTo(self.table.currentIndex())

    def _selected(self, _rows: object) -> None:
        self.chosen.emit(self.current)


def _money(value: float | None) -> str:
    return DASH if value is None else money(value)


def _caption(market: Market, types: Sequence[PricedType]) -> str:
    what = _("Spot now") if market is Market.SPOT else _("on-demand price")
    parts = [_("The last columns are $/h of {what} and EMR fee, without EBS.").format(what=what)]
    dated = [one.price.source for one in types if one.price.source.as_of is not None]
    if dated:
        text = _("List prices: {source}, {date:%d %b %Y}.")
        parts.append(text.format(source=dated[0].name, date=dated[0].as_of))
    times = [one.spot_at for one in types if one.spot_at is not None]
    if times:
        text = _("Spot now: lowest AZ, {time}.")
        parts.append(text.format(time=date_time(max(times))))
    advised = [one.interruption.source for one in types if one.interruption is not None]
    if advised:
        text = _("Lost / month: {source}, {date:%B %Y}.")
        parts.append(text.format(source=advised[0].name, date=advised[0].as_of))
    return " ".join(parts)


def lost_text(interruption: Interruption | None) -> str:
    """``< 5 %``, ``10 – 15 %``, ``> 20 %``."""
    if interruption is None:
        return DASH
    low, high = round(100 * interruption.low), interruption.high
    if high is None:
        return _("> {low}\N{NO-BREAK SPACE}%").format(low=low)
    if not low:
        return _("< {high}\N{NO-BREAK SPACE}%").format(high=round(100 * high))
    return _("{low} – {high}\N{NO-BREAK SPACE}%").format(low=low, high=round(100 * high))


def _tooltip(one: PricedType) -> str:
    """What a narrow table has no column for."""
    text = _("{type}: {gib} GiB, on-demand {price}/h, lost in a month {lost}")
    return text.format(
        type=one.name,
        gib=decimal(one.type.memory_gib, 0),
        price=node_rate(one.price.on_demand_usd_hour),
        lost=lost_text(one.interruption),
    )


def _lost_color(one: PricedType) -> str:
    often = one.interruption is not None and one.interruption.low >= _OFTEN
    return "warn" if often else ""
