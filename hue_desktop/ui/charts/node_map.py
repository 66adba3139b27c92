"""One cell for each node, in groups: painted, so that a thousand nodes cost one widget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.charts.cell_art import TEXT_FROM, CellArt, MapCell
from hue_desktop.ui.charts.cells import Block, PlacedBlock, arrange
from hue_desktop.ui.theme import Theme

__all__ = ["MapBlock", "MapCell", "NodeMap"]

_SQUARE = 8
_MANY = 150  #: when more cells than that change, painting all is quicker than looking which
_EDGE = 2  #: room for the ring around a cell at the edge


@dataclass(frozen=True, slots=True)
class MapBlock:
    """A group of nodes under a title; ``note`` stands beside it in the second text colour."""

    key: str
    title: str
    note: str
    color: str
    cells: tuple[MapCell, ...]


class NodeMap(QAbstractScrollArea):
    """The map. Click or Enter opens a node, arrows move between nodes."""

    node_activated = Signal(str)
    node_selected = Signal(str)
    menu_requested = Signal(str, QPoint)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._art = CellArt(theme)
        self._blocks: tuple[MapBlock, ...] = ()
        self._layout = arrange((), 1, 1)
        self._narrow = False
        self._hovered = ""
        self._current = ""
        self.tip_of: Callable[[str], str] = lambda _node: ""  #: asked when a tooltip shows
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Nodes as a map"))
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAccessibleName(_("Cells"))
        theme.changed.connect(self.viewport().update)

    # -- what it shows ---------------------------------------------------------------------

    def set_blocks(self, blocks: Sequence[MapBlock]) -> None:
        """Show these groups; only cells that differ are painted again."""
        before, self._blocks = self._blocks, tuple(blocks)
        changed = _changed_cells(before, self._blocks)
        if changed is None:
            self._arrange()
            return
        if not any(changed):
            return
        was_narrow, self._narrow = self._narrow, self._is_narrow()
        if was_narrow != self._narrow or sum(map(len, changed)) > _MANY:
            self.viewport().update()
            return
        dirty = QRegion()
        for places, placed, block in zip(changed, self._layout.blocks, self._blocks, strict=True):
            for index in places:
                pointed = block.cells[index].id in (self._current, self._hovered)
                ring = 3 if pointed else 0
                dirty += self._rect(placed, index).adjusted(-ring, -ring, ring, ring)
        self.viewport().update(dirty)

    @property
    def blocks(self) -> tuple[MapBlock, ...]:
        """What is shown."""
        return self._blocks

    @property
    def current(self) -> str:
        """The node that the keyboard is on; empty when none."""
        return self._current

    def set_current(self, node_id: str) -> None:
        """Point at a node and make it visible; an unknown id takes the pointer away."""
        found = self._find(node_id)
        self._current = node_id if found else ""
        if found:
            self._reveal(*found)
            self.node_selected.emit(node_id)
        self.viewport().update()

    def node_rect(self, node_id: str) -> QRect:
        """Where a node's cell is in the viewport; empty when it is not shown."""
        found = self._find(node_id)
        return self._rect(*found) if found else QRect()

    # -- geometry --------------------------------------------------------------------------

    def _arrange(self) -> None:
        metrics = QFontMetrics(self._theme.font("body", 600))
        notes = QFontMetrics(self._theme.font("body"))
        blocks = [
            Block(
                block.key,
                len(block.cells),
                metrics.horizontalAdvance(block.title)
                + (notes.horizontalAdvance(block.note) + 28 if block.note else 16),
            )
            for block in self._blocks
            if block.cells
        ]
        size = self.viewport().size()
        self._layout = arrange(blocks, size.width() - 2 * _EDGE, size.height() - 2 * _EDGE)
        self._narrow = self._is_narrow()
        self.verticalScrollBar().setRange(
            0, max(0, self._layout.height + 2 * _EDGE - size.height())
        )
        self.verticalScrollBar().setPageStep(size.height())
        self.verticalScrollBar().setSingleStep(24)
        self.viewport().update()

    def _is_narrow(self) -> bool:
        """Whether some text is too long for its cell; then all cells carry their short one."""
        width = self._layout.size.width
        if width < TEXT_FROM:
            return False
        metrics = QFontMetrics(self._theme.font("small", 500))
        texts = {cell.text for block in self._blocks for cell in block.cells}
        return any(metrics.horizontalAdvance(text) > width - 4 for text in texts)

    def _find(self, node_id: str) -> tuple[PlacedBlock, int] | None:
        placed = {block.key: block for block in self._layout.blocks}
        for block in self._blocks:
            for index, cell in enumerate(block.cells):
                if cell.id == node_id:
                    return placed[block.key], index
        return None

    def _rect(self, placed: PlacedBlock, index: int) -> QRect:
        cell = QRect(*self._layout.cell(placed, index))
        return cell.translated(_EDGE, _EDGE - self._offset())

    def _title_rect(self, placed: PlacedBlock) -> QRect:
        top = placed.y + _EDGE - self._offset()
        return QRect(placed.x, top, placed.width + 2 * _EDGE, placed.head)

    def _offset(self) -> int:
        return self.verticalScrollBar().value()

    def _reveal(self, placed: PlacedBlock, index: int) -> None:
        rect, bar = self._rect(placed, index), self.verticalScrollBar()
        if rect.top() < 0:
            bar.setValue(bar.value() + rect.top() - 8)
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() - self.viewport().height() + 8)

    def _at(self, point: QPoint) -> MapCell | None:
        found = self._layout.at(point.x() - _EDGE, point.y() + self._offset() - _EDGE)
        if found is None:
            return None
        key, index = found
        return next(block.cells[index] for block in self._blocks if block.key == key)

    # -- painting --------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        by_key = {block.key: block for block in self._blocks}
        # The region, not its bounding rectangle: twenty cells that changed lie anywhere.
        dirty = event.region()
        for placed in self._layout.blocks:
            block = by_key[placed.key]
            if dirty.intersects(self._title_rect(placed)):
                self._paint_title(painter, placed, block)
            self._paint_cells(painter, placed, block, dirty)

    def _paint_cells(
        self, painter: QPainter, placed: PlacedBlock, block: MapBlock, dirty: QRegion
    ) -> None:
        layout, offset = self._layout, self._offset()
        indices: set[int] = set()
        for box in cast("Iterable[QRect]", dirty):
            x, y = box.x() - _EDGE, box.y() - _EDGE + offset
            indices.update(layout.under(placed, x, y, box.width(), box.height()))
        size, pointed = QSize(layout.size.width, layout.size.height), (self._current, self._hovered)
        for index in indices:
            cell = block.cells[index]
            x, y, width, height = layout.cell(placed, index)
            at = QPoint(x + _EDGE, y + _EDGE - offset)
            self._art.paint(painter, at, size, cell, cell.short if self._narrow else cell.text)
            if cell.id in pointed:
                focused = cell.id == self._current and self.hasFocus()
                self._art.ring(painter, QRect(at.x(), at.y(), width, height), focused=focused)

    def _paint_title(self, painter: QPainter, placed: PlacedBlock, block: MapBlock) -> None:
        title = self._title_rect(placed)
        top, left = title.top(), title.left() + _EDGE
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(block.color))
        painter.drawRoundedRect(left, top + 8, _SQUARE, _SQUARE, 2, 2)
        bold = self._theme.font("body", 600)
        painter.setFont(bold)
        painter.setPen(self._theme.color("text"))
        left += 16
        width = QFontMetrics(bold).horizontalAdvance(block.title)
        painter.drawText(QRect(left, top, width + 4, 24), _MIDDLE, block.title)
        note_font = self._theme.font("body")
        painter.setFont(note_font)
        painter.setPen(self._theme.color("text-2"))
        room = QRect(left + width + 10, top, title.right() - left - width - 8, 24)
        note = QFontMetrics(note_font).elidedText(
            block.note, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, _MIDDLE, note)

    # -- events ----------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position().toPoint())
        self._hover(cell.id if cell else "")
        self.viewport().setCursor(
            Qt.CursorShape.PointingHandCursor if cell else Qt.CursorShape.ArrowCursor
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position().toPoint())
        if cell is None:
            return
        self.set_current(cell.id)
        if event.button() == Qt.MouseButton.RightButton:
            self.menu_requested.emit(cell.id, event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position().toPoint())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.node_activated.emit(cell.id)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            cell = self._at(event.pos())
            tip = self.tip_of(cell.id) if cell else ""
            QToolTip.showText(event.globalPos(), tip, self.viewport())
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover("")
        return super().viewportEvent(event)

    def _hover(self, node_id: str) -> None:
        if node_id == self._hovered:
            return
        before, self._hovered = self._hovered, node_id
        for touched in filter(None, (before, node_id)):
            self.viewport().update(self.node_rect(touched).adjusted(-3, -3, 3, 3))

    def focusInEvent(self, event: QFocusEvent) -> None:
        ids = self._ids()
        if not self._current and ids and event.reason() in _BY_KEY:
            self.set_current(ids[0])
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ids = self._ids()
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current:
            self.node_activated.emit(self._current)
        elif key == Qt.Key.Key_Menu and self._current:
            corner = self.node_rect(self._current).bottomLeft()
            self.menu_requested.emit(self._current, self.viewport().mapToGlobal(corner))
        elif ids and key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.set_current(self._neighbour(ids, key))
        else:
            super().keyPressEvent(event)

    def _ids(self) -> list[str]:
        return [cell.id for block in self._blocks for cell in block.cells]

    def _neighbour(self, ids: list[str], key: Qt.Key) -> str:
        """The next node in reading order, or the nearest one in the row above or below."""
        if self._current not in ids:
            return ids[0]
        index = ids.index(self._current)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            index += 1 if key == Qt.Key.Key_Right else -1
            return ids[max(0, min(index, len(ids) - 1))]
        here, down = self.node_rect(self._current).center(), key == Qt.Key.Key_Down
        best, best_distance = self._current, float("inf")
        for other in ids:
            there = self.node_rect(other).center()
            dy = there.y() - here.y() if down else here.y() - there.y()
            distance = dy * 4 + abs(there.x() - here.x())
            if dy > 0 and distance < best_distance:
                best, best_distance = other, distance
        return best


_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


def _changed_cells(before: Sequence[MapBlock], after: Sequence[MapBlock]) -> list[list[int]] | None:
    """Which cells of each block look different; ``None`` when cells stand in other places."""
    if len(before) != len(after):
        return None
    changed = []
    for old, new in zip(before, after, strict=True):
        heads = (old.key, old.title, old.note, len(old.cells))
        if heads != (new.key, new.title, new.note, len(new.cells)):
            return None
        pairs = zip(old.cells, new.cells, strict=True)
        other = [index for index, (was, cell) in enumerate(pairs) if was is not cell]
        if any(old.cells[index].id != new.cells[index].id for index in other):
            return None
        changed.append([index for index in other if old.cells[index] != new.cells[index]])
    return changed
