"""Reads the tables that a snapshot can be built from without an AWS account.

``instances.csv`` (one row a type and region), ``spot_interruption.csv`` and ``emr_releases.csv``;
the columns are listed in ``README.md``.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from snapshot import EbsPrice, Source, TypeRow

__all__ = ["EBS", "INTERRUPTION_SOURCE", "RELEASES_SOURCE", "SOURCES", "Tables", "read_tables"]

SOURCES = {
    source.id: source
    for source in (
        Source(
            "karpenter-2026-07-20",
            "2026-07-20",
            "price-list",
            "AWS price list as generated into the public project aws/karpenter-provider-aws",
        ),
        Source(
            "ec2instances-2024-04",
            "2024-04-03",
            "average",
            "vantage-sh/ec2instances.info, April 2024: on-demand from the AWS price list,"
            " spot as the average over the region",
        ),
        Source(
            "assumed=us-east-1",
            "2026-07-20",
            "assumption",
            "us-west-2 taken as equal to us-east-1; it was for all 762 types of April 2024",
        ),
        Source(
            "estimate(family ratio)",
            "2026-07-20",
            "estimate",
            "us-east-1 times the median ratio of the family (all families: 1.198)",
        ),
        Source(
            "public-repo",
            "2026-07",
            "published",
            "EMR uplift as published in public repositories; equal in all regions",
        ),
        Source(
            "rule-25pct",
            "2026-07-20",
            "rule",
            "EMR uplift reckoned as 25 % of the us-east-1 on-demand price",
        ),
        Source(
            "rule-cap0.27",
            "2026-07-20",
            "rule",
            "EMR uplift of generations up to 5 capped at 0.27 USD an hour",
        ),
        Source(
            "ebs-list-2025",
            "2025",
            "price-list",
            "AWS EBS price list, 2025, entered by hand; check it against GetProducts",
        ),
    )
}

INTERRUPTION_SOURCE = Source(
    "spot-advisor-2025-06",
    "2025-06",
    "published",
    "AWS Spot Instance Advisor (Linux) as kept by the public project alexei-led/spotinfo",
)

RELEASES_SOURCE = Source(
    "moto-5.2.5",
    "2026",
    "published",
    "ListSupportedInstanceTypes as recorded by the public project getmoto/moto",
)


def _ebs(scale: dict[str, float]) -> tuple[EbsPrice, ...]:
    src = "ebs-list-2025"
    return (
        EbsPrice("gp2", scale["gp2"], src),
        EbsPrice("gp3", scale["gp3"], src, scale["gp3_iops"], 3000, scale["gp3_mibps"], 125),
        EbsPrice("io1", scale["io1"], src, scale["io1_iops"]),
        EbsPrice("io2", scale["io1"], src, scale["io1_iops"]),
        EbsPrice("sc1", scale["sc1"], src),
        EbsPrice("st1", scale["st1"], src),
        EbsPrice("standard", scale["standard"], src),
    )


_US = {
    "gp2": 0.10,
    "gp3": 0.08,
    "gp3_iops": 0.005,
    "gp3_mibps": 0.04,
    "io1": 0.125,
    "io1_iops": 0.065,
    "sc1": 0.015,
    "st1": 0.045,
    "standard": 0.05,
}
_FRANKFURT = {
    "gp2": 0.119,
    "gp3": 0.0952,
    "gp3_iops": 0.006,
    "gp3_mibps": 0.048,
    "io1": 0.149,
    "io1_iops": 0.078,
    "sc1": 0.018,
    "st1": 0.054,
    "standard": 0.059,
}

#: EBS prices by region; USD a month.
EBS = {"us-east-1": _ebs(_US), "us-west-2": _ebs(_US), "eu-central-1": _ebs(_FRANKFURT)}


class Tables:
    """What the CSV files say, by region."""

    def __init__(self) -> None:
        self.rows: dict[str, list[TypeRow]] = defaultdict(list)
        self.interruption: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        self.releases: dict[str, list[str]] = {}

    def azs(self, region: str) -> list[str]:
        """The zones of ``region`` that offer anything, in order."""
        return sorted({zone for row in self.rows[region] for zone in row.azs})


def read_tables(folder: Path) -> Tables:
    """Read the CSV files of ``folder``.

    Raises ``FileNotFoundError`` for a missing ``instances.csv`` or ``spot_interruption.csv`` and
    ``ValueError`` with file and line for a row that makes no sense.
    """
    tables = Tables()
    for line, cells in _lines(folder / "instances.csv"):
        try:
            tables.rows[cells["region"]].append(_row(cells))
        except (KeyError, ValueError) as error:
            raise ValueError(f"{folder / 'instances.csv'}:{line}: {error!r}") from error
    for line, cells in _lines(folder / "spot_interruption.csv"):
        try:
            pair = int(cells["interruption_class"]), int(cells["saving_percent_30d"])
            tables.interruption[cells["region"]][cells["instance_type"]] = pair
        except (KeyError, ValueError) as error:
            raise ValueError(f"{folder / 'spot_interruption.csv'}:{line}: {error!r}") from error
    if (folder / "emr_releases.csv").exists():
        for _line, cells in _lines(folder / "emr_releases.csv"):
            tables.releases[cells["release_label"]] = cells["instance_types"].split()
    return tables


def _row(cells: dict[str, str]) -> TypeRow:
    spot = float(cells["spot_usd_hour_avg"] or 0)
    zones = cells.get("azs", "").split() or [
        f"{cells['region']}{letter}" for letter in "abcdef"[: int(cells["az_count"])]
    ]
    return TypeRow(
        name=cells["instance_type"],
        vcpu=int(cells["vcpu"]),
        memory_gib=float(cells["memory_gib"]),
        arch=cells["arch"],
        nvme_gb=int(cells["nvme_gb"] or 0),
        disks=int(cells.get("disks") or 0),
        network=cells["network"],
        current_generation=cells["current_generation"] == "Y",
        emr_family=cells.get("emr_family", ""),
        azs=tuple(zones),
        on_demand_usd_hour=float(cells["on_demand_usd_hour"]),
        on_demand_source=cells["on_demand_source"],
        emr_usd_hour=float(cells["emr_usd_hour"]),
        emr_source=cells["emr_source"],
        spot_usd_hour_avg=spot or None,
        spot_source=cells["spot_source"] if spot else None,
    )


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        for cells in reader:
            yield reader.line_num, {key: value or "" for key, value in cells.items() if key}
