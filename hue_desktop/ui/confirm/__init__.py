"""What every change goes through: the plan in figures and words, the question, the journal.

It is a box of parts for the screens that change something, not a screen of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.ui.confirm.budget_bar import BudgetBar
from hue_desktop.ui.confirm.budget_guard import BudgetGuard
from hue_desktop.ui.confirm.change_table import ChangeTable
from hue_desktop.ui.confirm.flow import (
    ask_and_submit,
    needs_question,
    propose,
    submit,
    submit_all,
)
from hue_desktop.ui.confirm.plan_dialog import PlanDialog, confirm_plan, is_destructive
from hue_desktop.ui.confirm.plan_panel import BudgetLines, CostHeadline, Facts, PlanPanel
from hue_desktop.ui.confirm.plan_sections import RiskLines, class_word, undo_sentence
from hue_desktop.ui.confirm.plan_sheet import PlanSheet

if TYPE_CHECKING:
    from hue_desktop.ui.page import TourStop

__all__ = [
    "BudgetBar",
    "BudgetGuard",
    "BudgetLines",
    "ChangeTable",
    "CostHeadline",
    "Facts",
    "PlanDialog",
    "PlanPanel",
    "PlanSheet",
    "RiskLines",
    "ask_and_submit",
    "class_word",
    "confirm_plan",
    "is_destructive",
    "needs_question",
    "propose",
    "submit",
    "submit_all",
    "tour_stops",
    "undo_sentence",
]


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.confirm.stops import stops

    return stops()
