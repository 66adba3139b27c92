"""From the arguments of a command to locations: whose S3, which cluster's HDFS, relative paths."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hue_desktop.core.errors import ConfigurationError, HueError, UsageError
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterSnapshot
    from hue_desktop.services.fleet.values import FleetSnapshot
    from hue_desktop.wiring import Application

__all__ = ["as_folder_if_it_is", "locate"]

_FLEET_S = 60.0  #: how long to wait for the list of clusters


def locate(application: Application, texts: Iterable[str], cluster: str = "") -> list[Location]:
    """The locations that the texts mean. ``UsageError`` when one of them means none.

    HDFS of a cluster needs the list of clusters, which is read first; blocks until it is there.
    """
    from hue_desktop.services.storage.locations import Locations

    texts = list(texts)
    _check_one_s3(application, texts)
    locations = Locations(lambda: application.fleet.snapshot(), application.connections.connections)
    near = Location(LOCAL, os.getcwd().rstrip("/") + "/")
    try:
        if cluster or any(_names_cluster(text) for text in texts):
            found = _cluster(application, cluster)
            if found is not None:
                ref = found.ref
                store = StoreId(StoreKind.HDFS, ref.connection, ref.region, ref.cluster_id)
                root = Location(store, "/")
                return [
                    locations.parse(text, root if text.startswith("hdfs:///") else near)
                    for text in texts
                ]
        return [locations.parse(text, near) for text in texts]
    except ConfigurationError as error:
        raise UsageError(error.message, remedy=error.remedy) from error


def as_folder_if_it_is(application: Application, location: Location) -> Location:
    """With a slash at its end when a folder stands there; S3 keys are taken as written."""
    if location.is_folder or location.store.kind is StoreKind.S3:
        return location
    try:
        entry = application.file_systems.of(location.store).stat(location)
    except HueError:  # it does not exist yet, or says so itself when it is written to
        return location
    return location.as_folder() if entry.is_folder else location


def _check_one_s3(application: Application, texts: Iterable[str]) -> None:
    """``s3://`` means one identity: with several connections somebody has to say whose."""
    names = [each.name for each in application.connections.connections()]
    if len(names) > 1 and any(_is_s3(text) for text in texts):
        raise UsageError(
            _("There are several connections, and s3:// does not say which is meant."),
            remedy=_("Name one with --connection: {names}.").format(names=", ".join(names)),
        )


def _is_s3(text: str) -> bool:
    from hue_desktop.services.storage.locations import S3_SCHEMES

    return text.partition("://")[0].lower() in S3_SCHEMES and "://" in text


def _names_cluster(text: str) -> bool:
    """Whether the text means HDFS of a cluster, not a NameNode by host and port."""
    scheme, _mark, rest = text.partition("://")
    return scheme.lower() == "hdfs" and ":" not in rest.partition("/")[0]


def _cluster(application: Application, wanted: str) -> ClusterSnapshot | None:
    """The cluster of that id or name; ``None`` for no wish. Waits until the clusters are known."""
    there = threading.Event()

    def look(snapshot: FleetSnapshot) -> None:
        if _known(snapshot, wanted):
            there.set()

    stop = application.fleet.subscribe(lambda change: look(change.snapshot))
    try:
        application.fleet.start()
        look(application.fleet.snapshot())
        there.wait(_FLEET_S)
    finally:
        stop()
    snapshot = application.fleet.snapshot()
    failed = [status.error for status in snapshot.connections if status.error is not None]
    if failed and not snapshot.clusters:
        raise failed[0]
    if not wanted:
        return None
    for found in snapshot.clusters.values():
        if wanted in (found.ref.cluster_id, found.summary.name) and found.summary.state.active:
            return found
    names = sorted(one.summary.name for one in snapshot.clusters.values()
                   if one.summary.state.active)  # fmt: skip
    raise UsageError(
        _("There is no running cluster “{name}”.").format(name=wanted),
        remedy=_("Running clusters: {names}.").format(names=", ".join(names) or _("none")),
    )


def _known(snapshot: FleetSnapshot, wanted: str) -> bool:
    """Whether the clusters that may be meant were listed and described, or cannot be."""
    if not snapshot.connections:
        return False
    read = all(status.last_read or status.error for status in snapshot.connections)
    active = [one for one in snapshot.clusters.values() if one.summary.state.active]
    if wanted:
        active = [one for one in active if wanted in (one.ref.cluster_id, one.summary.name)]
    return read and all(one.cluster is not None for one in active)
