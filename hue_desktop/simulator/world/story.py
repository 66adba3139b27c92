"""What happened to one cluster since an instant, told from the stored facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.world.applications import applications_of, outcome_of
from hue_desktop.simulator.world.documents import NEVER

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.instances import Instance
    from hue_desktop.simulator.world.world import World

__all__ = ["applications_since", "story_of"]

Json = dict[str, Any]


def story_of(world: World, cluster: Cluster, since: float) -> list[Json]:
    """Events in the order of time: ``at`` (epoch seconds), ``what``, and whom it befell."""
    events = [*_of_nodes(world, cluster, since), *_of_applications(world, cluster, since)]
    events += _of_hdfs(world, cluster, since)
    for at, what in ((cluster.terminating, "cluster-ending"), (cluster.ended, "cluster-ended")):
        if since <= at <= world.at:
            events.append({"at": at, "what": what, "text": cluster.reason_message})
    for item in cluster.collections():
        if item.reason_message and item.role != "MASTER":
            told = {"id": item.id, "role": item.role, "text": item.reason_message}
            events.append({"at": world.at, "what": "group", **told})
    return sorted(events, key=lambda event: event["at"])


def _of_nodes(world: World, cluster: Cluster, since: float) -> Iterator[Json]:
    for node in cluster.instances.values():
        for at, what in _course_of(node, since, world.at):
            yield {
                "at": at,
                "what": what,
                "instance": node.ec2_id,
                "role": node.role,
                "market": node.market,
                "type": node.instance_type,
            }


def _course_of(node: Instance, since: float, now: float) -> Iterator[tuple[float, str]]:
    told = [(node.notice, "notice"), (node.draining, "draining"), (node.unhealthy, "unhealthy")]
    if node.created > since:
        told.append((node.ready, "joined"))
    if node.notice != NEVER:
        told.append((node.ended, "reclaimed"))
    elif node.draining != NEVER:
        told.append((node.ended, "drained"))
    elif node.ready < node.ended:
        told.append((node.ended, "ended"))
    yield from ((at, what) for at, what in told if since <= at <= now)
    if node.fulfilled == NEVER and node.alive and node.created > since:
        yield node.created, "waiting"


def applications_since(world: World, cluster: Cluster, since: float) -> list[Json]:
    """What ran at an instant or began later, and how it stands now."""
    found = []
    for item in applications_of(cluster):
        over = item.state not in ("RUNNING", "CANCEL_PENDING", "PENDING")
        if over and item.ended <= since:
            continue
        expected = item.expected if item.expected != NEVER else None
        found.append(
            {
                "id": getattr(item, "application_id", "") or item.id,
                "name": item.name,
                "began": item.started,
                "ended": item.ended if over else None,
                "state": outcome_of(item) if over else "RUNNING",
                "expected": expected,
                "restarts": list(item.restarts),
                "lost_containers": item.lost_containers,
            }
        )
    return found


def _of_applications(world: World, cluster: Cluster, since: float) -> Iterator[Json]:
    for told in applications_since(world, cluster, since):
        who = {"id": told["id"], "name": told["name"]}
        for at in told["restarts"]:
            yield {"at": at, "what": "application-restarted", **who}
        if told["ended"] is not None:
            yield {"at": told["ended"], "what": "application-ended", "text": told["state"], **who}


def _of_hdfs(world: World, cluster: Cluster, since: float) -> Iterator[Json]:
    """When blocks were missed and were back, as the NameNode's figures tell it."""
    world.telemetry.refresh(cluster.id, opening=False)
    record = world.telemetry.hdfs_record(cluster.id)
    before = record.at(since)
    missing, lacking = (before.missing, before.lacking) if before is not None else (0, 0)
    for at, figures in record.since(since):
        if figures.missing != missing:
            yield {"at": float(at), "what": "blocks-missing", "count": figures.missing}
        if (figures.lacking > 0) != (lacking > 0):
            yield {"at": float(at), "what": "blocks-lacking", "count": figures.lacking}
        missing, lacking = figures.missing, figures.lacking
