"""Connections: which account, region and endpoint, as whom, and how careful to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hue_desktop.core.errors import HueError

__all__ = [
    "Connection",
    "ConnectionClass",
    "LoadedConnections",
    "RunningRegion",
    "Simulation",
    "SshSettings",
]


class ConnectionClass(Enum):
    """How much is asked before a change, and the colour that warns."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class SshSettings:
    """How to reach the nodes. ``passphrase_ref`` names a keyring entry, never the secret."""

    user: str = "hadoop"
    key_file: str = ""
    passphrase_ref: str = ""
    bastion: str = ""  #: host or host:port; empty: the primary node's public name
    host_keys: tuple[str, ...] = ()  #: pinned, as in known_hosts


@dataclass(frozen=True, slots=True)
class Simulation:
    """How to start the region that this connection's endpoint lives in, if nobody has.

    Whoever opens the connection starts ``hue-desktop simulate`` with these values when the region
    does not answer; the connection itself is an ordinary one with an ``endpoint_url``.
    """

    scenario: str = "demo"
    speed: float = 60.0
    state_dir: str = ""  #: empty: the user's data directory


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection as the user wrote it. ``hourly_budget_usd`` of ``None`` means no budget."""

    name: str
    connection_class: ConnectionClass = ConnectionClass.DEVELOPMENT
    profile: str = ""
    regions: tuple[str, ...] = ("us-east-1",)
    endpoint_url: str = ""
    aws_config_file: str = ""  #: another AWS config file than the user's own (a region writes one)
    read_only: bool = False
    hourly_budget_usd: float | None = None
    ssh: SshSettings = field(default_factory=SshSettings)
    simulation: Simulation | None = None


@dataclass(frozen=True, slots=True)
class LoadedConnections:
    """What the connections file holds: the usable ones, and one error for each that is not."""

    connections: tuple[Connection, ...] = ()
    problems: tuple[HueError, ...] = ()
    exists: bool = True  #: whether there is a file at all


@dataclass(frozen=True, slots=True)
class RunningRegion:
    """A simulated region that answers, and how a client reaches it."""

    endpoint_url: str
    region: str
    aws_config_file: str = ""
    control_url: str = ""
    pid: int = 0
    started_here: bool = False  #: we started it, and stop it
    ssh: SshSettings | None = None  #: its bastion; ``None`` when it has none
