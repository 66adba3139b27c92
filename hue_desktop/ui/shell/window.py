"""The main window: places the shell's parts and routes between them, nothing more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import HueError
from hue_desktop.core.text import _
from hue_desktop.services.fleet import ConnectionStatus, FleetChange
from hue_desktop.ui.actions import ActionContext
from hue_desktop.ui.alert_counts import AlertCounts
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import PageKind, PanelKind
from hue_desktop.ui.parts import Rule, column, row
from hue_desktop.ui.shell.catalog import Catalog
from hue_desktop.ui.shell.catalog_lines import CatalogLine
from hue_desktop.ui.shell.dock import Dock
from hue_desktop.ui.shell.feed import FleetFeed
from hue_desktop.ui.shell.lower_sheets import LowerSheets
from hue_desktop.ui.shell.palette import Palette
from hue_desktop.ui.shell.palette_entries import palette_entries
from hue_desktop.ui.shell.problem_strip import ProblemStrip
from hue_desktop.ui.shell.rail import Rail
from hue_desktop.ui.shell.session import Session
from hue_desktop.ui.shell.status_bar import StatusBar, price_age
from hue_desktop.ui.shell.tab_faces import tab_face
from hue_desktop.ui.shell.tab_strip import PageBar, TabStrip
from hue_desktop.ui.shell.top_edge import TopEdge
from hue_desktop.ui.shell.workspace import Tab, Workspace, tab_key

__all__ = ["MainWindow"]

_SAVE_DELAY_MS = 600
_SMALLEST = (880, 560)
_LOWER_PLACES = ("connections", "settings")


class MainWindow(QMainWindow):
    """One window over one application. ``closing`` comes before it goes."""

    closing = Signal()

    def __init__(self, ctx: UiContext, feed: FleetFeed, session: Session) -> None:
        super().__init__()
        self.ctx = ctx
        self.feed = feed
        self._session = session
        self._kinds: dict[str, PageKind] = {}
        self._connection = ""
        self._shortcuts: list[QShortcut] = []
        self._alerts: AlertCounts | None = None
        self.edge = TopEdge()
        self.rail = Rail()
        self.catalog = Catalog()
        self.tabs = TabStrip()
        self.page_bar = PageBar()
        self.problems = ProblemStrip(ctx)
        self.workspace = Workspace(self._kinds)
        self.workspace.bind(ctx, lambda: feed.snapshot)
        self.lower_sheets = LowerSheets(ctx)
        self.dock = Dock()
        self.status_bar = StatusBar()
        self.palette_box = Palette(self, lambda text: palette_entries(self, text))
        self._lay_out()
        self._connect()
        self._later_save = self._timer(_SAVE_DELAY_MS, self._save, single=True)
        self._second = self._timer(1000, self._show_status)
        ctx.actions.bind(ctx, self.action_context)
        if not session.restore_geometry(self):
            self.resize(1440, 900)

    def _lay_out(self) -> None:
        self.setWindowTitle("Hue Desktop")
        self.setMinimumSize(*_SMALLEST)
        self.page_bar.hide()
        work = column(
            self.tabs, self.page_bar, self.problems, self.workspace, self.lower_sheets, self.dock
        )
        work.setStretchFactor(self.workspace, 1)
        middle = row(self.rail, Rule("v"), self.catalog, Rule("v"), work, spacing=0)
        middle.setStretchFactor(work, 1)
        root = column(self.edge, middle, Rule(), self.status_bar)
        root.setStretchFactor(middle, 1)
        holder = QWidget()
        holder.setLayout(root)
        self.setCentralWidget(holder)
        self.palette_box.raise_()

    def _connect(self) -> None:
        self.rail.chosen.connect(lambda key: self.open_tab(None, key))
        self.catalog.opened.connect(lambda ref: self.open_tab(ref, ""))
        self.catalog.menu_requested.connect(self._catalog_menu)
        self.tabs.chosen.connect(self._show_tab)
        self.tabs.closed.connect(self.close_tab)
        self.tabs.moved.connect(lambda: self._later_save.start())
        self.tabs.go_requested.connect(self.open_palette)
        self.page_bar.chosen.connect(self._show_page)
        self.workspace.page_changed.connect(self._front_changed)
        self.dock.folded_changed.connect(lambda _folded: self._later_save.start())
        self.status_bar.lock_toggled.connect(self.toggle_read_only)
        self.feed.changed.connect(self._apply)
        self.ctx.actions.changed.connect(self._bind_shortcuts)
        self.ctx.tasks.failed.connect(self._tell_error)
        self.ctx.tasks.crashed.connect(self._tell_bug)

    def _timer(self, interval_ms: int, slot: object, *, single: bool = False) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.setSingleShot(single)
        timer.timeout.connect(slot)
        return timer

    # What can be shown

    def add_page_kind(self, *kinds: PageKind) -> None:
        """Pages that tabs can show; those of no cluster get an icon in the rail."""
        for kind in kinds:
            self._kinds[kind.key] = kind
        places = [kind for kind in kinds if not kind.for_cluster]
        self.rail.set_places(
            [kind for kind in places if kind.key not in _LOWER_PLACES],
            [kind for kind in places if kind.key in _LOWER_PLACES],
        )
        self.page_bar.set_kinds(self.cluster_pages())

    def add_panels(self, kinds: Sequence[PanelKind]) -> None:
        """Panels of the dock."""
        self.dock.set_panels(list(kinds), lambda kind: kind.factory(self.ctx))

    def cluster_pages(self) -> tuple[PageKind, ...]:
        """The pages that a cluster has, in order."""
        return tuple(kind for kind in self._kinds.values() if kind.for_cluster)

    def places(self) -> tuple[PageKind, ...]:
        """The pages that belong to no cluster."""
        return tuple(kind for kind in self._kinds.values() if not kind.for_cluster)

    # Opening, showing, closing

    def open_tab(
        self, ref: ClusterRef | None, page: str = "", *, select: str = "", place: str = ""
    ) -> None:
        """Show a cluster (on the page it was left on, unless one is named) or a place."""
        known = self.workspace.tab(tab_key(ref, page, place))
        if not page:
            page = known.page if known else "overview"
        if page not in self._kinds:
            return
        tab = self.workspace.open(ref, page, place=place)
        if place:
            tab.start = select
        self._put_face(tab)
        self.workspace.show_tab(tab.key, page)
        self.tabs.show_tab(tab.key)
        if select and self.workspace.page is not None:
            self.workspace.page.select(select)

    def close_tab(self, key: str = "") -> None:
        """Close a tab (the one in front); without any, Fleet is shown."""
        wanted = key or self.tabs.current
        if not self.workspace.close(wanted):
            return
        self.tabs.drop(wanted)
        self.lower_sheets.drop(wanted)
        if not self.workspace.tabs():
            self.open_tab(None, "fleet")
        elif self.workspace.current is None:
            self._show_tab(self.tabs.current)
        self._later_save.start()

    def restore_tabs(self, start_page: str) -> None:
        """Open what was open at the last end; ``start_page`` is ``fleet`` or ``last``."""
        saved, current = self._session.tabs()
        self.catalog.set_folds(self._session.list("folded"), self._session.list("ended"))
        for item in saved:
            if item.page in self._kinds:
                tab = self.workspace.open(item.ref, item.page, item.name, item.place)
                tab.start = item.start
                self._put_face(tab)
        if start_page == "last" and self.workspace.tab(current) is not None:
            self._show_tab(current)
        else:
            self.open_tab(None, "fleet")

    def go_up(self) -> None:
        """From a sheet to its page, from a page to the cluster's first one, from there to Fleet."""
        if self.workspace.close_sheet():
            return
        tab = self.workspace.current
        if tab is None or tab.ref is None:
            self.open_tab(None, "fleet")
            return
        first = self.cluster_pages()[0].key
        if tab.page != first:
            self._show_page(first)
        else:
            self.open_tab(None, "fleet")

    def _show_tab(self, key: str) -> None:
        if self.workspace.tab(key) is not None:
            self.workspace.show_tab(key)
            self.tabs.show_tab(key)

    def _show_page(self, page: str) -> None:
        tab = self.workspace.current
        if tab is not None and tab.ref is not None:
            self.workspace.show_tab(tab.key, page)

    def _front_changed(self) -> None:
        tab = self.workspace.current
        if tab is None:
            return
        self.rail.set_current(_place_of(tab))
        self.lower_sheets.show_for(tab.key)
        self.catalog.set_current(tab.ref)
        self.ctx.app.fleet.set_focus(tab.ref)
        if tab.ref is not None:
            self._connection = tab.ref.connection
        self.page_bar.setVisible(tab.ref is not None)
        self._show_cluster_facts(tab)
        self._show_status()
        self._later_save.start()

    # What is shown

    def _apply(self, change: FleetChange) -> None:
        self.catalog.apply(change.snapshot)
        for tab in self.workspace.tabs():
            if tab.ref is None or tab.ref in change.clusters:
                self._put_face(tab)
        if (tab_in_front := self.workspace.current) is not None:
            self.catalog.set_current(tab_in_front.ref)
            self._show_cluster_facts(tab_in_front)
        self.workspace.apply(change)
        if change.connections:
            self._show_status()

    def _put_face(self, tab: Tab) -> None:
        counts = self._alerts.counts if self._alerts is not None else {}
        alerts = counts.get(tab.ref) if tab.ref is not None else None
        self.tabs.put(tab.key, tab_face(tab, self.feed.snapshot, self._kinds, alerts))

    def show_alerts(self, alerts: AlertCounts) -> None:
        """Count the alerts of live health in the catalog and on the tabs from now on."""
        self._alerts = alerts
        alerts.changed.connect(self._alerts_changed)

    def _alerts_changed(self, ref: ClusterRef) -> None:
        assert self._alerts is not None
        self.catalog.show_alerts(self._alerts.counts)
        for tab in self.workspace.tabs():
            if tab.ref == ref:
                self._put_face(tab)
        if (front := self.workspace.current) is not None:
            self.catalog.set_current(front.ref)
            self._show_alert_badge(front)

    def _show_alert_badge(self, tab: Tab) -> None:
        counts = self._alerts.counts if self._alerts is not None else {}
        count = counts.get(tab.ref) if tab.ref is not None else None
        self.page_bar.set_badge("health", str(count.n) if count else "")

    def _show_cluster_facts(self, tab: Tab) -> None:
        if tab.ref is None:
            self.setWindowTitle(f"{self._kinds[tab.page].title} – Hue Desktop")
            return
        snapshot = self.feed.snapshot
        cluster = snapshot.clusters.get(tab.ref)
        status = snapshot.status(tab.ref.connection, tab.ref.region)
        token = status.connection.connection_class.value if status else "simulated"
        release = cluster.cluster.release if cluster and cluster.cluster else ""
        facts = " · ".join(part for part in (release, tab.ref.cluster_id) if part)
        self.page_bar.show_cluster(tab.page, tab.ref.connection, token, facts, tab.ref.cluster_id)
        self._show_alert_badge(tab)
        self.setWindowTitle(f"{tab.name or tab.ref.cluster_id} – {tab.ref.connection}")

    def connection_status(self) -> ConnectionStatus | None:
        """The connection that the window is about: that of the cluster in front, or the last one.

        Before any was looked at it is a production one if there is one, so that nobody overlooks
        that changes may go there.
        """
        snapshot = self.ctx.app.fleet.snapshot()
        tab = self.workspace.current
        region = tab.ref.region if tab is not None and tab.ref is not None else None
        chosen = snapshot.status(self._connection, region) if self._connection else None
        if chosen is not None or not snapshot.connections:
            return chosen
        careful = [
            status
            for status in snapshot.connections
            if status.connection.connection_class.value == "production"
        ]
        return (careful or list(snapshot.connections))[0]

    def _show_status(self) -> None:
        status = self.connection_status()
        snapshot = self.feed.snapshot
        sources = {
            source
            for ref, cost in snapshot.costs.items()
            if status is not None and ref.connection == status.connection.name
            for source in cost.sources
        }
        self.status_bar.show_status(status, price_age(tuple(sources)))
        self.edge.set_class(status.connection.connection_class if status else None)

    # Actions

    def action_context(self) -> ActionContext:
        """What is in focus: connection, cluster and what is selected on the page."""
        status = self.connection_status()
        tab = self.workspace.current
        snapshot = self.feed.snapshot
        cluster = snapshot.clusters.get(tab.ref) if tab is not None and tab.ref else None
        base = ActionContext(
            fleet=snapshot,
            connection=status.connection if status else None,
            region=status.region if status else "",
            cluster=cluster,
            read_only=status.read_only if status else False,
        )
        page = self.workspace.page
        return page.action_context(base) if page is not None else base

    def context_of(self, ref: ClusterRef) -> ActionContext:
        """What an action would act on for one cluster, whatever is in front."""
        snapshot = self.feed.snapshot
        status = snapshot.status(ref.connection, ref.region)
        return ActionContext(
            fleet=snapshot,
            connection=status.connection if status else None,
            region=ref.region,
            cluster=snapshot.clusters.get(ref),
            read_only=status.read_only if status else False,
        )

    def refresh(self) -> None:
        """Read what is in front again (F5)."""
        tab = self.workspace.current
        self.ctx.app.fleet.refresh(tab.ref if tab is not None else None)
        if self.workspace.page is not None:
            self.workspace.page.refresh()
        self.status_bar.say(_("Reading again…"))

    def toggle_read_only(self) -> None:
        """Turn read-only mode of the connection in focus on or off for this session."""
        status = self.connection_status()
        if status is not None:
            self.ctx.app.fleet.set_read_only(status.connection.name, not status.read_only)
            self._show_status()

    def open_palette(self, text: str = "") -> None:
        """Show the palette, with ``:`` as the command line."""
        self.palette_box.open(text)

    def _catalog_menu(self, line: CatalogLine, where: QPoint) -> None:
        menu = QMenu(self)
        if line.ref is not None:
            self.ctx.actions.fill_menu(menu, "cluster", self.context_of(line.ref))
        else:
            status = self.feed.snapshot.status(line.connection)
            context = ActionContext(
                fleet=self.feed.snapshot,
                connection=status.connection if status else None,
                region=status.region if status else "",
                read_only=status.read_only if status else False,
            )
            self.ctx.actions.fill_menu(menu, "connection", context)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not menu.isEmpty():
            menu.popup(where)

    def _bind_shortcuts(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.deleteLater()
        self._shortcuts.clear()
        for action in self.ctx.actions.all():
            # Plain characters are left to fields; the window hears them when nobody else does.
            if action.shortcut and len(action.shortcut) > 1 and action.shortcut != "Backspace":
                shortcut = QShortcut(QKeySequence(action.shortcut), self)
                shortcut.activated.connect(lambda id_=action.id: self.ctx.actions.trigger(id_))
                self._shortcuts.append(shortcut)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        pressed = "Backspace" if event.key() == Qt.Key.Key_Backspace else text
        for action in self.ctx.actions.all():
            if pressed and action.shortcut == pressed:
                self.ctx.actions.trigger(action.id)
                return
        super().keyPressEvent(event)

    def _tell_error(self, error: HueError) -> None:
        self.status_bar.say(str(error), "warn")

    def _tell_bug(self, text: str) -> None:
        self.status_bar.say(_("An error inside the application: {text}").format(text=text), "warn")

    # Beginning and end

    def start(self) -> None:
        """Begin what needs the window to be on screen."""
        self.catalog.apply(self.feed.snapshot)
        self._show_status()
        self.problems.start()
        self._second.start()
        self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lower_sheets.fit()
        if self.palette_box.isVisible():
            self.palette_box.place()

    def _save(self) -> None:
        folded, ended = self.catalog.folds
        self._session.save_list("folded", folded)
        self._session.save_list("ended", ended)
        tabs = [self.workspace.tab(key) for key in self.tabs.order()]
        self._session.save_tabs(tuple(tab for tab in tabs if tab), self.tabs.current)
        self._session.sync()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._second.stop()
        self._later_save.stop()
        self._session.save_geometry(self)
        self._save()
        self.closing.emit()
        super().closeEvent(event)


def _place_of(tab: Tab) -> str:
    """Which icon of the rail leads to what a tab shows: a cluster is found by the fleet."""
    return "fleet" if tab.ref is not None else tab.page
