"""Everything that the findings are made of, worked out once for a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hue_desktop.core.shrink.blocks import BlockTable
from hue_desktop.core.shrink.choice import Field, field_of
from hue_desktop.core.shrink.drain import Filling, estimated, fill, urgent
from hue_desktop.core.shrink.sweep import Load
from hue_desktop.core.shrink.tally import Tally, exposed_files, tally
from hue_desktop.core.shrink.values import (
    CoreNode,
    DrainRate,
    ShrinkLimits,
    ShrinkRequest,
)

__all__ = ["FULL_SHARE", "Situation", "is_overfull", "situation_of", "step_rates", "too_late"]

_MORE, _BEGIN_S = 1.1, 6.0
FULL_SHARE = 0.90  #: of the room that stays: EMR lets only a part of the nodes go above it


@dataclass(frozen=True, slots=True)
class Situation:
    """The request on the facts.

    ``leaving`` and ``stays`` are nodes; ``size`` is the group's size now, ``count`` afterwards.
    ``seconds`` is how long all copying takes, ``only_seconds`` that of blocks without another copy.
    ``field`` and ``cheapest`` serve the options.
    """

    field: Field
    request: ShrinkRequest
    limits: ShrinkLimits
    leaving: tuple[CoreNode, ...]
    stays: tuple[CoreNode, ...]
    size: int
    count: int
    unknown_ids: tuple[str, ...]
    assumes_worst: bool
    tally: Tally
    filling: Filling
    rate: DrainRate
    seconds: float
    only_seconds: float
    exposed: int = 0  #: files that EMR's choice may leave without a copy
    saved: bool = False  #: copies of what is at stake lie elsewhere
    supposed: bool = False  #: some of it is how things will be after a fix

    @property
    def table(self) -> BlockTable:
        """The blocks."""
        return self.field.table

    @property
    def at_stake(self) -> bool:
        """Whether blocks have no copy but on nodes that leave."""
        return len(self.tally.only_rows) > 0

    @property
    def overfull(self) -> bool:
        """Whether the nodes that stay cannot hold what leaves, as EMR counts it."""
        return bool(self.leaving) and is_overfull(self.filling)

    @property
    def late(self) -> bool:
        """Whether blocks without another copy cannot be copied before the time is over."""
        return self.at_stake and too_late(self.only_seconds, self.request.timeout_s)

    @property
    def loses(self) -> bool:
        """Whether, as planned, data is lost: killed, out of time, or without room for it."""
        if not self.at_stake or self.saved:
            return False
        if self.request.kill or self.request.whole_cluster or not self.stays:
            return True
        no_room = self.filling.known and self.tally.only_bytes > self.filling.free
        return self.late or no_room or bool(self.limits.safe_mode)


def too_late(only_s: float, timeout_s: float) -> bool:
    """Whether last copies are not surely made in time: with a tenth more, and two rounds to begin.

    The NameNode first has to look at the nodes, and nodes hear of orders with their heartbeats.
    """
    return only_s * _MORE + _BEGIN_S > timeout_s


def is_overfull(filling: Filling) -> bool:
    """Whether EMR would let only a part of the nodes go, for the rest has no room."""
    return filling.known and (filling.over > 0 or filling.after > FULL_SHARE * filling.capacity)


def situation_of(
    table: BlockTable, nodes: Sequence[CoreNode], request: ShrinkRequest, limits: ShrinkLimits
) -> Situation:
    """Work it out."""
    field = field_of(table, nodes, request)
    named = field.named(request.leaving)
    if request.whole_cluster:
        chosen: Sequence[int] = field.group
    else:
        steps = max(len(named), field.size - max(0, request.count))
        chosen = field.worst(steps, named).order if steps > len(named) else named
    hosts = frozenset(field.by_number[each].host for each in chosen)
    stays = tuple(node for node in nodes if node.host not in hosts and node.serves)
    in_table = {each for each in chosen if each < len(table.hosts)}
    found = tally(table, field.stay, in_table, len(stays))
    filling = fill(nodes, hosts, found.move_bytes + found.backlog_bytes, limits.full_share)
    rate, first = step_rates(limits, found, len(stays), len(chosen))
    free_choice = (
        len(chosen) > len(named) and not request.whole_cluster and len(chosen) < field.size
    )
    return Situation(
        field,
        request,
        limits,
        tuple(field.by_number[each] for each in chosen),
        stays,
        field.size,
        0 if request.whole_cluster else field.size - len(chosen),
        field.unknown(request.leaving),
        free_choice,
        found,
        filling,
        rate,
        rate.seconds(
            found.move_bytes + found.backlog_bytes,
            found.move_blocks + found.backlog_blocks,
            found.padded,
        ),
        first.seconds(found.only_bytes, len(found.only_rows), found.only_padded),
        exposed_files(table, field.stay, len(chosen)) if free_choice else 0,
    )


def step_rates(
    limits: ShrinkLimits, load: Tally | Load, staying: int, leaving: int, step: int = -1
) -> tuple[DrainRate, DrainRate]:
    """The rate of all copying, and that of what is copied first.

    Blocks that a staying node has as well are sent by it, too.
    """
    if isinstance(load, Tally):
        moved, shared = load.move_bytes, load.shared_bytes
    else:
        moved, shared = load.move_bytes[step], load.shared_bytes[step]
    share = shared / moved if moved else 0.0
    rate = limits.rate or estimated(staying, leaving, share)
    return rate, urgent(rate, staying, leaving)
