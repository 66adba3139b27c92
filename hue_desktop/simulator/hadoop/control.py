"""Requests of the control API for HDFS: where it is served, and the trouble one can make there."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.servers import HadoopServers

__all__ = ["HadoopControl"]

_Body = Mapping[str, Any]


class HadoopControl:
    """Answers the control API for the Hadoop servers."""

    def __init__(self, servers: HadoopServers) -> None:
        self._servers = servers

    def controls(self) -> Mapping[str, Callable[[_Body], Coroutine[Any, Any, object]]]:
        """Requests by name."""
        return {"hdfs": self._list}

    async def _list(self, body: _Body) -> object:
        """The clusters with HDFS and their servers' addresses on this machine."""
        return {
            cluster_id: {
                "webhdfs": self._servers.webhdfs_url(cluster_id),
                "httpfs": self._servers.httpfs_url(cluster_id),
            }
            for cluster_id in self._servers.cluster_ids()
        }
