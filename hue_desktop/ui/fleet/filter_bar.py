"""The filter line of the fleet with saved filters, each with how many clusters it would leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from hue_desktop.core.fleet_filter import FIGURES, WORDS, FleetFilter, parse_filter
from hue_desktop.core.text import _
from hue_desktop.ui.fleet.rows import FleetRow
from hue_desktop.ui.giving_way import GivingWay
from hue_desktop.ui.memory import Memory
from hue_desktop.ui.parts import Button, Choice, Label, SearchField, Segmented, row

__all__ = ["FilterBar", "SavedFilter", "kept", "saved_filters"]


_BEHIND_SAVE = 2  #: the place behind caption and "Save this filter…"
_OWN = "fleet/filters"  #: what the person saved: name, tab, text


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

    def __init__(self, memory: Memory) -> None:
        """``memory`` keeps the filters that a person saved."""
        super().__init__()
        self._memory = memory
        self._rows: tuple[FleetRow, ...] = ()
        self.field = SearchField(
            "state:waiting idle>2h @prod", hint="/", name=_("Filter the clusters")
        )
        self.field.setMinimumWidth(220)
        self.field.setMaximumWidth(440)
        self.field.setToolTip(_help())
        self.problem = Label("", tone="warn", elide=True)
        self.problem.hide()
        self._caption = Label(_("Saved filters"), tone="text-2", size="small")
        self.save = Button(_("Save this filter…"), kind="link", clicked=self._ask_name)
        self._saved: list[tuple[SavedFilter, Button]] = []
        self.view = Segmented(
            (Choice("table", _("Table"), "table"), Choice("cards", _("Cards"), "cards")),
            name=_("How clusters are shown"),
        )
        self._links = GivingWay(self._caption, self.save, None)
        for saved in (*reversed(saved_filters()), *self._own()):
            self._add(saved)
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
        """Say on each saved filter how many clusters it leaves.

        One that leaves none is away, unless it is the person's own.
        """
        self._rows = tuple(rows)
        text, own = self.field.text().strip(), self._own()
        wanted: list[QWidget] = []
        for saved, button in self._saved:
            n = len(kept(rows, parse_filter(saved.text)))
            button.setText(f"{saved.title}  {n}")
            if n or text == saved.text or saved in own:
                wanted.append(button)
        if text and not self.wanted.problem and text not in {s.text for s, _button in self._saved}:
            wanted.insert(0, self.save)
        self._links.set_wanted([self._caption, *wanted] if wanted else [])

    # -- the person's own filters ----------------------------------------------------------

    def _own(self) -> list[SavedFilter]:
        pairs = [line.partition("\t") for line in self._memory.texts(_OWN)]
        return [SavedFilter(title, text) for title, _tab, text in pairs if title and text]

    def _keep(self, filters: Sequence[SavedFilter]) -> None:
        self._memory.set_texts(_OWN, [f"{each.title}\t{each.text}" for each in filters])

    def _add(self, saved: SavedFilter) -> None:
        """A link in front of those that are there: the person's own before what comes along."""
        button = Button(saved.title, kind="link")
        button.setToolTip(saved.text)
        button.clicked.connect(lambda _on=False: self.toggle(saved.text))
        button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        button.customContextMenuRequested.connect(
            lambda where: self._pop_up(saved, button.mapToGlobal(where))
        )
        self._saved.insert(0, (saved, button))
        self._links.add(button, _BEHIND_SAVE)

    def _ask_name(self) -> None:
        """A small dialog that does not hold anything up."""
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(_("Save filter"))
        text = self.field.text().strip()
        dialog.setLabelText(_("Name of the filter “{text}”").format(text=text))
        dialog.setTextValue(text)
        dialog.textValueSelected.connect(lambda name: self.save_as(name, text))
        dialog.open()

    def save_as(self, name: str, text: str) -> None:
        """Keep a filter under a name; a filter of the person's with that name is replaced."""
        title = " ".join(name.split())
        if not title or not text:
            return
        for saved in [each for each in self._own() if each.title == title]:
            self.remove(saved)
        saved = SavedFilter(title, text)
        self._keep([*self._own(), saved])
        self._add(saved)
        self.show_counts(self._rows)

    def remove(self, saved: SavedFilter) -> None:
        """Forget one of the person's filters."""
        self._keep([each for each in self._own() if each != saved])
        for pair in [pair for pair in self._saved if pair[0] == saved]:
            self._saved.remove(pair)
            self._links.drop(pair[1])
        self.show_counts(self._rows)

    def menu_of(self, saved: SavedFilter) -> QMenu:
        """What can be done with a saved filter; nothing with those that come along."""
        menu = QMenu(self)
        if saved in self._own():
            entry = QAction(_("Remove the filter “{name}”").format(name=saved.title), menu)
            entry.triggered.connect(lambda _on=False: self.remove(saved))
            menu.addAction(entry)
        return menu

    def _pop_up(self, saved: SavedFilter, where: QPoint) -> None:
        menu = self.menu_of(saved)
        if menu.isEmpty():
            menu.deleteLater()
            return
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

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
