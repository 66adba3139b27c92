"""Whom a cluster's dollars were for: YARN applications, users and steps, by container-seconds.

At each instant the cluster's cost is split among the applications that run, by the memory that
their containers hold. YARN tells memory-seconds over an application's whole life, so each is taken
to hold its mean. What was paid while nothing ran belongs to nobody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from hue_desktop.core.billing import Bill
from hue_desktop.core.metrics import YarnApplication
from hue_desktop.core.steps import Step
from hue_desktop.services.cost.values import CostShare

__all__ = ["application_shares", "step_shares", "user_shares"]

_SKEW_S = 2.0  #: how much EMR's and YARN's clocks and their rounding may differ
_STEP_USER = "hadoop"  #: whom EMR runs steps as
Between = Callable[[Sequence[float]], Bill]
"""The bill with a slice between each two neighbours of rising instants."""


@dataclass(frozen=True)
class _Run:
    """An application while it ran: ``weight`` is the mean of memory that it held, in bytes."""

    application: YarnApplication
    start: float
    end: float

    @property
    def weight(self) -> float:
        return self.application.memory_byte_s / (self.end - self.start)


def application_shares(
    applications: Sequence[YarnApplication], between: Between, now: float
) -> tuple[CostShare, ...]:
    """One share for each application, the newest first; one that never ran cost nothing."""
    runs = [run for each in applications if (run := _run_of(each, now)) is not None]
    edges = sorted({run.start for run in runs} | {run.end for run in runs})
    priced: dict[str, tuple[float, float]] = {}
    if len(edges) >= 2:
        usd, held = _sums(runs, edges, between(edges))
        for run in runs:
            first, last = bisect_left(edges, run.start), bisect_left(edges, run.end)
            total = held[last] - held[first]
            share = run.application.memory_byte_s / total if total > 0 else 0.0
            priced[run.application.id] = (run.weight * (usd[last] - usd[first]), min(1.0, share))
    shares = [_share_of(each, priced.get(each.id, (0.0, 0.0))) for each in applications]
    return tuple(sorted(shares, key=lambda each: -(each.started or 0.0)))


def user_shares(
    applications: Sequence[YarnApplication], shares: Sequence[CostShare]
) -> tuple[CostShare, ...]:
    """The applications' shares by YARN user, the dearest first."""
    held = {each.id: each.memory_byte_s for each in applications}
    total = sum(held.values())
    users: dict[str, list[CostShare]] = defaultdict(list)
    for share in shares:
        users[share.owner].append(share)
    found = [
        _together(
            CostShare(user, user, user), own, sum(held.get(each.key, 0.0) for each in own), total
        )
        for user, own in users.items()
    ]
    return tuple(sorted(found, key=lambda each: (-(each.usd or 0.0), each.key)))


def step_shares(
    steps: Sequence[Step],
    applications: Sequence[YarnApplication],
    shares: Sequence[CostShare],
    known_from: float,
) -> tuple[CostShare, ...]:
    """What each step's applications cost, in the order of ``steps``.

    An application belongs to the step that its tags name, else, as EMR runs steps as ``hadoop``,
    to the one step that ran when that user started it, else to the one of several with its name.
    Where that leaves a doubt, the steps in doubt have no figure; nor has a step from before
    ``known_from``, of which YARN tells nothing.
    """
    owned, doubtful = _owners(steps, applications)
    by_id = {share.key: share for share in shares}
    held = {each.id: each.memory_byte_s for each in applications}
    total = sum(held.values())
    found = []
    for step in steps:
        bare = CostShare(
            step.id,
            step.spec.name,
            started=step.started.timestamp() if step.started else None,
            ended=step.ended.timestamp() if step.ended else None,
        )
        known = bare.started is None or bare.started >= known_from
        if step.id in doubtful or not known:
            found.append(bare)
            continue
        own = [by_id[each] for each in owned.get(step.id, ()) if each in by_id]
        found.append(_together(bare, own, sum(held[each.key] for each in own), total))
    return tuple(found)


def _run_of(application: YarnApplication, now: float) -> _Run | None:
    start, end = application.started, application.ended
    end = now if end is None else end
    if start is None or end <= start or application.memory_byte_s <= 0:
        return None
    return _Run(application, start, end)


def _sums(
    runs: Sequence[_Run], edges: Sequence[float], bill: Bill
) -> tuple[list[float], list[float]]:
    """At each edge: dollars per held byte so far, and byte-seconds held by all so far."""
    change = [0.0] * (len(edges) + 1)
    running = [0] * (len(edges) + 1)
    for run in runs:
        first, last = bisect_left(edges, run.start), bisect_left(edges, run.end)
        change[first] += run.weight
        change[last] -= run.weight
        running[first] += 1
        running[last] -= 1
    usd, held = [0.0], [0.0]
    weights, counts = list(accumulate(change)), list(accumulate(running))
    for place, (start, end) in enumerate(pairwise(edges)):
        weight = weights[place] if counts[place] else 0.0
        usd.append(usd[-1] + (bill.slices[place].total / weight if weight > 0 else 0.0))
        held.append(held[-1] + weight * (end - start))
    return usd, held


def _share_of(application: YarnApplication, priced: tuple[float, float]) -> CostShare:
    usd, share = priced
    return CostShare(
        key=application.id,
        title=application.name,
        owner=application.user,
        usd=usd,
        container_share=share,
        started=application.started,
        ended=application.ended,
    )


def _together(bare: CostShare, own: Sequence[CostShare], held: float, total: float) -> CostShare:
    """``bare`` with the dollars of ``own`` and their part of all container-seconds."""
    starts = [each.started for each in own if each.started is not None]
    ends = [each.ended for each in own if each.ended is not None]
    return CostShare(
        key=bare.key,
        title=bare.title,
        owner=bare.owner or (own[0].owner if own else ""),
        usd=sum(each.usd or 0.0 for each in own),
        container_share=held / total if total > 0 else 0.0,
        started=bare.started if bare.started is not None else min(starts, default=None),
        ended=bare.ended if bare.started is not None else _last(ends, len(own)),
    )


def _last(ends: Sequence[float], amount: int) -> float | None:
    """When the last one ended; ``None`` while one of them runs."""
    return max(ends) if ends and len(ends) == amount else None


def _owners(
    steps: Sequence[Step], applications: Sequence[YarnApplication]
) -> tuple[Mapping[str, list[str]], set[str]]:
    """Applications by step, and the steps for which it is not certain."""
    owned: dict[str, list[str]] = defaultdict(list)
    doubtful: set[str] = set()
    ids = {step.id.lower(): step.id for step in steps}  # YARN writes tags in lower case
    for application in applications:
        tagged = [ids[tag.lower()] for tag in application.tags if tag.lower() in ids]
        candidates = tagged
        if not tagged and application.user == _STEP_USER:
            candidates = [step.id for step in _running_at(steps, application.started)]
        if len(candidates) > 1:
            named = {step.id for step in steps if step.spec.name == application.name}
            candidates = [each for each in candidates if each in named] or candidates
        if len(candidates) == 1:
            owned[candidates[0]].append(application.id)
        else:
            doubtful.update(candidates)
    return owned, doubtful


def _running_at(steps: Sequence[Step], at: float | None) -> list[Step]:
    if at is None:
        return []
    return [
        step
        for step in steps
        if step.started is not None
        and step.started.timestamp() - _SKEW_S <= at
        and (step.ended is None or at <= step.ended.timestamp() + _SKEW_S)
    ]
