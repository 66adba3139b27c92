"""How an entry of the change journal is said: state, outcome, and how it can be taken back."""

from __future__ import annotations

import math

from hue_desktop.core.changes import ChangeState, JournalEntry, Undoability
from hue_desktop.core.text import _
from hue_desktop.ui.parts import StateShape

__all__ = ["SHAPES", "actor_name", "state_text", "state_tone", "undo_label"]

SHAPES = {
    ChangeState.WAITING: StateShape.WAITING,
    ChangeState.SENDING: StateShape.STARTING,
    ChangeState.DONE: StateShape.RUNNING,
    ChangeState.FAILED: StateShape.FAILED,
    ChangeState.CANCELLED: StateShape.STOPPED,
    ChangeState.UNKNOWN: StateShape.ATTENTION,
    ChangeState.UNDONE: StateShape.STOPPED,
}

_TONES = {ChangeState.FAILED: "critical", ChangeState.UNKNOWN: "warn"}


def state_tone(state: ChangeState) -> str:
    """The colour of the state's words."""
    return _TONES.get(state, "text-2")


def state_text(entry: JournalEntry, sends_in_s: float | None = None) -> str:
    """The state in words: a count-down while it waits, the reason when it failed."""
    if entry.state is ChangeState.WAITING:
        if sends_in_s is None:
            return _("waits")
        return _("sent in {seconds} s").format(seconds=max(math.ceil(sends_in_s), 0))
    if entry.state is ChangeState.FAILED:
        return _("failed: {reason}").format(reason=entry.error) if entry.error else _("failed")
    if entry.state is ChangeState.UNKNOWN:
        return entry.error or _("unknown: the application ended during the call")
    return {
        ChangeState.SENDING: _("being sent"),
        ChangeState.DONE: _done_text(entry),
        ChangeState.CANCELLED: _("cancelled, nothing was sent"),
        ChangeState.UNDONE: _("undone"),
    }[entry.state]


def _done_text(entry: JournalEntry) -> str:
    made = entry.outcome.get("cluster_id", "") if entry.plan.target is None else ""
    return _("done: {id}").format(id=made) if made else _("done")


def undo_label(entry: JournalEntry) -> str:
    """The honest label of a change that went through, or still may."""
    if entry.state not in (ChangeState.DONE, ChangeState.WAITING, ChangeState.SENDING):
        return ""
    if entry.undone_by is not None:
        return _("undone")
    return {
        Undoability.UNDOABLE: _("undoable"),
        Undoability.UNTIL_STARTED: _("undoable until it starts"),
        Undoability.FINAL: _("final"),
    }[entry.plan.undo]


def actor_name(arn: str) -> str:
    """Who did it: the last part of the caller's ARN."""
    return arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
