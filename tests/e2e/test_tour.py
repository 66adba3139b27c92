"""The tour: pictures of the real window, in the theme and size asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from hue_desktop.core.errors import ConfigurationError
from hue_desktop.ui.theme.tokens import DARK, LIGHT
from hue_desktop.ui.tour import take_tour, tour_pictures


def test_pictures_have_the_size_the_theme_and_an_index(qapp: QApplication, tmp_path: Path) -> None:
    pictures = tour_pictures(tmp_path, sizes=((1100, 700),), pages=("fleet", "palette"))
    assert {"fleet", "palette"} <= {picture.key for picture in pictures}
    for picture in pictures:
        image = QImage(str(picture.file))
        assert (image.width(), image.height()) == (1100, 700)
        tokens = DARK if picture.theme == "dark" else LIGHT
        assert image.pixelColor(24, 400).name().upper() == tokens["chrome"]
        assert image.pixelColor(500, 1).name().upper() == tokens["production-edge"]
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(picture.file.name in index for picture in pictures)


def test_an_unknown_page_is_refused_before_anything_starts(
    qapp: QApplication, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="no page nowhere"):
        take_tour(tmp_path / "out", pages=("nowhere",))
    assert not (tmp_path / "out").exists()
