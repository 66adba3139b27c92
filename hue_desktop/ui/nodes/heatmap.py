"""All nodes as cells, coloured by a property that the person picks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.text import _
from hue_desktop.services.nodes import NodeGroup
from hue_desktop.ui.charts.legend import LegendLine
from hue_desktop.ui.charts.node_blocks import NodeBlocks
from hue_desktop.ui.charts.node_colours import NodeProperty, choices_for
from hue_desktop.ui.charts.node_loads import NodeLoads
from hue_desktop.ui.charts.node_map import NodeMap
from hue_desktop.ui.parts import ComboField, Label, row
from hue_desktop.ui.theme import Theme

__all__ = ["Heatmap"]


class Heatmap(QWidget):
    """``property_chosen`` asks for the cells again."""

    property_chosen = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.map = NodeMap(theme)
        self._blocks = NodeBlocks()
        self.legend = LegendLine(theme)
        self.choice = ComboField(choices_for(()), name=_("What the colour means"))
        self.choice.currentIndexChanged.connect(lambda _index: self.property_chosen.emit())
        line = row(Label(_("Colour"), tone="text-2"), self.choice, self.legend, None, spacing=10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 10, 24, 12)
        layout.setSpacing(12)
        layout.addLayout(line)
        layout.addWidget(self.map, 1)

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these properties to colour by; the one in use stays, if it is among them."""
        offered = [(str(self.choice.itemData(i)), self.choice.itemText(i))
                   for i in range(self.choice.count())]  # fmt: skip
        if offered != list(choices):
            self.choice.set_items(choices)

    def show_nodes(
        self,
        groups: Sequence[NodeGroup],
        by_node: Mapping[str, float],
        now: datetime,
        loads: NodeLoads | None = None,
    ) -> None:
        """Colour and place the cells of these groups."""
        what = NodeProperty(self.choice.key)
        blocks, legend = self._blocks.of(groups, what, by_node, now, loads)
        self.map.set_blocks(blocks)
        self.legend.set_entries(legend)
