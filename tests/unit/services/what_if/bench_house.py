"""The bench's service over the services of a house."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.settings import setting
from hue_desktop.services.health import HealthService
from hue_desktop.services.health.values import HealthSnapshot
from hue_desktop.services.planning import PlanMaker
from hue_desktop.services.policies import PoliciesService
from hue_desktop.services.what_if import WhatIfService
from tests.unit.services.house import House

__all__ = ["bench_of", "plans_of", "policies_of", "ready"]


def ready(house: House, cluster_id: str) -> ClusterRef:
    """The cluster with groups or fleets, nodes and prices read."""
    ref = house.ref(cluster_id)
    house.fleet.set_focus(ref)
    house.cluster(cluster_id, lambda c: c.instances and (c.groups or c.fleets) and c.cluster)
    house.until(lambda s: ref in s.costs and s.costs[ref].rate.total > 0)
    return ref


def plans_of(house: House, **texts: str) -> PlanMaker:
    """A maker of plans of its own; ``texts`` are settings (``changes_typed_name``)."""
    given = {key.replace("_", ".", 1): value for key, value in texts.items()}
    return PlanMaker(
        house.access,
        house.fleet,
        house.books,
        lambda _name: house.connection,
        lambda key: given.get(key, str(setting(key).default)),
    )


def policies_of(house: House, plans: PlanMaker) -> PoliciesService:
    """The service of policies, without a journal."""
    health = HealthService(house.access)
    return PoliciesService(house.access, house.fleet, health, plans, house.launching, tuple)


def bench_of(house: House, health: HealthSnapshot | None = None) -> WhatIfService:
    """The bench; ``health`` is what the cluster's servers said last."""
    plans = plans_of(house)
    return WhatIfService(
        house.fleet,
        plans,
        house.launching,
        house.scaling,
        policies_of(house, plans),
        lambda ref: health or HealthSnapshot(ref),
    )
