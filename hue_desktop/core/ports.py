"""What services need from the world. ``wiring.py`` hands in the adapters that provide it.

Every method blocks, may be called from any thread, and raises a ``HueError`` when it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hue_desktop.core.api_usage import ApiUsage, RegionClock

if TYPE_CHECKING:
    from hue_desktop.core.capacity_ports import QuotaDoor, SpotPlacement
    from hue_desktop.core.changes import Change, JournalEntry, Plan
    from hue_desktop.core.clusters import (
        Application,
        BootstrapAction,
        Cluster,
        ClusterSummary,
        ManagedScaling,
    )
    from hue_desktop.core.connections import Connection, LoadedConnections, RunningRegion
    from hue_desktop.core.cost_ports import CostExplorer, LaunchTimes, SpotHistories
    from hue_desktop.core.health_ports import AlarmDoor
    from hue_desktop.core.instances import Instance, InstanceFleet, InstanceGroup, InstanceType
    from hue_desktop.core.pricing import Interruption, PriceSource, TypePrice
    from hue_desktop.core.steps import Step
    from hue_desktop.core.trail import TrailDoor
    from hue_desktop.core.transfers.ports import StepDoor

__all__ = [
    "ApiUsage",
    "ConnectionStore",
    "Emr",
    "HostKeys",
    "Identity",
    "JournalStore",
    "KeyPair",
    "Launching",
    "Metrics",
    "PriceCache",
    "PriceSnapshot",
    "Prices",
    "RegionAccess",
    "RegionClock",
    "RegionProcess",
    "Series",
    "SettingsStore",
    "SpotAdvice",
    "SpotPrice",
    "Subnet",
]


class Emr(Protocol):
    """EMR of one connection in one region."""

    def prioritise(self, cluster_id: str | None) -> None:
        """Serve reads of this cluster before all others; ``None``: treat all alike."""

    def list_clusters(
        self, *, active_only: bool = False, created_after: datetime | None = None
    ) -> tuple[ClusterSummary, ...]:
        """All pages of ListClusters, in the order EMR gave."""

    def describe_cluster(self, cluster_id: str) -> Cluster:
        """DescribeCluster (the policies that it does not tell are ``None``)."""

    def list_groups(self, cluster_id: str) -> tuple[InstanceGroup, ...]:
        """All pages of ListInstanceGroups."""

    def list_fleets(self, cluster_id: str) -> tuple[InstanceFleet, ...]:
        """All pages of ListInstanceFleets."""

    def list_instances(self, cluster_id: str, *, active_only: bool = True) -> tuple[Instance, ...]:
        """All pages of ListInstances; ``role`` is ``None``, the service fills it in."""

    def list_steps(self, cluster_id: str, *, limit: int = 50) -> tuple[Step, ...]:
        """The newest steps, newest first."""

    def list_bootstrap_actions(self, cluster_id: str) -> tuple[BootstrapAction, ...]:
        """The bootstrap actions that the cluster was created with."""

    def idle_timeout_s(self, cluster_id: str) -> int | None:
        """GetAutoTerminationPolicy in seconds; ``None`` when there is none."""

    def managed_scaling(self, cluster_id: str) -> ManagedScaling | None:
        """GetManagedScalingPolicy; ``None`` when there is none."""

    def perform(self, change: Change) -> Mapping[str, str]:
        """Carry out one change; ids that AWS gave (``cluster_id``, ``group_id``, ``fleet_id``)."""

    def call_text(self, change: Change) -> str:
        """Operation and parameters of a change as ``aws emr`` would be given them (JSON)."""

    def release_labels(self) -> tuple[str, ...]:
        """Release labels that can be launched, newest first."""

    def release_applications(self, release: str) -> tuple[Application, ...]:
        """What a release can install."""

    def supported_types(self, release: str) -> tuple[InstanceType, ...]:
        """Instance types that a release supports in this region."""

    def security_configurations(self) -> tuple[str, ...]:
        """Names of the security configurations."""

    def clock(self) -> RegionClock | None:
        """The region's clock; ``None`` before the first answer."""

    def usage(self) -> ApiUsage:
        """What the request meter says now."""


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet a cluster may be launched in."""

    id: str
    vpc_id: str
    az: str
    cidr: str
    name: str = ""
    free_addresses: int | None = None


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An EC2 key pair, by name."""

    name: str


class Launching(Protocol):
    """What a new cluster can be given: EC2 and IAM, of one connection in one region."""

    def subnets(self) -> tuple[Subnet, ...]:
        """DescribeSubnets."""

    def key_pairs(self) -> tuple[KeyPair, ...]:
        """DescribeKeyPairs."""

    def service_roles(self) -> tuple[str, ...]:
        """IAM roles that EMR may assume."""

    def instance_profiles(self) -> tuple[str, ...]:
        """IAM instance profiles."""


@dataclass(frozen=True, slots=True)
class SpotPrice:
    """A Spot price that held from ``at`` on, in USD per hour."""

    instance_type: str
    az: str
    at: datetime
    usd_hour: float


