"""Instance types to choose from: ranked, searchable, with price lines that come when seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QSizePolicy, QWidget

from hue_desktop.core.candidates.ranking import of_similar_size
from hue_desktop.core.candidates.values import Candidate, CandidateList, Need, RankBy, SpotLine
from hue_desktop.core.format import count
from hue_desktop.core.instances import Market
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Choice, FourStates, Label, SearchField, Segmented, column, row
from hue_desktop.ui.scaling.candidate_cells import CandidateDelegate
from hue_desktop.ui.scaling.candidate_columns import candidate_columns
from hue_desktop.ui.scaling.words import source_line
from hue_desktop.ui.tables import DataTable, RowsModel

__all__ = ["CandidateTable"]

_ROW = 40
_PADDING = 6
_AHEAD = 14  #: rows whose lines are asked for at once, seen or about to be
_SEEN_MS = 120  #: rows that are scrolled past quickly are not asked for

Units = Callable[[Candidate], int | None]
Rank = Callable[[Sequence[Candidate], RankBy], Sequence[Candidate]]


class _Table(DataTable[Candidate]):
    """Also tells a click or the space bar on a row, for tables where several are picked."""

    row_toggled = Signal(object)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() is Qt.MouseButton.LeftButton and index.column() == 0:
            self._toggle(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._toggle(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _toggle(self, index: QModelIndex) -> None:
        found = self.current_row() if index.isValid() else None
        if found is not None:
            self.row_toggled.emit(found)


class CandidateTable(QWidget):
    """Candidates with their figures; ``chosen`` tells that another one was picked.

    One is picked by selecting its row, or, with ``units``, several by their boxes (``units`` gives
    the units of a fleet that a node of a type counts). ``lines_wanted`` names the rows in sight
    whose price line is not known; ``add_lines`` brings them.
    """

    chosen = Signal()
    lines_wanted = Signal(object)

    def __init__(self, title: str, *, units: Units | None = None) -> None:
        super().__init__()
        self._many = units is not None
        self._listed: CandidateList | None = None
        self._rows: tuple[Candidate, ...] = ()
        self._asked: set[str] = set()  #: whose lines were asked for
        self._awaited: set[str] = set()  #: and have not come
        self._ticked: frozenset[str] = frozenset()
        self._ticked_first = False
        self._rank: Rank = lambda rows, _by: rows
        self.title = Label(title, weight=600)
        self.rank = Segmented(
            (
                Choice(RankBy.PRICE_AND_RISK.value, _("price and risk")),
                Choice(RankBy.PER_GIB.value, _("$ per GiB")),
                Choice(RankBy.PER_VCPU.value, _("$ per vCPU")),
            ),
            name=_("Rank by"),
        )
        self.search = SearchField(_("r5, 2xlarge, arm64…"), name=_("Find a type"))
        self.search.setMinimumWidth(96)
        self.search.setMaximumWidth(180)
        self.all_sizes = QCheckBox(_("All sizes"))
        self.all_sizes.setAccessibleName(_("All sizes"))
        self.all_sizes.setToolTip(_("Also types with less than half or more than twice the vCPU"))
        self.model: RowsModel[Candidate] = RowsModel(
            candidate_columns(self._is_picked, units), lambda one: one.name
        )
        self.table = _Table(self.model, name=_("Instance types"), row_height=_ROW, padding=_PADDING)
        self.table.setMinimumHeight(28 + 4 * _ROW)
        self._delegate = CandidateDelegate(
            self.model, _PADDING, is_picked=self._is_picked, awaited=self._awaited, many=self._many
        )
        self.table.setItemDelegate(self._delegate)
        self.states = FourStates(self.table)
        self._shown = Label(tone="text-2", size="small")
        self.foot = Label(tone="text-2", size="small", wrap=True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._ranking = row(None, Label(_("Rank by"), tone="text-2"), self.rank, spacing=12)
        self._titles = row(self.title, None, spacing=12)
        self._head = row(self._titles, self._ranking, spacing=8)
        self._finding = QWidget()
        finding = row(self.search, self.all_sizes, None, self._shown, spacing=12)
        finding.setContentsMargins(0, 8, 0, 0)
        self._finding.setLayout(finding)
        body = column(self._head, 8, self.states, self._finding, 6, self.foot)
        body.setStretchFactor(self.states, 1)
        self.setLayout(body)
        # As wide as there is room: the head must not make the whole sheet wider than it is.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _connect(self) -> None:
        self.rank.chosen.connect(lambda _key: self._order())
        self.search.searched.connect(lambda _text: self._filter())
        self.all_sizes.toggled.connect(lambda _on: self._filter())
        self.table.selection_changed.connect(lambda _rows: self._selected())
        self.table.row_toggled.connect(self._toggled)
        self._seen = QTimer(self)
        self._seen.setSingleShot(True)
        self._seen.setInterval(_SEEN_MS)
        self._seen.timeout.connect(self._ask_for_lines)
        self.table.verticalScrollBar().valueChanged.connect(lambda _value: self._seen.start())
        self.model.rows_shown.connect(self._seen.start)

    # What is picked

    @property
    def current(self) -> Candidate | None:
        """The selected row."""
        selected = self.table.selected_rows()
        return selected[0] if selected else None

    @property
    def ticked(self) -> frozenset[str]:
        """The names of the types whose boxes are filled."""
        return self._ticked

    def tick(self, names: frozenset[str] | set[str]) -> None:
        """Fill these boxes and no others, without announcing it."""
        self._ticked = frozenset(names)
        self.table.viewport().update()

    def show_ticked_first(self) -> None:
        """Put what is ticked above the rest, now and whenever rows are ranked anew."""
        self._ticked_first = True
        self._order()
        self._filter()
        self.table.scrollToTop()

    def refresh_units(self) -> None:
        """Units have changed: they are read when a row is painted."""
        self.table.viewport().update()

    def _is_picked(self, one: Candidate) -> bool:
        if self._many:
            return one.name in self._ticked
        current = self.current
        return current is not None and current.name == one.name

    def _toggled(self, one: Candidate) -> None:
        if self._many:
            self._ticked = self._ticked ^ {one.name}
            self.table.viewport().update()
            self.chosen.emit()

    def _selected(self) -> None:
        self.table.viewport().update()
        if not self._many:
            self.chosen.emit()

    # What is shown

    def show_candidates(
        self, listed: CandidateList, rank: Rank, *, own_word: str = "", until: float = 0.0
    ) -> None:
        """Show these; what is selected stays, at first it is the type that the cluster has.

        ``rank`` orders them; ``until`` is the region's time (epoch seconds), the right end of the
        price lines. Rows keep the lines that they have.
        """
        current = self.current
        lines = {one.name: one.spot_line for one in self._rows if one.spot_line}
        self._listed, self._rank = listed, rank
        self._rows = tuple(
            one if one.spot_line else replace(one, spot_line=lines.get(one.name, ()))
            for one in listed.candidates
        )
        self._asked = set(lines)
        self._awaited.clear()
        self._delegate.own_word = own_word
        self._delegate.until = until
        self._hide_columns()
        if not self._rows:
            self.states.show_empty(
                _("No type can be added"), _("The release supports none here that has a price.")
            )
            return
        self.states.show_content()
        self.all_sizes.setVisible(len(self._similar()) < len(self._rows))
        self.foot.setText(source_line(listed))
        self._order()
        self._filter()
        self.table.select_key(current.name if current is not None else self._first_choice())

    def add_lines(self, names: Iterable[str], lines: Mapping[str, SpotLine]) -> None:
        """What came for ``names``: rows get their price lines, the others a dash."""
        self._awaited.difference_update(names)
        self._rows = tuple(
            replace(one, spot_line=lines[one.name]) if lines.get(one.name) else one
            for one in self._rows
        )
        self._delegate.until = max(
            [self._delegate.until, *(line[-1][0] for line in lines.values() if line)]
        )
        self._order()

    def select(self, name: str) -> bool:
        """Select a type, showing all sizes where it is of another one; whether it is there."""
        if self.table.select_key(name):
            return True
        self.all_sizes.setChecked(True)
        return self.table.select_key(name)

    def named(self, name: str) -> Candidate | None:
        """The row of a type, whether it is shown or not."""
        return next((one for one in self._rows if one.name == name), None)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All of them, with the lines that have come."""
        return self._rows

    def _hide_columns(self) -> None:
        spot = self._listed is not None and self._listed.market is Market.SPOT
        self.table.set_hidden_columns(() if spot else ("line", "lost", "pools"))

    def _first_choice(self) -> str:
        """What the cluster has already, else the best of all."""
        rows = self.model.rows()
        return next((one.name for one in rows if one.own), rows[0].name if rows else "")

    def _order(self) -> None:
        by = RankBy(self.rank.current)
        rows = list(self._rank(self._rows, by))
        if self._ticked_first:
            rows.sort(key=lambda one: one.name not in self._ticked)
        else:
            rows.sort(key=lambda one: not one.own)  # what others are compared with
        self.model.sort_by("")
        self.model.set_rows(rows)

    def _similar(self) -> frozenset[str]:
        """Types of a size like that of the type the cluster has, and what is picked."""
        need = self._listed.need if self._listed is not None else Need()
        return frozenset(one.name for one in of_similar_size(self._rows, need.model)) | self._ticked

    def _filter(self) -> None:
        words = self.search.text().strip().lower().split()
        every_size = self.all_sizes.isChecked()
        alike = frozenset() if every_size else self._similar()

        def accept(one: Candidate) -> bool:
            text = f"{one.name} {one.type.arch}"
            return (every_size or one.name in alike) and all(word in text for word in words)

        self.model.set_filter(accept)
        shown, every = len(self.model.rows()), len(self._rows)
        text = _("{n} of {m} types") if shown < every else _("{m} types")
        self._shown.setText(text.format(n=count(shown), m=count(every)))
        if not self._many:
            self.table.scrollTo(self.table.currentIndex())

    @property
    def lines_complete(self) -> bool:
        """Whether no row in sight waits for its price line."""
        return not self._seen.isActive() and not self._awaited and not self._lacking()

    def _lacking(self) -> tuple[str, ...]:
        """The rows in sight, and a few below, whose price line was not asked for yet."""
        if self._listed is None or self._listed.market is not Market.SPOT:
            return ()
        first = max(self.table.rowAt(0), 0)
        last = first + max(self.table.viewport().height() // _ROW + 2, _AHEAD)
        rows = self.model.rows()[first : last + 1]
        return tuple(
            one.name
            for one in rows
            if not one.spot_line and one.spot_now is not None and one.name not in self._asked
        )

    def _ask_for_lines(self) -> None:
        names = self._lacking()
        if names and self.isVisible():
            self._asked.update(names)
            self._awaited.update(names)
            self.lines_wanted.emit(names)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two lines of controls where one does not fit; the selected type stays in sight."""
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        wide = self._titles.minimumSize().width() + 16 + self._ranking.minimumSize().width()
        narrow = self.width() < wide
        self._head.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        if not self._many:
            self.table.scrollTo(self.table.currentIndex())
        self._seen.start()
