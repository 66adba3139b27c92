"""The location line: reads as a URI, each part leads there, and any other URI can be typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QStyle, QStyleOptionFrame

from hue_desktop.core.storage import Location, StoreKind
from hue_desktop.core.text import _
from hue_desktop.ui.parts import set_look
from hue_desktop.ui.theme import active_theme, pixmap

__all__ = ["STORE_ICONS", "PathField"]

STORE_ICONS = {StoreKind.LOCAL: "computer", StoreKind.S3: "cloud", StoreKind.HDFS: "storage"}
_ICON_ROOM = 28
_TEXT_AT = _ICON_ROOM + 3
_TEXT_RIGHT = 8
_DOTS = "…"
_SETTLE_MS = 140

_Crumb = tuple[int, int, Location]  #: begin and end in the text, and where that part leads


class PathField(QLineEdit):
    """``entered`` brings the text a person typed, ``crumb_clicked`` a location above this one.

    ``completion_wanted`` comes while one types; ``offer`` answers it. ``places_requested`` asks for
    the menu of places under a point.
    """

    entered = Signal(str)
    crumb_clicked = Signal(object)
    completion_wanted = Signal(str)
    places_requested = Signal(QPoint)
    left = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText("s3://… hdfs://… /…")
        self.setProperty("search", True)
        self.setMouseTracking(True)
        self._location: Location | None = None
        self._shown = ""
        self._crumbs: list[_Crumb] = []
        self._hovered: _Crumb | None = None
        self._entering = False  #: the focus came with the press that is being handled
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._popup = QListView()
        self._popup.setAccessibleName(_("Locations that fit"))
        completer.setPopup(self._popup)
        completer.activated.connect(self._completed)
        self.setCompleter(completer)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(lambda: self.completion_wanted.emit(self.text()))
        self.textEdited.connect(lambda _text: self._settle.start())

    def show_location(
        self, location: Location, text: str, above: Sequence[tuple[str, Location]]
    ) -> None:
        """Show ``text``; ``above`` are the locations over it, nearest first, with their texts."""
        self._location = location
        self._shown = text
        ends = [len(text)]
        self._crumbs = []
        for upper_text, upper in above:
            if not text.startswith(upper_text) or len(upper_text) >= ends[-1]:
                break
            ends.append(len(upper_text))
            self._crumbs.append((0, len(upper_text), upper))
        for place, (_begin, end, upper) in enumerate(self._crumbs[:-1]):
            self._crumbs[place] = (self._crumbs[place + 1][1], end, upper)
        self._put_back()
        self.setAccessibleDescription(text)

    @property
    def shown_text(self) -> str:
        """The location as it was told, whatever is being typed."""
        return self._shown

    def set_lit(self, on: bool) -> None:
        """Show that this is the pane that keys go to."""
        set_look(self, lit=on)

    def set_problem(self, sentence: str) -> None:
        """Mark the text wrong, or with an empty sentence right again."""
        set_look(self, problem=bool(sentence))
        self.setToolTip(sentence)

    def offer(self, text: str, names: Sequence[str]) -> None:
        """What would complete ``text``, if that is still what stands here."""
        if text != self.text() or not self.hasFocus():
            return
        self._names.setStringList(list(names))
        if names and list(names) != [text]:
            self.completer().complete()
        else:
            self._popup.hide()

    def edit(self) -> None:
        """Put the cursor in and select everything."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def _put_back(self) -> None:
        self.set_problem("")
        self.setText(self._shown)
        self.setToolTip(self._shown)
        self.setCursorPosition(len(self._shown))  # a long path shows where it ends

    def _completed(self, text: str) -> None:
        self.setText(text)
        if text.endswith("/"):
            self._settle.start()

    # Crumbs

    def _crumb_at(self, where: QPoint) -> _Crumb | None:
        """The part above the present place that is under the pointer."""
        editing = self.hasFocus() and not self._entering
        if editing or where.x() < _ICON_ROOM:
            return None
        at = self._position_at(where)
        return next((crumb for crumb in self._crumbs if crumb[0] <= at < crumb[1]), None)

    def _cut(self) -> int:
        """How many characters at the beginning give way to "…" while nobody types; 0: none.

        A narrow pane shows where the location ends, from the start of one of its parts if it can.
        """
        text, metrics = self._shown, self.fontMetrics()
        room = self.width() - _TEXT_AT - _TEXT_RIGHT
        if (self.hasFocus() and not self._entering) or self.text() != text:
            return 0
        if metrics.horizontalAdvance(text) <= room:
            return 0
        fitting = [at for at in range(1, len(text))
                   if metrics.horizontalAdvance(_DOTS + text[at:]) <= room]  # fmt: skip
        parts = [at for at in fitting if text[at] == "/" and at < len(text) - 1]
        return (parts or fitting or [len(text) - 1])[0]

    def _position_at(self, where: QPoint) -> int:
        cut = self._cut()
        if not cut:
            return self.cursorPositionAt(where)
        last = len(self._shown)
        return next((at for at in range(cut, last) if self._x_of(at + 1) > where.x()), last)

    def _x_of(self, position: int) -> int:
        cut = self._cut()
        text = _DOTS + self._shown[cut:position] if cut else self._shown[:position]
        return self.fontMetrics().horizontalAdvance(text) + _TEXT_AT

    # Qt

    def mousePressEvent(self, event: QMouseEvent) -> None:
        where = event.position().toPoint()
        if event.button() is Qt.MouseButton.LeftButton:
            if where.x() < _ICON_ROOM:
                self._entering = False
                self.places_requested.emit(self.mapToGlobal(QPoint(0, self.height())))
                return
            crumb = self._crumb_at(where)
            if crumb is not None:
                self._entering = False
                self.crumb_clicked.emit(crumb[2])
                return
        self._entering = False
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        where = event.position().toPoint()
        crumb = self._crumb_at(where)
        if crumb != self._hovered:
            self._hovered = crumb
            self.update()
        pointing = crumb is not None or where.x() < _ICON_ROOM
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.IBeamCursor
        )
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: object) -> None:
        self._hovered = None
        self.update()
        super().leaveEvent(event)  # type: ignore[arg-type]

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Qt hands over the focus before it delivers the press that asks for it.
        self._entering = event.reason() is Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._settle.stop()
            self._put_back()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), event.modifiers() & Qt.KeyboardModifier.AltModifier
        if key == Qt.Key.Key_Escape:
            self._put_back()
            self.left.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._settle.stop()
            self._popup.hide()
            self.entered.emit(self.text().strip())
        elif key == Qt.Key.Key_Down and alt:
            self.places_requested.emit(self.mapToGlobal(QPoint(0, self.height())))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        cut = self._cut()
        if not cut:
            super().paintEvent(event)
        painter = QPainter(self)
        if cut:
            self._paint_cut(painter, _DOTS + self._shown[cut:])
        kind = self._location.store.kind if self._location else StoreKind.LOCAL
        image = pixmap(STORE_ICONS[kind], "accent-text", 14)
        painter.drawPixmap(QPoint(9, self.height() // 2 - 7), image)
        if self._hovered is not None and not self.hasFocus():
            begin, end, _location = self._hovered
            begin = max(begin, cut)
            painter.setPen(active_theme().color("accent-text"))
            line = self.height() // 2 + self.fontMetrics().ascent() // 2 + 3
            painter.drawLine(self._x_of(begin), line, self._x_of(end), line)
        painter.end()

    def _paint_cut(self, painter: QPainter, text: str) -> None:
        """The field as Qt draws it, with a shortened text."""
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        panel = QStyle.PrimitiveElement.PE_PanelLineEdit
        self.style().drawPrimitive(panel, option, painter, self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.setFont(self.font())
        box = self.rect().adjusted(_TEXT_AT, 0, -_TEXT_RIGHT + 2, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
