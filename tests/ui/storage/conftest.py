"""A Storage page for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.storage.desk import Desk, storage_desk


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    """HDFS at the left, S3 at the right."""
    with storage_desk(qapp, qtbot, tmp_path) as made:
        yield made
