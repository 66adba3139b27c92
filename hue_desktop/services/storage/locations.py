"""From what a person writes to a location, and back."""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.text import _
from hue_desktop.services.storage.values import Place

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterSnapshot
    from hue_desktop.services.fleet.values import FleetSnapshot

__all__ = ["S3_SCHEMES", "Locations", "display", "home", "names_of"]

S3_SCHEMES = ("s3", "s3a", "s3n")
_PLAIN_NAME = re.compile(r"[^\s/:](?:[^/:]*[^\s/:])?")  #: can stand behind hdfs://


def home() -> Location:
    """The user's home directory."""
    return Location(LOCAL, _as_path(os.path.expanduser("~")).rstrip("/") + "/")


class Locations:
    """Reads and writes locations; knows connections and clusters by what is known of them now."""

    def __init__(
        self,
        fleet: Callable[[], FleetSnapshot],
        connections: Callable[[], tuple[Connection, ...]],
    ) -> None:
        self._fleet = fleet
        self._connections = connections
        self._called: tuple[FleetSnapshot | None, Mapping[StoreId, str]] = (None, {})

    def places(self) -> tuple[Place, ...]:
        """Home, the buckets of each connection, the HDFS of each cluster that is up."""
        found = [Place(_("Home"), home(), "computer", display(home()))]
        for connection in self._connections():
            region = connection.regions[0] if connection.regions else ""
            store = StoreId(StoreKind.S3, connection.name, region)
            title = _("S3 of {connection}").format(connection=connection.name)
            note = self._trouble(connection.name) or region
            found.append(Place(title, Location(store, "/"), "bucket", note))
        for cluster in self._clusters():
            title = _("HDFS of {cluster}").format(
                cluster=cluster.summary.name or cluster.ref.cluster_id
            )
            location = Location(_hdfs_of(cluster), "/")
            found.append(Place(title, location, "storage", cluster.ref.connection))
        return tuple(found)

    def display(self, location: Location, own: StoreId | None = None) -> str:
        """How a location is written for a person: ``hdfs://analytics/tmp`` where ``hdfs:///tmp``
        would leave open whose HDFS it is. On the page of a cluster its ``own`` needs no name.
        """
        store = location.store
        if not store.cluster_id or store == own:
            return display(location)
        names = self._names()
        called = names.get(store, store.cluster_id if names else "")
        return f"hdfs://{called}{location.path}"

    def _names(self) -> Mapping[StoreId, str]:
        """What each HDFS is called; kept, as lists are painted often and fleets are large."""
        snapshot, names = self._fleet(), self._called[1]
        if snapshot is not self._called[0]:
            names = _names_in(snapshot)
            self._called = (snapshot, names)
        return names

    def _trouble(self, connection: str) -> str:
        """Why a connection does not answer now; empty when it does, or was not asked yet."""
        status = self._fleet().status(connection)
        state = status.state.value if status is not None else "online"
        if state in ("online", "connecting"):
            return ""
        return _("credentials have expired") if state == "expired" else _("does not answer")

    def parse(self, text: str, near: Location) -> Location:
        """The location that a text means. ``ConfigurationError`` says what is wrong with it.

        What the text leaves open (whose S3, which cluster's HDFS, a relative path) is as ``near``.
        """
        text = text.strip("\r\n\t")
        if not text.strip():
            return near
        scheme, mark, rest = text.partition("://")
        if not mark:
            return self._parse_path(text, near)
        scheme = scheme.strip().lower()
        if scheme in S3_SCHEMES:
            return Location(
                self._s3_of(near), "/" + rest if "/" in rest or not rest else f"/{rest}/"
            )
        authority, slash, path = rest.partition("/")
        if scheme == "file":
            return _local(unquote(slash + path, errors="surrogateescape") or "/")
        if scheme == "hdfs":
            return Location(self._hdfs(authority, near), _clean(slash + path or "/"))
        if scheme == "webhdfs":
            return Location(_named("webhdfs", authority), _clean(slash + path or "/"))
        raise ConfigurationError(
            _("“{scheme}://” is not a store that can be opened.").format(scheme=scheme),
            remedy=_(
                "Write s3://bucket/key, hdfs:///path, webhdfs://host:port/path or a local path."
            ),
        )

    def _parse_path(self, text: str, near: Location) -> Location:
        kind = near.store.kind
        if text == "~" or text.startswith("~/"):
            if kind is StoreKind.HDFS:
                raise ConfigurationError(
                    _("“~” is a folder of this machine."),
                    remedy=_("For your folder in HDFS write hdfs:///user/NAME."),
                )
            return _local(os.path.expanduser(text))
        if _is_drive(text):
            return _local(text)
        if text.startswith("/"):
            if kind is StoreKind.HDFS:
                return Location(near.store, _clean(text))
            return _local(text)
        folder = near.as_folder() if near.is_folder else near.parent()
        if kind is StoreKind.S3:
            return _relative_key(folder, text)
        return Location(near.store, _clean(folder.path + text))

    def _s3_of(self, near: Location) -> StoreId:
        if near.store.kind is StoreKind.S3:
            return near.store
        wanted = near.store.connection
        for connection in self._connections():
            if wanted in ("", connection.name):
                region = near.store.region or (connection.regions[0] if connection.regions else "")
                return StoreId(StoreKind.S3, connection.name, region)
        raise ConfigurationError(
            _("There is no connection to reach S3 with."),
            remedy=_("Add one under Connections, or name one with --connection."),
        )

    def _hdfs(self, authority: str, near: Location) -> StoreId:
        if not authority:
            return self._default_hdfs(near)
        if authority and authority == near.store.cluster_id:
            return near.store  # also when its cluster does not run any more
        for cluster in self._clusters():
            if authority in names_of(cluster):
                return _hdfs_of(cluster)
        if ":" not in authority and "." not in authority:
            raise ConfigurationError(
                _("There is no running cluster called “{name}”.").format(name=authority),
                remedy=_("Running clusters: {names}.").format(names=self._cluster_names()),
            )
        return _named("hdfs", authority)

    def _default_hdfs(self, near: Location) -> StoreId:
        if near.store.kind is StoreKind.HDFS:
            return near.store
        clusters = self._clusters()
        mine = [each for each in clusters if each.ref.connection == near.store.connection]
        candidates = mine or clusters
        if len(candidates) == 1:
            return _hdfs_of(candidates[0])
        raise ConfigurationError(
            _("hdfs:/// does not say which cluster’s HDFS is meant."),
            remedy=_("Write hdfs://CLUSTER/path. Running clusters: {names}.").format(
                names=self._cluster_names()
            ),
        )

    def _clusters(self) -> list[ClusterSnapshot]:
        """Clusters whose HDFS may answer."""
        known = self._fleet().clusters.values()
        return [each for each in known if each.summary.state.up]

    def cluster_names(self) -> tuple[str, ...]:
        """What ``hdfs://`` may be followed by."""
        names = _unmistakable(self._clusters())
        return tuple(names[_hdfs_of(each)] for each in self._clusters())

    def _cluster_names(self) -> str:
        return ", ".join(self.cluster_names()) or _("none")


