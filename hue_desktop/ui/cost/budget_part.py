"""The connection's budget on the page of a cluster's costs: now, and the month at this rhythm."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.budget import BudgetForecast
from hue_desktop.core.format import money, percent
from hue_desktop.core.text import _
from hue_desktop.ui.confirm import BudgetLines
from hue_desktop.ui.parts import Label, Rule, StateMark, StateShape, row

__all__ = ["BudgetPart"]


class BudgetPart(QWidget):
    """Hidden without a budget."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = BudgetLines(compare=False)
        self._month = Label(tone="text-2")
        self._mark = StateMark(StateShape.FAILED, 10)
        self._figure = Label(weight=500)
        self._share = Label(tone="text-2", size="small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 4, 0, 12)
        layout.setSpacing(0)
        layout.addWidget(Rule("h"))
        layout.addSpacing(10)
        layout.addWidget(self.lines)
        layout.addSpacing(6)
        layout.addLayout(row(self._month, None, self._mark, self._figure, spacing=6))
        layout.addWidget(self._share)
        self.hide()

    def show_forecast(self, connection: str, month: str, forecast: BudgetForecast | None) -> None:
        """The month as a word (``November``), and what it comes to; ``None`` hides all."""
        self.setVisible(forecast is not None)
        if forecast is None:
            return
        self.lines.show_use(connection, forecast.use)
        self._month.setText(_("{month} at this rhythm").format(month=month))
        words = _("{month} of {budget}").format(
            month=money(forecast.month_usd, 0), budget=money(forecast.budget_usd, 0)
        )
        self._figure.setText(words)
        self._figure.set_tone("critical" if forecast.exceeded else "")
        self._mark.setVisible(forecast.exceeded)
        share = percent(100 * forecast.share)
        text = _("{share} of the month’s budget").format(share=share)
        if forecast.cluster_usd is not None:
            text = _("{share} of the month’s budget, {cluster} of it this cluster").format(
                share=share, cluster=money(forecast.cluster_usd, 0)
            )
        self._share.setText(text)
        self.setAccessibleName(f"{self._month.text()}: {words}. {text}")
