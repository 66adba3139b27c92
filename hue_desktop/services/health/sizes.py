"""How large machines are: YARN tells what it may give away, which is less than there is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.errors import HueError
from hue_desktop.services.access import AccessPool
from hue_desktop.services.health.clocks import steady
from hue_desktop.services.lanes import Lane

if TYPE_CHECKING:
    from hue_desktop.core.instances import InstanceType

__all__ = ["MachineSizes"]

_log = logging.getLogger(__name__)
AGAIN_S = 900.0  #: after an answer that failed

_Key = tuple[str, str, str]


class MachineSizes:
    """Instance types by name as EMR lists them for a release, asked once and off this thread."""

    def __init__(self, access: AccessPool) -> None:
        self._access = access
        self._lane = Lane("health-sizes", 1)
        self._lock = threading.Lock()
        self._known: dict[_Key, Mapping[str, InstanceType]] = {}
        self._asked: dict[_Key, float] = {}

    def of(self, cluster: ClusterSnapshot | None) -> Mapping[str, InstanceType]:
        """What is known now; never blocks. Empty until EMR has answered."""
        release = cluster.cluster.release if cluster and cluster.cluster else ""
        if cluster is None or not release:
            return {}
        key = (cluster.ref.connection, cluster.ref.region, release)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                return known
            if steady() - self._asked.get(key, -AGAIN_S) < AGAIN_S:
                return {}
            self._asked[key] = steady()
        try:
            self._lane.submit(self._ask, key)
        except RuntimeError:  # closing
            return {}
        return {}

    def close(self) -> None:
        """Ask no more."""
        self._lane.shutdown(timeout_s=0.0)

    def _ask(self, key: _Key) -> None:
        connection, region, release = key
        try:
            types = self._access.of(connection, region).emr.supported_types(release)
        except HueError as error:
            _log.info("The sizes of instance types are not known: %s", error)
            return
        with self._lock:
            self._known[key] = {each.name: each for each in types}
