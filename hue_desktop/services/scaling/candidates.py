"""Reading what candidates for more nodes are judged by, from EC2, prices and the cluster itself."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from hue_desktop.core.candidates.building import Surroundings, candidates_of
from hue_desktop.core.candidates.spot_lines import LINE_S, spot_line
from hue_desktop.core.candidates.values import (
    Candidate,
    CandidateList,
    ClusterRoom,
    Need,
    PlacementScores,
    SpotLine,
)
from hue_desktop.core.candidates.yarn_memory import Measured, measured, room, with_configured
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.format import count
from hue_desktop.core.instances import InstanceGroup, InstanceType, Market, Role
from hue_desktop.core.metrics import NodeReading
from hue_desktop.core.ports import RegionAccess, Subnet
from hue_desktop.core.pricing import PriceSource
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.launch.service import LaunchService
from hue_desktop.services.launch.values import PricedType
from hue_desktop.services.scaling.likeness import model_group

__all__ = ["CandidateReader", "release_of"]

T = TypeVar("T")
_KEPT_S = 600.0
_SCORED_ALONE = 8  #: types that are asked about one by one; EC2 counts the questions of a day

Nodes = Callable[[ClusterRef], Mapping[str, NodeReading]]


class CandidateReader:
    """Everything here blocks and raises a HueError when types or prices cannot be read.

    What else cannot be read is said in ``CandidateList.missing``. ``nodes`` gives the newest live
    readings of a cluster's nodes by private DNS name, empty when it is not watched.
    """

    def __init__(
        self,
        access: AccessPool,
        fleet: FleetService,
        books: PriceBooks,
        launching: LaunchService,
        nodes: Nodes,
    ) -> None:
        self._access = access
        self._fleet = fleet
        self._books = books
        self._launching = launching
        self._nodes = nodes
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, ...], tuple[float, Any]] = {}
        self._types: dict[ClusterRef, Mapping[str, InstanceType]] = {}

    def read(self, snapshot: ClusterSnapshot, market: Market, group_id: str) -> CandidateList:
        """The types for more nodes of a group, or of a new task group; without 90-day lines."""
        ref = snapshot.ref
        doors = self._access.of(ref.connection, ref.region)
        release = release_of(snapshot, doors)
        priced = self._launching.instance_types(ref.connection, ref.region, release)
        book = self._books.now(ref.connection, ref.region)
        types = self._keep_types(ref, priced)
        missing: list[str] = []
        around, need = self._around(snapshot, doors, types, release, market, group_id, missing)
        classes = {each.name: each.interruption for each in priced}
        found = candidates_of(types.values(), book, classes.get, market, need, around)
        missing.extend(_price_gaps(found, market))
        if market is Market.SPOT and not any(classes.values()):
            missing.append(_no_advice(ref.region))
        return CandidateList(found, market, need, _sources(priced, book, market), tuple(missing))

    def types(self, snapshot: ClusterSnapshot) -> Mapping[str, InstanceType]:
        """The types that the cluster's release supports here, by name."""
        known = self.known_types(snapshot)
        if known:
            return known
        ref = snapshot.ref
        release = release_of(snapshot, self._access.of(ref.connection, ref.region))
        priced = self._launching.instance_types(ref.connection, ref.region, release)
        return self._keep_types(ref, priced)

    def known_types(self, snapshot: ClusterSnapshot) -> Mapping[str, InstanceType]:
        """The same as far as they were read before; empty when they were not. Does not block."""
        with self._lock:
            return self._types.get(snapshot.ref, {})

    def measured(self, snapshot: ClusterSnapshot) -> Measured:
        """What the cluster's own nodes report now, and what its configuration sets.

        Does not block.
        """
        known = measured(snapshot, self._nodes(snapshot.ref))
        text = snapshot.cluster.configurations_json if snapshot.cluster else ""
        return with_configured(known, text, self.known_types(snapshot).values())

    def room(self, snapshot: ClusterSnapshot) -> ClusterRoom:
        """What the cluster has to compute and store with."""
        types = self.types(snapshot)
        return room(snapshot, types, self.measured(snapshot))

    def spot_lines(self, snapshot: ClusterSnapshot, names: Iterable[str]) -> dict[str, SpotLine]:
        """The last 90 days of each type in the cluster's AZ, else in the cheapest one."""
        ref = snapshot.ref
        doors = self._access.of(ref.connection, ref.region)
        if doors.spot_histories is None:
            return {}
        book = self._books.now(ref.connection, ref.region)
        az = snapshot.cluster.az if snapshot.cluster else ""
        pools = {name: (name, place) for name in names if (place := _pool_az(book, name, az))}
        now = self._region_now(ref)
        history = doors.spot_histories.read(pools.values(), now - LINE_S, now)
        return {
            name: spot_line(history.steps.get(pool, ()), now - LINE_S, now)
            for name, pool in pools.items()
        }

    def scores(
        self, snapshot: ClusterSnapshot, names: Sequence[str], capacity: int, *, alone: bool = True
    ) -> PlacementScores:
        """How likely EC2 finds the nodes now; what refuses is said in ``missing``."""
        ref = snapshot.ref
        doors = self._access.of(ref.connection, ref.region)
        wanted = tuple(dict.fromkeys(names))
        if doors.placement is None or not wanted or capacity < 1:
            return PlacementScores(capacity=capacity)
        az = snapshot.cluster.az if snapshot.cluster else ""
        try:
            together = doors.placement.scores(wanted, capacity)
            by_az = {one.az: one.score for one in together}
            by_type: dict[str, int] = {}
            for name in wanted[:_SCORED_ALONE] if alone else ():
                found = {one.az: one.score for one in doors.placement.scores((name,), capacity)}
                if found:
                    by_type[name] = found.get(az, max(found.values()))
        except Cancelled:
            raise
        except HueError as error:
            text = _("EC2 gives no placement scores: {reason}")
            return PlacementScores(capacity=capacity, missing=text.format(reason=error))
        whole = by_az.get(az, max(by_az.values(), default=None))
        return PlacementScores(by_type, whole, by_az, capacity)

    def _around(
        self,
        snapshot: ClusterSnapshot,
        doors: RegionAccess,
        types: Mapping[str, InstanceType],
        release: str,
        market: Market,
        group_id: str,
        missing: list[str],
    ) -> tuple[Surroundings, Need]:
        group = _group(snapshot, group_id) or model_group(snapshot, market)
        cluster = snapshot.cluster
        az = cluster.az if cluster else ""
        known = self.measured(snapshot)
        around = Surroundings(
            az=az,
            azs=self._azs(snapshot, doors, missing),
            offered=self._offered(snapshot, doors, az, missing),
            volumes=group.ebs_volumes if group else (),
            yarn_gib=known.yarn_gib,
        )
        used = _types_of(snapshot)
        need = Need(
            model=group.instance_type if group else _fleet_model(snapshot, group_id),
            release=release,
            root_gib=cluster.root_volume_gib if cluster else None,
            archs=frozenset(types[name].arch for name in used if name in types),
        )
        if len(known.yarn_gib) < len(types):
            text = _("YARN memory of types that no node here has is reckoned by EMR’s rule.")
            missing.append(text)
        return around, need

    def _azs(
        self, snapshot: ClusterSnapshot, doors: RegionAccess, missing: list[str]
    ) -> frozenset[str] | None:
        key = ("subnets", snapshot.ref.connection, snapshot.ref.region)
        try:
            subnets: tuple[Subnet, ...] = self._once(key, doors.launching.subnets)
        except Cancelled:
            raise
        except HueError as error:
            text = _("Subnets could not be read, so pools are counted in all AZs: {reason}")
            missing.append(text.format(reason=error))
            return None
        mine = snapshot.cluster.subnet_id if snapshot.cluster else ""
        own = next((each for each in subnets if mine and each.id == mine), None)
        found = {each.az for each in subnets if own is None or each.vpc_id == own.vpc_id}
        return frozenset(found) or None

    def _offered(
        self, snapshot: ClusterSnapshot, doors: RegionAccess, az: str, missing: list[str]
    ) -> frozenset[str] | None:
        placement = doors.placement
        if placement is None or not az:
            return None
        try:
            return placement.offered(az) or None
        except Cancelled:
            raise
        except HueError as error:
            text = _("Which types {az} has could not be read and is told from prices: {reason}")
            missing.append(text.format(az=az, reason=error))
            return None

    def _once(self, key: tuple[str, ...], read: Callable[[], T]) -> T:
        """What was read in the last minutes, else read now."""
        now = time.monotonic()
        with self._lock:
            at, value = self._kept.get(key, (-_KEPT_S, None))
        if now - at < _KEPT_S:
            kept: T = value
            return kept
        found = read()
        with self._lock:
            self._kept[key] = (now, found)
        return found

    def _keep_types(
        self, ref: ClusterRef, priced: Iterable[PricedType]
    ) -> Mapping[str, InstanceType]:
        found = {each.name: each.type for each in priced}
        with self._lock:
            self._types[ref] = found
        return found

    def _region_now(self, ref: ClusterRef) -> float:
        return self._fleet.snapshot().region_now(ref).timestamp()


