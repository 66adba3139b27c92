"""Instance types of a region with their prices, read from the price snapshot.

The format and the trust each figure deserves are described in ``resources/prices/README.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hue_desktop.simulator.resources import read_json, resources_dir

__all__ = ["DEFAULT_REGION", "EbsPrice", "InstanceType", "Source", "TypeCatalog"]

#: The region whose figures stand in for a region that the snapshot does not hold.
DEFAULT_REGION = "us-east-1"

#: How the price list names regions that the snapshot does not hold.
_LOCATIONS = {
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ca-central-1": "Canada (Central)",
    "eu-north-1": "EU (Stockholm)",
    "eu-west-1": "EU (Ireland)",
    "eu-west-2": "EU (London)",
    "eu-west-3": "EU (Paris)",
    "sa-east-1": "South America (Sao Paulo)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
}

#: Zones of regions that the snapshot does not hold and that have others than most: a, b and c.
_ZONE_LETTERS = {
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
    "cn-north-1": "ab",
    "us-west-1": "ab",
}

_NEWEST = 1
_DEFAULT_CLASS = 1


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from; ``date`` is as exact as known (``2025``, ``2026-07-20``)."""

    id: str
    date: str
    quality: str
    text: str


@dataclass(frozen=True, slots=True)
class InstanceType:
    """One instance type as its region offers it; prices in USD an hour."""

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
    on_demand_source: Source
    emr_usd_hour: float
    emr_source: Source
    spot_usd_hour_avg: float | None
    spot_source: Source | None
    interruption_class: int
    saving_percent: int | None

    @property
    def az_count(self) -> int:
        """How many availability zones of the region offer the type."""
        return len(self.azs)

    @property
    def ebs_only(self) -> bool:
        """Whether the type has no instance store."""
        return self.nvme_gb == 0

    @property
    def memory_mib(self) -> int:
        """Memory in MiB."""
        return round(self.memory_gib * 1024)


@dataclass(frozen=True, slots=True)
class EbsPrice:
    """A volume type: USD a month per GiB, and per IOPS and MiB/s above the free share."""

    volume_type: str
    usd_gib_month: float
    usd_iops_month: float
    free_iops: int
    usd_mibps_month: float
    free_mibps: int
    source: Source


class TypeCatalog:
    """The types that EMR supports and one region offers, by name.

    ``snapshot_region`` differs from ``region`` when the snapshot lacks the region and the
    figures of :data:`DEFAULT_REGION` stand in for it.
    """

    def __init__(
        self,
        region: str,
        document: Mapping[str, Any],
        interruption: Mapping[str, Sequence[int]],
        interruption_classes: Sequence[Mapping[str, Any]],
        folder: Path,
    ) -> None:
        self.region = region
        self.snapshot_region: str = document["region"]
        self.built: str = document["built"]
        self.location: str = _LOCATIONS.get(region) or document["location"]
        self.sources = tuple(Source(**source) for source in document["sources"])
        self.interruption_classes = tuple(interruption_classes)
        self._folder = folder
        self._azs = _zones(region, document)
        self._types = _types(document["types"], self._azs, self.sources, interruption)
        by_id = {source.id: source for source in self.sources}
        self._ebs = {
            row["volume_type"]: EbsPrice(**{**row, "source": by_id[row["source"]]})
            for row in document["ebs"]
        }
        self._releases: dict[str, frozenset[str]] | None = None

    @classmethod
    def load(cls, region: str = DEFAULT_REGION) -> TypeCatalog:
        """The snapshot of ``region``, or of :data:`DEFAULT_REGION` where there is none; read once.

        Raises ``FileNotFoundError`` and ``ValueError`` for a broken installation.
        """
        return _load(region)

    def get(self, name: str) -> InstanceType | None:
        """The type called ``name``, or ``None`` where EMR or the region does not have it."""
        return self._types.get(name)

    def azs(self) -> tuple[str, ...]:
        """The availability zones of the region, in order."""
        return self._azs

    def supported(self, release_label: str | None = None) -> tuple[InstanceType, ...]:
        """The types that a release accepts, by name; all of them for an unknown release."""
        names = self._release_types().get(release_label) if release_label else None
        if names is None:
            return tuple(self._types.values())
        return tuple(found for name, found in self._types.items() if name in names)

    def ebs(self, volume_type: str) -> EbsPrice | None:
        """What a volume type costs in the region, or ``None`` where the snapshot lacks it."""
        return self._ebs.get(volume_type)

    def ebs_prices(self) -> tuple[EbsPrice, ...]:
        """All volume types with a price."""
        return tuple(self._ebs.values())

    def _release_types(self) -> dict[str, frozenset[str]]:
        if self._releases is None:
            path = self._folder / "prices" / "emr_releases.json.gz"
            document = read_json(path, "hue-desktop-emr-releases", _NEWEST)
            names: list[str] = document["types"]
            self._releases = {
                label: frozenset(_members(int(mask, 16), names))
                for label, mask in document["releases"].items()
            }
        return self._releases


@cache
def _load(region: str) -> TypeCatalog:
    folder = resources_dir()
    path = folder / "prices" / f"{region}.json.gz"
    if not path.is_file():
        path = folder / "prices" / f"{DEFAULT_REGION}.json.gz"
    document = read_json(path, "hue-desktop-prices", _NEWEST)
    spot = read_json(
        folder / "spot" / "interruption.json", "hue-desktop-spot-interruption", _NEWEST
    )
    classes = spot["regions"].get(document["region"], {})
    return TypeCatalog(region, document, classes, spot["classes"], folder)


def _zones(region: str, document: Mapping[str, Any]) -> tuple[str, ...]:
    home: str = document["region"]
    if region == home:
        return tuple(document["azs"])
    return tuple(f"{region}{letter}" for letter in _ZONE_LETTERS.get(region, "abc"))


def _members(mask: int, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for place, name in enumerate(names) if mask >> place & 1)


def _types(
    columns: Mapping[str, Sequence[Any]],
    azs: tuple[str, ...],
    sources: Sequence[Source],
    interruption: Mapping[str, Sequence[int]],
) -> dict[str, InstanceType]:
    found: dict[str, InstanceType] = {}
    zones_of: dict[int, tuple[str, ...]] = {}
    for place, name in enumerate(columns["name"]):
        mask = columns["azs"][place]
        zones = zones_of.setdefault(mask, _members(mask, azs) or azs[:1])
        spot_source = columns["spot_source"][place]
        klass = interruption.get(name)
        found[name] = InstanceType(
            name=name,
            vcpu=columns["vcpu"][place],
            memory_gib=columns["memory_gib"][place],
            arch=columns["arch"][place],
            nvme_gb=columns["nvme_gb"][place],
            disks=columns["disks"][place],
            network=columns["network"][place],
            current_generation=columns["current_generation"][place],
            emr_family=columns["emr_family"][place],
            azs=zones,
            on_demand_usd_hour=columns["on_demand_usd_hour"][place],
            on_demand_source=sources[columns["on_demand_source"][place]],
            emr_usd_hour=columns["emr_usd_hour"][place],
            emr_source=sources[columns["emr_source"][place]],
            spot_usd_hour_avg=columns["spot_usd_hour_avg"][place],
            spot_source=None if spot_source is None else sources[spot_source],
            interruption_class=klass[0] if klass else _DEFAULT_CLASS,
            saving_percent=klass[1] if klass else None,
        )
    return found
