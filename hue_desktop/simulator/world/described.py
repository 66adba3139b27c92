"""What files say about a cluster, before it becomes entities; and how their values are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hue_desktop.simulator.world.instances import Volume

__all__ = ["Described", "DescriptionError", "action_of", "instant", "volumes_of"]

Json = dict[str, Any]


class DescriptionError(ValueError):
    """Files that describe no whole cluster; the text names the file and what is missing."""


@dataclass(slots=True)
class Described:
    """What the files say about one cluster."""

    file: str
    cluster: Json
    lists: dict[str, list[Json]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The cluster's id."""
        return str(self.cluster["Id"])

    def add(self, member: str, items: list[Json]) -> None:
        """Take in a list; what a later file says about an id counts."""
        have = {item.get("Id", number): item for number, item in enumerate(self.of(member))}
        if member == "BootstrapActions":
            have = {}
        have.update({item.get("Id", number): item for number, item in enumerate(items)})
        self.lists[member] = list(have.values())

    def of(self, member: str) -> list[Json]:
        """A list, empty if no file had it."""
        return self.lists.get(member, [])

    def collection_ids(self) -> set[str]:
        """Ids of its groups and fleets."""
        return {str(item["Id"]) for item in self.of("InstanceGroups") + self.of("InstanceFleets")}


def action_of(item: Json) -> Json:
    """A bootstrap action as RunJobFlow has it, from ListBootstrapActions."""
    script = {"Path": item.get("ScriptPath") or "", "Args": item.get("Args") or []}
    return {"Name": item.get("Name") or "", "ScriptBootstrapAction": script}


def volumes_of(devices: Iterable[Json]) -> list[Volume]:
    """Data volumes from EbsBlockDevices."""
    volumes: list[Volume] = []
    for item in devices:
        spec = item.get("VolumeSpecification") or {}
        volumes.append(
            (
                item.get("Device") or "",
                spec.get("VolumeType") or "gp2",
                int(spec.get("SizeInGB") or 32),
                spec.get("Iops"),
                spec.get("Throughput"),
            )
        )
    return volumes


def instant(told: Any, default: float) -> float:
    """Epoch seconds of a timestamp: a number or ISO text, as either AWS CLI prints them.

    Raises ``ValueError`` for a text that is no time.
    """
    if told is None or told == "":
        return default
    if isinstance(told, int | float):
        return float(told)
    return datetime.fromisoformat(str(told)).timestamp()
