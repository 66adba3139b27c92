"""What the tour shows of policies."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import SetAutoTermination, SetManagedScaling
from hue_desktop.core.clusters import ClusterRef, ManagedScaling
from hue_desktop.core.instances import Role
from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.parts import Sheet
from hue_desktop.ui.policies.auto_termination_sheet import AutoTerminationSheet
from hue_desktop.ui.policies.managed_scaling_sheet import ManagedScalingSheet
from hue_desktop.ui.policies.story_sheet import StorySheet
from hue_desktop.ui.tour_pages import largest_cluster

__all__ = ["stops"]

_Make = Callable[[UiContext, ClusterRef], Sheet]


def stops() -> tuple[TourStop, ...]:
    """Both editors and the story."""
    return (
        _stop("policies-scaling", _("Managed scaling"), _scaling, "nodes", _has_plan),
        _stop("policies-idle", _("Auto-termination"), _idle, "configuration", _has_plan),
        _stop("policies-story", _("Why did it scale?"), StorySheet, "nodes", _has_story),
    )


def _stop(key: str, title: str, make: _Make, page: str, ready: Callable[[Sheet], bool]) -> TourStop:
    def prepare(ctx: UiContext, _window: QWidget) -> None:
        ref = largest_cluster(ctx)
        if ref is not None:
            ctx.navigate.open_cluster(ref, page)
            ctx.navigate.open_sheet(lambda sheet_ctx: make(sheet_ctx, ref))

    def asked(_ctx: UiContext, window: QWidget) -> bool:
        sheets = [one for one in window.findChildren(Sheet) if one.isVisible()]
        return bool(sheets) and ready(sheets[0])

    def close(ctx: UiContext, _window: QWidget) -> None:
        ctx.navigate.close_sheet()

    return TourStop(key, title, prepare, asked, close, wait_s=25.0)


def _scaling(ctx: UiContext, ref: ClusterRef) -> Sheet:
    """Task-only scaling from the core nodes that there are."""
    facts = ctx.app.policies.facts(ref)
    unit = "InstanceFleetUnits" if facts.uses_fleets else "Instances"
    core, now = facts.units(unit, Role.CORE) or 1, facts.units(unit) or 1
    policy = ManagedScaling(unit, core, 2 * now, None, core)
    return ManagedScalingSheet(ctx, ref, SetManagedScaling(ref.cluster_id, policy))


def _idle(ctx: UiContext, ref: ClusterRef) -> Sheet:
    return AutoTerminationSheet(ctx, ref, SetAutoTermination(ref.cluster_id, 1800))


def _has_plan(sheet: Sheet) -> bool:
    if isinstance(sheet, ManagedScalingSheet | AutoTerminationSheet):
        return sheet.plan is not None and sheet.remarks.said
    return False


def _has_story(sheet: Sheet) -> bool:
    return isinstance(sheet, StorySheet) and sheet.story is not None
