"""From the arguments of a command to locations: whose S3, which cluster's HDFS, relative paths."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hue_desktop.core.errors import ConfigurationError, HueError, UsageError
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterSnapshot
    from hue_desktop.wiring import Application

__all__ = ["as_folder_if_it_is", "locate"]


def locate(application: Application, texts: Iterable[str], cluster: str = "") -> list[Location]:
    """The locations that the texts mean. ``UsageError`` when one of them means none.

    EMR is asked for the clusters where HDFS of one is meant; blocks until it has answered.
    """
    from hue_desktop.services.storage.locations import Locations

    texts = list(texts)
    _check_one_s3(application, texts)
    near = Location(LOCAL, os.getcwd().rstrip("/") + "/")
    root = near  # what hdfs:/// is relative to
    locations = Locations(
        lambda: application.running_clusters.snapshot(), application.connections.connections
    )
    try:
        if cluster:
            root = _root_of(_cluster(application, cluster))
        for name in {_cluster_name(text) for text in texts} - {None}:
            if name == cluster and cluster:
                continue
            if not name and not cluster:
                application.running_clusters.all()
            elif name and ("." not in name or application.running_clusters.find(name)):
                _cluster(application, name)  # else a host, of which more is said below
        return [
            locations.parse(text, root if text.startswith("hdfs:///") else near) for text in texts
        ]
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


def _cluster_name(text: str) -> str | None:
    """The cluster in ``hdfs://NAME/…``, empty for ``hdfs:///``; ``None`` where none is meant.

    A NameNode by host and port is no cluster.
    """
    scheme, mark, rest = text.partition("://")
    authority = rest.partition("/")[0]
    if not mark or scheme.strip().lower() != "hdfs" or ":" in authority:
        return None
    return authority


def _root_of(cluster: ClusterSnapshot) -> Location:
    ref = cluster.ref
    return Location(StoreId(StoreKind.HDFS, ref.connection, ref.region, ref.cluster_id), "/")


def _cluster(application: Application, wanted: str) -> ClusterSnapshot:
    """The one active cluster of that id or name."""
    found = application.running_clusters.find(wanted)
    found = tuple(one for one in found if one.summary.state.up) or found
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(f"{one.ref.cluster_id} ({one.ref.connection})" for one in found)
        raise UsageError(
            _("Several running clusters are called “{name}”.").format(name=wanted),
            remedy=_("Name one by its id: {ids}.").format(ids=ids),
        )
    names = sorted(one.summary.name for one in application.running_clusters.all())
    raise UsageError(
        _("There is no running cluster “{name}”.").format(name=wanted),
        remedy=_("Running clusters: {names}.").format(names=", ".join(names) or _("none")),
    )
