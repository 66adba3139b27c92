"""Which servers listen on which ports of a cluster's machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from hue_desktop.simulator.hadoop.datanode import DataNode
from hue_desktop.simulator.hadoop.doors import (
    DATANODE,
    HTTPFS,
    NAMENODE,
    NODE_MANAGER,
    RESOURCE_MANAGER,
)
from hue_desktop.simulator.hadoop.httpfs import HttpFs
from hue_desktop.simulator.hadoop.namenode import NameNode
from hue_desktop.simulator.yarn.node_manager import node_manager
from hue_desktop.simulator.yarn.resource_manager import resource_manager

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster
    from hue_desktop.simulator.hadoop.doors import Door, Handler
    from hue_desktop.simulator.world.instances import Instance

__all__ = ["PORTS", "Port", "Where"]


class Where(Enum):
    """On which machines a server runs."""

    PRIMARY = "primary"
    WORKERS = "workers"  #: every core and task node; the primary when it is alone
    DATANODES = "datanodes"  #: where the process runs now


@dataclass(frozen=True, slots=True)
class Port:
    """A server's port; ``name`` is its member in the control API's lists of addresses."""

    name: str
    where: Where
    handler: Callable[[Door], Handler]

    def listens(self, cluster: HdfsOfCluster, instance: Instance) -> bool:
        """Whether a machine that runs listens."""
        if self.where is Where.PRIMARY:
            primary = cluster.primary()
            return primary is not None and primary.ec2_id == instance.ec2_id
        if self.where is Where.WORKERS:
            return cluster.is_worker(instance)
        with cluster.session():
            node = cluster.datanode_at(instance.ec2_id)
            return node is not None and node.running


PORTS: Mapping[int, Port] = {
    NAMENODE: Port("namenode", Where.PRIMARY, lambda door: NameNode(door).handle),
    HTTPFS: Port("httpfs", Where.PRIMARY, lambda door: HttpFs(door).handle),
    DATANODE: Port("datanode", Where.DATANODES, lambda door: DataNode(door).handle),
    RESOURCE_MANAGER: Port("resource_manager", Where.PRIMARY, resource_manager),
    NODE_MANAGER: Port("node_manager", Where.WORKERS, node_manager),
}
