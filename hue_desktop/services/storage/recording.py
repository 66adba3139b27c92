"""Writing what was done in a store into the journal of its connection."""

from __future__ import annotations

from collections.abc import Callable

from hue_desktop.core.changes import Plan, Risk, RiskLevel, Undoability
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.format import count
from hue_desktop.core.storage_plans import StorageOutcome
from hue_desktop.core.text import _
from hue_desktop.services.storage.locations import display

__all__ = ["record_outcome"]

_ERRORS = 5


def record_outcome(outcome: StorageOutcome, record: Callable[[Plan, str], object]) -> None:
    """One journal row for each connection that something was changed in; this machine has none.

    The row cannot be undone from the journal: the storage page keeps what that takes.
    """
    stores = {store.connection: store for store in outcome.plan.stores if store.connection}
    for store in stores.values():
        plan = outcome.plan
        cluster = (
            ClusterRef(store.connection, store.region, store.cluster_id)
            if store.cluster_id
            else None
        )
        written = Plan(
            plan.title,
            store.connection,
            store.region,
            (),
            target=cluster,
            target_name=display(plan.changes[0].location),
            risks=tuple(Risk(RiskLevel.NOTE, line) for line in plan.lines),
            undo=Undoability.FINAL,
            undo_text=_("Undo stands on the storage page.") if outcome.inverse else plan.undo_text,
            call_text="\n".join(plan.calls),
        )
        record(written, _failures(outcome))


def _failures(outcome: StorageOutcome) -> str:
    if not outcome.failed:
        return ""
    told = [f"{display(location)}: {why}" for location, why in outcome.failed[:_ERRORS]]
    left = len(outcome.failed) - len(told)
    if left:
        told.append(_("and {n} more").format(n=count(left)))
    done = _("{n} were done.").format(n=count(outcome.done))
    return " ".join([done, *told])
