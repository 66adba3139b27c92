"""Where the blocks of an HDFS file lie: one line a DataNode, one column a block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QToolTip, QVBoxLayout, QWidget

from hue_desktop.core.file_systems import BlockPlace
from hue_desktop.core.format import count, size
from hue_desktop.core.storage import StoreKind
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.parts import Label, Scroll
from hue_desktop.ui.storage.panel import Panel, Target
from hue_desktop.ui.theme import active_theme

__all__ = ["BlockMap", "BlocksPanel", "blocks_sentence"]

_LINE = 22
_TOP = 22
_LABEL = 150
_GAP = 1
_SMALLEST, _LARGEST = 4.0, 26.0


def blocks_sentence(blocks: Sequence[BlockPlace], wanted: int | None) -> str:
    """How many blocks of what size on how many nodes, and what is wrong with them."""
    hosts = {host for block in blocks for host in block.hosts}
    largest = max((block.length for block in blocks), default=0)
    text = ngettext("{n} block", "{n} blocks", len(blocks)).format(n=count(len(blocks)))
    text = _("{blocks} of up to {size} on {hosts}").format(
        blocks=text,
        size=size(largest),
        hosts=ngettext("{n} node", "{n} nodes", len(hosts)).format(n=len(hosts)),
    )
    copies = Counter(len(block.hosts) for block in blocks)
    parts = [text]
    missing, corrupt = copies.get(0, 0), sum(block.corrupt for block in blocks)
    few = sum(n for held, n in copies.items() if wanted and 0 < held < wanted)
    if missing:
        parts.append(_("{n} without any copy").format(n=count(missing)))
    if corrupt:
        parts.append(_("{n} corrupt").format(n=count(corrupt)))
    if few:
        parts.append(_("{n} with fewer copies than {w}").format(n=count(few), w=wanted))
    if not (missing or corrupt or few) and copies:
        least = min(copies)
        parts.append(ngettext("{n} copy of each", "{n} copies of each", least).format(n=least))
    return " · ".join(parts)


class BlockMap(QWidget):
    """Painted by itself; its tooltip tells of the block under the pointer."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: tuple[BlockPlace, ...] = ()
        self._hosts: list[str] = []
        self._wanted: int | None = None
        self.setMouseTracking(True)
        active_theme().changed.connect(self.update)

    def show_blocks(self, blocks: Sequence[BlockPlace], wanted: int | None) -> None:
        """Show a file's blocks; ``wanted`` copies are what it should have."""
        self._blocks, self._wanted = tuple(blocks), wanted
        held: Counter[str] = Counter(host for block in blocks for host in block.hosts)
        self._hosts = sorted(held)
        self.setMinimumHeight(self.sizeHint().height())
        self.setAccessibleDescription(", ".join(f"{host}: {held[host]}" for host in self._hosts))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, _TOP + _LINE * (len(self._hosts) + 1) + 8)

    def _cell(self) -> tuple[float, int]:
        """How wide a column is, and how many blocks it stands for."""
        room = max(self.width() - _LABEL - 16, 40)
        blocks = max(len(self._blocks), 1)
        together = max(1, -(-blocks // max(int(room / _SMALLEST), 1)))
        columns = -(-blocks // together)
        return min(room / columns, _LARGEST), together

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = active_theme()
        painter = QPainter(self)
        width, together = self._cell()
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text-2"))
        self._paint_axis(painter, width, together)
        for line, host in enumerate(self._hosts):
            top = _TOP + line * _LINE
            painter.setPen(theme.color("text-2"))
            short = host.split(":")[0].split(".")[0]
            held = sum(host in block.hosts for block in self._blocks)
            flag = Qt.AlignmentFlag
            label = QRectF(0, top, _LABEL - 44, _LINE)
            painter.drawText(label, flag.AlignLeft | flag.AlignVCenter, short)
            number = QRectF(_LABEL - 44, top, 36, _LINE)
            painter.drawText(number, flag.AlignRight | flag.AlignVCenter, count(held))
            self._paint_line(painter, host, top, width, together)
        painter.end()

    def _paint_axis(self, painter: QPainter, width: float, together: int) -> None:
        last = len(self._blocks)
        flag = Qt.AlignmentFlag
        painter.drawText(QRectF(0, 0, _LABEL - 8, _TOP), flag.AlignVCenter, _("DataNode"))
        painter.drawText(QRectF(_LABEL, 0, 120, _TOP), flag.AlignVCenter, _("block 1"))
        if last > 1:
            right = _LABEL + width * -(-last // together)
            if right > _LABEL + 90:
                box = QRectF(right - 80, 0, 80, _TOP)
                painter.drawText(box, flag.AlignRight | flag.AlignVCenter, count(last))

    def _paint_line(
        self, painter: QPainter, host: str, top: int, width: float, together: int
    ) -> None:
        theme = active_theme()
        for place in range(0, len(self._blocks), together):
            group = self._blocks[place : place + together]
            box = QRectF(
                _LABEL + width * (place // together), top + 3, max(width - _GAP, 2), _LINE - 6
            )
            here = [block for block in group if host in block.hosts]
            token = "sunken"
            if here:
                bad = any(block.corrupt for block in here)
                few = any(self._wanted and len(block.hosts) < self._wanted for block in here)
                token = "critical-shape" if bad else "warn-shape" if few else "role-core"
            color = theme.color(token)
            if here and together > 1:
                color.setAlphaF(0.35 + 0.65 * len(here) / len(group))
            painter.fillRect(box, color)

    def block_at(self, where: QPoint) -> BlockPlace | None:
        """The (first) block of the column under a point."""
        width, together = self._cell()
        place = int((where.x() - _LABEL) // width) * together if where.x() >= _LABEL else -1
        return self._blocks[place] if 0 <= place < len(self._blocks) else None

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            block = self.block_at(event.pos())
            QToolTip.showText(event.globalPos(), _tip(block) if block else "", self)
            return True
        return super().event(event)


def _tip(block: BlockPlace) -> str:
    lines = [
        _("From byte {offset}, {size}").format(offset=count(block.offset), size=size(block.length)),
        *(block.hosts or (_("no copy"),)),
    ]
    if block.corrupt:
        lines.append(_("corrupt"))
    return "\n".join(lines)


class BlocksPanel(Panel):
    """A sentence and the map."""

    key = "blocks"
    title = _("Blocks")
    icon = "blocks"

    def make_content(self) -> QWidget:
        self.sentence = Label("", wrap=True)
        self.legend = Label(
            _("Each column is a block; filled where the node holds a copy."),
            tone="text-2",
            size="small",
            wrap=True,
        )
        self.map = BlockMap()
        self.map.setAccessibleName(_("Copies of each block by node"))
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(24, 16, 12, 16)
        layout.setSpacing(8)
        for part in (self.sentence, self.legend, self.map):
            layout.addWidget(part)
        layout.addStretch(1)
        scroll: QScrollArea = Scroll(body)
        return scroll

    @classmethod
    def fits(cls, target: Target) -> bool:
        return target.kind is StoreKind.HDFS and not target.is_folder

    def begin(self, target: Target) -> None:
        service = self.source.service
        wanted = target.row.entry.details.get("replication")

        def show(blocks: tuple[BlockPlace, ...]) -> None:
            if not blocks:
                self.states.show_empty(_("No blocks"), _("An empty file takes no block."))
                return
            copies = int(wanted) if wanted else None
            self.sentence.setText(blocks_sentence(blocks, copies))
            self.map.show_blocks(blocks, copies)
            self.states.show_content()

        self.ask(lambda: tuple(service.blocks(target.location)), show, _("Asking the NameNode"))
