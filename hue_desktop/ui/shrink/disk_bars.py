"""Disks of the core nodes before and after: what is there, what moves in, what leaves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from hue_desktop.core.format import decimal, percent, size
from hue_desktop.core.shrink.values import NodeRoom
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.parts import Button, Label, column, row
from hue_desktop.ui.theme import active_theme

__all__ = ["DiskBars", "DiskPanel", "short_host"]

_ROW, _BAR = 32, 16
_HOST_WIDTH, _HOST_NARROW, _FIGURES = 120, 96, 84
_FOLDED = 10  #: rows that show before the rest is asked for
_WIDE = 380
_MOVES_IN = 0.55  #: of the EMR fee's blue
_UNITS = ((1 << 40, "TiB", 8 << 40), (1 << 30, "GiB", 0))


def short_host(host: str) -> str:
    """``ip-10-20-3-14`` of a private DNS name."""
    return host.partition(".")[0]


def unit_of(rooms: Sequence[NodeRoom]) -> tuple[int, str]:
    """The unit that all rows are written in: TiB from 8 TiB on."""
    most = max((one.capacity for one in rooms), default=0)
    return next((factor, name) for factor, name, least in _UNITS if most >= least)


class DiskBars(QWidget):
    """A row for each node. With ``choosing`` a click or Space names a node or spares it again."""

    toggled = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.rooms: tuple[NodeRoom, ...] = ()
        self.choosing = False
        self.full_share = 0.90
        self._current = 0
        self._hover = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Disk of each core node"))
        active_theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(300, _ROW * max(1, len(self.rooms)))

    def show_rooms(self, rooms: Sequence[NodeRoom]) -> None:
        """Show these nodes in this order."""
        self.rooms = tuple(rooms)
        self._current = max(0, min(self._current, len(self.rooms) - 1))
        self.setFixedHeight(_ROW * max(1, len(self.rooms)))
        self.setAccessibleDescription("; ".join(_row_words(one) for one in self.rooms[:40]))
        self.update()

    # -- drawing ---------------------------------------------------------------------------

    @property
    def _host_width(self) -> int:
        return _HOST_WIDTH if self.width() >= _WIDE else _HOST_NARROW

    def _track(self, at: int) -> QRectF:
        left = self._host_width + 8
        top = at * _ROW + (_ROW - _BAR) / 2
        return QRectF(left, top, max(20, self.width() - left - _FIGURES - 8), _BAR)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max((one.capacity for one in self.rooms), default=0) or 1
        factor, _name = unit_of(self.rooms)
        for at, room in enumerate(self.rooms):
            if event.rect().intersects(QRect(0, at * _ROW, self.width(), _ROW)):
                self._paint_row(painter, at, room, most, factor)
        painter.end()

    def _paint_row(
        self, painter: QPainter, at: int, room: NodeRoom, most: int, factor: int
    ) -> None:
        theme = active_theme()
        line = QRect(0, at * _ROW, self.width(), _ROW)
        if self.choosing and at == self._hover:
            painter.fillRect(line.adjusted(0, 2, 0, -2), theme.color("raised"))
        if self.hasFocus() and at == self._current:
            painter.setPen(QPen(theme.color("accent-text"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(line).adjusted(0.5, 2.5, -0.5, -2.5), 3, 3)
        warns = not room.leaves and _too_full(room, self.full_share)
        tone = "text-2" if room.leaves else "warn" if warns else "text"
        painter.setFont(theme.font())
        painter.setPen(theme.color("text-2" if room.leaves else "text"))
        name = short_host(room.host)
        if self.width() < _WIDE:
            name = name.removeprefix("ip-")
        room_for_name = self._host_width - 4
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room_for_name)
        middle = Qt.AlignmentFlag.AlignVCenter
        inset = line.adjusted(4 if self.choosing else 0, 0, 0, 0)
        painter.drawText(QRect(inset.left(), line.top(), self._host_width, _ROW), middle, name)
        painter.setFont(theme.font("body", 400 if room.leaves else 500))
        painter.setPen(theme.color(tone))
        figures = QRect(line.right() - _FIGURES, line.top(), _FIGURES - 3, _ROW)
        text = f"{_figure(room.before, factor)} → {_figure(room.after, factor)}"
        painter.drawText(figures, middle | Qt.AlignmentFlag.AlignRight, text)
        self._paint_bar(painter, self._track(at), room, most, warns)

    def _paint_bar(
        self, painter: QPainter, track: QRectF, room: NodeRoom, most: int, warns: bool
    ) -> None:
        theme = active_theme()
        scale = track.width() / most
        painter.setPen(Qt.PenStyle.NoPen)
        disk = QRectF(track)
        disk.setWidth(max(2.0, room.capacity * scale))
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(disk, 2, 2)
        now = QRectF(track)
        now.setWidth(min(room.before, room.capacity) * scale)
        if room.leaves:
            _hatch(painter, now)
            self._paint_limit(painter, track, room, scale)
            return
        fill = "warn-shape" if warns else "role-core"
        painter.setBrush(theme.color(fill))
        painter.drawRoundedRect(now, 2, 2)
        moved = min(room.after, room.capacity) - room.before
        if moved > 0:
            blue = QColor(theme.color("emr-fee"))
            blue.setAlphaF(_MOVES_IN)
            painter.setBrush(blue)
            more = QRectF(now.right() + 1, now.top(), max(1.0, moved * scale - 1), now.height())
            painter.drawRoundedRect(more, 2, 2)
        self._paint_limit(painter, track, room, scale)

    def _paint_limit(self, painter: QPainter, track: QRectF, room: NodeRoom, scale: float) -> None:
        """Where YARN stops using the node; equal disks make one line of it."""
        pen = QPen(active_theme().color("critical-shape"), 1)
        pen.setDashPattern([3, 3])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        x = int(track.left() + room.capacity * self.full_share * scale)
        painter.drawLine(QPoint(x, int(track.top()) - 8), QPoint(x, int(track.bottom()) + 8))
        painter.restore()

    # -- choosing --------------------------------------------------------------------------

    def _at(self, position: QPoint) -> int:
        at = position.y() // _ROW
        return at if 0 <= at < len(self.rooms) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position().toPoint())
        if at != self._hover:
            self._hover = at
            self.setToolTip(_row_words(self.rooms[at]) if at >= 0 else "")
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position().toPoint())
        if at >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self._current = at
            self._toggle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step and self.rooms:
            self._current = max(0, min(self._current + step, len(self.rooms) - 1))
            self.update()
        elif event.key() == Qt.Key.Key_Space and self.rooms:
            self._toggle()
        else:
            super().keyPressEvent(event)

    def _toggle(self) -> None:
        self.update()
        if self.choosing:
            room = self.rooms[self._current]
            self.toggled.emit(room.ec2_id or room.host)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class DiskPanel(QWidget):
    """The right column: title with legend, the bars, what the dashed line is, and how many more."""

    def __init__(self) -> None:
        super().__init__()
        self.bars = DiskBars()
        self._all: tuple[NodeRoom, ...] = ()
        self._unfolded = False
        self._unit = ""
        self._title = Label(weight=600, elide=True)
        self._axis = Label(size="small", tone="text-2", wrap=True)
        self.more = Button("", kind="link", small=True, clicked=self._unfold)
        legend = row(
            _Swatch("role-core"), Label(_("now"), tone="text-2", size="small"), 4,
            _Swatch("emr-fee", _MOVES_IN), Label(_("moves in"), tone="text-2", size="small"), 4,
            _Swatch(""), Label(_("leaves"), tone="text-2", size="small"), spacing=5,
        )  # fmt: skip
        head = row(self._title, legend)
        head.setStretchFactor(self._title, 1)
        self.setLayout(
            column(
                head,
                4,
                self.bars,
                2,
                row(self._axis, self.more),
                None,
            )
        )

    def show_rooms(self, rooms: Sequence[NodeRoom], full_share: float) -> None:
        """Show the nodes: those that leave and the fullest first where there are many."""
        self._all = tuple(rooms)
        self.bars.full_share = full_share
        _factor, unit = unit_of(rooms)
        self._unit = unit
        self._name_it()
        self._axis.setText(
            _("Dashed: {share} of a disk, above which YARN gives the node no containers.").format(
                share=percent(full_share * 100)
            )
        )
        self._show()

    def _name_it(self) -> None:
        long = self.width() >= _WIDE
        title = _("Disk of each core node, {unit}") if long else _("Core disks, {unit}")
        self._title.setText(title.format(unit=self._unit))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow column the title is short, so that the legend stays beside it."""
        super().resizeEvent(event)
        self._name_it()

    def _show(self) -> None:
        folded = not self._unfolded and len(self._all) > _FOLDED + 2
        self.bars.show_rooms(_telling(self._all)[:_FOLDED] if folded else self._all)
        rest = len(self._all) - _FOLDED
        self.more.setVisible(folded)
        self.more.set_text(ngettext("{n} more node", "{n} more nodes", max(1, rest)).format(n=rest))

    def _unfold(self) -> None:
        self._unfolded = True
        self._show()


