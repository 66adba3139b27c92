"""Takes the pictures: one window over two simulated regions, page by page."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.errors import ConfigurationError, UsageError
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.app import Desk, has_screen
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.rooms import tour_stops
from hue_desktop.ui.theme import ThemeChoice
from hue_desktop.ui.tour.gallery import write_gallery
from hue_desktop.ui.tour.regions import TourRegion, write_connections
from hue_desktop.ui.tour.shell_stops import shell_stops
from hue_desktop.ui.tour.waiting import heeding_signals, settle, wait_until

if TYPE_CHECKING:
    from hue_desktop.wiring import Application

__all__ = ["Picture", "take_tour", "tour_pictures"]

log = logging.getLogger(__name__)

THEMES = ("light", "dark")
SIZES = ((1440, 900), (1100, 700))
_SEED = 7
_DATA_S = 30.0
_STOP_S = 8.0
_SHADOW = 24
_LAYOUT_TURNS = 16  #: what wraps anew tells one layer of layouts in each turn of the event loop
_PNG_QUALITY = 60  #: lossless all the same; it only decides how long packing takes


@dataclass(frozen=True)
class Picture:
    """One picture: which stop, how it was dressed, and the file."""

    key: str
    title: str
    theme: str
    size: tuple[int, int]
    file: Path


def take_tour(
    out_dir: Path | str,
    themes: Sequence[str] | None = None,
    sizes: Sequence[tuple[int, int]] | None = None,
    pages: Sequence[str] | None = None,
) -> int:
    """``tour_pictures`` for the command line: None stands for everything; the exit code."""
    pictures = tour_pictures(Path(out_dir), themes or THEMES, sizes or SIZES, pages or ())
    sys.stdout.write(
        ngettext("{n} picture in {place}\n", "{n} pictures in {place}\n", len(pictures)).format(
            n=len(pictures), place=Path(out_dir) / "index.html"
        )
    )
    return 0


def tour_pictures(
    out_dir: Path,
    themes: Sequence[str] = THEMES,
    sizes: Sequence[tuple[int, int]] = SIZES,
    pages: Iterable[str] = (),
) -> tuple[Picture, ...]:
    """Save a PNG of every stop in every theme and size, and ``index.html``; the pictures taken.

    ``pages`` picks stops by key (or by the part before a dash). UsageError for an unknown one,
    ConfigurationError when ``out_dir`` cannot be written or the simulated region does not start,
    KeyboardInterrupt after SIGINT or SIGTERM.
    """
    if not has_screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication.instance() or QApplication(["hue-desktop"])
    assert isinstance(application, QApplication)
    stops = _chosen((*tour_stops(), *shell_stops()), tuple(pages))
    _make_folder(out_dir)
    with heeding_signals(), ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hue-tour-")))
        desk = _open_desk(stack, folder)
        pictures: list[Picture] = []
        for stop in stops:
            pictures += _visit(desk, stop, out_dir, themes, sizes)
    write_gallery(out_dir, pictures)
    return tuple(pictures)


def _make_folder(out_dir: Path) -> None:
    """ConfigurationError when no picture can be written there; better now than in a minute."""
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out_dir):
            pass
    except OSError as error:
        raise ConfigurationError(
            _("No pictures can be written to {place}: {error}.").format(
                place=out_dir, error=error.strerror
            ),
            remedy=_("Name another directory."),
        ) from error


def _chosen(stops: tuple[TourStop, ...], pages: tuple[str, ...]) -> tuple[TourStop, ...]:
    if not pages:
        return stops
    found = tuple(s for s in stops if s.key in pages or s.key.split("-")[0] in pages)
    for page in pages:
        if not any(page in (stop.key, stop.key.split("-")[0]) for stop in stops):
            names = ", ".join(stop.key for stop in stops)
            raise UsageError(
                _("The tour has no page {page}.").format(page=page),
                remedy=_("There are: {names}.").format(names=names),
            )
    return found


def _open_desk(stack: ExitStack, folder: Path) -> Desk:
    """The window over a production and a development region, with data."""
    from hue_desktop.wiring import Application, Paths

    regions = {
        "prod": ("production", TourRegion("demo", _SEED)),
        "dev": ("development", TourRegion("empty", _SEED + 1)),
    }
    for _kind, region in regions.values():
        stack.callback(region.stop)
    for _kind, region in regions.values():
        region.wait_ready()
    write_connections(folder, regions)
    (folder / "settings.toml").write_text("[changes]\nhold_s = 0\n", encoding="utf-8")
    application = Application.open(Paths(folder, folder / "data"))
    desk = Desk(application)
    stack.callback(desk.close)
    desk.window.resize(*SIZES[0])
    desk.window.show()
    desk.start()
    _need(desk, lambda: _loaded(desk, "prod"), _("the clusters of the first region"))
    _make_clusters(desk, application, regions["dev"][1])
    return desk


def _make_clusters(desk: Desk, application: Application, region: TourRegion) -> None:
    """Create two clusters the way a person does, so that the journal has something to show."""
    from hue_desktop.core.changes import ClusterSpec, GroupSpec
    from hue_desktop.core.instances import Role

    releases = application.launching.options("dev", "us-east-1").releases

    def create(name: str, core: int) -> None:
        spec = ClusterSpec(
            name=name,
            release=releases[0],
            applications=("Spark",),
            groups=(
                GroupSpec(Role.MASTER, "m5.xlarge", 1),
                GroupSpec(Role.CORE, "m5.xlarge", core),
            ),
            idle_timeout_s=3600,
        )
        application.journal.submit(application.launching.plan_create("dev", "us-east-1", spec))
        _need(desk, lambda: name in _names(desk), _("the cluster {name}").format(name=name))

    create("joins-test", 2)
    region.control("clock", jump_s=1500)
    application.fleet.refresh()
    _need(desk, lambda: ClusterState.WAITING in _states(desk, "dev"), _("a waiting cluster"))
    _need(desk, lambda: _running(desk, "dev"), _("the nodes of the second region"))
    create("spark-upgrade", 3)


def _names(desk: Desk) -> set[str]:
    return {cluster.summary.name for cluster in desk.feed.snapshot.clusters.values()}


def _states(desk: Desk, connection: str) -> set[ClusterState]:
    return {c.summary.state for c in desk.feed.snapshot.of_connection(connection)}


def _loaded(desk: Desk, connection: str) -> bool:
    """Whether every active cluster was read, priced and measured."""
    snapshot = desk.feed.snapshot
    active = [c for c in snapshot.of_connection(connection) if c.summary.state.active]
    return bool(active) and all(
        (c.groups is not None or c.fleets is not None)
        and c.steps is not None
        and c.ref in snapshot.costs
        and c.ref in snapshot.metrics
        for c in active
    )


def _running(desk: Desk, connection: str) -> bool:
    """Whether every waiting cluster has its nodes and its price."""
    snapshot = desk.feed.snapshot
    return all(
        c.instances and c.ref in snapshot.costs and snapshot.costs[c.ref].rate.total > 0
        for c in snapshot.of_connection(connection)
        if c.summary.state is ClusterState.WAITING
    )


def _need(desk: Desk, condition: Callable[[], bool], what: str) -> None:
    if not wait_until(condition, _DATA_S):
        errors = [str(s.error) for s in desk.feed.snapshot.connections if s.error is not None]
        raise ConfigurationError(
            _("The tour waited in vain for {what}.").format(what=what), remedy=" ".join(errors)
        )


def _visit(
    desk: Desk,
    stop: TourStop,
    out_dir: Path,
    themes: Sequence[str],
    sizes: Sequence[tuple[int, int]],
) -> list[Picture]:
    window = desk.window
    pictures = []
    stop.prepare(desk.ctx, window)
    if not wait_until(lambda: stop.ready(desk.ctx, window), stop.wait_s):
        log.warning("the tour's stop %s never became ready", stop.key)
    wait_until(lambda: not desk.tasks.active(), _STOP_S)
    for theme, size in _dresses(desk.theme.name, themes, sizes):
        window.resize(*size)
        desk.theme.choose(ThemeChoice(theme))
        settle(_LAYOUT_TURNS)
        file = out_dir / f"{stop.key}-{theme}-{size[0]}x{size[1]}.png"
        _picture(window).save(str(file), "PNG", _PNG_QUALITY)
        pictures.append(Picture(stop.key, stop.title, theme, size, file))
    stop.clean_up(desk.ctx, window)
    window.dock.set_folded(True)  # a stop that shows it unfolds it
    _close_other_tabs(desk)
    settle()
    return sorted(pictures, key=lambda p: (themes.index(p.theme), sizes.index(p.size)))


def _close_other_tabs(desk: Desk) -> None:
    """Leave the tab in front only: each widget that lives on makes the next theme slower."""
    tabs = desk.window.tabs
    for key in tabs.order():
        if key != tabs.current:
            desk.window.close_tab(key)


def _dresses(
    now: str, themes: Sequence[str], sizes: Sequence[tuple[int, int]]
) -> list[tuple[str, tuple[int, int]]]:
    """Every theme in every size, beginning with the theme worn now: a change of theme is dear."""
    ordered = sorted(themes, key=lambda theme: theme != now)
    dresses = []
    for position, theme in enumerate(ordered):
        there_and_back = sizes if position % 2 == 0 else tuple(reversed(sizes))
        dresses += [(theme, size) for size in there_and_back]
    return dresses


def _cast_shadow(painter: QPainter, box: QRect) -> None:
    """What the window system of a real screen draws behind a dialog: soft, a little lower."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 5))
    for reach in range(_SHADOW, 0, -2):
        painter.drawRoundedRect(box.adjusted(-reach, 8 - reach, reach, 8 + reach), reach, reach)


def _picture(window: QWidget) -> QPixmap:
    """The window with whatever stands over it: dialogs and menus are windows of their own."""
    picture = window.grab()
    painter = QPainter(picture)
    for widget in QApplication.topLevelWidgets():
        if widget is window or not widget.isVisible() or widget.size().isEmpty():
            continue
        place = widget.pos() - window.pos()
        inside = window.rect().contains(widget.rect().translated(place))
        if widget.isModal() or (widget.parentWidget() is not None and not inside):
            place = QPoint(
                (window.width() - widget.width()) // 2, (window.height() - widget.height()) // 3
            )
        if widget.isModal():
            painter.fillRect(window.rect(), QColor(0, 0, 0, 70))
            _cast_shadow(painter, QRect(place, widget.size()))
        painter.drawPixmap(place, widget.grab())
    painter.end()
    return picture
