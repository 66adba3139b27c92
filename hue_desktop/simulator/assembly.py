"""Puts a region together: the world with its types and market, its furniture and its services."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hue_desktop.simulator import scenarios
from hue_desktop.simulator.aws.ce import CostExplorerService
from hue_desktop.simulator.aws.cloudtrail import CloudTrailService
from hue_desktop.simulator.aws.cloudwatch import CloudWatchService
from hue_desktop.simulator.aws.ec2 import Ec2Service
from hue_desktop.simulator.aws.emr import EmrService
from hue_desktop.simulator.aws.pricing import PricingService
from hue_desktop.simulator.aws.service_quotas import ServiceQuotasService
from hue_desktop.simulator.aws.sts import StsService
from hue_desktop.simulator.chance import Chance
from hue_desktop.simulator.clock import Clock
from hue_desktop.simulator.instance_types import TypeCatalog
from hue_desktop.simulator.service import Service
from hue_desktop.simulator.spot_market import SpotMarket
from hue_desktop.simulator.world.world import World

if TYPE_CHECKING:
    from hue_desktop.simulator.region import Region

__all__ = ["add_described", "build_services", "build_world", "check_scenario", "furnish"]


def build_world(clock: Clock, chance: Chance, region: Region) -> World:
    """An empty world for ``region``; raises ``ValueError`` for a region without prices."""
    types = TypeCatalog.load(region.name)
    market = SpotMarket(chance, types)
    return World(
        clock,
        chance,
        types,
        market,
        region=region.name,
        account_id=region.account_id,
        compat=region.compat,
    )


def furnish(world: World, scenario: str | None, files: Sequence[Path], compat: str | None) -> str:
    """Put the first things into an empty world; the name of what was put there.

    Raises ``ValueError`` with a text for the user for an unknown scenario or a file that
    describes no cluster.
    """
    name = scenario or ("empty" if compat or files else "demo")
    check_scenario(name)
    scenarios.apply(name, world)
    add_described(world, files)
    return name


def add_described(world: World, files: Sequence[Path]) -> None:
    """Stand up the clusters that ``files`` describe, unless they are there from an earlier start.

    Raises ``ValueError`` with a text for the user for files that describe no cluster.
    """
    if not files:
        return
    from hue_desktop.simulator.world.from_files import load_files

    described = [found for file in files if (found := _described_cluster(file))]
    if not described or not all(found in world.clusters for found in described):
        load_files(world, files)


def _described_cluster(file: Path) -> str:
    """The id of the cluster that a file describes; empty if there is none, or no telling."""
    try:
        return str(json.loads(file.read_text(encoding="utf-8-sig"))["Cluster"]["Id"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def check_scenario(name: str) -> None:
    """Raises ``ValueError``, naming those there are, when there is no such scenario."""
    if name not in scenarios.NAMES:
        raise ValueError(f"There is no scenario {name!r}; there are {', '.join(scenarios.NAMES)}.")


def build_services(region: Region) -> list[Service]:
    """The services that the region answers itself."""
    return [
        EmrService(region.world),
        Ec2Service(region.world),
        CloudWatchService(region.world),
        CostExplorerService(region.world),
        PricingService(region.world),
        ServiceQuotasService(region.world),
        CloudTrailService(region.trail, region.account_id),
        StsService(region.account_id),
    ]