class _Swatch(QWidget):
    """A square of the legend; without a token it is hatched."""

    def __init__(self, token: str, alpha: float = 1.0) -> None:
        super().__init__()
        self._token, self._alpha = token, alpha
        self.setFixedSize(10, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._token:
            _hatch(painter, QRectF(self.rect()))
        else:
            color = QColor(active_theme().color(self._token))
            color.setAlphaF(self._alpha)
            painter.fillRect(self.rect(), color)
        painter.end()


def _hatch(painter: QPainter, box: QRectF) -> None:
    theme = active_theme()
    painter.fillRect(box, theme.color("sunken"))
    painter.fillRect(box, QBrush(theme.color("text-3"), Qt.BrushStyle.BDiagPattern))


def _too_full(room: NodeRoom, full_share: float) -> bool:
    return not room.takes or (room.capacity > 0 and room.after / room.capacity > full_share)


def _telling(rooms: Sequence[NodeRoom]) -> tuple[NodeRoom, ...]:
    """Those that leave, then by how full they become."""
    return tuple(sorted(rooms, key=lambda one: (not one.leaves, -one.after / max(1, one.capacity))))


def _figure(value: int, factor: int) -> str:
    amount = value / factor
    return decimal(amount, 0 if amount == 0 or amount >= 100 else 1)


def _row_words(room: NodeRoom) -> str:
    words = f"{short_host(room.host)}: {size(room.before)} → {size(room.after)}"
    words = _("{node} of {capacity}").format(node=words, capacity=size(room.capacity))
    if room.leaves:
        return _("{node}, leaves").format(node=words)
    return words if room.takes else _("{node}, takes no new blocks").format(node=words)
