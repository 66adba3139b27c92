"""What takes up the space below a folder: a treemap that grows while it is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QVBoxLayout, QWidget
from shiboken6 import isValid

from hue_desktop.core.format import count, percent, size
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.storage.usage import Usage, UsageNode
from hue_desktop.services.storage.values import ListingState
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Button, Label, row
from hue_desktop.ui.storage.panel import Panel, Target
from hue_desktop.ui.storage.source import StorageSource
from hue_desktop.ui.storage.treemap_layout import Box, squarify
from hue_desktop.ui.theme import active_theme

__all__ = ["Treemap", "UsagePanel"]

MOST_BOXES = 60  #: the others are one box together
_LOOK_MS = 100
_INSET = 1.0
_HEAD = 26  #: over the boxes within a box
_NEST_WIDTH, _NEST_HEIGHT = 110, 80


class Treemap(QWidget):
    """Boxes of one folder; ``opened`` when one is gone into, by click, Enter or the keyboard."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._nodes: list[UsageNode] = []
        self._rest: tuple[int, int] = (0, 0)  #: how many are left out, and their bytes
        self._total = 0
        self._boxes: list[Box] = []
        self._current = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("What takes up the space"))
        active_theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(320, 260)

    def show_nodes(self, nodes: Sequence[UsageNode], rest: tuple[int, int] = (0, 0)) -> None:
        """Show these, largest first, and as one box what was left out (files and bytes)."""
        self._nodes = sorted((n for n in nodes if n.bytes > 0), key=lambda node: -node.bytes)
        self._rest = rest
        self._total = sum(node.bytes for node in self._nodes) + rest[1]
        self._current = min(self._current, len(self._nodes) - 1)
        self.setAccessibleDescription(
            ", ".join(f"{node.name} {size(node.bytes)}" for node in self._nodes[:8])
        )
        self._place()

    @property
    def nodes(self) -> tuple[UsageNode, ...]:
        """What has a box, largest first."""
        return tuple(self._nodes)

    def box_of(self, place: int) -> QRect:
        """Where a box stands."""
        return QRectF(*self._boxes[place]).toRect()

    def _place(self) -> None:
        sizes = [float(node.bytes) for node in self._nodes]
        if self._rest[1]:
            sizes.append(float(self._rest[1]))
        room = Box(0, 0, self.width(), self.height())
        order = sorted(range(len(sizes)), key=lambda at: -sizes[at])
        placed = squarify([sizes[at] for at in order], room)
        self._boxes = [Box(0, 0, 0, 0)] * len(sizes)
        for at, box in zip(order, placed, strict=True):
            self._boxes[at] = box
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, box in enumerate(self._boxes):
            self._paint_box(painter, at, box)
        painter.end()

    def _paint_box(self, painter: QPainter, at: int, box: Box) -> None:
        theme = active_theme()
        area = QRectF(*box).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        if area.width() < 2 or area.height() < 2:
            return
        node: UsageNode | None = self._nodes[at] if at < len(self._nodes) else None
        amount = node.bytes if node is not None else self._rest[1]
        heat = _heat(amount / self._total if self._total else 0.0) if node is not None else 0
        within = node.children if node is not None and _has_room(area) else ()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunken" if within else f"heat-{heat}"))
        painter.drawRoundedRect(area, 3, 3)
        if at == self._current and self.hasFocus():
            painter.setPen(QPen(theme.color("accent-text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 3, 3)
        name = (
            node.name if node is not None else _("{n} other files").format(n=count(self._rest[0]))
        )
        if node is not None and within:
            self._paint_within(painter, area, node)
            token = "text"
            area.setHeight(_HEAD)
            name = f"{name}  {size(amount)}"
        else:
            token = f"heat-{heat}-text"
        self._paint_texts(painter, area, name, size(amount), token)

    def _paint_within(self, painter: QPainter, area: QRectF, node: UsageNode) -> None:
        """What a large folder holds, one level down, without names where there is no room."""
        theme = active_theme()
        inner = area.adjusted(3, _HEAD, -3, -3)
        sizes = [float(child.bytes) for child in node.children if child.bytes > 0]
        names = [child.name for child in node.children if child.bytes > 0]
        if node.rest_bytes > 0:
            sizes.append(float(node.rest_bytes))
            names.append("")
        order = sorted(range(len(sizes)), key=lambda at: -sizes[at])
        room = Box(inner.x(), inner.y(), inner.width(), inner.height())
        for at, box in zip(order, squarify([sizes[at] for at in order], room), strict=True):
            small = QRectF(*box).adjusted(_INSET, _INSET, -_INSET, -_INSET)
            if small.width() < 2 or small.height() < 2:
                continue
            heat = _heat(sizes[at] / self._total)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(f"heat-{heat}"))
            painter.drawRoundedRect(small, 2, 2)
            if names[at]:
                amount = size(sizes[at])
                self._paint_texts(painter, small, names[at], amount, f"heat-{heat}-text")

    def _paint_texts(
        self, painter: QPainter, area: QRectF, name: str, amount: str, token: str
    ) -> None:
        theme = active_theme()
        inner = area.adjusted(7, 5, -7, -4)
        if inner.width() < 30 or inner.height() < 14:
            return
        flag = Qt.AlignmentFlag
        painter.setPen(theme.color(token))
        painter.setFont(theme.font("body", 500))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, int(inner.width()))
        painter.drawText(inner, flag.AlignLeft | flag.AlignTop, shown)
        if inner.height() >= 2 * metrics.height():
            painter.setFont(theme.font("small"))
            below = inner.adjusted(0, metrics.height() + 1, 0, 0)
            painter.drawText(below, flag.AlignLeft | flag.AlignTop, amount)

    # Pointer and keys

    def node_at(self, where: QPoint) -> UsageNode | None:
        """What stands under a point."""
        for at, box in enumerate(self._boxes[: len(self._nodes)]):
            if QRectF(*box).contains(where.toPointF()):
                return self._nodes[at]
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        node = self.node_at(event.position().toPoint())
        if node is not None and event.button() is Qt.MouseButton.LeftButton:
            self._current = self._nodes.index(node)
            self.opened.emit(node)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Right, Qt.Key.Key_Down) and self._nodes:
            self._current = min(self._current + 1, len(self._nodes) - 1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Up) and self._nodes:
            self._current = max(self._current - 1, 0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.opened.emit(self._nodes[self._current])
        else:
            super().keyPressEvent(event)
            return
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._current < 0 and self._nodes:
            self._current = 0
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            node = self.node_at(event.pos())
            QToolTip.showText(event.globalPos(), self._tip(node) if node else "", self)
            return True
        return super().event(event)

    def _tip(self, node: UsageNode) -> str:
        share = percent(100 * node.bytes / self._total) if self._total else ""
        files = ngettext("{n} file", "{n} files", node.files).format(n=count(node.files))
        return f"{node.name}\n{size(node.bytes)} · {share} · {files}"


def _has_room(area: QRectF) -> bool:
    """Whether what is in a box can be shown in it."""
    return area.width() >= _NEST_WIDTH and area.height() >= _NEST_HEIGHT


def _heat(share: float) -> int:
    return next((step for step, edge in enumerate((0.02, 0.08, 0.2, 0.4)) if share < edge), 4)


class UsagePanel(Panel):
    """The treemap, what it adds up to, and the way back up."""

    key = "usage"
    title = _("Space")
    icon = "treemap"

    folder_wanted = Signal(object)

    def __init__(self, ctx: UiContext, source: StorageSource) -> None:
        self._usage: Usage | None = None
        self._stop_hearing: Callable[[], None] | None = None
        self._inside = ""  #: path from the folder down to the one that is shown
        super().__init__(ctx, source)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LOOK_MS)
        self._later.timeout.connect(self._show)

    @property
    def busy(self) -> bool:
        return self._usage is not None and self._usage.state is ListingState.LOADING

    def make_content(self) -> QWidget:
        self.sentence = Label("", elide=True)
        self.up = Button(_("Up"), icon_name="arrow-up", small=True, clicked=self._go_up)
        self.open = Button(_("Open"), icon_name="folder", small=True, clicked=self._open)
        self.map = Treemap()
        self.map.opened.connect(self._go_into)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(24, 8, 12, 12)
        layout.setSpacing(8)
        head = row(self.sentence, self.up, self.open)
        head.setStretchFactor(self.sentence, 1)
        layout.addLayout(head)
        layout.addWidget(self.map, 1)
        return content

    @classmethod
    def fits(cls, target: Target) -> bool:
        return target.is_folder

    def begin(self, target: Target) -> None:
        self._drop()
        self._inside = ""
        self.states.show_loading(_("Counting {name}").format(name=target.row.name))
        usage = self.source.service.usage(target.location)
        self._usage = usage

        def look() -> None:
            if isValid(self) and self._usage is usage and not self._later.isActive():
                self._later.start()

        self._stop_hearing = usage.subscribe(lambda: self.ctx.tasks.poster.post(look))
        self._show()

    def forget(self) -> None:
        super().forget()
        self._drop()

    def _drop(self) -> None:
        self._later.stop()
        if self._stop_hearing is not None:
            self._stop_hearing()
            self._stop_hearing = None
        if self._usage is not None:
            self._usage.cancel()
            self._usage = None

    def _node(self) -> UsageNode | None:
        """The folder that is shown, as it is counted now."""
        if self._usage is None:
            return None
        return self._usage.tree(self._inside, depth=2, most=MOST_BOXES)

    def _show(self) -> None:
        usage, node = self._usage, self._node()
        if usage is None:
            return
        counting = usage.state is ListingState.LOADING
        if usage.error is not None and (node is None or not node.bytes):
            self.states.show_failed(usage.error)
            return
        if node is None or not node.bytes:
            if not counting:
                self.states.show_empty(_("Nothing takes up space here"))
            return
        files = ngettext("{n} file", "{n} files", node.files).format(n=count(node.files))
        parts = [self._inside, size(node.bytes), files]
        if counting:
            parts.append(_("counting…"))
        elif usage.unreadable:
            n = len(usage.unreadable)
            text = ngettext("{n} folder unread", "{n} folders unread", n)
            parts.append(text.format(n=count(n)))
        elif usage.error is not None:
            parts.append(_("not all of it: {error}").format(error=usage.error.message))
        self.sentence.setText(" · ".join(part for part in parts if part))
        self.up.setVisible(bool(self._inside))
        self.map.show_nodes(node.children, (node.rest_files, node.rest_bytes))
        self.states.show_content()

    def _go_into(self, node: UsageNode) -> None:
        if node.folder:
            self._inside = node.path
            self._show()

    def _go_up(self) -> None:
        self._inside = self._inside.rpartition("/")[0]
        self._show()

    def _open(self) -> None:
        if self.target is None:
            return
        folder = self.target.location
        self.folder_wanted.emit(folder.child(self._inside, folder=True) if self._inside else folder)
