"""How a line of the transfers list is laid out and painted."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from hue_desktop.core.format import DASH
from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import Route, Transfer, TransferState
from hue_desktop.services.storage.locations import display
from hue_desktop.ui.parts import StateShape, paint_bar, paint_shape
from hue_desktop.ui.tables.texts import Texts
from hue_desktop.ui.theme import active_theme, pixmap
from hue_desktop.ui.transfers.words import (
    Display,
    amount_text,
    percent_text,
    problem_text,
    rate_text,
    route_text,
    share_of,
    source_text,
    state_word,
    time_left,
)

__all__ = ["ROW", "TransferDelegate", "Verb", "button_at", "verbs_of"]

ROW = 29
_GUTTER = 24
_MOVING = (TransferState.RUNNING, TransferState.LISTING)


@dataclass(frozen=True)
class Verb:
    """Something that can be done with a transfer."""

    key: str
    title: str
    icon: str


def verbs_of(transfer: Transfer) -> tuple[Verb, ...]:
    """The two buttons at the end of the line."""
    state = transfer.state
    cancel = Verb("cancel", _("Cancel"), "close")
    forget = Verb("forget", _("Remove from the list"), "close")
    if state is TransferState.PAUSED:
        return Verb("resume", _("Resume"), "play"), cancel
    if state is TransferState.FAILED:
        return Verb("retry", _("Retry failed"), "refresh"), forget
    if state is TransferState.CANCELLED:
        return Verb("resume", _("Resume"), "refresh"), forget
    if state is TransferState.DONE:
        return Verb("open", _("Open target"), "folder"), forget
    if transfer.route is Route.S3DISTCP:
        return (cancel,)
    return Verb("pause", _("Pause"), "pause"), cancel


@dataclass(frozen=True)
class _Cells:
    """Where everything stands in a line of some width; a missing cell has no width."""

    source: QRect
    arrow: QPoint
    target: QRect
    route: QRect
    bar: QRect
    percent: QRect
    amount: QRect
    rate: QRect
    left: QRect
    first: QRect
    second: QRect


def _cells(box: QRect) -> _Cells:
    high, top, width = box.height() - 1, box.top(), box.width()
    wide, roomy = width >= 1000, width >= 900
    right = box.right() + 1

    def cell(start: int, length: int) -> QRect:
        return QRect(start, top, max(0, length), high)

    second, first = cell(right - 44, 24), cell(right - 68, 24)
    time_left_ = cell(right - 176, 100)
    rate = cell(right - 262, 86)
    amount = cell(right - 400, 132) if roomy else cell(right - 262, 0)
    percent = cell(amount.left() - (54 if roomy else 44), 46)
    bar_width = 86 if roomy else 56
    bar = cell(percent.left() - bar_width - 4, bar_width)
    free = bar.left() - 14 - box.left() - _GUTTER
    route_width = round(0.245 * free) if wide else 0
    side = (free - route_width - 44) // 2
    source = cell(box.left() + _GUTTER, side)
    arrow = QPoint(source.right() + 8, box.center().y() - 7)
    target = cell(source.right() + 30, side)
    route = cell(target.right() + 12, route_width)
    return _Cells(source, arrow, target, route, bar, percent, amount, rate, time_left_, first,
                  second)  # fmt: skip


def button_at(box: QRect, where: QPoint, transfer: Transfer) -> Verb | None:
    """Which button of a line lies under the pointer."""
    cells, verbs = _cells(box), verbs_of(transfer)
    if cells.second.contains(where):
        return verbs[-1]
    if cells.first.contains(where) and len(verbs) > 1:
        return verbs[0]
    return None


class TransferDelegate(QStyledItemDelegate):
    """Paints a line: from, to, route, progress or what went wrong, and two buttons."""

    def __init__(self, parent: object = None, shown: Display = display) -> None:
        super().__init__(parent)  # type: ignore[arg-type]
        self._shown = shown
        self._texts = Texts()
        self.hot: tuple[int, str] | None = None  #: transfer and verb under the pointer

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(400, ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        transfer = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(transfer, Transfer):
            return
        theme, box = active_theme(), option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("selection"))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, theme.color("line"))
        cells = _cells(box)
        draw = self._texts.draw
        draw(painter, cells.source, source_text(transfer.request, self._shown), "text")
        painter.drawPixmap(cells.arrow, pixmap("arrow-right", "text-2", 14))
        draw(painter, cells.target, self._shown(transfer.request.target), "text")
        if cells.route.width() > 40:
            draw(painter, cells.route, route_text(transfer), "text-2")
        problem = problem_text(transfer)
        if problem:
            self._paint_problem(painter, cells, transfer, problem)
        else:
            self._paint_progress(painter, cells, transfer)
        self._paint_buttons(painter, cells, transfer)

    def _paint_problem(
        self, painter: QPainter, cells: _Cells, transfer: Transfer, text: str
    ) -> None:
        failed = transfer.state is TransferState.FAILED
        shape = StateShape.FAILED if failed else StateShape.ATTENTION
        middle = cells.bar.center().y() + 0.5
        paint_shape(painter, shape, QPointF(cells.bar.left() + 5, middle), 9)
        room = QRect(cells.bar)
        room.setLeft(cells.bar.left() + 16)
        room.setRight(cells.first.left() - 8)
        self._texts.draw(painter, room, text, "critical" if failed else "warn")

    def _paint_progress(self, painter: QPainter, cells: _Cells, transfer: Transfer) -> None:
        progress, state = transfer.progress, transfer.state
        draw = self._texts.draw
        moving = state in _MOVING
        if state in (TransferState.DONE, TransferState.CANCELLED):
            shape = StateShape.DONE if state is TransferState.DONE else StateShape.STOPPED
            middle = cells.bar.center().y() + 0.5
            paint_shape(painter, shape, QPointF(cells.bar.left() + 5, middle), 9)
            words = QRect(
                cells.bar.left() + 16,
                cells.bar.top(),
                cells.percent.right() - cells.bar.left() - 16,
                cells.bar.height(),
            )
            draw(painter, words, state_word(state), "text-2")
        else:
            bar = QRectF(cells.bar.left(), cells.bar.center().y() - 1, cells.bar.width(), 4)
            paint_bar(painter, bar, share_of(progress) or 0.0, "accent-text" if moving else "other")
            draw(painter, cells.percent, percent_text(progress), "text", weight=600, align="right")
        if cells.amount.width():
            draw(painter, cells.amount, amount_text(progress), "text-2", align="right")
        if moving:
            rate = rate_text(progress.bytes_per_s)
            draw(painter, cells.rate, rate, "text", weight=600, align="right")
        elif not state.ended:
            draw(painter, cells.rate, state_word(state), "text-2", align="right")
        left = time_left(transfer) if state is not TransferState.PAUSED else DASH
        draw(painter, cells.left, left, "text-2", align="right")

    def _paint_buttons(self, painter: QPainter, cells: _Cells, transfer: Transfer) -> None:
        verbs = verbs_of(transfer)
        boxes = (cells.first, cells.second) if len(verbs) > 1 else (cells.second,)
        for verb, box in zip(verbs, boxes, strict=True):
            if self.hot == (transfer.id, verb.key):
                painter.save()
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(active_theme().color("sunken"))
                painter.drawRoundedRect(box.adjusted(0, 2, 0, -2), 4, 4)
                painter.restore()
            where = QPoint(box.center().x() - 6, box.center().y() - 6)
            painter.drawPixmap(where, pixmap(verb.icon, "text-2", 14))
