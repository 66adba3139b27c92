"""The theme: which colours and fonts the application wears now, and when they change.

There is one theme for each QApplication, as there is one QPalette; painted parts ask
``active_theme()`` for it, everything else gets its colours from the style sheet.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from hue_desktop.ui.theme.style_sheet import style_sheet
from hue_desktop.ui.theme.tokens import DARK, LIGHT, SIZES, Tokens

__all__ = ["Theme", "ThemeChoice", "active_theme"]

#: Families that draw wider than Inter: one pixel less gives the same measure.
_WIDE_FAMILIES = ("DejaVu Sans", "Verdana", "Bitstream Vera Sans")


class ThemeChoice(Enum):
    """What the setting says: follow the system, or always one of the two."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Colours and fonts by name; ``changed`` is emitted after they were applied."""

    changed = Signal()

    def __init__(self, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__()
        self._choice = choice
        self._app: QApplication | None = None
        self._tokens: Tokens = LIGHT
        self._colors: dict[str, QColor] = {}
        self._fonts: dict[tuple[str, int, bool], QFont] = {}
        self._family = ""
        self._wide = False

    @property
    def dark(self) -> bool:
        """Whether the dark theme shows now."""
        return self._tokens is DARK

    @property
    def name(self) -> str:
        """``light`` or ``dark``."""
        return "dark" if self.dark else "light"

    @property
    def choice(self) -> ThemeChoice:
        """What the person chose."""
        return self._choice

    def apply(self, app: QApplication) -> None:
        """Dress ``app`` and follow the system's colour scheme from now on."""
        global _active
        _active = self
        self._app = app
        app.setStyle("Fusion")
        self._choose_family()
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._wear()

    def choose(self, choice: ThemeChoice) -> None:
        """Follow the system, or always show one of the two."""
        if choice is self._choice and self._app is not None:
            return
        self._choice = choice
        self._wear()

    def color(self, name: str) -> QColor:
        """The colour of a token; an unknown name is a programming error (KeyError)."""
        color = self._colors.get(name)
        if color is None:
            color = self._colors[name] = QColor(self._tokens[name])
        return color

    def font(self, size: str = "body", weight: int = 400) -> QFont:
        """``small``, ``body``, ``large`` or ``mono``; weight 400, 500 or 600."""
        key = (size, weight, self._wide)
        font = self._fonts.get(key)
        if font is None:
            font = self._fonts[key] = self._make_font(size, weight)
        return font

    def _make_font(self, size: str, weight: int) -> QFont:
        if size == "mono":
            font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
            font.setPixelSize(12 if not self._wide else 11)
        else:
            font = QFont(self._family)
            pixels = SIZES[{"small": "font-small", "body": "font", "large": "font-large"}[size]]
            font.setPixelSize(pixels - 1 if self._wide else pixels)
            font.setFeature(QFont.Tag("tnum"), 1)
        font.setWeight(QFont.Weight(weight))
        return font

    def _choose_family(self) -> None:
        families = set(QFontDatabase.families())
        system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        candidates = ("Inter", "Inter Variable", system, *_WIDE_FAMILIES)
        self._family = next((name for name in candidates if name in families), system)
        self._wide = self._family in _WIDE_FAMILIES
        self._fonts.clear()

    def _system_changed(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._wear()

    def _wear(self) -> None:
        app = self._app
        if app is None:
            return
        dark = self._choice is ThemeChoice.DARK or (
            self._choice is ThemeChoice.SYSTEM
            and app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        )
        self._tokens = DARK if dark else LIGHT
        self._colors.clear()
        app.setPalette(self._palette())
        app.setFont(self.font())
        app.setStyleSheet(style_sheet(self._tokens, self._family, self._wide))
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette()
        role = QPalette.ColorRole
        for target, token in (
            (role.Window, "surface"),
            (role.Base, "surface"),
            (role.AlternateBase, "raised"),
            (role.Button, "surface"),
            (role.ToolTipBase, "raised"),
            (role.WindowText, "text"),
            (role.Text, "text"),
            (role.ButtonText, "text"),
            (role.ToolTipText, "text"),
            (role.PlaceholderText, "text-3"),
            (role.Highlight, "selection"),
            (role.HighlightedText, "text"),
            (role.Link, "accent-text"),
            (role.LinkVisited, "accent-text"),
            (role.Mid, "line"),
            (role.Dark, "line-strong"),
        ):
            palette.setColor(target, self.color(token))
        disabled = QPalette.ColorGroup.Disabled
        for target in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(disabled, target, self.color("text-3"))
        return palette


_active: Theme | None = None


def active_theme() -> Theme:
    """The theme that the application wears; a plain light one before any was applied."""
    global _active
    if _active is None:
        _active = Theme(ThemeChoice.LIGHT)
    return _active
