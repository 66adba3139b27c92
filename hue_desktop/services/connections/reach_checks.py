"""The check-up of the way to a cluster's nodes: logging in, then each port behind the tunnel."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from hue_desktop.core.clusters import ClusterSummary
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import ConfigurationError, HueError
from hue_desktop.core.text import _
from hue_desktop.services.connections.checks import Check, CheckState
from hue_desktop.services.connections.primary import Primary, primary_of

if TYPE_CHECKING:
    from hue_desktop.core.file_systems import Connector
    from hue_desktop.core.ports import RegionAccess

__all__ = ["ClusterReach", "check_reach"]

DIAL_S = 6.0
_NEEDED = (9870, 14000)  #: HDFS is reached when one of them answers


class ClusterReach(Protocol):
    """Ways to the nodes of clusters."""

    def log_in(self, connection: Connection, primary: Primary) -> str:
        """Log in where the connection says; who answered."""

    def connector(self, connection: Connection, primary: Primary) -> Connector:
        """Dials hosts by the names that the cluster has for them."""


def check_reach(
    ready: Callable[[], Connection],
    open_doors: Callable[[str], RegionAccess],
    reach: ClusterReach,
) -> Iterator[Check]:
    """Log in and dial, for one cluster that is up; nothing when there is none to be seen.

    ``ready`` is the connection as it is used: of a region that runs.
    """
    try:
        connection = ready()
        found = next(_clusters_up(connection, open_doors), None)
    except HueError:
        return  # the checks before this one have said it
    if found is None:
        text = _("No cluster is up that could be reached.")
        yield Check(_("Nodes"), CheckState.SKIPPED, text)
        return
    doors, cluster = found
    began = time.monotonic()
    name = _("Nodes of {cluster}").format(cluster=cluster.name or cluster.id)
    try:
        primary = primary_of(doors.emr, cluster.id)
        text = reach.log_in(connection, primary)
    except HueError as error:
        unwanted = isinstance(error, ConfigurationError) and not connection.ssh.bastion
        state = CheckState.SKIPPED if unwanted else CheckState.FAILED
        yield Check(name, state, error.message, error.remedy, time.monotonic() - began)
        return
    yield Check(name, CheckState.OK, text, took_s=time.monotonic() - began)
    yield from _check_ports(reach.connector(connection, primary), primary)


def _clusters_up(
    connection: Connection, open_doors: Callable[[str], RegionAccess]
) -> Iterator[tuple[RegionAccess, ClusterSummary]]:
    for region in connection.regions:
        doors = open_doors(region)
        for cluster in doors.emr.list_clusters(active_only=True):
            if cluster.state.up:
                yield doors, cluster


def _check_ports(connector: Connector, primary: Primary) -> Iterator[Check]:
    ports = {
        9870: _("HDFS (WebHDFS at the NameNode)"),
        14000: _("HDFS (HttpFS)"),
        8020: _("HDFS (RPC)"),
        8088: _("YARN"),
    }
    checks = {
        port: _check_port(connector, primary.private[0], port, name) for port, name in ports.items()
    }
    lost = not any(_ok(checks[port]) for port in _NEEDED)
    for port, check in checks.items():
        if _ok(check) or (lost and port in _NEEDED):
            yield check
        else:  # one that a cluster may do without
            yield Check(check.name, CheckState.SKIPPED, check.text, took_s=check.took_s)


def _check_port(connector: Connector, host: str, port: int, name: str) -> Check:
    began = time.monotonic()
    try:
        connector.dial(host, port, DIAL_S).close()
    except HueError as error:
        return Check(name, CheckState.FAILED, error.message, error.remedy, _since(began))
    text = _("{host}:{port} answers").format(host=host, port=port)
    return Check(name, CheckState.OK, text, took_s=_since(began))


def _ok(check: Check) -> bool:
    return check.state is CheckState.OK


def _since(began: float) -> float:
    return time.monotonic() - began
