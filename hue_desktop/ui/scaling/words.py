"""The words of this room: markets, roles and what follows from them."""

from __future__ import annotations

from hue_desktop.core.capacity import Capacity
from hue_desktop.core.cost_lines import ChangeLine, count_line
from hue_desktop.core.instances import GroupState, Market, Role
from hue_desktop.core.text import _

__all__ = ["capacity_lines", "market_word", "role_fact", "role_word", "state_sentence"]


def market_word(market: Market) -> str:
    """The market as a person reads it."""
    return _("Spot") if market is Market.SPOT else _("On-demand")


def role_word(role: Role) -> str:
    """The role as a person reads it."""
    return {Role.MASTER: _("Master"), Role.CORE: _("Core"), Role.TASK: _("Task")}[role]


def role_fact(role: Role) -> str:
    """What a person should know before nodes of this role come or go."""
    return {
        Role.MASTER: _("NameNode and ResourceManager run here; it cannot be resized."),
        Role.CORE: _(
            "Core nodes hold HDFS blocks. EMR decommissions leaving nodes gracefully: YARN drains "
            "first, then HDFS copies its blocks to the nodes that stay."
        ),
        Role.TASK: _(
            "Task nodes hold no HDFS blocks. EMR takes idle nodes first and waits for running "
            "containers, by default an hour at most."
        ),
    }[role]


def state_sentence(state: GroupState, reason: str) -> str:
    """What is special about a group's or fleet's state; empty when nothing is."""
    if state is GroupState.RESIZING:
        return _("A resize is under way; a new target replaces the old one.")
    if state is GroupState.SUSPENDED:
        text = _("EMR suspended it after too many nodes failed to start. Setting a target resumes.")
        return f"{text} {reason}".strip()
    if state is GroupState.ARRESTED:
        return f"{_('EMR arrested it.')} {reason}".strip()
    return ""


def capacity_lines(before: Capacity, after: Capacity) -> list[ChangeLine]:
    """Nodes, and vCPU and memory where the types are known."""
    lines = [count_line(_("Nodes"), before.nodes, after.nodes)]
    if before.vcpu is not None and after.vcpu is not None:
        lines.append(count_line(_("vCPU"), before.vcpu, after.vcpu))
    if before.memory_gib is not None and after.memory_gib is not None:
        lines.append(count_line(_("Memory"), before.memory_gib, after.memory_gib, "GiB"))
    return lines
