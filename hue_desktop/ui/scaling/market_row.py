"""How new nodes are bought: the market, what is paid at most, and what happens when it is short."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from hue_desktop.core.format import node_rate
from hue_desktop.core.instances import Market
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Choice, ComboField, Label, Segmented, TextField, column, row
from hue_desktop.ui.scaling.words import market_word

__all__ = ["LABEL_WIDTH", "MarketRow", "caption"]

LABEL_WIDTH = 80


def caption(text: str) -> Label:
    """The name of a row, in the column that all rows of the sheet share."""
    label = Label(text, weight=500)
    label.setFixedWidth(LABEL_WIDTH)
    return label


class MarketRow(QWidget):
    """Market and the most to pay; ``changed`` tells a market key or an empty text for the rest.

    A group keeps its market and its limit for good: ``show_fixed`` says them instead of asking.
    """

    changed = Signal(str)

    def __init__(self, market: Market = Market.SPOT) -> None:
        super().__init__()
        self.segments = Segmented(
            (
                Choice(Market.SPOT.value, market_word(Market.SPOT)),
                Choice(Market.ON_DEMAND.value, market_word(Market.ON_DEMAND)),
            ),
            market.value,
            name=_("Market"),
        )
        self.bid_kind = ComboField(
            (("", _("on-demand price")), ("limit", _("a limit"))), name=_("Pay at most")
        )
        self.bid_kind.setMinimumWidth(136)
        self.bid = TextField(name=_("Limit in $/h of a node"), placeholder="0.250")
        self.bid.setFixedWidth(72)
        self._fixed = Label(weight=500)
        self._short = Label(_("If short"), tone="text-2")
        self._short_text = Label(_("keep what came, try on"), weight=500, elide=True)
        self._paying = QWidget()
        paying = row(
            Label(_("Pay at most"), tone="text-2"),
            self.bid_kind,
            self.bid,
            self._fixed,
            16,
            self._short,
            self._short_text,
            None,
        )
        self._indent = Label()
        self._indent.setFixedWidth(LABEL_WIDTH + 4)  # the gap of the row above is wider
        paying.insertWidget(0, self._indent)
        self._paying.setLayout(paying)
        self._line = row(
            row(caption(_("Market")), self.segments, None, spacing=12), self._paying, spacing=16
        )
        self._line.setStretch(1, 1)
        # As wide as there is room; two lines where that is too little.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setLayout(column(self._line))
        self.segments.chosen.connect(self._market_chosen)
        self.bid_kind.currentIndexChanged.connect(lambda _at: self._edited())
        self.bid.textChanged.connect(lambda _text: self._edited())
        self._show()

    @property
    def market(self) -> Market:
        """Spot or on-demand, as chosen."""
        return Market(self.segments.current)

    def choose(self, market: Market) -> None:
        """Choose as a person would."""
        self.segments.choose(market.value)

    def limit(self) -> tuple[float | None, str]:
        """The most to pay for a node and hour (``None``: on-demand), and what is wrong with it."""
        if self.market is not Market.SPOT or self.bid_kind.key != "limit":
            return None, ""
        text = self.bid.text().strip().lstrip("$")
        try:
            value = float(text)
        except ValueError:
            value = 0.0
        if value <= 0:
            return None, _("Say what a node may cost an hour, for example 0.250.")
        return value, ""

    def show_fixed(self, fixed: bool, bid_usd_hour: float | None = None) -> None:
        """``fixed``: the nodes come into a group whose limit is set and cannot be changed."""
        price = node_rate(bid_usd_hour) if bid_usd_hour else _("on-demand price")
        self._fixed.setText(price)
        self._fixed.setVisible(fixed)
        self.bid_kind.setVisible(not fixed)
        self.bid.setVisible(not fixed and self.bid_kind.key == "limit")

    def show_shortage(self, sentence: str) -> None:
        """What EMR does when EC2 has too few nodes, in whole."""
        self._short_text.setToolTip(sentence)
        self._short_text.setAccessibleDescription(sentence)

    def _market_chosen(self, key: str) -> None:
        self._show()
        self.changed.emit(key)

    def _edited(self) -> None:
        self.bid.setVisible(self.bid_kind.isVisibleTo(self) and self.bid_kind.key == "limit")
        self.bid.set_problem(self.limit()[1])
        self.changed.emit("")

    def _show(self) -> None:
        self._paying.setVisible(self.market is Market.SPOT)
        self.show_fixed(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is paid goes below the market where the row is too short for both."""
        super().resizeEvent(event)
        narrow = self.width() < 620
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._line.setSpacing(8 if narrow else 16)
        self._indent.setVisible(narrow)
        for label in (self._short, self._short_text):
            label.setVisible(not narrow)  # the plan says it, too
