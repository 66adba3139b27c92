"""What 10,000 nodes cost over 60 days, nine tenths of them on Spot with 90 days of price history.

Prices change every twenty minutes in 24 pools (8 types in 3 AZs): 155,520 steps. Lives last from
seconds to days, a third of them still run. The bill has all parts and 300 slices, as the stacked
area of the Cost page asks for them. The peer is what one writes first: for each life, go through
its pool's price steps, cut each to the life and to the slices, and add. Both must agree to 1e-9.
Times are the processor's: both run in one thread.

Run it as ``python -m tests.benchmarks.cost_lifetimes [LIVES]``; the limit is 1 s for 10,000 lives.
The last line is the ratio of the peer's time to ours (larger is better).
"""

from __future__ import annotations

import random
import sys
import time
from bisect import bisect_right
from collections.abc import Sequence

from hue_desktop.core.billing import Life, PriceStep, SpotHistory
from hue_desktop.core.billing_sums import bill
from hue_desktop.core.cost import PriceBook, price_book
from hue_desktop.core.instances import EbsVolume, Market, Role
from hue_desktop.core.pricing import HOURS_PER_MONTH, PriceSource, TypePrice

DAY_S, HOUR_S, STEP_S = 86_400.0, 3600.0, 1200.0
T0 = 1_760_000_000.0
DAYS, HISTORY_DAYS, SLICES = 60, 90, 300
LIMIT_S = 1.0
TYPES = tuple(f"m5.{size}" for size in (
    "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "metal",
))  # fmt: skip
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
ROOT, DATA = EbsVolume("gp3", 15), EbsVolume("gp3", 64)


def prices() -> PriceBook:
    """List prices that double from type to type."""
    source = PriceSource("snapshot")
    types = {
        name: TypePrice(name, 0.192 * 2**place, 0.048 * 2**place, source)
        for place, name in enumerate(TYPES)
    }
    return price_book(types, (), {"gp3": (0.08, source)})


def history(chance: random.Random, book: PriceBook) -> SpotHistory:
    """A price walk around a third of the list price in each pool."""
    begin = T0 + (DAYS - HISTORY_DAYS) * DAY_S
    steps: dict[tuple[str, str], list[PriceStep]] = {}
    for name in TYPES:
        listed = book.on_demand(name) or 1.0
        for zone in ZONES:
            steps[name, zone] = [
                PriceStep(begin + number * STEP_S, listed * chance.uniform(0.25, 0.45))
                for number in range(int(HISTORY_DAYS * DAY_S / STEP_S))
            ]
    return SpotHistory(steps)


def lives(chance: random.Random, count: int) -> list[Life]:
    """Nodes of all types and zones, begun at whole seconds."""
    found = []
    for number in range(count):
        started = T0 + chance.randrange(int(DAYS * DAY_S))
        lasted = int(chance.expovariate(1 / (1.5 * DAY_S))) + 5
        runs = number % 3 == 0
        found.append(
            Life(
                f"ci-{number}",
                Role.TASK if number % 10 else Role.CORE,
                Market.SPOT if number % 10 else Market.ON_DEMAND,
                chance.choice(TYPES),
                chance.choice(ZONES),
                started,
                None if runs else started + lasted,
                (ROOT, DATA, DATA),
            )
        )
    return found


def step_by_step(
    all_lives: Sequence[Life], book: PriceBook, spot: SpotHistory, start: float, end: float
) -> tuple[float, list[float]]:
    """The total and the slices as one adds them up first: each step of each life."""
    width = (end - start) / SLICES
    edges = [*(start + width * number for number in range(SLICES)), end]
    slices = [0.0] * SLICES

    def add(usd_hour: float, since: float, until: float) -> None:
        place = bisect_right(edges, since) - 1
        while since < until:
            cut = min(until, edges[place + 1])
            slices[place] += usd_hour * (cut - since) / HOUR_S
            since, place = cut, place + 1

    for life in all_lives:
        begin = max(start, life.started)
        stop = end if life.ended is None else min(end, max(life.ended, life.started + 60.0))
        if begin >= stop:
            continue
        disks = sum((book.ebs_gib_month[disk.volume_type] or 0.0) * disk.size_gib
                    for disk in life.volumes)  # fmt: skip
        flat = (book.emr_fee(life.instance_type) or 0.0) + disks / HOURS_PER_MONTH
        if life.market is Market.ON_DEMAND:
            add(flat + (book.on_demand(life.instance_type) or 0.0), begin, stop)
            continue
        add(flat, begin, stop)
        steps = spot.steps[life.instance_type, life.az]
        place = bisect_right(steps, begin, key=_at) - 1
        while place < len(steps) and steps[place].at < stop:
            until = steps[place + 1].at if place + 1 < len(steps) else end
            add(steps[place].usd_hour, max(begin, steps[place].at), min(stop, until))
            place += 1
    return sum(slices), slices


def _at(step: PriceStep) -> float:
    return step.at


def main() -> int:
    """Measure and print; 1 when ours is too slow or the two do not agree."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    chance = random.Random(4)
    book = prices()
    spot = history(chance, book)
    all_lives = lives(chance, count)
    start, end = T0, T0 + DAYS * DAY_S
    ours_s = []
    for _round in range(5):
        began = time.process_time()
        found = bill(all_lives, book, spot, start, end, SLICES)
        ours_s.append(time.process_time() - began)
    began = time.process_time()
    total, slices = step_by_step(all_lives, book, spot, start, end)
    peer_s = time.process_time() - began
    off = max(
        abs(found.total / total - 1.0),
        *(abs(a.total - b) / max(b, 1e-9) for a, b in zip(found.slices, slices, strict=True)),
    )
    ours = sorted(ours_s)[len(ours_s) // 2]
    steps = sum(map(len, spot.steps.values()))
    print(f"{count:,} lives, {steps:,} price steps, {SLICES} slices: ${found.total:,.2f}")
    print(
        f"ours {ours:.3f} s (limit {LIMIT_S:.0f} s), step by step {peer_s:.3f} s, off by {off:.1e}"
    )
    print(f"{peer_s / ours:.2f}")
    return int(off > 1e-9 or (count <= 10_000 and ours > LIMIT_S))


if __name__ == "__main__":
    sys.exit(main())
