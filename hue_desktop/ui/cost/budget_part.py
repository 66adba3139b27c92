"""The connection's budget on the page of a cluster's costs: now, and the month at this rhythm."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.budget import BudgetForecast, BudgetUse
from hue_desktop.core.format import money, money_rate, percent
from hue_desktop.core.text import _
from hue_desktop.ui.confirm import BudgetBar
from hue_desktop.ui.parts import Label, Rule, StateMark, StateShape, row

__all__ = ["BudgetPart"]


class BudgetPart(QWidget):
    """The month's bar, with what is used now below it; hidden without a budget."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Label(weight=500)
        self._mark = StateMark(StateShape.FAILED, 10)
        self._figure = Label(weight=500)
        self._bar = BudgetBar()
        self._share = Label(tone="text-2", size="small", elide=True)
        self._now = Label(tone="text-2", size="small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 0, 0, 12)
        layout.setSpacing(0)
        layout.addWidget(Rule("h"))
        layout.addSpacing(10)
        layout.addLayout(row(self._title, None, self._mark, self._figure, spacing=6))
        layout.addSpacing(6)
        layout.addWidget(self._bar)
        layout.addSpacing(4)
        line = row(self._share, self._now)
        line.setStretchFactor(self._share, 1)
        layout.addLayout(line)
        self.hide()

    def show_forecast(self, connection: str, month: str, forecast: BudgetForecast | None) -> None:
        """The month as a word (``November``), and what it comes to; ``None`` hides all."""
        self.setVisible(forecast is not None)
        if forecast is None:
            return
        title = _("Budget of {name}, {month}").format(month=month, name=connection)
        self._title.setText(title)
        self._title.setToolTip(
            _("What the whole connection costs if it goes on as now, against its budget.")
        )
        words = _("{month} of {budget}").format(
            month=money(forecast.month_usd, 0), budget=money(forecast.budget_usd, 0)
        )
        self._figure.setText(words)
        self._figure.set_tone("critical" if forecast.exceeded else "")
        self._mark.setVisible(forecast.exceeded)
        self._bar.show_use(BudgetUse(forecast.month_usd, forecast.month_usd, forecast.budget_usd))
        text = percent(100 * forecast.share)
        if forecast.cluster_usd is not None:
            text = _("{share}, {cluster} of it this cluster").format(
                share=text, cluster=money(forecast.cluster_usd, 0)
            )
        self._share.setText(text)
        use = forecast.use
        now = _("now {usd} of {limit}").format(usd=money(use.now), limit=money_rate(use.limit))
        self._now.setText(now)
        self.setAccessibleName(f"{title}: {words}. {text}, {now}")
