"""The price snapshot on disk: what a region file holds, and how it is written.

``README.md`` beside this file describes the format; the simulator and the application each read it
with a reader of their own.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "CLASSES",
    "FORMAT_VERSION",
    "LOCATIONS",
    "EbsPrice",
    "Region",
    "Source",
    "TypeRow",
    "read_interruption",
    "read_region",
    "write_interruption",
    "write_region",
    "write_releases",
]

FORMAT_VERSION = 1

#: How the AWS price list names the regions (its attribute ``location``).
LOCATIONS = {
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ca-central-1": "Canada (Central)",
    "eu-central-1": "EU (Frankfurt)",
    "eu-north-1": "EU (Stockholm)",
    "eu-west-1": "EU (Ireland)",
    "eu-west-2": "EU (London)",
    "eu-west-3": "EU (Paris)",
    "sa-east-1": "South America (Sao Paulo)",
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
}

#: The Spot Instance Advisor's classes: share of instances that EC2 took back in a month.
CLASSES = (
    {"label": "<5%", "monthly_min": 0.0, "monthly_max": 0.05},
    {"label": "5-10%", "monthly_min": 0.05, "monthly_max": 0.10},
    {"label": "10-15%", "monthly_min": 0.10, "monthly_max": 0.15},
    {"label": "15-20%", "monthly_min": 0.15, "monthly_max": 0.20},
    {"label": ">20%", "monthly_min": 0.20, "monthly_max": 0.40},
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from: ``date`` is when it was true, ``quality`` how far to trust it."""

    id: str
    date: str
    quality: str
    text: str


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One instance type in one region; prices in USD an hour, ``None`` where nobody knows."""

    name: str
    vcpu: int
    memory_gib: float
    arch: str
    nvme_gb: int
    disks: int
    network: str
    current_generation: bool
    emr_family: str
    azs: tuple[str, ...]
    on_demand_usd_hour: float
    on_demand_source: str
    emr_usd_hour: float
    emr_source: str
    spot_usd_hour_avg: float | None
    spot_source: str | None


@dataclass(frozen=True, slots=True)
class EbsPrice:
    """What a volume type costs: USD a month for each GiB, IOPS and MiB/s above the free share."""

    volume_type: str
    usd_gib_month: float
    source: str
    usd_iops_month: float = 0.0
    free_iops: int = 0
    usd_mibps_month: float = 0.0
    free_mibps: int = 0


@dataclass(frozen=True, slots=True)
class Region:
    """All that a region file holds; ``sources`` may name more than the figures use."""

    name: str
    azs: Sequence[str]
    rows: Sequence[TypeRow]
    ebs: Sequence[EbsPrice]
    sources: Mapping[str, Source]


def write_region(folder: Path, region: Region, built: str) -> Path:
    """Write ``<folder>/<region>.json.gz`` and return its path.

    ``built`` is the day of writing (``YYYY-MM-DD``). Raises ``KeyError`` for a source that is not
    among the region's and ``ValueError`` for an availability zone that is not.
    """
    ordered = sorted(region.rows, key=lambda row: row.name)
    used = {row.on_demand_source for row in ordered} | {row.emr_source for row in ordered}
    used |= {row.spot_source for row in ordered if row.spot_source}
    used |= {price.source for price in region.ebs}
    named = [region.sources[name] for name in sorted(used)]
    document = {
        "format": "hue-desktop-prices",
        "version": FORMAT_VERSION,
        "region": region.name,
        "location": LOCATIONS.get(region.name, region.name),
        "currency": "USD",
        "built": built,
        "azs": list(region.azs),
        "sources": [_fields(source) for source in named],
        "types": _columns(ordered, region.azs, [source.id for source in named]),
        "ebs": [_fields(price) for price in region.ebs],
    }
    return _write(folder / f"{region.name}.json.gz", document)


def read_region(path: Path) -> Region:
    """Read a file that :func:`write_region` wrote.

    Raises ``OSError`` and, for content of another kind or a newer version, ``ValueError``.
    """
    document = _read(path, "hue-desktop-prices")
    sources = [Source(**item) for item in document["sources"]]
    azs, columns = document["azs"], document["types"]
    rows = []
    for place in range(len(columns["name"])):
        values = {field: columns[field][place] for field in TypeRow.__slots__}
        for field in ("on_demand_source", "emr_source", "spot_source"):
            values[field] = None if values[field] is None else sources[values[field]].id
        values["azs"] = tuple(zone for bit, zone in enumerate(azs) if values["azs"] >> bit & 1)
        rows.append(TypeRow(**values))
    ebs = [EbsPrice(**item) for item in document["ebs"]]
    return Region(document["region"], azs, rows, ebs, {item.id: item for item in sources})


def write_releases(folder: Path, releases: Mapping[str, Sequence[str]], source: Source) -> Path:
    """Write ``emr_releases.json.gz``: which instance types each EMR release accepts."""
    types = sorted({name for names in releases.values() for name in names})
    place = {name: number for number, name in enumerate(types)}
    masks = {
        label: format(sum(1 << place[name] for name in set(names)), "x")
        for label, names in sorted(releases.items())
    }
    document = {
        "format": "hue-desktop-emr-releases",
        "version": FORMAT_VERSION,
        "source": _fields(source),
        "types": types,
        "releases": masks,
    }
    return _write(folder / "emr_releases.json.gz", document)


def write_interruption(
    path: Path, regions: Mapping[str, Mapping[str, tuple[int, int]]], source: Source
) -> Path:
    """Write the spot interruption classes: per region and type ``[class, saving %]``."""
    document = {
        "format": "hue-desktop-spot-interruption",
        "version": FORMAT_VERSION,
        "source": _fields(source),
        "classes": list(CLASSES),
        "regions": {
            region: {name: list(pair) for name, pair in sorted(types.items())}
            for region, types in sorted(regions.items())
        },
    }
    return _write(path, document)


def read_interruption(path: Path) -> dict[str, dict[str, tuple[int, int]]]:
    """Class and saving by region and type; raises as :func:`read_region` does."""
    document = _read(path, "hue-desktop-spot-interruption")
    return {
        region: {name: (pair[0], pair[1]) for name, pair in types.items()}
        for region, types in document["regions"].items()
    }


def _read(path: Path, kind: str) -> dict[str, Any]:
    data = path.read_bytes()
    document = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    if document.get("format") != kind or document.get("version", 0) > FORMAT_VERSION:
        raise ValueError(f"{path} is not a {kind} file of version {FORMAT_VERSION}")
    return dict(document)


def _columns(
    rows: Sequence[TypeRow], azs: Sequence[str], source_ids: Sequence[str]
) -> dict[str, list[Any]]:
    place = {name: number for number, name in enumerate(source_ids)}
    columns: dict[str, list[Any]] = {}
    for field in TypeRow.__slots__:
        values = [getattr(row, field) for row in rows]
        if field.endswith("_source"):
            values = [None if value is None else place[value] for value in values]
        elif field == "azs":
            values = [sum(1 << azs.index(zone) for zone in value) for value in values]
        columns[field] = values
    return columns


def _fields(value: Source | EbsPrice) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _write(path: Path, document: Mapping[str, Any]) -> Path:
    """Write beside the target, then replace it; equal content gives equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode()
    if path.suffix == ".gz":
        data = gzip.compress(data, compresslevel=9, mtime=0)
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(data)
    os.replace(draft, path)
    return path
