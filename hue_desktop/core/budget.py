"""How a change uses up the hourly budget of its connection."""

from __future__ import annotations

from dataclasses import dataclass

from hue_desktop.core.changes import Plan

__all__ = ["BudgetUse", "budget_use"]

_TIGHT = 0.9  #: from this share of the budget on, a person should look twice


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """Dollars per hour of a whole connection before and after a change, and its limit."""

    now: float
    after: float
    limit: float

    @property
    def left(self) -> float:
        """What the change leaves of the budget; negative when it goes over."""
        return self.limit - self.after

    @property
    def exceeded(self) -> bool:
        """Whether the connection costs more than its budget afterwards."""
        return self.left < 0

    @property
    def tight(self) -> bool:
        """Whether little is left, or less than nothing."""
        return self.after >= _TIGHT * self.limit

    def share(self, usd_hour: float) -> float:
        """A cost as a share of the budget; 0 to 1, or more when it is over."""
        return usd_hour / self.limit if self.limit > 0 else 0.0


def budget_use(plan: Plan) -> BudgetUse | None:
    """The budget line of a plan; ``None`` without a budget, a cost or a sum to start from."""
    if not plan.budget_usd_hour or plan.cost is None or plan.connection_usd_hour is None:
        return None
    now = plan.connection_usd_hour
    return BudgetUse(now, max(now + plan.cost.delta, 0.0), plan.budget_usd_hour)
