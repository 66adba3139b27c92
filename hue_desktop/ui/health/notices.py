"""Lines above the charts that say what is not as it should be with what they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import age, date_time
from hue_desktop.core.text import _
from hue_desktop.services.health.values import Collecting, HealthSnapshot
from hue_desktop.services.nodes import recorded_text
from hue_desktop.ui.health.words import moment
from hue_desktop.ui.parts import Label, StateMark, StateShape, row

__all__ = ["Notice", "NoticeLines", "notices_of"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence with the shape of how bad it is."""

    shape: StateShape
    text: str


def notices_of(
    snapshot: HealthSnapshot,
    cluster: ClusterSnapshot | None,
    now: datetime,
    *,
    was_live: bool = True,
) -> list[Notice]:
    """What a person must know before believing the charts, worst first.

    ``was_live``: the servers have answered before, so that ``read_at`` is the time of that.
    """
    notices = []
    if snapshot.safe_mode:
        text = _("HDFS is in safe mode: nothing can be written. {why}")
        why = snapshot.safe_mode.strip()
        notices.append(Notice(StateShape.ATTENTION, text.format(why=why).strip()))
    ended = cluster is not None and not cluster.summary.state.active
    if ended or snapshot.collecting is Collecting.ENDED:
        notices.append(Notice(StateShape.STOPPED, _ended_text(cluster)))
    elif snapshot.collecting is Collecting.BROKEN:
        notices.append(Notice(StateShape.ATTENTION, _broken_text(snapshot, now, was_live)))
    elif snapshot.collecting is Collecting.PARTLY and snapshot.problem:
        notices.append(Notice(StateShape.ATTENTION, snapshot.problem))
    return notices


def _ended_text(cluster: ClusterSnapshot | None) -> str:
    ended = cluster.summary.ended if cluster is not None else None
    if cluster is not None and (recorded := recorded_text(cluster)):
        return recorded
    text = _("The cluster is no more. Shown is what was recorded and what CloudWatch keeps.")
    if ended is None:
        return text
    return _("Ended {time}. ").format(time=date_time(ended)) + text


def _broken_text(snapshot: HealthSnapshot, now: datetime, was_live: bool) -> str:
    """Why nothing live arrives; with live values from before, how old they are."""
    why = snapshot.problem or _("YARN and HDFS do not answer; it is tried again.")
    if snapshot.read_at is None or not was_live:
        more = _("Shown is what CloudWatch knows, a value every five minutes.")
        return f"{why} {more}"
    seconds = max(0.0, (now - moment(snapshot.read_at)).total_seconds())
    more = _("The newest live values are {age} old.").format(age=age(seconds))
    return f"{why} {more}"


class NoticeLines(QWidget):
    """One line for each notice; away while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[tuple[QWidget, StateMark, Label]] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(24, 8, 24, 0)
        self._layout.setSpacing(4)
        self.hide()

    @property
    def texts(self) -> list[str]:
        """What is said."""
        return [label.text() for line, _mark, label in self._lines if not line.isHidden()]

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Say these."""
        while len(self._lines) < len(notices):
            mark, label = StateMark(StateShape.ATTENTION, 10), Label("", wrap=True)
            line = QWidget()
            layout = row(mark, label, spacing=8)
            layout.setStretchFactor(label, 1)
            line.setLayout(layout)
            self._layout.addWidget(line)
            self._lines.append((line, mark, label))
        for place, (line, mark, label) in enumerate(self._lines):
            line.setVisible(place < len(notices))
            if place < len(notices):
                mark.set_shape(notices[place].shape)
                if label.text() != notices[place].text:
                    label.setText(notices[place].text)
        self.setVisible(bool(notices))
