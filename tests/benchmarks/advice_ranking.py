"""Judging and ranking all instance types of a region as candidates for more nodes of a cluster.

The 727 types of the packaged price snapshot of us-east-1 with a Spot price in each of their AZs:
what one node of each costs in EC2, EMR fee and EBS, YARN memory, pools, the class of the Spot
Advisor, the order by price and risk, the one to suggest, and the sentences for and against each.
Then the same list in the two other orders, and a fleet of 30 types made of it.

The peer is what one writes first: for each type go through all Spot prices of the region, reckon,
and sort. Both must agree about the order. Times are the processor's, medians of interleaved rounds.

Run it as ``python -m tests.benchmarks.advice_ranking``; the limit is 50 ms for all of it. The last
line is the ratio of the peer's time to ours (larger is better).
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from hue_desktop.adapters.local.resources import resources_dir
from hue_desktop.adapters.local.spot_advice import RegionSpotAdvice
from hue_desktop.core.candidates import Candidate, DiversifySpec, Need, RankBy, WeighBy, rank
from hue_desktop.core.candidates.building import Surroundings, candidates_of
from hue_desktop.core.candidates.diversify import diversify
from hue_desktop.core.candidates.ranking import risk_factor
from hue_desktop.core.cost import PriceBook, ebs_rate, price_book
from hue_desktop.core.ebs import default_volumes, root_volume
from hue_desktop.core.instances import InstanceType, Market
from hue_desktop.core.ports import SpotPrice
from hue_desktop.core.pricing import Interruption, PriceSource, TypePrice
from hue_desktop.simulator.instance_types import TypeCatalog

LIMIT_S = 0.050
ROUNDS = 15
AT = datetime(2026, 11, 22, tzinfo=UTC)
NEED = Need("m5.2xlarge", "emr-7.5.0", archs=frozenset({"x86_64"}))
AZ = "us-east-1b"

Advice = Callable[[str], Interruption | None]


def region() -> tuple[tuple[InstanceType, ...], PriceBook, Advice]:
    """Types, prices and interruption classes of the snapshot."""
    catalog, source = TypeCatalog.load("us-east-1"), PriceSource("snapshot")
    kinds, prices, spot = [], {}, []
    for one in catalog.supported():
        kinds.append(InstanceType(one.name, one.vcpu, one.memory_gib, one.arch, one.nvme_gb))
        prices[one.name] = TypePrice(one.name, one.on_demand_usd_hour, one.emr_usd_hour, source)
        average = one.on_demand_usd_hour * 0.37
        for place, az in enumerate(one.azs):
            spot.append(SpotPrice(one.name, az, AT, average * (0.85 + 0.06 * place)))
    advice = RegionSpotAdvice(resources_dir() / "spot", "us-east-1")
    book = price_book(prices, spot, {"gp3": (0.08, source), "gp2": (0.1, source)})
    return tuple(kinds), book, advice.interruption


def ours(kinds: tuple[InstanceType, ...], book: PriceBook, advice: Advice) -> tuple[Candidate, ...]:
    """All that the Scale sheet and the fleet's builder ask for."""
    found = candidates_of(kinds, book, advice, Market.SPOT, NEED, Surroundings(az=AZ))
    rank(found, RankBy.PER_GIB, Market.SPOT, NEED)
    rank(found, RankBy.PER_VCPU, Market.SPOT, NEED)
    diversify(found, DiversifySpec(NEED.model, WeighBy.MEMORY, most=30))
    return found


def peer(kinds: tuple[InstanceType, ...], book: PriceBook, advice: Advice) -> list[str]:
    """The order by price and risk, as one writes it first."""
    rows = []
    for kind in kinds:
        by_az = {az: usd for (name, az), usd in book.spot_by_az.items() if name == kind.name}
        price = book.types[kind.name]
        paid = by_az.get(AZ, min(by_az.values(), default=None))
        volumes = (*default_volumes(kind.name, NEED.release), root_volume(NEED.release))
        ebs, _whole = ebs_rate(book, volumes)
        if paid is None or price.emr_usd_hour is None:
            continue
        yarn = kind.memory_gib - min(8.0, kind.memory_gib / 4)
        usd = 100 * (paid + price.emr_usd_hour + ebs) / yarn
        usd *= risk_factor(advice(kind.name), Market.SPOT)
        last = kind.memory_gib < 4 or AZ not in by_az
        rows.append((last, usd, kind.name))
    return [name for _last, _usd, name in sorted(rows)]


def medians(*works: Callable[[], object]) -> list[float]:
    """Seconds of the processor that each takes: medians of interleaved rounds."""
    taken: list[list[float]] = [[] for _work in works]
    for _round in range(ROUNDS):
        for work, times in zip(works, taken, strict=True):
            begun = time.process_time()
            work()
            times.append(time.process_time() - begun)
    return [statistics.median(times) for times in taken]


def main() -> int:
    """Measure, compare, print; 1 when the limit is missed or the orders differ."""
    kinds, book, advice = region()
    found = ours(kinds, book, advice)
    priced = [each.name for each in found if each.usd_hour is not None]
    if priced != peer(kinds, book, advice):
        sys.stdout.write("the orders differ\n")
        return 1
    mine, theirs = medians(lambda: ours(kinds, book, advice), lambda: peer(kinds, book, advice))
    sys.stdout.write(
        f"{len(kinds)} types, {len(book.spot_by_az)} Spot prices: {1000 * mine:.1f} ms "
        f"(limit {1000 * LIMIT_S:.0f} ms), peer {1000 * theirs:.1f} ms\n"
    )
    sys.stdout.write(f"{theirs / mine:.1f}\n")
    return 0 if mine <= LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
