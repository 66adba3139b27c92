"""Requests of the control API for YARN, and trouble with the status pages of all Hadoop servers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.hadoop.doors import DATANODE, NODE_MANAGER
from hue_desktop.simulator.hadoop.server_trouble import server_trouble_of

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.servers import HadoopServers

__all__ = ["YarnControl"]

_Body = Mapping[str, Any]
_LISTED = 100  #: each cluster that is listed takes a listening socket
_NUMBERS = ("containers", "for_s")


class YarnControl:
    """Answers the control API for YARN."""

    def __init__(self, servers: HadoopServers) -> None:
        self._servers = servers

    def controls(self) -> Mapping[str, Callable[[_Body], Coroutine[Any, Any, object]]]:
        """Requests by name; a GET has an empty body."""
        return {
            "yarn": self._list,
            "yarn/application": self._submit,
            "hadoop/trouble": self._trouble,
        }

    async def _list(self, body: _Body) -> object:
        """ResourceManagers on this machine; of an instance its NodeManager and DataNode."""
        instance_id = body.get("instance_id")
        if instance_id:
            return self._urls_of(str(instance_id))
        asked = body.get("cluster_id")
        clusters = [str(asked)] if asked else self._servers.cluster_ids()[-_LISTED:]
        return {
            cluster_id: {"resource_manager": self._servers.resource_manager_url(cluster_id)}
            for cluster_id in clusters
        }

    def _urls_of(self, instance_id: str) -> dict[str, str]:
        urls = {"node_manager": self._servers.node_url(instance_id, NODE_MANAGER)}
        try:
            urls["datanode"] = self._servers.node_url(instance_id, DATANODE)
        except KeyError:  # a task node has none
            return urls
        return urls

    async def _submit(self, body: _Body) -> object:
        """Run an application that is no step, as any user."""
        for name in _NUMBERS:
            value = body.get(name, 0)
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not 0 <= value < 1e7
            ):
                raise ValueError(f"{name} must be a number that is not negative.")
        found = self._servers.hdfs_of(str(body.get("cluster_id", "")))
        with found.facts():
            application = found.world.applications.submit(
                found.cluster,
                str(body.get("name") or "Spark shell"),
                str(body.get("user") or "hadoop"),
                queue=str(body.get("queue") or "default"),
                kind=str(body.get("kind") or "SPARK").upper(),
                containers=int(body.get("containers", 0)),
                for_s=float(body.get("for_s", 0.0)),
                will_fail=bool(body.get("fails", False)),
            )
            found.flush()
        return {"application_id": application.id}

    async def _trouble(self, body: _Body) -> object:
        """Set trouble for the servers' answers, or clear all of it."""
        troubles = self._servers.server_troubles
        if body.get("clear"):
            troubles.clear()
        elif body:
            trouble, for_s = server_trouble_of(body)
            troubles.add(trouble, for_s)
            if trouble.down and not trouble.path:
                self._servers.cut_met(trouble)
        return {"trouble": len(troubles)}
