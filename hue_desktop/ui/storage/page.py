"""The Storage page: two panes of anything, and an inspector that takes the place of one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout
from shiboken6 import isValid

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.storage_plans import StorageOutcome
from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import TransferOptions, TransferRequest
from hue_desktop.services.fleet import FleetChange
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.memory import memory_of
from hue_desktop.ui.page import Page
from hue_desktop.ui.storage import deeds
from hue_desktop.ui.storage.arrivals import Arrivals
from hue_desktop.ui.storage.clip import is_move, locations_in, mime_of, pack, unpack
from hue_desktop.ui.storage.inspector import Inspector
from hue_desktop.ui.storage.menu import fill_menu
from hue_desktop.ui.storage.pane import Pane
from hue_desktop.ui.storage.panel import Target
from hue_desktop.ui.storage.source import StorageSource

__all__ = ["StoragePage"]

_PANE_SMALLEST = 260


class StoragePage(Page):
    """Keys go to the pane in front; what is copied goes from it to the other one."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self.source = StorageSource(ctx.app.storage, _hdfs_of(ref))
        self.left = Pane(ctx, self.source, _("left pane"))
        self.right = Pane(ctx, self.source, _("right pane"))
        self.inspector = Inspector(ctx, self.source)
        self._arrivals = Arrivals(ctx, (self.left, self.right), self)
        self._active = self.left
        self._begun = False
        self.last_outcome: StorageOutcome | None = None  #: what Ctrl+Z takes back
        self._memory = memory_of(ctx)
        self._memory_key = f"storage/{ref.cluster_id if ref else 'places'}"
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        for part in (self.left, self.inspector, self.right):
            self.splitter.addWidget(part)
            part.setMinimumWidth(_PANE_SMALLEST)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)
        self.setFocusProxy(self.left)
        self._connect()
        self._show_active()

    @property
    def title(self) -> str:
        return _("Storage")

    def _connect(self) -> None:
        for pane in (self.left, self.right):
            pane.came_here.connect(lambda pane=pane: self._come_to(pane))
            pane.moved.connect(lambda _place, pane=pane: self._moved(pane))
            pane.chosen.connect(lambda pane=pane: self._chosen(pane))
            pane.file_opened.connect(lambda _file, pane=pane: self.inspect(pane, "preview"))
            pane.menu_requested.connect(lambda where, pane=pane: self.pop_up(pane, where))
            pane.dropped.connect(self.request_transfer)
            pane.table.tabbed.connect(self.switch_panes)
            pane.table.left_window.connect(self._explain_drag)
        self.inspector.closed.connect(self.close_inspector)
        self.inspector.folder_wanted.connect(lambda folder: self.active.go(folder))
        self.inspector.changed.connect(lambda: self.active.refresh())

    # Panes

    @property
    def active(self) -> Pane:
        """The pane that keys go to."""
        return self._active

    @property
    def other(self) -> Pane:
        """The pane that files are copied to."""
        return self.right if self._active is self.left else self.left

    def switch_panes(self) -> None:
        """Go to the other pane, or into the inspector that stands in its place."""
        if self.inspector.isHidden():
            self.other.table.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.inspector.enter()

    def _come_to(self, pane: Pane) -> None:
        if pane is not self._active:
            self._active = pane
            self.setFocusProxy(pane)
            self._show_active()

    def _show_active(self) -> None:
        for pane in (self.left, self.right):
            pane.path.set_lit(pane is self._active)

    def _moved(self, pane: Pane) -> None:
        side = "left" if pane is self.left else "right"
        if pane.location is not None:
            self._memory.set_text(f"{self._memory_key}/{side}", pack(pane.location))

    # Beginning

    def apply(self, change: FleetChange) -> None:
        """A cluster that has come up has its HDFS now; a cluster in view has changed its name."""
        self._begin()
        for pane in (self.left, self.right):
            pane.clusters_changed()

    def shown(self) -> None:
        self._begin()
        for pane in (self.left, self.right):
            pane.reader.look()
        self._arrivals.catch_up()
        if not self.inspector.isHidden():
            self.inspect(self.active)

    def select(self, what: str) -> None:
        """A location as text or packed: the pane in front goes there."""
        self._begin()
        location = unpack(what)
        if location is None:
            self.active.open_text(what)
        elif location.is_folder:
            self.active.go(location)
        else:
            self.active.go(location.parent(), location.name)

    def _begin(self) -> None:
        """Where the panes were last, or the most likely places of this page."""
        if self._begun:
            return
        self._begun = True
        first, second = self._likely()
        self.left.go(self._remembered("left") or first)
        self.right.go(self._remembered("right") or second)

    def _likely(self) -> tuple[Location, Location]:
        """For a cluster its HDFS and its connection's buckets, else this machine and buckets."""
        places = [place.location for place in self.source.places()]
        home = next((p for p in places if p.store.kind is StoreKind.LOCAL), Location(LOCAL, "/"))
        ref = self.ref
        hdfs = [p for p in places if ref and p.store.cluster_id == ref.cluster_id]
        buckets = [
            p
            for p in places
            if p.store.kind is StoreKind.S3 and (not ref or p.store.connection == ref.connection)
        ]
        return (hdfs or [home])[0], (buckets or [home])[0]

    def _remembered(self, side: str) -> Location | None:
        return unpack(self._memory.text(f"{self._memory_key}/{side}"))

    # The inspector

    def inspect(self, pane: Pane, key: str = "") -> None:
        """Look at the file in focus of ``pane``, where the other pane stands."""
        row, location = pane.table.current_row(), pane.table.current_location()
        if row is None or location is None:
            return
        other = self.right if pane is self.left else self.left
        if self.inspector.isHidden():
            sizes = self.splitter.sizes()
            room = sizes[0] + sizes[2]
            other.hide()
            self.inspector.show()
            kept = max(sizes[0] if pane is self.left else sizes[2], room // 2)
            rest = room - kept
            left = pane is self.left
            self.splitter.setSizes([kept, rest, 0] if left else [0, rest, kept])
        self.inspector.look_at(Target(location, row), key)

    def close_inspector(self) -> None:
        """Show both panes again."""
        if self.inspector.isHidden():
            return
        had_focus = self.inspector.isAncestorOf(self.focusWidget() or self)
        self.inspector.hide()
        self.inspector.forget()
        for pane in (self.left, self.right):
            pane.show()
        room = sum(self.splitter.sizes())
        self.splitter.setSizes([room // 2, 0, room - room // 2])
        if had_focus:
            self.active.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self, pane: Pane) -> None:
        if not self.inspector.isHidden() and pane.isVisible():
            self.inspect(pane)

    def flip_inspector(self) -> None:
        """Preview the file in focus, or show both panes again."""
        if self.inspector.isHidden():
            self.inspect(self.active, "preview")
        else:
            self.close_inspector()

    # Copying

    def request_transfer(
        self, files: tuple[Location, ...], target: Location, move: bool = False
    ) -> None:
        """Ask for files to be copied into a folder; the transfer sheet decides how."""
        if self.source.read_only(target.store):
            self._tell_read_only(_("nothing can be copied to {place}"), target)
            return
        if move and (locked := [each for each in files if self.source.read_only(each.store)]):
            self._tell_read_only(_("nothing can be moved away from {place}"), locked[0].parent())
            return
        sources = tuple(_as_source(location) for location in files)
        if not sources:
            return
        options = TransferOptions(move=move)
        self.ctx.navigate.review_transfer(TransferRequest(sources, target.as_folder(), options))

    def _tell_read_only(self, what: str, place: Location) -> None:
        sentence = what.format(place=self.source.display(place))
        self.ctx.navigate.notify(
            _("Read-only mode is on: {what}.").format(what=sentence), kind="warn"
        )

    def copy_to_other(self, move: bool = False) -> None:
        """Copy (or move) what is selected into the folder of the other pane."""
        target = self.other.location
        if target is not None:
            self.request_transfer(self.active.table.selected_locations(), target, move)

    def copy_files(self, move: bool = False) -> None:
        """Put what is selected on the clipboard."""
        files = self.active.table.selected_locations()
        if files:
            QGuiApplication.clipboard().setMimeData(mime_of(files, move=move))
            self.active.table.show_cut(files if move else ())

    def paste_files(self) -> None:
        """Copy what the clipboard holds into the folder of the pane in front."""
        mime, target = QGuiApplication.clipboard().mimeData(), self.active.location
        files = locations_in(mime) if mime is not None else ()
        if target is None:
            return
        if not files or mime is None:
            self.ctx.navigate.notify(_("There are no files on the clipboard."), kind="warn")
            return
        self.request_transfer(files, target, is_move(mime))

    def _explain_drag(self) -> None:
        self.ctx.navigate.notify(
            _(
                "Other programs cannot fetch files of a store. Drag them into a pane of this"
                " machine, or use “Copy to this machine…”."
            ),
            kind="warn",
        )

    # Menus and keys

    def pop_up(self, pane: Pane, where: QPoint) -> None:
        """The menu of what is selected."""
        self._come_to(pane)
        menu = QMenu(self)
        fill_menu(menu, self, pane)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

    def focus_filter(self) -> bool:
        self.active.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def refresh(self) -> None:
        for pane in (self.left, self.right):
            pane.refresh()
        if not self.inspector.isHidden():
            self.inspector.refresh()

    def hidden(self) -> None:
        for pane in (self.left, self.right):
            pane.rest()
        if isValid(self.inspector):
            self.inspector.forget()

    def keys(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Tab", _("To the other pane, or into the inspector")),
            ("Esc", _("Close the inspector")),
            ("Enter", _("Open the folder or preview the file")),
            ("Backspace", _("To the folder above")),
            ("Alt+← / →", _("Back, forward")),
            ("Ctrl+L", _("Type a location")),
            ("Space", _("Preview")),
            ("Alt+Enter", _("Properties")),
            ("F6", _("Copy to the other pane; with Shift move")),
            ("F2", _("Rename")),
            ("F7", _("New folder")),
            ("Del", _("Delete; with Shift for good")),
            ("Ctrl+C / X / V", _("Copy, cut and paste files")),
            ("Ctrl+A", _("Select everything")),
            ("Ctrl+Z", _("Undo the last change of files")),
            (_("letters"), _("Find a name")),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        deed = deeds.of_key(event)
        if deed is None:
            super().keyPressEvent(event)
            return
        deeds.do(deed, self, self.active)


def _hdfs_of(ref: ClusterRef | None) -> StoreId | None:
    if ref is None:
        return None
    return StoreId(StoreKind.HDFS, ref.connection, ref.region, ref.cluster_id)


def _as_source(location: Location) -> Location:
    """A folder by its name, so that it lands below the target as a folder of its own."""
    if not location.is_folder or location.path == "/":
        return location
    return Location(location.store, location.path[:-1])