def release_of(snapshot: ClusterSnapshot, doors: RegionAccess) -> str:
    """The cluster's release, asked for where it was not read yet."""
    known = snapshot.cluster.release if snapshot.cluster else ""
    return known or doors.emr.describe_cluster(snapshot.ref.cluster_id).release


def _group(snapshot: ClusterSnapshot, group_id: str) -> InstanceGroup | None:
    return next((each for each in snapshot.groups or () if each.id == group_id), None)


def _fleet_model(snapshot: ClusterSnapshot, fleet_id: str) -> str:
    """The type that a fleet has most nodes of: of that fleet, else of the task and core fleets."""
    fleets = [each for each in snapshot.fleets or () if each.role is not Role.MASTER]
    fleets.sort(key=lambda each: (each.id == fleet_id, each.role is Role.TASK), reverse=True)
    for fleet in fleets:
        nodes = Counter(n.instance_type for n in snapshot.nodes() if n.group_id == fleet.id)
        names = [name for name, _nodes in nodes.most_common(1)]
        names += [choice.instance_type for choice in fleet.types]
        if names:
            return names[0]
    return ""


def _types_of(snapshot: ClusterSnapshot) -> frozenset[str]:
    groups: Iterable[str] = (group.instance_type for group in snapshot.groups or ())
    fleets = (choice.instance_type for fleet in snapshot.fleets or () for choice in fleet.types)
    return frozenset((*groups, *fleets))


