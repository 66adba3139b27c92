"""The filter line of the fleet with saved filters, each with how many clusters it would leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hue_desktop.core.fleet_filter import FIGURES, WORDS, FleetFilter, parse_filter
from hue_desktop.core.text import _
from hue_desktop.ui.fleet.rows import FleetRow
from hue_desktop.ui.giving_way import GivingWay
from hue_desktop.ui.parts import Button, Choice, Label, SearchField, Segmented, row

__all__ = ["FilterBar", "SavedFilter", "kept", "saved_filters"]


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter under a name."""

    title: str
    text: str


def saved_filters() -> tuple[SavedFilter, ...]:
    """What people who pay for clusters ask for again and again."""
    return (
        SavedFilter(_("Idle > 2 h"), "idle>2h"),
        SavedFilter(_("Needs attention"), "is:attention"),
        SavedFilter(_("Spot > 50 %"), "spot>50%"),
        SavedFilter(_("Ended"), "state:terminated"),
    )


def kept(rows: Sequence[FleetRow], wanted: FleetFilter) -> tuple[FleetRow, ...]:
    """The rows that a filter leaves; ended clusters only when it asks for them."""
    return tuple(row for row in rows if (row.active or wanted.ended) and wanted.matches(row.facts))


class FilterBar(QWidget):
    """``filter_changed`` comes with the parsed filter, ``view_chosen`` with table or cards."""

    filter_changed = Signal(object)
    view_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.field = SearchField(
            "state:waiting idle>2h @prod", hint="/", name=_("Filter the clusters")
        )
        self.field.setMinimumWidth(220)
        self.field.setMaximumWidth(440)
        self.field.setToolTip(_help())
        self.problem = Label("", tone="warn", elide=True)
        self.problem.hide()
        self._caption = Label(_("Saved filters"), tone="text-2", size="small")
        self._saved = [(saved, Button(saved.title, kind="link")) for saved in saved_filters()]
        self.view = Segmented(
            (Choice("table", _("Table"), "table"), Choice("cards", _("Cards"), "cards")),
            name=_("How clusters are shown"),
        )
        for saved, button in self._saved:
            button.clicked.connect(lambda _on=False, text=saved.text: self.toggle(text))
        buttons = [button for _saved, button in self._saved]
        self._links = GivingWay(self._caption, *buttons, None)
        layout = row(self.field, self.problem, self._links, self.view, spacing=16)
        layout.setStretchFactor(self.field, 3)
        layout.setStretchFactor(self._links, 4)
        self.setLayout(layout)
        self.field.searched.connect(self._announce)
        self.view.chosen.connect(self.view_chosen)

    @property
    def wanted(self) -> FleetFilter:
        """The filter as it stands."""
        return parse_filter(self.field.text())

    def set_text(self, text: str) -> None:
        """Filter by this text now."""
        self.field.setText(text)
        self.field.search_now()

    def toggle(self, text: str) -> None:
        """Filter by a saved filter, or by nothing when it is the one in use."""
        self.set_text("" if self.field.text().strip() == text else text)

    def show_counts(self, rows: Sequence[FleetRow]) -> None:
        """Say on each saved filter how many clusters it leaves; one that leaves none is away."""
        wanted = []
        for saved, button in self._saved:
            n = len(kept(rows, parse_filter(saved.text)))
            button.setText(f"{saved.title}  {n}")
            if n or self.field.text().strip() == saved.text:
                wanted.append(button)
        self._links.set_wanted([self._caption, *wanted] if wanted else [])

    def _announce(self, _text: str) -> None:
        wanted = self.wanted
        self.problem.setText(wanted.problem)
        self.problem.setVisible(bool(wanted.problem))
        self.field.setAccessibleDescription(wanted.problem)
        self.filter_changed.emit(wanted)


def _help() -> str:
    figures = ", ".join(f"{figure}>" for figure in FIGURES)
    words = ", ".join(f"{word}:" for word in WORDS)
    lines = (
        _("Words look in name, id and tags; @word in connection and region."),
        _("Words of a kind: {words}").format(words=words),
        _("Figures: {figures}  for example idle>2h, cost>5, spot>50%").format(figures=figures),
        _("A minus before a term turns it round: -state:running"),
    )
    return "\n".join(lines)
