"""What the tour shows of creating and managing clusters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import FleetSpec
from hue_desktop.core.instances import FleetType, Role
from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.launch.command_dialog import CommandDialog
from hue_desktop.ui.launch.launch_sheet import LaunchSheet
from hue_desktop.ui.launch.tags_sheet import TagsSheet
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.parts import TextField
from hue_desktop.ui.tour_pages import largest_cluster

__all__ = ["stops"]

T = TypeVar("T", bound=QWidget)
_Act = Callable[[LaunchSheet], object]


def stops() -> tuple[TourStop, ...]:
    """The form, its end, with fleets, with problems, its command; the tags of a cluster."""
    return (
        _form("launch", _("New cluster"), lambda _sheet: None),
        _form("launch-end", _("New cluster: steps, tags, configurations"), _show_end),
        _form("launch-fleets", _("New cluster with instance fleets"), _show_fleets),
        _form("launch-problems", _("New cluster: what EMR would refuse"), _show_problems),
        _form("launch-command", _("AWS CLI command"), lambda sheet: sheet.show_command()),
        TourStop("launch-tags", _("Tags"), _open_tags, _tags_planned, _close),
    )


def _form(key: str, title: str, act: _Act) -> TourStop:
    acted: list[LaunchSheet] = []

    def prepare(ctx: UiContext, _window: QWidget) -> None:
        acted.clear()
        ref = largest_cluster(ctx)
        if ref is None:
            return
        connection = ctx.app.connections.find(ref.connection)
        ctx.navigate.open_page("fleet")
        ctx.navigate.open_sheet(lambda sheet_ctx: LaunchSheet(sheet_ctx, connection, ref.region))

    def ready(_ctx: UiContext, window: QWidget) -> bool:
        sheet = _shown(window, LaunchSheet)
        if sheet is None or sheet.states.state != "shown" or not sheet.form.applications.boxes:
            return False
        if not acted:
            acted.append(sheet)
            act(sheet)
            return False
        read = all(field.isEnabled() for field in (sheet.form.access.subnet, sheet.form.access.key))
        return read and "/h" in sheet.create_button.text()

    return TourStop(key, title, prepare, ready, _close)


def _open_tags(ctx: UiContext, window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is None:
        return
    ctx.navigate.open_cluster(ref, "configuration")
    ctx.navigate.open_sheet(lambda sheet_ctx: TagsSheet(sheet_ctx, ref))
    sheet = _shown(window, TagsSheet)
    if sheet is not None:
        _edit_tags(sheet)


def _tags_planned(_ctx: UiContext, window: QWidget) -> bool:
    sheet = _shown(window, TagsSheet)
    return sheet is not None and sheet.apply_button.isEnabled()


def _shown(window: QWidget, kind: type[T]) -> T | None:
    return next((one for one in window.findChildren(kind) if one.isVisible()), None)


def _close(ctx: UiContext, window: QWidget) -> None:
    for dialog in window.findChildren(CommandDialog):
        dialog.reject()
    ctx.navigate.close_sheet()


def _scroll(sheet: LaunchSheet, share: float) -> None:
    bar = sheet.scroller.verticalScrollBar()
    bar.setValue(round(share * bar.maximum()))


def _show_end(sheet: LaunchSheet) -> None:
    form = sheet.form
    form.life.kind.choose("transient")
    form.steps.records.show_records(
        [("load", "command-runner.jar", "spark-submit s3://lake/jobs/load.py", "CONTINUE")]
    )
    form.tags.records.show_records([("team", "sales"), ("cost-center", "4711")])
    form.tags.changed.emit()
    _scroll(sheet, 1.0)


def _show_fleets(sheet: LaunchSheet) -> None:
    types = (FleetType("r5.2xlarge", 2), FleetType("r5.4xlarge", 4), FleetType("m5.4xlarge", 3))
    master = FleetSpec(Role.MASTER, (FleetType("m5.xlarge"),), 1, name="master")
    core = FleetSpec(Role.CORE, types, 4, 8, name="core", timeout_minutes=20)
    form = sheet.form
    form.show_spec(replace(form.spec(), groups=(), fleets=(master, core)))


def _show_problems(sheet: LaunchSheet) -> None:
    form = sheet.form
    form.identity.name.setText("")
    core = form.nodes.rows[1]
    core.show_group(replace(core.group(), instance_type="r5.huge"))
    core.changed.emit()


def _edit_tags(sheet: TagsSheet) -> None:
    sheet.records.add_record()
    key, value = sheet.records.records[-1].editors
    for field, text in ((key, "reviewed"), (value, "2026-11")):
        assert isinstance(field, TextField)
        field.setText(text)
