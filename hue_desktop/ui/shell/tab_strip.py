"""The tabs of opened clusters and pages, and the tabs of a cluster's pages below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.page import PageKind
from hue_desktop.ui.parts import Button, IconButton, Label, RoleSquare, StateShape, paint_shape, row
from hue_desktop.ui.shell.tab_bar import LineTabBar
from hue_desktop.ui.theme import active_theme, pixmap
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["PageBar", "TabFace", "TabStrip"]


@dataclass(frozen=True)
class TabFace:
    """How a tab looks: its text and a state's shape, or an icon."""

    text: str
    shape: StateShape | None = None
    icon_name: str = ""
    tooltip: str = ""


def _shape_icon(shape: StateShape) -> QIcon:
    image = QPixmap(QSize(28, 28))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.scale(2, 2)
    paint_shape(painter, shape, QPointF(7, 7), 9)
    painter.end()
    image.setDevicePixelRatio(2)
    return QIcon(image)


class TabStrip(QWidget):
    """Tabs by key; ``chosen`` and ``closed`` tell it, ``go_requested`` asks for the palette."""

    chosen = Signal(str)
    closed = Signal(str)
    moved = Signal()
    go_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "chrome")
        self.setFixedHeight(SIZES["tabs"])
        self._faces: dict[str, TabFace] = {}
        self.bar = LineTabBar("opened", SIZES["tabs"], _("Opened"))
        self.bar.setMovable(True)
        self.bar.currentChanged.connect(self._current_changed)
        self.bar.tabMoved.connect(lambda _a, _b: self.moved.emit())
        self.go_box = Button(
            _("Go to or run…"), icon_name="search", name=_("Go to or run"), clicked=self._go
        )
        self.go_box.setProperty("gobox", True)
        self.go_box.setFixedSize(240, 24)
        self._key_hint = Label("Ctrl+K", tone="text-2", size="small")
        self._key_hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside = QHBoxLayout(self.go_box)
        inside.setContentsMargins(0, 0, 10, 0)
        inside.addStretch(1)
        inside.addWidget(self._key_hint)
        line = row(self.bar, self.go_box, spacing=16, margins=(0, 0, 24, 0))
        line.setStretchFactor(self.bar, 1)
        self.setLayout(line)
        active_theme().changed.connect(self._tint)

    def order(self) -> tuple[str, ...]:
        """The tabs from left to right."""
        return tuple(str(self.bar.tabData(i)) for i in range(self.bar.count()))

    @property
    def current(self) -> str:
        """The key of the tab in front, empty without tabs."""
        position = self.bar.currentIndex()
        return str(self.bar.tabData(position)) if position >= 0 else ""

    def put(self, key: str, face: TabFace) -> None:
        """Add a tab at the right, or give one its new face."""
        if self._faces.get(key) == face:
            return
        position = self._position(key)
        if position < 0:
            self.bar.blockSignals(True)
            position = self.bar.addTab(face.text)
            self.bar.setTabData(position, key)
            self.bar.blockSignals(False)
            close = IconButton(
                "close", _("Close {name}").format(name=face.text), size=18, icon_size=10
            )
            close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            close.clicked.connect(lambda _on=False: self.closed.emit(key))
            self.bar.setTabButton(position, QTabBar.ButtonPosition.RightSide, close)
        self._faces[key] = face
        self.bar.setTabText(position, face.text.replace("&", "&&"))
        self.bar.setTabToolTip(position, face.tooltip)
        self._tint_one(position, face)

    def drop(self, key: str) -> None:
        """Take a tab away."""
        position = self._position(key)
        if position >= 0:
            self._faces.pop(key, None)
            self.bar.removeTab(position)

    def show_tab(self, key: str) -> None:
        """Bring a tab to the front; announced like a click when it was another one."""
        position = self._position(key)
        if position >= 0:
            self.bar.setCurrentIndex(position)

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) tab, around the end."""
        if self.bar.count():
            self.bar.setCurrentIndex((self.bar.currentIndex() + by) % self.bar.count())

    def _position(self, key: str) -> int:
        return next((i for i in range(self.bar.count()) if self.bar.tabData(i) == key), -1)

    def _current_changed(self, position: int) -> None:
        if position >= 0:
            self.chosen.emit(str(self.bar.tabData(position)))

    def _tint(self) -> None:
        for position in range(self.bar.count()):
            self._tint_one(position, self._faces[str(self.bar.tabData(position))])

    def _tint_one(self, position: int, face: TabFace) -> None:
        if face.shape is not None:
            self.bar.setTabIcon(position, _shape_icon(face.shape))
        elif face.icon_name:
            self.bar.setTabIcon(position, QIcon(pixmap(face.icon_name, "text-2", 14)))

    def _go(self) -> None:
        self.go_requested.emit()


class PageBar(QWidget):
    """The pages of a cluster at the left, what cluster it is at the right."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "surface")
        self.setProperty("bar", "pages")
        self.setFixedHeight(SIZES["page-bar"])
        self.bar = LineTabBar("pages", SIZES["page-bar"] - 1, _("Pages"))
        self.bar.currentChanged.connect(self._changed)
        self._square = RoleSquare("development")
        self._connection = Label("", weight=600)
        self._facts = Label("", tone="text-2", elide=True, selectable=False)
        self._copy = IconButton("copy", _("Copy the cluster id"))
        line = row(
            self.bar,
            None,
            self._square,
            self._connection,
            self._facts,
            self._copy,
            spacing=6,
            margins=(8, 0, 20, 0),
        )
        self.setLayout(line)
        self._cluster_id = ""
        self._copy.clicked.connect(self._copy_id)

    def set_kinds(self, kinds: Sequence[PageKind]) -> None:
        """The pages that a cluster has."""
        self.bar.blockSignals(True)
        while self.bar.count():
            self.bar.removeTab(0)
        for kind in kinds:
            position = self.bar.addTab(kind.title)
            self.bar.setTabData(position, kind.key)
        self.bar.blockSignals(False)

    def set_badge(self, page: str, text: str) -> None:
        """A short text beside the title of a page."""
        for position in range(self.bar.count()):
            if self.bar.tabData(position) == page:
                self.bar.set_badge(position, text)

    def show_cluster(
        self, page: str, connection: str, token: str, facts: str, cluster_id: str
    ) -> None:
        """Mark the page in front and name the cluster; ``token`` is the class's colour."""
        self.bar.blockSignals(True)
        for position in range(self.bar.count()):
            if self.bar.tabData(position) == page:
                self.bar.setCurrentIndex(position)
        self.bar.blockSignals(False)
        self._square.set_token(token)
        self._connection.setText(connection)
        self._connection.set_tone(token)
        self._facts.setText(f"· {facts}")
        self._cluster_id = cluster_id

    def _changed(self, position: int) -> None:
        if position >= 0:
            self.chosen.emit(str(self.bar.tabData(position)))

    def _copy_id(self) -> None:
        from PySide6.QtGui import QGuiApplication

        QGuiApplication.clipboard().setText(self._cluster_id)
