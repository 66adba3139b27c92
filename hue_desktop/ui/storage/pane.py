"""One pane: where it looks, the files there, and a line that sums them up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget
from shiboken6 import isValid

from hue_desktop.core.errors import HueError
from hue_desktop.core.storage import Location
from hue_desktop.core.text import _
from hue_desktop.services.storage.values import ListingState
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import IconButton, Label, Placeholder, Rule, SearchField, row
from hue_desktop.ui.storage.facts import FactReader
from hue_desktop.ui.storage.history import History
from hue_desktop.ui.storage.listing_model import ListingModel
from hue_desktop.ui.storage.name_bar import NameBar
from hue_desktop.ui.storage.path_field import PathField
from hue_desktop.ui.storage.pointing import SHORT, Pointer
from hue_desktop.ui.storage.source import StorageSource
from hue_desktop.ui.storage.table import FileTable
from hue_desktop.ui.storage.words import loading_words, uppers, what_is_here
from hue_desktop.ui.theme import icon
from hue_desktop.ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from hue_desktop.services.storage.listing import Listing

__all__ = ["Pane"]

_ROOMY = 460  #: from this width on the filter is as wide as drawn
_MANY = 100_000  #: from so many rows on, more of them are shown less often: Qt looks at each
_CALM_MS = 400
_PATIENCE_MS = 150  #: until "Reading…" is worth saying


class Pane(QWidget):
    """``came_here`` when it gets the focus, ``moved`` with each new place, ``chosen`` when another
    row is in focus or selected, ``file_opened`` with a file that was activated."""

    came_here = Signal()
    moved = Signal(object)
    chosen = Signal()
    file_opened = Signal(object)
    menu_requested = Signal(QPoint)
    dropped = Signal(object, object, bool)

    def __init__(self, ctx: UiContext, source: StorageSource, name: str) -> None:
        super().__init__()
        self._ctx = ctx
        self._storage = source
        self._history = History()
        self._unsubscribe: Callable[[], None] | None = None
        self.listing: Listing | None = None
        self._facts_wanted = False
        self._reading: list[Listing] = []  #: the one that reads, for when this pane is gone
        reading = self._reading
        self.destroyed.connect(lambda: _cancel(reading))
        self.model = ListingModel(self)
        self.table = FileTable(self.model, source.service.courtesy, name=name)
        self.place = Placeholder()
        self.path = PathField(_("Location of the {pane}").format(pane=name))
        self.filter = SearchField(_("filter"), name=_("Filter the {pane}").format(pane=name))
        self.filter.setFixedWidth(108)
        self.back = IconButton("chevron-left", _("Back"), size=22, clicked=lambda: self.step(-1))
        self.forward = IconButton(
            "chevron-right", _("Forward"), size=22, clicked=lambda: self.step(1)
        )
        self.up = IconButton("arrow-up", _("Up"), size=22, icon_size=14, clicked=self.go_up)
        self.names = NameBar()
        self.sums = Label("", tone="text-2", size="small", elide=True)
        self.facts = Label("", tone="text-2", size="small", elide=True)
        self.pointer = Pointer(ctx, self.model, self.table)
        self.reader = FactReader(ctx, source, self.model, self.table)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._calm.timeout.connect(self._follow)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_PATIENCE_MS)
        self._late.timeout.connect(self._show_state)
        self.reader.learned.connect(self._show_sums)
        self.setAccessibleName(name)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        top = row(
            self.back, self.forward, self.up, 4, self.path, self.filter,
            spacing=2, margins=(18, 5, 12, 5),
        )  # fmt: skip
        top.insertSpacing(5, 4)
        top.setStretchFactor(self.path, 1)
        bottom = QWidget()
        line = row(self.sums, self.facts, spacing=12, margins=(24, 0, 12, 0))
        line.setStretchFactor(self.sums, 1)
        bottom.setLayout(line)
        bottom.setFixedHeight(24)
        self.place.setParent(self.table.viewport())
        self.place.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(Rule("h"))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.names)
        layout.addWidget(Rule("h"))
        layout.addWidget(bottom)
        self.table.setMinimumHeight(SIZES["head"] + SIZES["row"])
        self.setFocusProxy(self.table)

    def _connect(self) -> None:
        table = self.table
        table.row_activated.connect(self._open_row)
        table.selection_changed.connect(self._selection_changed)
        table.selectionModel().currentRowChanged.connect(lambda *_rows: self.chosen.emit())
        table.menu_requested.connect(self.menu_requested)
        table.dropped.connect(self._drop)
        table.type_ahead.wanted.connect(self.pointer.find_typed)
        table.came_here.connect(self.came_here)
        table.resized.connect(self._place_state)
        self.path.entered.connect(self.open_text)
        self.path.crumb_clicked.connect(self.go_to_place)
        self.path.completion_wanted.connect(self._complete)
        self.path.places_requested.connect(self.show_places)
        self.path.left.connect(self.table.setFocus)
        self.filter.searched.connect(self._filter)
        self.names.closed.connect(self.table.setFocus)
        self.place.retry_requested.connect(self.refresh)

    # Going about

    @property
    def location(self) -> Location | None:
        """The folder that is shown."""
        return self._history.current

    def go(self, location: Location, focus: str = "") -> None:
        """Show a folder; ``focus`` is the name to point at once it is there."""
        self._keep_focus()
        self._history.visit(location.as_folder())
        self._read(focus)

    def step(self, by: int) -> None:
        """Back (-1) or forward (1)."""
        self._keep_focus()
        place = self._history.step(by)
        if place is not None:
            self._read(place[1])

    def go_up(self) -> None:
        """To the folder above, with this one in focus."""
        here = self.location
        if here is not None and here.path != "/":
            self.go(here.parent(), here.name)

    def refresh(self, focus: str = "") -> None:
        """Read again what is shown; the rows stay until the new ones are all there."""
        if self.location is None:
            return
        self._keep_focus()
        if self.model.rowCount():
            self._read_again(focus)
        else:
            self._read(focus, keep_filter=True)

    def _read_again(self, focus: str) -> None:
        location = self.location
        assert location is not None
        self._drop_listing()
        listing = self._storage.listing(location)
        self._reading.append(listing)
        if self.filter.text():
            listing.filter(self.filter.text())
        if self.model.order != ("name", False):
            listing.sort(*self.model.order)

        def look() -> None:
            if not isValid(self) or listing not in self._reading:
                return
            if self.listing is not listing and listing.state is not ListingState.LOADING:
                self._adopt(listing, focus)

        self._unsubscribe = listing.subscribe(lambda: self._ctx.tasks.poster.post(look))
        look()

    def _adopt(self, listing: Listing, focus: str) -> None:
        """Show a listing that was read beside the one that is shown."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        self.listing = listing
        self._facts_wanted = True
        self.pointer.want(focus)
        if listing.view is not None:
            self.model.swap(listing)
        else:  # it failed: rows that may be gone would be a lie
            self.model.show(listing)
        self._unsubscribe = self._listen(listing)
        self._follow()

    def open_text(self, text: str) -> None:
        """Go to what a person typed: a folder, or the folder of a file with the file in focus."""
        here = self.location
        if here is None:
            return

        def found(answer: tuple[Location, bool]) -> None:
            location, folder = answer
            self.table.setFocus()
            if folder:
                self.go(location)
            else:
                self.go(location.parent(), location.name)

        self._ctx.tasks.run(
            "storage:parse",
            lambda _token: self._storage.parse(text, here),
            owner=self,
            done=found,
            failed=self._tell_wrong,
            key="parse",
        )

    def rest(self) -> None:
        """The pane is out of sight: only the listing goes on, everything else waits."""
        self._late.stop()
        self._calm.stop()
        self.reader.stop()
        self.table.type_ahead.stop()

    def _tell_wrong(self, error: HueError) -> None:
        self.path.set_problem(str(error))
        self._ctx.navigate.notify(str(error), kind="warn")

    def _keep_focus(self) -> None:
        self._history.keep_focus(self._focused_name())

    def _focused_name(self) -> str:
        found = self.table.current_row() if self.listing is not None else None
        return found.entry.name if found is not None else ""

    def _read(self, focus: str, *, keep_filter: bool = False) -> None:
        location = self.location
        assert location is not None
        self._drop_listing()
        self.pointer.want(focus)
        self.listing = listing = self._storage.listing(location)
        self._reading.append(listing)
        self.model.show(listing)
        if keep_filter and self.filter.text():
            listing.filter(self.filter.text())
        elif self.filter.text():
            self.filter.clear()
        self._unsubscribe = self._listen(listing)
        self._show_place(location)
        self.back.setEnabled(self._history.can_go_back)
        self.forward.setEnabled(self._history.can_go_forward)
        self.up.setEnabled(location.path != "/")
        self.place.hide()
        self._late.start()
        self.facts.setText("")
        self._facts_wanted = True
        self._follow()
        self.moved.emit(location)

    def _show_place(self, location: Location) -> None:
        display = self._storage.display
        self.path.show_location(
            location, display(location), [(display(upper), upper) for upper in uppers(location)]
        )

    def clusters_changed(self) -> None:
        """Write anew where it looks: there may be clusters now that it is to be told from."""
        location = self.location
        if location is None or self.path.hasFocus():
            return
        if self.path.shown_text != self._storage.display(location):
            self._show_place(location)

    def _drop_listing(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        _cancel(self._reading)

    def _listen(self, listing: Listing) -> Callable[[], None]:
        """Follow the listing, which tells on its own thread that it has more."""

        def follow() -> None:
            if not isValid(self) or self.listing is not listing:
                return
            if self.model.rowCount() < _MANY or listing.state is not ListingState.LOADING:
                self._calm.stop()
                self._follow()
            elif not self._calm.isActive():
                self._calm.start()

        return listing.subscribe(lambda: self._ctx.tasks.poster.post(follow))

    # What is shown

    def _follow(self) -> None:
        with self._storage.service.courtesy.first():
            self.model.update_rows()
            self._show_state()
            self.pointer.look()
            self._show_sums()
        self.reader.look()
        self._read_facts()

    def _show_state(self) -> None:
        listing = self.listing
        if listing is None:
            return
        state, empty = listing.state, not self.model.rowCount()
        waiting = state is ListingState.LOADING and self._late.isActive()
        if not empty or waiting:
            self.place.hide()
            return
        if state is ListingState.LOADING:
            self.place.show_loading(loading_words(self._storage.display(listing.location)))
        elif state is ListingState.FAILED and listing.error is not None:
            self.place.show_failed(listing.error)
        elif state is ListingState.CANCELLED:
            self.place.show_failed(_("Reading was stopped."))
        elif self.filter.text():
            self.place.show_empty(
                _("No name matches"),
                _("Nothing here has “{text}” in its name.").format(text=self.filter.text()),
                _("Clear the filter"),
                self._clear_filter,
            )
        else:
            self.place.show_empty(*what_is_here(listing.location))
        self._place_state()
        self.place.show()

    def _place_state(self) -> None:
        self.place.setGeometry(self.table.viewport().rect())

    def _selection_changed(self) -> None:
        self._show_sums()
        self.chosen.emit()

    def _show_sums(self) -> None:
        if self.listing is not None:
            self.sums.setText(
                self._storage.sums(self.listing, self.table.ranges(), self.model.facts)
            )

    def _read_facts(self) -> None:
        """Ask for room and settings once the store has answered with names."""
        location, listing = self.location, self.listing
        if not self._facts_wanted or location is None or listing is None:
            return
        if not self.model.rowCount() and listing.state is not ListingState.SHOWN:
            return
        self._facts_wanted = False
        self._ctx.tasks.run(
            "storage:facts",
            lambda _token: self._storage.status(location),
            owner=self,
            done=self.facts.setText,
            failed=lambda _error: None,  # the listing itself says what is wrong
            key="facts",
        )

    def _filter(self, text: str) -> None:
        if self.listing is not None:
            self.listing.filter(text)
            self._follow()

    def _clear_filter(self) -> None:
        self.filter.clear()
        self.filter.search_now()
        self.table.setFocus()

    def _complete(self, text: str) -> None:
        here = self.location
        if here is None:
            return
        self._ctx.tasks.run(
            "storage:complete",
            lambda _token: self._storage.complete(text, here),
            owner=self,
            done=lambda names: self.path.offer(text, names),
            failed=lambda _error: None,  # no help is no harm
            key="complete",
        )

    # Acting

    @property
    def in_trash(self) -> bool:
        """Whether the pane looks into a trash, out of which files can be restored."""
        here = self.location
        return here is not None and "/.Trash/" in here.path

    def holds(self, name: str) -> bool:
        """Whether a name is taken here, as far as one page of rows tells."""
        listing = self.listing
        if listing is None or self.model.rowCount() > SHORT:
            return False
        return listing.find(name) >= 0

    def neighbour(self) -> str:
        """The name below what is selected, else the one above: in focus once that is gone."""
        ranges = self.table.ranges()
        if not ranges:
            return ""
        row = self.model.row_at(ranges[-1][1] + 1) or self.model.row_at(ranges[0][0] - 1)
        return row.entry.name if row is not None else ""

    def open_current(self) -> None:
        """Go into the folder in focus, or look at the file."""
        self._open_row(self.table.currentIndex().row())

    def _open_row(self, line: int) -> None:
        found, location = self.model.row_at(line), self.model.location_at(line)
        if found is None or location is None:
            return
        if found.entry.is_folder and found.entry.name:
            self.go(location)
        else:
            self.file_opened.emit(location)

    def _drop(self, files: object, line: int, move: bool) -> None:
        target = self.model.location_at(line) if line >= 0 else self.location
        if target is not None:
            self.dropped.emit(files, target, move)

    def show_places(self, where: QPoint) -> None:
        """The menu of places: this machine, the S3 of each connection, the HDFS of each cluster."""
        menu = QMenu(self)
        for place in self._storage.places():
            entry = QAction(icon(place.icon_key), place.title, menu)
            entry.triggered.connect(lambda _on=False, to=place.location: self.go_to_place(to))
            if place.note:
                entry.setText(f"{place.title}\t{place.note}")
            menu.addAction(entry)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

    def go_to_place(self, location: Location) -> None:
        """Go there, and let keys go to the files again."""
        self.go(location)
        self.table.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.filter.setFixedWidth(108 if self.width() > _ROOMY else 92)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.table.setFocus(Qt.FocusReason.MouseFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if key == Qt.Key.Key_Backspace or (alt and key == Qt.Key.Key_Up):
            self.go_up()
        elif alt and key == Qt.Key.Key_Left:
            self.step(-1)
        elif alt and key == Qt.Key.Key_Right:
            self.step(1)
        else:
            super().keyPressEvent(event)


def _cancel(listings: list[Listing]) -> None:
    for listing in listings:
        listing.cancel()
    listings.clear()
