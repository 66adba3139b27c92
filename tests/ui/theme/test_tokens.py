"""The colours: the same names in both themes, readable, and every icon can be drawn."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from hue_desktop.ui.theme import Theme, ThemeChoice, icon_names, pixmap
from hue_desktop.ui.theme.style_sheet import style_sheet
from hue_desktop.ui.theme.tokens import DARK, LIGHT, SHAPES, Tokens

BOTH = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
TEXTS = ("text", "text-2", "text-3", "accent-text", "good", "warn", "critical", "starting",
         "production", "development", "simulated")  # fmt: skip


def luminance(color: str) -> float:
    """WCAG 2's relative luminance."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    wanted = QColor(color)
    red, green, blue = (linear(v) for v in (wanted.redF(), wanted.greenF(), wanted.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """WCAG 2's contrast ratio."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_both_themes_have_the_same_names() -> None:
    assert set(LIGHT) == set(DARK)


@BOTH
def test_texts_reach_aa_on_pages(tokens: Tokens) -> None:
    for name in TEXTS:
        assert contrast(tokens[name], tokens["surface"]) >= 4.5, name
    for ground in ("chrome", "raised", "sunken", "selection", "warn-back"):
        assert contrast(tokens["text"], tokens[ground]) >= 4.5, ground
        assert contrast(tokens["text-2"], tokens[ground]) >= 4.5, ground
    assert contrast(tokens["warn"], tokens["warn-back"]) >= 4.5
    assert contrast(tokens["on-accent"], tokens["accent-fill"]) >= 4.5
    for step in range(5):
        assert contrast(tokens[f"heat-{step}-text"], tokens[f"heat-{step}"]) >= 4.5


@BOTH
def test_shapes_and_edges_reach_three_to_one(tokens: Tokens) -> None:
    for name in (*SHAPES.values(), "control"):
        assert contrast(tokens[name], tokens["surface"]) >= 3.0, name


@BOTH
def test_the_style_sheet_leaves_no_name_unfilled(tokens: Tokens) -> None:
    assert "@" not in style_sheet(tokens, "Inter", wide=False)


def test_the_choice_decides_and_changes_are_announced(qapp: QApplication) -> None:
    theme = Theme(ThemeChoice.LIGHT)
    theme.apply(qapp)
    seen = []
    theme.changed.connect(lambda: seen.append(theme.name))
    theme.choose(ThemeChoice.DARK)
    theme.choose(ThemeChoice.DARK)
    theme.choose(ThemeChoice.LIGHT)
    assert seen == ["dark", "light"]
    assert theme.color("surface") == QColor(LIGHT["surface"])


def test_every_icon_draws_something_in_its_colour(qapp: QApplication) -> None:
    Theme(ThemeChoice.LIGHT).apply(qapp)
    for name in icon_names():
        image = pixmap(name, "#123456", 20).toImage()
        inked = [
            image.pixelColor(x, y)
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() == 255
        ]
        assert inked, name
        if name != "check-on-accent":
            assert QColor("#123456") in inked, name
