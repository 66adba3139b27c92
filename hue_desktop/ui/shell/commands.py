"""The command line: ``:nodes``, ``:core analytics``, ``:fleet @dev idle>2h``. Pure parsing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.services.fleet import FleetSnapshot

__all__ = ["Command", "find_cluster", "parse_command"]


@dataclass(frozen=True)
class Command:
    """A word and what follows it; ``connection`` is the one named with ``@``."""

    word: str
    rest: str = ""
    connection: str = ""


def parse_command(text: str) -> Command:
    """What was typed after the colon; the colon itself may be there or not."""
    words = text.strip().removeprefix(":").split()
    if not words:
        return Command("")
    named = [word[1:] for word in words[1:] if word.startswith("@") and len(word) > 1]
    rest = [word for word in words[1:] if not word.startswith("@")]
    return Command(words[0].casefold(), " ".join(rest), named[0] if named else "")


def find_cluster(snapshot: FleetSnapshot, command: Command) -> ClusterRef | None:
    """The cluster that a command names: by id, by name, or by the beginning of its name.

    Active clusters come before ended ones; without a name, the first of the connection.
    """
    wanted = command.rest.casefold()
    if not wanted and not command.connection:
        return None
    candidates = [
        cluster
        for cluster in snapshot.clusters.values()
        if not command.connection or cluster.ref.connection.startswith(command.connection)
    ]
    order: Mapping[bool, int] = {True: 0, False: 1}

    def place(position: int) -> tuple[int, int, int]:
        cluster = candidates[position]
        name = cluster.summary.name.casefold()
        exact = 0 if wanted in (name, cluster.ref.cluster_id.casefold()) else 1
        return order[cluster.summary.state.active], exact, position

    for position in sorted(range(len(candidates)), key=place):
        cluster = candidates[position]
        if cluster.summary.name.casefold().startswith(wanted) or (
            wanted == cluster.ref.cluster_id.casefold()
        ):
            return cluster.ref
    return None