class Prices(Protocol):
    """List prices and Spot prices of one connection in one region."""

    def type_prices(self, instance_types: Iterable[str]) -> Mapping[str, TypePrice]:
        """On-demand price and EMR fee; a type that nobody can price has ``None`` in it."""

    def spot_now(self, instance_types: Iterable[str]) -> Sequence[SpotPrice]:
        """The newest Spot price of each type and AZ (Linux/UNIX)."""

    def ebs_usd_gib_month(self, volume_type: str) -> tuple[float | None, PriceSource]:
        """The list price of a GiB-month of EBS."""


class HostKeys(Protocol):
    """Keys of SSH hosts that were confirmed once; base64, as in known_hosts."""

    @property
    def path(self) -> Path:
        """Where they are kept, for messages."""

    def known(self, host: str, port: int) -> frozenset[str]:
        """The keys pinned for that host; empty when it is new."""

    def pin(self, host: str, port: int, key_type: str, key: str) -> None:
        """Remember a key that a person has confirmed."""


class PriceSnapshot(Protocol):
    """List prices of one region that were packaged with the application."""

    def type_price(self, instance_type: str) -> TypePrice | None:
        """The prices of a type; ``None`` when the snapshot does not have it."""

    def ebs_usd_gib_month(self, volume_type: str) -> tuple[float | None, PriceSource]:
        """The list price of a GiB-month of EBS."""


class SpotAdvice(Protocol):
    """What is published of how long Spot nodes last in one region."""

    def interruption(self, instance_type: str) -> Interruption | None:
        """How often EC2 takes nodes of the type back; ``None`` where nothing is known."""


class PriceCache(Protocol):
    """List prices that AWS told, kept from one run to the next."""

    def load(self, region: str, *, since: datetime) -> Sequence[tuple[datetime, TypePrice]]:
        """What was kept of a region from ``since`` on, and when."""

    def save(self, region: str, prices: Iterable[TypePrice]) -> None:
        """Keep these as of now."""


@dataclass(frozen=True, slots=True)
class Series:
    """A metric over time; points are (UTC, value) in time order, gaps are simply missing."""

    name: str
    points: tuple[tuple[datetime, float], ...]
    unit: str = ""


class Metrics(Protocol):
    """CloudWatch's ``AWS/ElasticMapReduce`` of one connection in one region."""

    def cluster_series(
        self,
        cluster_id: str,
        names: Sequence[str],
        start: datetime,
        end: datetime,
        *,
        period_s: int = 300,
    ) -> Mapping[str, Series]:
        """The series that exist, in one or a few GetMetricData calls."""

    def newest(
        self, cluster_ids: Sequence[str], names: Sequence[str]
    ) -> Mapping[str, Mapping[str, float]]:
        """The newest value (at most 15 minutes old) by cluster and name."""


class Identity(Protocol):
    """Who we are."""

    def caller_arn(self) -> str:
        """STS GetCallerIdentity."""


class JournalStore(Protocol):
    """Where the change journal is kept; survives kill -9 at any instant."""

    def add(self, entry: JournalEntry) -> JournalEntry:
        """Write a new row; the answer carries its id."""

    def update(self, entry: JournalEntry) -> None:
        """Rewrite a row by id."""

    def entries(self, *, limit: int = 500) -> tuple[JournalEntry, ...]:
        """Newest first."""

    def plan_of(self, entry_id: int) -> Plan | None:
        """The plan of a row."""


@dataclass(frozen=True, slots=True)
class RegionAccess:
    """The doors to one connection in one region. ``close`` makes calls under way fail soon."""

    emr: Emr
    launching: Launching
    prices: Prices
    metrics: Metrics
    identity: Identity
    close: Callable[[], None]
    spot_advice: SpotAdvice | None = None
    steps: StepDoor | None = None
    spot_histories: SpotHistories | None = None
    cost_explorer: CostExplorer | None = None
    launch_times: LaunchTimes | None = None
    alarms: AlarmDoor | None = None
    placement: SpotPlacement | None = None
    quotas: QuotaDoor | None = None
    trail: TrailDoor | None = None


class ConnectionStore(Protocol):
    """The user's connections in TOML."""

    @property
    def path(self) -> Path:
        """The file, for messages."""

    def load(self) -> LoadedConnections:
        """Read the file; a wrong entry costs that entry only."""

    def save(self, connection: Connection) -> None:
        """Add the connection, or replace the one of its name."""

    def remove(self, name: str) -> None:
        """Forget the connection; nothing happens when there is none of that name."""


class SettingsStore(Protocol):
    """The settings that differ from their defaults."""

    def load(self) -> Mapping[str, object]:
        """Values by key, as the file has them (not checked)."""

    def save(self, values: Mapping[str, object]) -> None:
        """Replace the file."""


class RegionProcess(Protocol):
    """Simulated regions as processes of this machine."""

    def ensure(self, state_dir: Path, scenario: str, speed: float) -> RunningRegion:
        """Find the region that runs on ``state_dir``, or start one; blocks until it answers."""

    def stop(self) -> None:
        """Stop those that were started here, and only those."""
