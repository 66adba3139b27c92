"""The parts of the sheet, shown values: what they say, and keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import Unreachable
from hue_desktop.core.shrink.values import (
    Finding,
    Fix,
    Level,
    LostFile,
    NodeRoom,
    ShrinkRequest,
    TargetOption,
    Verdict,
)
from hue_desktop.services.shrink import InspectionProgress
from hue_desktop.ui.parts import StateShape
from hue_desktop.ui.shrink.disk_bars import DiskPanel, short_host
from hue_desktop.ui.shrink.fix_list import FixList, first_choice
from hue_desktop.ui.shrink.folders import by_folder
from hue_desktop.ui.shrink.judging import blind_options, blind_verdict
from hue_desktop.ui.shrink.levels import level_shape, level_tone
from hue_desktop.ui.shrink.looking import progress_text
from hue_desktop.ui.shrink.lost_list import LostList, common_folder
from hue_desktop.ui.shrink.target_chips import TargetChips
from hue_desktop.ui.shrink.verdict_panel import FindingLine, VerdictPanel
from hue_desktop.ui.theme import Theme

GIB = 1 << 30
REQUEST = ShrinkRequest(ClusterRef("c", "r", "j-1"), "ig-1", ("i-2",), 3)
OPTIONS = (
    TargetOption(4, Level.OK, None, ""),
    TargetOption(3, Level.BAD, 4260.0, ""),
    TargetOption(2, Level.UNKNOWN, None, ""),
    TargetOption(1, Level.BAD, None, "does not fit"),
)


@pytest.fixture(autouse=True)
def put_up(qapp: QApplication, theme: Theme) -> Iterator[list[QWidget]]:
    """Widgets that a test put up go at its end."""
    shown: list[QWidget] = []
    yield shown
    for widget in shown:
        widget.close()
        widget.deleteLater()


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def _finding(key: str, level: Level) -> Finding:
    return Finding(key, level, key.title(), f"{key} as it is", f"{key} as it should be")


def _verdict(level: Level = Level.BAD, **more: object) -> Verdict:
    findings = (_finding("replication", level), _finding("work", Level.OK))
    return replace(
        Verdict(level, "Not safe as planned", "61 files would be lost.", REQUEST, findings),
        by_key={one.key: one for one in findings},
        **more,  # type: ignore[arg-type]
    )


def test_what_is_not_known_is_never_green() -> None:
    assert level_shape(Level.UNKNOWN) is not StateShape.RUNNING
    assert level_tone(Level.UNKNOWN) != "good"
    assert {one.level for one in blind_options(5) if one.count < 5} == {Level.UNKNOWN}
    verdict = blind_verdict(REQUEST, Unreachable("The NameNode does not answer."))
    assert verdict.level is Level.UNKNOWN
    assert "does not answer" in verdict.sentence


def test_chips_say_level_and_time_and_move_by_keys(qtbot: QtBot, put_up: list[QWidget]) -> None:
    chips = TargetChips()
    put_up.append(chips)
    chips.resize(900, 40)
    chips.show_options(OPTIONS, 4, 4)
    chips.show()
    assert chips.number.isHidden()  # all of them fit
    assert chips.chip(4).accessibleName() == "4 nodes: now"
    assert "not safe" in chips.chip(3).accessibleName()
    assert "1 h 11 min" in plain(chips.chip(3).accessibleName())
    assert "does not fit" in chips.chip(1).accessibleName()
    chips.activateWindow()
    chips.chip(4).setFocus()
    qtbot.waitUntil(chips.chip(4).hasFocus)
    with qtbot.waitSignal(chips.chosen) as told:
        QTest.keyClick(chips.chip(4), Qt.Key.Key_Right)
    assert told.args == [3]
    assert chips.current == 3


def test_many_targets_are_reached_by_number(qtbot: QtBot, put_up: list[QWidget]) -> None:
    chips = TargetChips()
    put_up.append(chips)
    chips.resize(700, 40)
    options = tuple(TargetOption(n, Level.WARN, 60.0, "") for n in range(196, 0, -1))
    chips.show_options(options, 190, 196)
    chips.show()
    assert chips.number.isVisible()
    assert chips.chip(196)  # the present always shows
    with qtbot.waitSignal(chips.chosen) as told:
        chips.number.setValue(40)
    assert told.args == [40]
    assert chips.chip(40).isChecked()
    assert chips.chip(40).width() >= 96


def test_a_verdict_says_what_it_saves_and_what_it_found(put_up: list[QWidget]) -> None:
    panel = VerdictPanel()
    put_up.append(panel)
    panel.show_verdict(_verdict(saves_usd_hour=1.48, missing=("YARN was not asked.",)))
    assert "Not safe" in panel.accessibleName()
    names = [line.accessibleName() for line in panel.findChildren(FindingLine)]
    assert names[0].startswith("Replication, not safe, replication as it is")
    assert any(one.text() == "−$1.48/h" for one in panel.findChildren(type(panel.headline)))
    assert any(
        one.text() == "YARN was not asked." for one in panel.findChildren(type(panel.headline))
    )


def _rooms(amount: int) -> tuple[NodeRoom, ...]:
    return tuple(
        NodeRoom(
            f"ip-10-0-0-{number}.ec2.internal", f"i-{number}", 60 * GIB, 70 * GIB, 100 * GIB,
            number == 2, number != 2,
        )
        for number in range(amount)
    )  # fmt: skip


def test_a_click_or_space_on_a_disk_names_the_node(qtbot: QtBot, put_up: list[QWidget]) -> None:
    panel = DiskPanel()
    put_up.append(panel)
    panel.resize(420, 400)
    panel.show_rooms(_rooms(4), 0.9)
    panel.show()
    QTest.mouseClick(panel.bars, Qt.MouseButton.LeftButton, pos=QPoint(20, 48))  # nobody chooses
    panel.bars.choosing = True
    with qtbot.waitSignal(panel.bars.toggled) as told:
        QTest.mouseClick(panel.bars, Qt.MouseButton.LeftButton, pos=QPoint(20, 48))
    assert told.args == ["i-1"]
    panel.bars.setFocus()
    QTest.keyClick(panel.bars, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.bars.toggled) as told:
        QTest.keyClick(panel.bars, Qt.Key.Key_Space)
    assert told.args == ["i-2"]
    assert "ip-10-0-0-2: 60 GiB → 70 GiB of 100 GiB, leaves" in plain(
        panel.bars.accessibleDescription()
    )


def test_many_disks_are_folded_to_those_that_tell(put_up: list[QWidget]) -> None:
    panel = DiskPanel()
    put_up.append(panel)
    panel.show_rooms(_rooms(40), 0.9)
    assert len(panel.bars.rooms) == 10
    assert panel.bars.rooms[0].leaves
    assert panel.more.text() == "30 more nodes"
    panel.more.click()
    assert len(panel.bars.rooms) == 40


def test_lost_files_open_in_storage(qtbot: QtBot, put_up: list[QWidget]) -> None:
    part = LostList()
    put_up.append(part)
    files = tuple(
        LostFile(f"/user/marta/models/{name}", 2 * GIB, 19, ("ip-10-0-0-2.ec2.internal",))
        for name in ("a.bin", "b.bin")
    )
    part.show_verdict(_verdict(lost_files=files, lost_count=61, lost_bytes=11 * GIB))
    assert plain(part.amount.text()) == "61 files, 11 GiB"
    assert "59 smaller files" in part.rest.text()
    assert part.amount.property("tone") == "warn"  # HDFS copies them in time
    part.show_verdict(_verdict(lost_files=files, lost_count=61, lost_bytes=11 * GIB, loses=True))
    assert part.amount.property("tone") == "critical"
    with qtbot.waitSignal(part.opened) as told:
        part.table.row_activated.emit(files[0])
    assert told.args == ["/user/marta/models/a.bin"]
    with qtbot.waitSignal(part.opened) as told:
        part.all_link.click()
    assert told.args == ["/user/marta/models/"]
    part.show_verdict(_verdict(Level.OK))
    assert part.nothing.isVisibleTo(part)
    assert part.nothing.text().startswith("None")
    part.show_verdict(_verdict(Level.UNKNOWN))
    assert part.nothing.text().startswith("Not known")


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        ([], "/"),
        (["/a/b"], "/a/"),
        (["/a/b", "/a/c/d"], "/a/"),
        (["/a/b", "/ab/c"], "/"),
        (["/a/b/c", "/a/b/c/d"], "/a/b/"),
    ],
)
def test_the_folder_that_holds_all(paths: list[str], folder: str) -> None:
    assert common_folder(paths) == folder


REPLICATE = Fix("set_replication", "Set replication 2", "about 3 min", ("replication",), 180.0)
SNAPSHOT = Fix("snapshot_to_s3", "Copy to S3 first", "11 GiB", ("replication",), suggested=False)
RAISE = Fix("raise_timeout", "Raise the limit", "", ("time",), timeout_s=7200)


def test_the_first_fix_that_cures_what_is_red_is_ticked() -> None:
    verdict = _verdict(fixes=(SNAPSHOT, REPLICATE, RAISE))
    assert first_choice(verdict) == ("set_replication",)  # nothing is wrong with the time


def test_a_snapshot_wants_a_folder_on_s3(qtbot: QtBot, put_up: list[QWidget]) -> None:
    part = FixList()
    put_up.append(part)
    part.show_verdict(_verdict(fixes=(REPLICATE, SNAPSHOT, RAISE)), ("raise_timeout",))
    assert part.deeds() == ()  # another time-out changes the request only
    with qtbot.waitSignal(part.changed):
        part.line("snapshot_to_s3").box.click()
    assert part.ticked == ("snapshot_to_s3", "raise_timeout")
    assert "s3://" in part.problem()
    field = part.line("snapshot_to_s3").target
    assert field is not None
    field.setText("s3://lake/keep/")
    assert part.problem() == ""
    assert [(deed.key, deed.target) for deed in part.deeds()] == [
        ("snapshot_to_s3", "s3://lake/keep/")
    ]
    part.show_verdict(_verdict(fixes=(SNAPSHOT,)), ("snapshot_to_s3",))
    assert part.deeds()[0].target == "s3://lake/keep/"  # what was typed stays


def test_progress_says_only_what_is_known() -> None:
    assert progress_text(InspectionProgress("Reading")) == ""
    assert progress_text(InspectionProgress("Reading", 300)) == "300 files"
    text = progress_text(InspectionProgress("Reading", 300, 900, 100.0))
    assert text == "300 of 900 files, about 6 s left"


def test_hosts_are_written_short() -> None:
    assert short_host("ip-10-0-0-1.eu-central-1.compute.internal") == "ip-10-0-0-1"


def test_folders_are_as_few_as_say_something() -> None:
    paths = [f"/user/hive/warehouse/web.db/views/dt={day}/part-0" for day in range(9)]
    paths += ["/user/marta/model.bin", "/tmp/x"]
    files = [LostFile(path, 10, 1, ()) for path in paths]
    sums = by_folder(files, 5)
    assert [(one.path, one.files, one.size) for one in sums] == [
        ("/user/hive/warehouse/web.db/views/", 9, 90),
        ("/tmp/", 1, 10),
        ("/user/marta/", 1, 10),
    ]
    assert [one.path for one in by_folder(files, 2)] == ["/user/", "/tmp/"]
    assert by_folder([], 5) == ()
