"""What the person asks of a core group: how many nodes stay, which leave, how long it may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hue_desktop.core.shrink.values import DEFAULT_TIMEOUT_S

__all__ = ["Wish"]


@dataclass(frozen=True, slots=True)
class Wish:
    """``now`` nodes become ``count``. ``leaving`` are EC2 ids, empty when EMR chooses.

    Whether nodes are ``named`` and how many go always fit together: naming one more lowers the
    target, another target names or spares nodes.
    """

    now: int
    count: int
    leaving: tuple[str, ...] = ()
    named: bool = False
    timeout_s: int = DEFAULT_TIMEOUT_S
    kill: bool = False

    @property
    def goes(self) -> int:
        """How many nodes leave."""
        return max(0, self.now - self.count)

    def toggled(self, ec2_id: str) -> Wish:
        """A node is named, or spared again; the target follows. One node always stays."""
        if ec2_id in self.leaving:
            leaving = tuple(one for one in self.leaving if one != ec2_id)
        elif len(self.leaving) < self.now - 1:
            leaving = (*self.leaving, ec2_id)
        else:
            return self
        return replace(self, leaving=leaving, named=True, count=self.now - len(leaving))

    def with_count(self, count: int, order: Sequence[str]) -> Wish:
        """Another target; ``order`` are EC2 ids, those whose leaving costs least first."""
        wanted = replace(self, count=max(1, min(count, self.now)))
        if not self.named:
            return wanted
        return replace(wanted, leaving=_fitting(self.leaving, wanted.goes, order))

    def naming(self, named: bool, order: Sequence[str]) -> Wish:
        """Let EMR choose, or name as many nodes as leave."""
        if not named:
            return replace(self, named=False, leaving=(), kill=False)
        return replace(self, named=True, leaving=_fitting(self.leaving, self.goes, order))

    def others(self, leaving: Sequence[str]) -> Wish:
        """Exactly these leave."""
        return replace(
            self, named=True, leaving=tuple(leaving), count=max(1, self.now - len(leaving))
        )


def _fitting(leaving: Sequence[str], amount: int, order: Sequence[str]) -> tuple[str, ...]:
    """The first ``amount`` of those named, filled up in ``order``."""
    kept = tuple(leaving)[:amount]
    rest = [one for one in order if one not in kept]
    return (*kept, *rest[: amount - len(kept)])
