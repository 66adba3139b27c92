"""Which containers YARN runs on which node, and for how long they have run.

The ResourceManager counts containers by node. Ages come from the containers of each running
application (``appattempts/…/containers``); where that is not answered, from the application, which
began no later than any of its containers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hue_desktop.adapters.hadoop.asking import Address
from hue_desktop.adapters.hadoop.figures import Json, listed, number, part, word
from hue_desktop.adapters.hadoop.json_door import JsonDoor, Place
from hue_desktop.adapters.hadoop.yarn import host_of
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.file_systems import Connector
from hue_desktop.core.shrink.ports import WorkFacts

__all__ = ["YarnWork"]

_APPS = "/ws/v1/cluster/apps?states=RUNNING"
_MOST_APPS = 50  #: whose containers are asked for one by one


class YarnWork:
    """Reads it from the ResourceManager."""

    def __init__(
        self, connector: Connector, hosts: Sequence[str], ports: Sequence[int], *, timeout_s: float
    ) -> None:
        self._door = JsonDoor(connector, timeout_s)
        self._place = Place([(host, port) for port in ports for host in hosts])

    def read(self) -> WorkFacts:
        """Ask; a HueError when the ResourceManager does not answer."""
        address, metrics, _took = self._door.first(
            self._place, "/ws/v1/cluster/metrics", lambda told: "clusterMetrics" in told
        )
        counts: dict[str, int] = {}
        for node in listed(part(self._door.get(address, "/ws/v1/cluster/nodes"), "nodes"), "node"):
            held = number(node, "numContainers")
            if host_of(node) and held is not None:
                counts[host_of(node).lower()] = int(held)
        apps = listed(part(self._door.get(address, _APPS), "apps"), "app")
        masters: dict[str, int] = {}
        for app in apps:
            host = word(app, "amHostHttpAddress").rpartition(":")[0].lower()
            if host:
                masters[host] = masters.get(host, 0) + 1
        pending = number(part(metrics, "clusterMetrics"), "containersPending", "pendingContainers")
        ages, estimated = self._ages(address, apps, counts)
        return WorkFacts(
            counts, ages, masters, None if pending is None else int(pending), estimated
        )

    def close(self) -> None:
        """End all connections."""
        self._door.close()

    def _ages(
        self, address: Address, apps: Sequence[Json], counts: Mapping[str, int]
    ) -> tuple[dict[str, float], bool]:
        """The longest age by host, in seconds, and whether it is only known by application."""
        ages: dict[str, float] = {}
        oldest = max((_elapsed_s(app) for app in apps), default=0.0)
        known = 0
        for app in sorted(apps, key=_elapsed_s, reverse=True)[:_MOST_APPS]:
            found = self._containers(address, word(app, "id"))
            if found is None:
                break
            for container in found:
                host = _host(container)
                ages[host] = max(ages.get(host, 0.0), _elapsed_s(container))
            known += 1
        if known == len(apps):
            return ages, False
        return {host: oldest for host, held in counts.items() if held}, True

    def _containers(self, address: Address, app_id: str) -> list[Json] | None:
        """Containers of the application's newest attempt; ``None`` where that is not answered."""
        base = f"/ws/v1/cluster/apps/{app_id}/appattempts"
        try:
            attempts = listed(part(self._door.get(address, base), "appAttempts"), "appAttempt")
            if not attempts:
                return None
            told = self._door.get(address, f"{base}/{_attempt(app_id, attempts[-1])}/containers")
        except Cancelled:
            raise
        except HueError:
            return None
        return listed(told, "container") or listed(part(told, "containers"), "container") or None


def _attempt(app_id: str, told: Json) -> str:
    """The id of an attempt, which older servers only number."""
    name = word(told, "appAttemptId")
    if name.startswith("appattempt_"):
        return name
    return f"appattempt_{app_id.partition('_')[2]}_{int(number(told, 'id') or 1):06d}"


def _host(container: Json) -> str:
    """The node's web address is a URL or ``host:port``."""
    text = word(container, "nodeHttpAddress", "assignedNodeId", "nodeId")
    return text.rpartition("//")[2].partition("/")[0].partition(":")[0].lower()


def _elapsed_s(told: Json) -> float:
    return max(0.0, (number(told, "elapsedTime") or 0.0) / 1000.0)
