"""Planning a cluster's life. Nothing here changes anything: plans go to the journal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from typing import Any, TypeVar

from hue_desktop.core.changes import (
    AddTags,
    Change,
    ClusterSpec,
    CreateCluster,
    Plan,
    RemoveTags,
    Risk,
    RiskLevel,
    SetProtection,
    Terminate,
    Undoability,
)
from hue_desktop.core.clusters import Application, ClusterRef, ClusterSnapshot
from hue_desktop.core.cost import PriceBook, spec_rate
from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import EbsVolume, InstanceType, Market
from hue_desktop.core.ports import SpotAdvice
from hue_desktop.core.pricing import CostRate, PriceSource, TypePrice
from hue_desktop.core.steps import Step, StepSpec
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.launch.checks import check_spec, check_tags
from hue_desktop.services.launch.clone import clone_of
from hue_desktop.services.launch.losses import termination_risks
from hue_desktop.services.launch.values import OPTION_LISTS, LaunchOptions, PricedType, SpecProblem
from hue_desktop.services.planning import Draft, PlanMaker

__all__ = ["LaunchService"]

T = TypeVar("T")
_UNPRICED = PriceSource("unknown")


class LaunchService:
    """What says so blocks and raises a HueError; checks and plans answer at once.

    Plans of clusters that are not known raise NotFound.
    """

    def __init__(
        self, access: AccessPool, fleet: FleetService, books: PriceBooks, plans: PlanMaker
    ) -> None:
        self._access = access
        self._fleet = fleet
        self._books = books
        self._plans = plans
        self._types: dict[tuple[str, str, str], tuple[InstanceType, ...]] = {}
        self._reading: dict[tuple[str, str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    # -- what a region offers -----------------------------------------------------------------

    def options(self, connection: str, region: str) -> LaunchOptions:
        """What the region offers for a new cluster. Blocks; only the releases must be readable."""
        found = LaunchOptions()
        for name in OPTION_LISTS:
            found = found.with_list(name, self.option(connection, region, name))
        for name, error in found.errors:
            if name == "releases":
                raise error
        return found

    def option(self, connection: str, region: str, name: str) -> LaunchOptions:
        """One list of ``LaunchOptions`` (or its error), the others empty. Blocks."""
        doors = self._access.of(connection, region)
        asks: dict[str, Callable[[], tuple[Any, ...]]] = {
            "releases": doors.emr.release_labels,
            "subnets": doors.launching.subnets,
            "key_pairs": doors.launching.key_pairs,
            "service_roles": doors.launching.service_roles,
            "instance_profiles": doors.launching.instance_profiles,
            "security_configurations": doors.emr.security_configurations,
        }
        try:
            found: dict[str, Any] = {name: asks[name]()}
        except HueError as error:
            return LaunchOptions(errors=((name, error),))
        return LaunchOptions(**found)

    def applications(self, connection: str, region: str, release: str) -> tuple[Application, ...]:
        """What a release can install. Blocks."""
        return self._access.of(connection, region).emr.release_applications(release)

    def instance_types(self, connection: str, region: str, release: str) -> tuple[PricedType, ...]:
        """The types a release supports, with prices, by name. Blocks; asked of AWS once."""
        known = self._supported(connection, region, release)
        book = self._books.read(connection, region, [each.name for each in known])
        advice = self._access.of(connection, region).spot_advice
        priced = (_priced(each, book, advice) for each in known)
        return tuple(sorted(priced, key=lambda each: each.name))

    def _supported(self, connection: str, region: str, release: str) -> tuple[InstanceType, ...]:
        """The types of a release; who asks while somebody reads them waits for that answer."""
        key = (connection, region, release)
        with self._lock:
            reading = self._reading.setdefault(key, threading.Lock())
        with reading:
            with self._lock:
                known = self._types.get(key)
            if known is None:
                known = self._access.of(connection, region).emr.supported_types(release)
                with self._lock:
                    self._types[key] = known
        return known

    # -- a new cluster ------------------------------------------------------------------------

    def clone_spec(self, snapshot: ClusterSnapshot) -> ClusterSpec:
        """The cluster as a new one would be asked for, from what was read of it."""
        return clone_of(snapshot)

    def read_clone_spec(self, ref: ClusterRef) -> ClusterSpec:
        """The same with everything read now: bootstrap actions, and the steps of a transient one.

        Blocks. This is what Clone… wants: of an ended cluster hardly anything is in a snapshot.
        """
        emr = self._access.of(ref.connection, ref.region).emr
        cluster = emr.describe_cluster(ref.cluster_id)
        cluster = replace(
            cluster,
            bootstrap_actions=emr.list_bootstrap_actions(ref.cluster_id),
            idle_timeout_s=_or_none(lambda: emr.idle_timeout_s(ref.cluster_id)),
            managed_scaling=_or_none(lambda: emr.managed_scaling(ref.cluster_id)),
        )
        uses_fleets = cluster.uses_fleets
        snapshot = ClusterSnapshot(
            ref=ref,
            summary=cluster.summary,
            cluster=cluster,
            groups=None if uses_fleets else emr.list_groups(ref.cluster_id),
            fleets=emr.list_fleets(ref.cluster_id) if uses_fleets else None,
        )
        spec = clone_of(snapshot)
        if cluster.keep_alive:
            return spec
        return replace(spec, steps=_specs(emr.list_steps(ref.cluster_id)))

    def check(self, spec: ClusterSpec) -> tuple[SpecProblem, ...]:
        """What EMR would refuse, before it is sent."""
        return check_spec(spec)

    def price(self, connection: str, region: str, spec: ClusterSpec) -> CostRate:
        """$/h of the cluster once all nodes run. Blocks where a price was not read yet."""
        book = self._plans.book(connection, region, _types(spec), _data_volumes(spec))
        return spec_rate(book, spec)

    def plan_create(self, connection: str, region: str, spec: ClusterSpec) -> Plan:
        """Create the cluster. Blocks where a price was not read yet."""
        problems = check_spec(spec)
        draft = Draft(
            title=_("Create cluster {name}").format(name=spec.name),
            changes=(CreateCluster(spec),),
            inverse=(Terminate(""),),
            undo=Undoability.UNDOABLE,
            undo_text=_("Undo ends the new cluster; what it holds by then is lost."),
            after=self.price(connection, region, spec),
            risks=_create_risks(spec),
            blocked=problems[0].sentence if problems else "",
        )
        return self._plans.for_connection(connection, region, spec.name, draft)

    # -- a cluster that exists ----------------------------------------------------------------

    def plan_terminate(self, ref: ClusterRef) -> Plan:
        """End the cluster; says what is lost, and is blocked while it is protected."""
        snapshot = self._plans.cluster(ref)
        fleet = self._fleet.snapshot()
        protected = snapshot.cluster is not None and snapshot.cluster.termination_protected
        draft = Draft(
            title=_("Terminate {name}").format(name=snapshot.summary.name),
            changes=(Terminate(ref.cluster_id),),
            after=CostRate(),
            undo_text=_("A terminated cluster does not come back; it can be cloned."),
            risks=termination_risks(snapshot, fleet.metrics.get(ref, {}), fleet.region_now(ref)),
            blocked=_("Termination protection is on. Turn it off first.") if protected else "",
            remedy=SetProtection(ref.cluster_id, False) if protected else None,
        )
        return self._plans.for_cluster(snapshot, draft)

    def plan_protection(self, ref: ClusterRef, protected: bool) -> Plan:
        """Turn termination protection on or off."""
        snapshot = self._plans.cluster(ref)
        name = snapshot.summary.name
        known = snapshot.cluster.termination_protected if snapshot.cluster else not protected
        on, off = _("Protect {name} from termination"), _("Remove the protection of {name}")
        already = _("It is protected already.") if protected else _("It is not protected.")
        risk = _("Anybody with the permission can then terminate it with one call.")
        draft = Draft(
            title=(on if protected else off).format(name=name),
            changes=(SetProtection(ref.cluster_id, protected),),
            inverse=(SetProtection(ref.cluster_id, known),),
            undo=Undoability.UNDOABLE,
            undo_text=_("Undo turns it off again.") if protected else _("Undo turns it on again."),
            risks=() if protected else (Risk(RiskLevel.NOTE, risk),),
            blocked=already if known == protected else "",
        )
        return self._plans.for_cluster(snapshot, draft)

    def plan_tags(self, ref: ClusterRef, tags: Mapping[str, str], remove: Set[str]) -> Plan:
        """Set and remove tags; tags that are neither named stay."""
        snapshot = self._plans.cluster(ref)
        now = dict(snapshot.cluster.tags) if snapshot.cluster else {}
        wanted = {key: value for key, value in tags.items() if now.get(key) != value}
        gone = sorted(key for key in remove if key in now and key not in tags)
        restored = {key: now[key] for key in (*wanted, *gone) if key in now}
        added = sorted(key for key in wanted if key not in now)
        problems = tuple(check_tags(wanted.items()))
        nothing = _("The tags are like that already.") if not wanted and not gone else ""
        draft = Draft(
            title=_tags_title(snapshot.summary.name, len(wanted), len(gone)),
            changes=_tag_changes(ref.cluster_id, wanted, gone),
            inverse=_tag_changes(ref.cluster_id, restored, added),
            undo=Undoability.UNDOABLE,
            undo_text=_("Undo sets the tags back to what they were."),
            blocked=problems[0].sentence if problems else nothing,
        )
        return self._plans.for_cluster(snapshot, draft)


def _priced(kind: InstanceType, book: PriceBook, advice: SpotAdvice | None) -> PricedType:
    price = book.types.get(kind.name) or TypePrice(kind.name, None, None, _UNPRICED)
    return PricedType(
        kind,
        price,
        book.spot_lowest.get(kind.name),
        book.spot_at,
        advice.interruption(kind.name) if advice is not None else None,
    )


def _types(spec: ClusterSpec) -> list[str]:
    named = {group.instance_type for group in spec.groups}
    named.update(choice.instance_type for fleet in spec.fleets for choice in fleet.types)
    return sorted(name for name in named if name)


def _data_volumes(spec: ClusterSpec) -> list[EbsVolume]:
    groups = [volume for group in spec.groups for volume in group.ebs_volumes]
    choices = [choice for fleet in spec.fleets for choice in fleet.types]
    return groups + [volume for choice in choices for volume in choice.ebs_volumes]


def _specs(steps: Iterable[Step]) -> tuple[StepSpec, ...]:
    """Oldest first, as they are to be submitted."""
    return tuple(step.spec for step in reversed(tuple(steps)))


def _or_none(read: Callable[[], T | None]) -> T | None:
    """A policy that may not be read, or not of an ended cluster, is not copied."""
    try:
        return read()
    except HueError:
        return None


def _create_risks(spec: ClusterSpec) -> tuple[Risk, ...]:
    found = []
    if not spec.keep_alive and not spec.steps:
        text = _("It is transient and has no steps: it ends as soon as it has started.")
        found.append(Risk(RiskLevel.WARN, text))
    if spec.keep_alive and spec.idle_timeout_s is None:
        text = _("It runs, and costs, until somebody terminates it.")
        found.append(Risk(RiskLevel.NOTE, text))
    spot = {group.role.value for group in spec.groups if group.market is Market.SPOT}
    spot |= {fleet.role.value for fleet in spec.fleets if fleet.target_spot}
    if "MASTER" in spot:
        text = _("The master node is on Spot: the cluster ends when EC2 takes it back.")
        found.append(Risk(RiskLevel.WARN, text))
    if "CORE" in spot:
        text = _("Core nodes are on Spot: HDFS blocks are lost when EC2 takes them back.")
        found.append(Risk(RiskLevel.WARN, text))
    return tuple(found)


def _tag_changes(
    cluster_id: str, tags: Mapping[str, str], keys: Iterable[str]
) -> tuple[Change, ...]:
    keys = tuple(keys)
    changes: list[Change] = []
    if tags:
        changes.append(AddTags(cluster_id, tuple(sorted(tags.items()))))
    if keys:
        changes.append(RemoveTags(cluster_id, keys))
    return tuple(changes)


def _tags_title(name: str, wanted: int, gone: int) -> str:
    if wanted and gone:
        return _("Set {n} and remove {m} tags of {name}").format(n=wanted, m=gone, name=name)
    if gone:
        text = ngettext("Remove {m} tag of {name}", "Remove {m} tags of {name}", gone)
        return text.format(m=gone, name=name)
    text = ngettext("Set {n} tag of {name}", "Set {n} tags of {name}", wanted)
    return text.format(n=wanted, name=name)