def display(location: Location) -> str:
    """How a location is written within its store; ``parse`` with ``near`` in there reads it."""
    if location.store.kind is not StoreKind.LOCAL:
        return str(location)
    own = home().path
    path = location.path
    if path == own or path == own.rstrip("/"):
        return "~" + path[len(own) - 1 :]
    return "~/" + path[len(own) :] if path.startswith(own) and own != "/" else path


def _names_in(snapshot: FleetSnapshot) -> Mapping[StoreId, str]:
    """By what name each HDFS is told from the others; empty for the only one that runs."""
    known = list(snapshot.clusters.values())
    up = [each for each in known if each.summary.state.up]
    down = [each for each in known if not each.summary.state.up]
    names = {_hdfs_of(each): each.ref.cluster_id for each in down}  # names are used again
    return {**names, **(_unmistakable(up) if len(up) > 1 else dict.fromkeys(map(_hdfs_of, up), ""))}


def _unmistakable(clusters: Sequence[ClusterSnapshot]) -> dict[StoreId, str]:
    """Names that ``parse`` takes for these clusters; ids where a name would not do."""
    often = Counter(each.summary.name for each in clusters)
    return {
        _hdfs_of(each): each.summary.name
        if often[each.summary.name] == 1 and _PLAIN_NAME.fullmatch(each.summary.name)
        else each.ref.cluster_id
        for each in clusters
    }


def _hdfs_of(cluster: ClusterSnapshot) -> StoreId:
    ref = cluster.ref
    return StoreId(StoreKind.HDFS, ref.connection, ref.region, ref.cluster_id)


def names_of(cluster: ClusterSnapshot) -> set[str]:
    """What the cluster may be called in ``hdfs://``."""
    names = {cluster.ref.cluster_id, cluster.summary.name}
    if cluster.cluster is not None and cluster.cluster.master_dns:
        names |= {cluster.cluster.master_dns, f"{cluster.cluster.master_dns}:8020"}
    return names - {""}


def _named(protocol: str, authority: str) -> StoreId:
    host, _colon, port = authority.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise ConfigurationError(
            _("“{protocol}://{authority}” names no host and port.").format(
                protocol=protocol, authority=authority
            ),
            remedy=_("Write {protocol}://host:port/path; NameNodes listen on {port}.").format(
                protocol=protocol, port="8020" if protocol == "hdfs" else "9870"
            ),
        )
    return StoreId(StoreKind.HDFS, authority=authority, protocol=protocol)


def _local(path: str) -> Location:
    folder = path.endswith(("/", os.sep))
    return Location(LOCAL, _clean(_as_path(os.path.abspath(path)) + ("/" if folder else "")))


def _as_path(native: str) -> str:
    if os.sep == "/":
        return native
    path = native.replace(os.sep, "/")
    return path if path.startswith("/") else "/" + path


def _is_drive(text: str) -> bool:
    return os.name == "nt" and text[1:2] == ":" and text[:1].isalpha()


def _clean(path: str) -> str:
    """Without ``.``, ``..`` and doubled slashes; a slash at the end stays."""
    folder = path.endswith(("/", "/.", "/.."))
    cleaned = posixpath.normpath("/" + path.lstrip("/"))
    return cleaned + "/" if folder and cleaned != "/" else cleaned


def _relative_key(folder: Location, text: str) -> Location:
    """Keys are taken verbatim, but for ``.`` and ``..`` at the beginning."""
    while text == "." or text.startswith("./"):
        text = text[2:]
    while text == ".." or text.startswith("../"):
        folder, text = folder.parent(), text[3:]
    return folder.child(text) if text else folder
