"""Says in the window that EC2 takes Spot nodes back, and that it took them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.format import clock_time, count
from hue_desktop.core.instances import Instance, Role
from hue_desktop.core.spot_notices import SpotNotice, taken_by_ec2
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.health_feed import HealthFeed
from hue_desktop.ui.tasks import Poster

if TYPE_CHECKING:
    from hue_desktop.services.fleet import FleetChange
    from hue_desktop.services.health import HealthService
    from hue_desktop.services.health.values import HealthChange

__all__ = ["SpotTeller"]

_NEWS = timedelta(minutes=10)  #: of the region's clock; what is older is history

#: Cluster, sentence, and whether it is about core nodes.
Say = Callable[[ClusterRef, str, bool], None]


class SpotTeller(QObject):
    """Hears of readings and of the fleet, and says each thing once.

    A notice is told once it is sure. What EMR reports as taken is told also of clusters that
    nobody watches; at first sight of a cluster only what is news.
    """

    def __init__(self, health: HealthService, poster: Poster, say: Say) -> None:
        super().__init__()
        self._say = say
        self._told: set[tuple[str, str]] = set()
        self._names: dict[ClusterRef, str] = {}
        self._feed = HealthFeed(health, poster)
        self._feed.changed.connect(self.hear_health)

    def close(self) -> None:
        """Hear nothing more."""
        self._feed.close()

    def hear_health(self, change: HealthChange) -> None:
        """A reading: new notices."""
        ref = change.snapshot.ref
        fresh = [
            each
            for each in change.snapshot.notices
            if each.sure and each.standing and self._new("notice", each.node_id)
        ]
        if fresh:
            core = any(each.role is Role.CORE for each in fresh)
            self._say(ref, _notice_words(self._name(ref), fresh), core)

    def hear_fleet(self, change: FleetChange) -> None:
        """Nodes of clusters that were read anew."""
        for ref, parts in change.parts.items():
            cluster = change.snapshot.clusters.get(ref)
            if cluster is None:
                continue
            self._names[ref] = cluster.summary.name
            if "instances" in parts:
                self._look(cluster, change)

    def _look(self, cluster: ClusterSnapshot, change: FleetChange) -> None:
        since = change.snapshot.region_now(cluster.ref) - _NEWS
        fresh = [
            node
            for node in cluster.instances or ()
            if not node.active and taken_by_ec2(node) and self._new("taken", node.id)
        ]
        news = [node for node in fresh if node.ended is not None and node.ended >= since]
        if news:
            core = any(node.role is Role.CORE for node in news)
            self._say(cluster.ref, _taken_words(cluster.summary.name, news), core)

    def _new(self, kind: str, node_id: str) -> bool:
        known = (kind, node_id) in self._told
        self._told.add((kind, node_id))
        return not known

    def _name(self, ref: ClusterRef) -> str:
        return self._names.get(ref, ref.cluster_id)


def _notice_words(name: str, notices: list[SpotNotice]) -> str:
    n, last = len(notices), max(each.gone_by for each in notices)
    if n == 1:
        return _("{cluster}: EC2 takes Spot node {node} back by {time}.").format(
            cluster=name, node=notices[0].ec2_id or notices[0].host, time=clock_time(last)
        )
    return _("{cluster}: EC2 takes {n} Spot nodes back by {time}.").format(
        cluster=name, n=count(n), time=clock_time(last)
    )


def _taken_words(name: str, nodes: list[Instance]) -> str:
    text = ngettext(
        "{cluster}: EC2 took {n} Spot node back; EMR looks for another.",
        "{cluster}: EC2 took {n} Spot nodes back; EMR looks for others.",
        len(nodes),
    )
    return text.format(cluster=name, n=count(len(nodes)))
