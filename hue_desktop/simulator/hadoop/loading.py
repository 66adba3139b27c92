"""Loading a described cluster into a region that runs, with its HDFS and its applications.

EMR's part is what the AWS CLI prints; the parts of HDFS and YARN are shapes of our own, which
``docs/simulator.md`` describes.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.hadoop.inodes import File
from hue_desktop.simulator.hadoop.shape import ShapeError, capacities_of, check_shape
from hue_desktop.simulator.hadoop.tree import walk
from hue_desktop.simulator.world.from_files import load_documents
from hue_desktop.simulator.world.story import applications_since, story_of

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.servers import HadoopServers
    from hue_desktop.simulator.region import Region
    from hue_desktop.simulator.world.clusters import Cluster

__all__ = ["LoadControl"]

_Body = Mapping[str, Any]
_LOST_FILES = 1000  #: that are named


class LoadControl:
    """Requests of the control API that stand a cluster up and tell what became of it."""

    def __init__(self, region: Region, servers: HadoopServers) -> None:
        self._region = region
        self._servers = servers

    def controls(self) -> Mapping[str, Callable[[_Body], Coroutine[Any, Any, object]]]:
        """Requests by name."""
        return {"load": self._load, "story": self._story}

    async def _load(self, body: _Body) -> object:
        """Stand up what documents describe; nothing changes when any of it makes no sense."""
        documents = body.get("documents")
        if not isinstance(documents, list) or not documents:
            raise ValueError("documents must be a list of what 'aws emr describe-…' prints.")
        hdfs, yarn = body.get("hdfs"), body.get("yarn")
        if hdfs is not None:
            if not isinstance(hdfs, dict):
                raise ShapeError("hdfs must be an object.")
            check_shape(hdfs)
        applications = _applications(yarn)
        region = self._region
        with region.lock:
            region.world.advance()
            ids = load_documents(region.world, documents)
            if (hdfs is not None or applications is not None) and len(ids) != 1:
                raise ValueError("hdfs and yarn can be told of one cluster at a time.")
            cluster = region.world.clusters[ids[0]]
            if hdfs is not None:
                self._stand_up(cluster, hdfs)
            if applications is not None:
                self._run(cluster, applications)
            region.flush()
        return {"clusters": ids}

    def _stand_up(self, cluster: Cluster, shape: dict[str, Any]) -> None:
        world = self._region.world
        cluster.loaded = {**cluster.loaded, "hdfs_capacity": capacities_of(shape)}
        cluster.dfs_replication = int(shape.get("replication", cluster.dfs_replication))
        cluster.node_cache.clear()
        world.touch(cluster)
        if not self._servers.knows(cluster):
            return
        found = self._servers.hdfs_of(cluster.id)
        found.stand_up(shape)
        with found.session() as hdfs:
            cluster.hdfs_base = float(sum(node.used for node in hdfs.blocks.datanodes.values()))

    def _run(self, cluster: Cluster, applications: list[dict[str, Any]]) -> None:
        world = self._region.world
        if cluster.state not in ("RUNNING", "WAITING"):
            return
        for told in applications:
            left = told.get("left_s")
            containers, elapsed = int(told["containers"]), float(told.get("elapsed_s", 0.0))
            step = cluster.steps.get(str(told.get("step", "")))
            if step is not None and step.state == "RUNNING":
                world.pace.give(cluster, step, containers, left, elapsed)
                continue
            item = world.applications.submit(
                cluster,
                str(told.get("name") or "application"),
                str(told.get("user") or "hadoop"),
                queue=str(told.get("queue") or "default"),
                kind=str(told.get("kind") or "SPARK"),
                containers=max(1, containers),
                for_s=1.0 if left is None else max(1.0, float(left)),
            )
            world.pace.give(cluster, item, containers, left, elapsed)

    async def _story(self, body: _Body) -> object:
        """What happened to a cluster since an instant, epoch seconds."""
        since = body.get("since", 0.0)
        if isinstance(since, bool) or not isinstance(since, int | float):
            raise ValueError("since must be a number.")
        region = self._region
        with region.lock:
            region.world.advance()
            cluster = region.world.clusters.get(str(body.get("cluster_id", "")))
            if cluster is None:
                raise ValueError(f"There is no cluster {body.get('cluster_id')!r}.")
            return {
                "now": region.world.at,
                "state": str(cluster.state),
                "events": story_of(region.world, cluster, float(since)),
                "applications": applications_since(region.world, cluster, float(since)),
                "hdfs": self._hdfs(cluster),
            }

    def _hdfs(self, cluster: Cluster) -> dict[str, Any] | None:
        """How HDFS stands: room, blocks, and files that have lost one; None without HDFS."""
        if not self._servers.knows(cluster):
            return None
        with self._servers.hdfs_of(cluster.id).session() as hdfs:
            blocks = hdfs.blocks
            live = [node for node in blocks.datanodes.values() if node.running]
            files = [item for item in walk(hdfs.tree.root) if isinstance(item, File)]
            lost = [
                item
                for item in files
                if any(block.length and not blocks.readable(block) for block in item.blocks)
            ]
            lost.sort(key=lambda item: (-item.length, item.path))
            gone = [block for item in lost for block in item.blocks if not blocks.readable(block)]
            return {
                "files": len(files),
                "blocks": len(blocks.blocks),
                "used": sum(node.used for node in live),
                "capacity": sum(node.capacity for node in live),
                "datanodes": len(live),
                "lacking": blocks.health().lacking,
                "lost_blocks": len(gone),
                "lost_count": len(lost),
                "lost_bytes": sum(item.length for item in lost),
                "lost_files": [item.path for item in lost[:_LOST_FILES]],
            }


def _applications(yarn: Any) -> list[dict[str, Any]] | None:
    """The applications of a YARN shape, checked; None without one."""
    if yarn is None:
        return None
    found = yarn.get("applications") if isinstance(yarn, dict) else None
    if not isinstance(found, list):
        raise ShapeError("yarn.applications must be a list.")
    for place, told in enumerate(found):
        name = f"yarn.applications[{place}]"
        if not isinstance(told, dict):
            raise ShapeError(f"{name} must be an object.")
        for member in ("containers", "elapsed_s", "left_s"):
            value = told.get(member, 0 if member != "containers" else None)
            if value is None and member == "left_s":
                continue
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not 0 <= value < 1e9
            ):
                raise ShapeError(f"{name}.{member} must be a number that is not negative.")
    return found
