"""Cells that only the table of candidates has: what is picked, a type with its marks, its price."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from hue_desktop.core.candidates.values import Candidate, SpotLine
from hue_desktop.core.format import DASH
from hue_desktop.core.text import _
from hue_desktop.ui.tables import Column, RowsModel
from hue_desktop.ui.tables.delegate import CellDelegate
from hue_desktop.ui.theme import Theme, active_theme

__all__ = ["LINE_DAYS", "CandidateDelegate", "Mark", "marks_of", "price_steps"]

LINE_DAYS = 90  #: how far the price line looks back; EC2 keeps no older Spot prices
_DAY_S = 86_400
_LINE_HEIGHT = 24
_MAX_LINE = 132

Mark = tuple[str, str]
"""A word after a type's name and its look: ``badge``, ``accent`` or ``quiet``."""


def marks_of(one: Candidate, own_word: str) -> tuple[Mark, ...]:
    """What stands after the name: suggested, what the cluster has, another processor."""
    marks: list[Mark] = []
    if one.suggested:
        marks.append((_("suggested"), "accent"))
    if one.own and own_word:
        marks.append((own_word, "quiet"))
    if one.type.arch != "x86_64":
        marks.append((one.type.arch, "badge"))
    return tuple(marks)


def price_steps(
    line: SpotLine, until: float, on_demand: float | None
) -> Sequence[tuple[float, float]]:
    """The corners of a price line as shares: of the days shown, and of the on-demand price.

    A price holds until the next one, so that each change is a step; what is dearer than on-demand
    ends at the top. Without an on-demand price the highest price of the line is the top.
    """
    top = on_demand or max((price for _at, price in line), default=0.0)
    since, span = until - LINE_DAYS * _DAY_S, LINE_DAYS * _DAY_S
    if top <= 0:
        return ()
    corners: list[tuple[float, float]] = []
    for at, price in line:
        x = min(max((at - since) / span, 0.0), 1.0)
        y = min(price / top, 1.0)
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    if corners:
        corners.append((1.0, corners[-1][1]))
    return corners


class CandidateDelegate(CellDelegate):
    """Paints the rows of a ``RowsModel`` of candidates.

    ``is_picked`` tells whether a row's circle (or, with ``many``, its box) is filled, ``awaited``
    has the names whose price line is on its way; ``own_word`` is written after the type that the
    cluster has.
    """

    def __init__(
        self,
        model: RowsModel[Candidate],
        padding: int,
        *,
        is_picked: Callable[[Candidate], bool],
        awaited: Set[str],
        many: bool,
    ) -> None:
        super().__init__(model, padding)
        self._awaited = awaited
        self._is_picked = is_picked
        self._many = many
        self.own_word = ""
        self.until = 0.0  #: epoch seconds at the right end of all price lines
        self._lines: dict[str, tuple[SpotLine, float, tuple[int, int], QPolygonF]] = {}

    def _paint_cell(
        self, painter: QPainter, theme: Theme, box: QRect, row: Candidate, column: Column[Candidate]
    ) -> None:
        if column.key == "pick":
            draw = _paint_check if self._many else _paint_radio
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(painter, QPointF(box.left() + 8, box.center().y() + 0.5), self._is_picked(row))
            painter.restore()
        elif column.key == "type":
            self._paint_type(painter, theme, box, row)
        elif column.key == "line":
            self._paint_line(painter, theme, box, row)
        else:
            super()._paint_cell(painter, theme, box, row, column)

    def _paint_type(self, painter: QPainter, theme: Theme, box: QRect, one: Candidate) -> None:
        weight = 600 if self._is_picked(one) else 500
        self._texts.draw(painter, box, one.name, "text", weight=weight)
        left = box.left() + round(self._texts.width(one.name, "body", weight)) + 8
        for word, look in marks_of(one, self.own_word):
            font_weight = 400 if look == "quiet" else 600
            width = math.ceil(self._texts.width(word, "small", font_weight))
            room = width + (10 if look == "badge" else 0)
            if left + room > box.right() + 1:
                return
            spot = QRect(left, box.top() + 1, room, box.height())
            if look == "badge":
                ground = QRectF(left, box.center().y() - 7.5, room, 17)
                _paint_ground(painter, theme, ground)
            token = {"accent": "accent-text", "quiet": "text-2", "badge": "text-2"}[look]
            align = "center" if look == "badge" else "left"
            self._texts.draw(
                painter, spot, word, token, weight=font_weight, align=align, size="small"
            )
            left += room + 6

    def _paint_line(self, painter: QPainter, theme: Theme, box: QRect, one: Candidate) -> None:
        if not one.spot_line:
            text = "…" if one.name in self._awaited else DASH
            self._texts.draw(painter, box, text, "text-3", align="center")
            return
        points = self._points(one, (min(box.width(), _MAX_LINE), _LINE_HEIGHT))
        if points.isEmpty():
            return
        token = "accent-text" if self._is_picked(one) else "role-spot-line"
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(box.left() + 1, box.center().y() - _LINE_HEIGHT / 2 + 0.5)
        painter.setPen(QPen(theme.color(token), 1.2))
        painter.drawPolyline(points)
        painter.setBrush(theme.color(token))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(points.at(points.size() - 1), 1.8, 1.8)
        painter.restore()

    def _points(self, one: Candidate, size: tuple[int, int]) -> QPolygonF:
        """The line in pixels; a row is painted far oftener than its prices change."""
        kept = self._lines.get(one.name)
        if kept is not None and kept[:3] == (one.spot_line, self.until, size):
            return kept[3]
        width, height = size[0] - 4, size[1] - 4
        steps = price_steps(one.spot_line, self.until, one.price.on_demand_usd_hour)
        points = QPolygonF([QPointF(x * width, 2 + (1 - y) * height) for x, y in steps])
        self._lines[one.name] = (one.spot_line, self.until, size, points)
        return points


def _paint_ground(painter: QPainter, theme: Theme, ground: QRectF) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("sunken"))
    painter.drawRoundedRect(ground, 3, 3)
    painter.restore()


def _paint_radio(painter: QPainter, middle: QPointF, picked: bool) -> None:
    theme = active_theme()
    painter.setBrush(theme.color("surface"))
    painter.setPen(QPen(theme.color("accent-fill" if picked else "control"), 1.5))
    painter.drawEllipse(middle, 7.0, 7.0)
    if picked:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent-fill"))
        painter.drawEllipse(middle, 4.0, 4.0)


def _paint_check(painter: QPainter, middle: QPointF, picked: bool) -> None:
    theme = active_theme()
    box = QRectF(middle.x() - 7, middle.y() - 7, 14, 14)
    painter.setBrush(theme.color("accent-fill" if picked else "surface"))
    painter.setPen(QPen(theme.color("accent-fill" if picked else "control"), 1.5))
    painter.drawRoundedRect(box, 3, 3)
    if picked:
        painter.setPen(QPen(theme.color("on-accent"), 1.8))
        x, y = middle.x(), middle.y()
        painter.drawPolyline([QPointF(x - 3.5, y), QPointF(x - 1, y + 3), QPointF(x + 4, y - 3)])
