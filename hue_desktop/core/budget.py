"""How a change uses up the hourly budget of its connection, and what must be asked before it does.

The budget is dollars per hour of a whole connection (``Connection.hourly_budget_usd``). A change
that adds cost is held against it; what cannot be held against it is said, never let through as if
it were free.
"""

from __future__ import annotations

from dataclasses import dataclass

from hue_desktop.core.changes import Plan
from hue_desktop.core.format import money_rate
from hue_desktop.core.text import _, ngettext

__all__ = [
    "BudgetForecast",
    "BudgetUse",
    "acknowledgement",
    "budget_forecast",
    "budget_question",
    "budget_use",
]

_TIGHT = 0.9  #: from this share of the budget on, a person should look twice
_CENT = 0.005  #: less than that is not shown, and asks nothing


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """Dollars per hour of a whole connection before and after a change, and its limit.

    ``unknown`` counts the nodes that the change adds and whose price nobody knows: with any,
    ``after`` is the least that it can be.
    """

    now: float
    after: float
    limit: float
    unknown: int = 0

    @property
    def left(self) -> float:
        """What the change leaves of the budget; negative when it goes over."""
        return self.limit - self.after

    @property
    def exceeded(self) -> bool:
        """Whether the connection costs more than its budget afterwards."""
        return self.left < 0

    @property
    def adds(self) -> bool:
        """Whether the connection costs more than now, or may."""
        return self.unknown > 0 or self.after - self.now > _CENT

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
    after = max(now + plan.cost.delta, 0.0)
    return BudgetUse(now, after, plan.budget_usd_hour, _unpriced(plan))


def budget_question(plan: Plan) -> str:
    """Why a plan needs more than a yes because of the budget; empty when it does not.

    It does when it adds cost and the connection is over its budget then, and when nobody can tell
    whether it is: a price or the connection's own sum is not known.
    """
    cost, limit = plan.cost, plan.budget_usd_hour
    if not limit or cost is None or plan.blocked:
        return ""
    unpriced = _unpriced(plan)
    if cost.delta <= _CENT and not unpriced:
        return ""
    use = budget_use(plan)
    if use is None:
        return _(
            "What {name} costs now is not known, so its budget of {limit} cannot be checked."
        ).format(name=plan.connection, limit=money_rate(limit))
    if use.exceeded:
        return _("{name} then costs {after}, {over} more than its budget of {limit}.").format(
            name=plan.connection,
            after=money_rate(use.after, at_least=use.unknown > 0),
            over=money_rate(-use.left),
            limit=money_rate(limit),
        )
    if use.unknown:
        return ngettext(
            "The price of {n} new node is not known, so nobody can tell whether {name} stays "
            "within its budget of {limit}.",
            "The prices of {n} new nodes are not known, so nobody can tell whether {name} stays "
            "within its budget of {limit}.",
            use.unknown,
        ).format(n=use.unknown, name=plan.connection, limit=money_rate(limit))
    return ""


def acknowledgement(plan: Plan) -> str:
    """The words that a person ticks where :func:`budget_question` asks."""
    use = budget_use(plan)
    if use is not None and use.exceeded:
        return _("Go over the budget of {name}").format(name=plan.connection)
    return _("Go on without knowing whether the budget of {name} holds").format(
        name=plan.connection
    )


def _unpriced(plan: Plan) -> int:
    """Nodes without a price that the plan adds."""
    return max(0, plan.cost.after.unknown - plan.cost.before.unknown) if plan.cost else 0


@dataclass(frozen=True, slots=True)
class BudgetForecast:
    """A calendar month of a connection against what its hourly budget comes to over that month.

    ``month_usd`` is what the month costs if everything runs on as now, ``budget_usd`` the budget of
    all its hours, ``cluster_usd`` the part of one cluster; ``None`` is not known.
    """

    use: BudgetUse
    budget_usd: float
    month_usd: float
    cluster_usd: float | None = None

    @property
    def share(self) -> float:
        """The month as a share of its budget."""
        return self.month_usd / self.budget_usd if self.budget_usd > 0 else 0.0

    @property
    def exceeded(self) -> bool:
        """Whether the month costs more than its budget at this rhythm."""
        return self.month_usd > self.budget_usd


def budget_forecast(
    usd_hour: float | None,
    limit: float | None,
    hours: float,
    cluster_usd: float | None = None,
) -> BudgetForecast | None:
    """The connection's month of so many hours at its present rate; ``None`` without a budget.

    ``usd_hour`` is what the whole connection costs now; ``None`` when that is not known.
    """
    if not limit or usd_hour is None:
        return None
    use = BudgetUse(usd_hour, usd_hour, limit)
    return BudgetForecast(use, limit * hours, usd_hour * hours, cluster_usd)
