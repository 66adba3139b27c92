"""Clusters, catalogs and series for the rules: as small as each rule needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hue_desktop.core.advice.advising import RULES
from hue_desktop.core.advice.facts import ClusterFacts, parts_of
from hue_desktop.core.advice.series import SeriesSummary, summary_of
from hue_desktop.core.advice.values import Advice
from hue_desktop.core.advice.workload import workload_of
from hue_desktop.core.clusters import (
    Application,
    Cluster,
    ClusterRef,
    ClusterSnapshot,
    ClusterState,
    ClusterSummary,
)
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.instances import (
    GroupState,
    Instance,
    InstanceGroup,
    InstanceState,
    InstanceType,
    Market,
    Role,
)
from hue_desktop.core.metrics import NodeReading, SeriesData, SeriesKey
from hue_desktop.core.pricing import Interruption, PriceSource, TypePrice

__all__ = [
    "BEGAN",
    "DAY",
    "GIB",
    "NOW",
    "REF",
    "catalog",
    "cluster",
    "facts",
    "group",
    "interruption",
    "kind",
    "nodes_of",
    "only",
    "priced",
    "rule",
    "steady",
]

GIB = 1024.0**3
DAY = 86_400.0
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
BEGAN = datetime(2026, 11, 20, tzinfo=UTC)
REF = ClusterRef("here", "us-east-1", "j-1")
AZ = "us-east-1a"
_SOURCE = PriceSource("test")

#: name: vCPU, GiB, on-demand, EMR fee, Spot, network (us-east-1's list prices)
_TYPES: dict[str, tuple[int, float, float, float, float, str]] = {
    "m4.large": (2, 8, 0.1, 0.03, 0.03, "Moderate"),
    "m4.xlarge": (4, 16, 0.2, 0.06, 0.06, "High"),
    "m5.xlarge": (4, 16, 0.192, 0.048, 0.06, "Up to 10 Gigabit"),
    "m5.2xlarge": (8, 32, 0.384, 0.096, 0.12, "Up to 10 Gigabit"),
    "m5.4xlarge": (16, 64, 0.768, 0.192, 0.4, "Up to 10 Gigabit"),
    "m6i.xlarge": (4, 16, 0.192, 0.048, 0.07, "Up to 12.5 Gigabit"),
    "m6i.2xlarge": (8, 32, 0.384, 0.096, 0.14, "Up to 12.5 Gigabit"),
    "m7i.xlarge": (4, 16, 0.2016, 0.0504, 0.08, "Up to 12.5 Gigabit"),
    "m7i.2xlarge": (8, 32, 0.4032, 0.1008, 0.16, "Up to 12.5 Gigabit"),
    "m7i-flex.2xlarge": (8, 32, 0.383, 0.0958, 0.15, "Up to 12.5 Gigabit"),
    "m7g.xlarge": (4, 16, 0.1632, 0.0408, 0.05, "Up to 12.5 Gigabit"),
    "m7g.2xlarge": (8, 32, 0.3264, 0.0816, 0.1, "Up to 15 Gigabit"),
    "m6in.2xlarge": (8, 32, 0.557, 0.139, 0.2, "Up to 40 Gigabit"),
    "c5.2xlarge": (8, 16, 0.34, 0.085, 0.12, "Up to 10 Gigabit"),
    "c7i.2xlarge": (8, 16, 0.357, 0.089, 0.13, "Up to 12.5 Gigabit"),
    "c6in.2xlarge": (8, 16, 0.4536, 0.1134, 0.17, "Up to 40 Gigabit"),
    "r5.xlarge": (4, 32, 0.252, 0.063, 0.08, "Up to 10 Gigabit"),
    "r5.2xlarge": (8, 64, 0.504, 0.126, 0.16, "Up to 10 Gigabit"),
    "r7i.xlarge": (4, 32, 0.2646, 0.0662, 0.09, "Up to 12.5 Gigabit"),
    "r7g.2xlarge": (8, 64, 0.4284, 0.1071, 0.13, "Up to 15 Gigabit"),
    "r7i.2xlarge": (8, 64, 0.5292, 0.1323, 0.17, "Up to 12.5 Gigabit"),
}


def kind(name: str) -> InstanceType:
    """A type of the catalog."""
    vcpu, memory, _od, _fee, _spot, network = _TYPES[name]
    arch = "arm64" if "g." in name else "x86_64"
    return InstanceType(name, vcpu, memory, arch, 0, network, not name.startswith("m4"))


def catalog(*without: str) -> dict[str, InstanceType]:
    """All types, as a release supports them."""
    return {name: kind(name) for name in _TYPES if name not in without}


def book(*unpriced: str) -> PriceBook:
    """The prices of the catalog; ``unpriced`` have none."""
    types = {
        name: TypePrice(name, None if name in unpriced else row[2], row[3], _SOURCE)
        for name, row in _TYPES.items()
    }
    spot = {(name, AZ): row[4] for name, row in _TYPES.items() if name not in unpriced}
    return PriceBook(types, spot, ebs_gib_month={"gp2": 0.10, "gp3": 0.08})


def priced(name: str, usd: float) -> PriceBook:
    """The book with one more type in it, at one price for everything but the EMR fee."""
    known = book()
    price = TypePrice(name, usd, usd / 4, _SOURCE)
    return replace(known, types={**known.types, name: price})


def group(
    role: Role,
    type_name: str,
    count: int,
    market: Market = Market.ON_DEMAND,
    state: GroupState = GroupState.RUNNING,
    **more: Any,
) -> InstanceGroup:
    """An instance group with an id of its own."""
    group_id = more.pop("group_id", f"ig-{role.value.lower()}-{market.value.lower()}")
    return InstanceGroup(
        group_id, role.value.lower(), role, market, type_name, count, count, state, **more
    )


def nodes_of(groups: Sequence[InstanceGroup]) -> tuple[Instance, ...]:
    """The running nodes of groups."""
    return tuple(
        Instance(
            f"ci-{each.id}-{i}",
            f"i-{each.id}-{i}",
            each.role,
            each.id,
            each.instance_type,
            each.market,
            InstanceState.RUNNING,
            private_dns=f"{each.id}-{i}.internal",
            az=AZ,
        )
        for each in groups
        for i in range(each.running)
    )


def cluster(
    *groups: InstanceGroup,
    name: str = "nightly",
    release: str = "emr-7.5.0",
    applications: Sequence[str] = ("Spark",),
    state: ClusterState = ClusterState.RUNNING,
    tags: Sequence[tuple[str, str]] = (),
    **more: Any,
) -> ClusterSnapshot:
    """A running cluster of these groups, begun two and a half days ago."""
    summary = ClusterSummary("j-1", name, state, created=BEGAN, ready=more.pop("ready", BEGAN))
    described = Cluster(
        summary,
        release=release,
        applications=tuple(Application(each) for each in applications),
        tags=tuple(tags),
        az=AZ,
        **more,
    )
    return ClusterSnapshot(
        REF, summary, described, groups=groups, instances=nodes_of(groups), steps=()
    )


def steady(metric: str, *values: float, hours: float = 30.0) -> SeriesSummary:
    """A series that holds each of the values for equal parts of so many hours."""
    step = 300.0
    count = int(hours * 3600 / step)
    times = [NOW - hours * 3600 + step * i for i in range(count)]
    shown = [values[i * len(values) // count] for i in range(count)]
    found = summary_of(SeriesData(SeriesKey(metric), times, shown, step))
    assert found is not None
    return found


def facts(
    snapshot: ClusterSnapshot,
    *series: SeriesSummary,
    unpriced: Sequence[str] = (),
    without: Sequence[str] = (),
    nodes: Mapping[str, NodeReading] | None = None,
    **more: Any,
) -> ClusterFacts:
    """What is known of the cluster: the catalog, the prices, and these series."""
    known = ClusterFacts(
        snapshot,
        NOW,
        types=catalog(*without),
        book=book(*unpriced),
        series={each.metric: each for each in series},
        nodes=nodes or {},
        workload=workload_of(snapshot),
        parts=parts_of(snapshot),
    )
    return replace(known, **more)


def interruption(low: float, high: float | None) -> Interruption:
    """How often nodes of a type are taken back in a month."""
    return Interruption(low, high, _SOURCE)


def rule(name: str, known: ClusterFacts) -> list[Advice]:
    """What one rule says."""
    found = list(RULES[name](known))
    assert all(each.rule == name for each in found)
    return found


def only(name: str, known: ClusterFacts) -> Advice:
    """The one piece of advice of a rule."""
    found = rule(name, known)
    assert len(found) == 1, found
    return found[0]
