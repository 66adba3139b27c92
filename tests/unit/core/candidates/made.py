"""Candidates for tests, made of a few figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from hue_desktop.core.candidates.building import Surroundings, candidates_of
from hue_desktop.core.candidates.values import Candidate, Need
from hue_desktop.core.cost import PriceBook, price_book
from hue_desktop.core.instances import InstanceType, Market
from hue_desktop.core.ports import SpotPrice
from hue_desktop.core.pricing import Interruption, PriceSource, TypePrice

__all__ = ["CLASSES", "TYPES", "book_of", "interruption_of", "make"]

AT = datetime(2026, 11, 22, tzinfo=UTC)
SOURCE = PriceSource("Spot Advisor")
CLASSES = {
    0: Interruption(0.0, 0.05, SOURCE),
    1: Interruption(0.05, 0.1, SOURCE),
    2: Interruption(0.1, 0.15, SOURCE),
    3: Interruption(0.15, 0.2, SOURCE),
    4: Interruption(0.2, None, SOURCE),
}
#: The table of the Scale sheet's picture: type -> vCPU, GiB, arch, on demand, Spot, EMR fee, class.
TYPES: Mapping[str, tuple[int, float, str, float, float, float, int]] = {
    "r4.2xlarge": (8, 61, "x86_64", 0.532, 0.223, 0.133, 0),
    "r5n.2xlarge": (8, 64, "x86_64", 0.596, 0.274, 0.149, 0),
    "r6g.2xlarge": (8, 64, "arm64", 0.403, 0.173, 0.101, 4),
    "m6g.2xlarge": (8, 32, "arm64", 0.308, 0.126, 0.077, 1),
    "r7i.2xlarge": (8, 64, "x86_64", 0.529, 0.164, 0.132, 4),
    "r6i.2xlarge": (8, 64, "x86_64", 0.504, 0.202, 0.126, 4),
    "r5a.2xlarge": (8, 64, "x86_64", 0.452, 0.226, 0.113, 4),
    "r5.2xlarge": (8, 64, "x86_64", 0.504, 0.237, 0.126, 4),
    "m5.2xlarge": (8, 32, "x86_64", 0.384, 0.150, 0.096, 2),
    "m5.4xlarge": (16, 64, "x86_64", 0.768, 0.307, 0.192, 3),
}


def interruption_of(name: str) -> Interruption | None:
    """The class in the table above."""
    return CLASSES[TYPES[name][6]] if name in TYPES else None


def book_of(azs: tuple[str, ...] = ("us-east-1a", "us-east-1b")) -> PriceBook:
    """A book of the table's prices, the same in each AZ."""
    prices = {
        name: TypePrice(name, row[3], row[5], PriceSource("list")) for name, row in TYPES.items()
    }
    spot = [SpotPrice(name, az, AT, row[4]) for name, row in TYPES.items() for az in azs]
    source = PriceSource("list")
    return price_book(prices, spot, {"gp3": (0.08, source), "gp2": (0.1, source)})


def make(
    market: Market = Market.SPOT,
    *,
    model: str = "m5.2xlarge",
    types: tuple[InstanceType, ...] | None = None,
    book: PriceBook | None = None,
    around: Surroundings | None = None,
) -> tuple[Candidate, ...]:
    """The table's types as candidates, compared with the model."""
    known = types or tuple(
        InstanceType(name, row[0], row[1], row[2]) for name, row in TYPES.items()
    )
    need = Need(model, release="emr-7.5.0", archs=frozenset({"x86_64"}))
    where = around or Surroundings(az="us-east-1b")
    return candidates_of(known, book or book_of(), interruption_of, market, need, where)
