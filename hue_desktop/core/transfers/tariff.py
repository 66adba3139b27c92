"""What AWS takes for moving bytes: S3 requests by class, and gigabytes that leave a region.

List prices of S3 Standard in USD as AWS published them; GB are decimal, as AWS bills them. The
first 100 GB a month to the internet are free for each account; they are not taken off here, for
nobody can know what else the account sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

__all__ = ["AS_OF", "Tariff", "tariff_of"]

AS_OF = date(2025, 7, 1)  #: when these list prices were written down
_BYTES_PER_GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices of one region, USD."""

    put_per_1000: float  #: PUT, COPY, POST and LIST requests
    get_per_1000: float  #: GET and all other requests
    internet_per_gb: float  #: out of AWS, the first 10 TB of a month
    other_region_per_gb: float  #: to another region, the usual pair

    def puts(self, count: float) -> float:
        """What so many requests of the dear class cost."""
        return self.put_per_1000 * count / 1000

    def gets(self, count: float) -> float:
        """What so many requests of the cheap class cost."""
        return self.get_per_1000 * count / 1000

    def to_internet(self, size_bytes: float) -> float:
        """What it costs to send so many bytes out of AWS."""
        return self.internet_per_gb * size_bytes / _BYTES_PER_GB

    def to_other_region(self, size_bytes: float) -> float:
        """What it costs to send so many bytes to another region."""
        return self.other_region_per_gb * size_bytes / _BYTES_PER_GB


_TARIFFS: Mapping[str, Tariff] = {
    "us-east-1": Tariff(0.005, 0.0004, 0.09, 0.02),
    "us-east-2": Tariff(0.005, 0.0004, 0.09, 0.02),
    "us-west-1": Tariff(0.0055, 0.00044, 0.09, 0.02),
    "us-west-2": Tariff(0.005, 0.0004, 0.09, 0.02),
    "ca-central-1": Tariff(0.0055, 0.00044, 0.09, 0.02),
    "eu-west-1": Tariff(0.005, 0.0004, 0.09, 0.02),
    "eu-west-2": Tariff(0.0053, 0.00042, 0.09, 0.02),
    "eu-west-3": Tariff(0.0053, 0.00042, 0.09, 0.02),
    "eu-central-1": Tariff(0.0054, 0.00043, 0.09, 0.02),
    "eu-north-1": Tariff(0.005, 0.0004, 0.09, 0.02),
    "ap-south-1": Tariff(0.005, 0.0004, 0.1093, 0.086),
    "ap-southeast-1": Tariff(0.005, 0.0004, 0.12, 0.09),
    "ap-southeast-2": Tariff(0.0055, 0.00044, 0.114, 0.098),
    "ap-northeast-1": Tariff(0.0047, 0.00037, 0.114, 0.09),
    "ap-northeast-2": Tariff(0.0045, 0.00035, 0.126, 0.08),
    "sa-east-1": Tariff(0.007, 0.00056, 0.15, 0.138),
}


def tariff_of(region: str) -> Tariff | None:
    """The list prices of a region; ``None`` where none were written down."""
    return _TARIFFS.get(region)