def _pool_az(book: PriceBook, name: str, az: str) -> str:
    """The AZ whose prices stand for the type: the cluster's own, else the cheapest."""
    if (name, az) in book.spot_by_az:
        return az
    priced = [(usd, place) for (kind, place), usd in book.spot_by_az.items() if kind == name]
    return min(priced)[1] if priced else ""


def _price_gaps(found: Sequence[Candidate], market: Market) -> Iterable[str]:
    without = sum(each.usd_hour is None for each in found)
    if not without:
        return
    if without == len(found):
        yield (
            _("No Spot price is known, so nothing can be ranked.")
            if market is Market.SPOT
            else _("No price is known, so nothing can be ranked.")
        )
        return
    text = ngettext(
        "Of {n} type a price is unknown; it comes last.",
        "Of {n} types a price is unknown; they come last.",
        without,
    )
    yield text.format(n=count(without))


def _no_advice(region: str) -> str:
    text = _(
        "The Spot Advisor’s data have nothing on {region}: how often nodes are taken back is not "
        "known."
    )
    return text.format(region=region)


def _sources(
    priced: Sequence[PricedType], book: PriceBook, market: Market
) -> tuple[PriceSource, ...]:
    found = {each.price.source: None for each in priced}
    if market is Market.SPOT:
        if book.spot_at is not None:
            found[PriceSource("Spot history", book.spot_at)] = None
        found.update({each.interruption.source: None for each in priced if each.interruption})
    return tuple(found)
