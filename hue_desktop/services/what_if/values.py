"""What the bench is given, and what it hands to the journal."""

from __future__ import annotations

from dataclasses import dataclass

from hue_desktop.core.changes import Plan
from hue_desktop.core.what_if.values import BenchFacts, Variant
from hue_desktop.services.launch.values import PricedType

__all__ = ["Bench", "Commit"]


@dataclass(frozen=True)
class Bench:
    """The facts to reckon with, and the cluster as a variant in which nothing is changed.

    ``types`` are what can be chosen, with their prices.
    """

    facts: BenchFacts
    base: Variant
    types: tuple[PricedType, ...] = ()


@dataclass(frozen=True, slots=True)
class Commit:
    """A variant as it is carried out on the running cluster.

    ``question`` shows all of it at once and is only asked, never submitted; ``parts`` are the plans
    that go to the journal in this order, each with an undo of its own. ``left_out`` says what of
    the variant only a new cluster can have.
    """

    question: Plan
    parts: tuple[Plan, ...]
    left_out: tuple[str, ...] = ()
