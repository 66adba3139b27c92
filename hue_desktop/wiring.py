"""The one place that knows every room: builds, connects, opens and closes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hue_desktop.services.connections.service import ConnectionService
from hue_desktop.services.cost.service import CostService
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.health.service import HealthService
from hue_desktop.services.journal.service import JournalService
from hue_desktop.services.launch.service import LaunchService
from hue_desktop.services.scaling.service import ScalingService
from hue_desktop.services.settings import SettingsService

__all__ = ["Application", "Overrides", "Paths"]


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the user's files are: connections and settings, and the application's state."""

    config_dir: Path
    data_dir: Path


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line changes: the connection to use, and its endpoint, profile, region."""

    connection: str = ""
    endpoint_url: str = ""
    profile: str = ""
    region: str = ""


@dataclass(frozen=True)
class Application:
    """Everything the window and the commands need; ``open`` it, ``close`` it."""

    paths: Paths
    connections: ConnectionService
    settings: SettingsService
    fleet: FleetService
    launching: LaunchService
    scaling: ScalingService
    journal: JournalService
    cost: CostService
    health: HealthService

    @classmethod
    def open(cls, paths: Paths, overrides: Overrides) -> Application:
        """Read the user's files and put the services together; nothing is contacted yet."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop everything within two seconds, even while calls run."""
