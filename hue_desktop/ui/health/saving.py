"""Writing a chart to a file, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QIODevice, QSaveFile
from PySide6.QtGui import QImageWriter

from hue_desktop.core.errors import StateError
from hue_desktop.core.text import _
from hue_desktop.ui.charts.export import csv_text

if TYPE_CHECKING:
    from hue_desktop.ui.charts.live_strips import LiveStrips

__all__ = ["save_chart"]


def save_chart(chart: LiveStrips, target: Path) -> None:
    """A ``.png`` gets the picture, everything else the values as CSV in UTF-8.

    StateError when the file cannot be written; what was there before stays then.
    """
    file = QSaveFile(str(target))
    written = file.open(QIODevice.OpenModeFlag.WriteOnly)
    if written and target.suffix.lower() == ".png":
        written = QImageWriter(file, QByteArray(b"png")).write(chart.picture())
    elif written:
        frame = chart.frame
        text = csv_text(chart.plots, frame.start, frame.end).encode("utf-8")
        written = file.write(text) == len(text)
    if not written or not file.commit():
        raise StateError(
            _("{file} could not be written: {why}.").format(file=target, why=file.errorString()),
            remedy=_("Choose another place."),
        )
