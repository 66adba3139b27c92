"""Icons: own line drawings on a 20×20 field, tinted with a token of the active theme."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

import hue_desktop
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.text import _
from hue_desktop.ui.theme.theme import active_theme

__all__ = ["icon", "icon_names", "icon_path", "pixmap"]

_PIXELS_PER_POINT = 2  #: drawn twice as fine as shown, so that a dense screen shows sharp lines

_pixmaps: dict[tuple[str, str, int], QPixmap] = {}


@cache
def _folder() -> Path:
    package = Path(hue_desktop.__file__).parent
    installed = package / "_resources" / "icons"
    return installed if installed.is_dir() else package.parent / "resources" / "icons"


def icon_path(name: str) -> Path:
    """The file of an icon."""
    return _folder() / f"{name}.svg"


def icon_names() -> tuple[str, ...]:
    """Every icon there is."""
    return tuple(sorted(path.stem for path in _folder().glob("*.svg")))


@cache
def _drawing(name: str) -> str:
    try:
        return icon_path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            _("The resources of Hue Desktop are missing ({path}).").format(path=icon_path(name)),
            remedy=_("Install it again."),
        ) from error


def pixmap(name: str, color: str = "text-2", size: int = 16) -> QPixmap:
    """The icon in the colour of a token (or ``#rrggbb``), ``size`` points wide."""
    from PySide6.QtSvg import QSvgRenderer

    paint = color if color.startswith("#") else active_theme().color(color).name()
    key = (name, paint, size)
    found = _pixmaps.get(key)
    if found is not None:
        return found
    drawing = _drawing(name).replace("currentColor", paint)
    image = QPixmap(QSize(size, size) * _PIXELS_PER_POINT)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(image.rect()))
    painter.end()
    image.setDevicePixelRatio(_PIXELS_PER_POINT)
    _pixmaps[key] = image
    return image


def icon(name: str, color: str = "text-2", size: int = 16) -> QIcon:
    """The icon as a QIcon; on a menu's highlighted row it turns white."""
    result = QIcon(pixmap(name, color, size))
    result.addPixmap(pixmap(name, "on-accent", size), QIcon.Mode.Active)
    result.addPixmap(pixmap(name, "text-3", size), QIcon.Mode.Disabled)
    return result
