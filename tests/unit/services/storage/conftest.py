"""A storage service over the real local disk, with no connection at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop.core.storage import LOCAL, Location
from hue_desktop.services.storage.service import StorageService
from hue_desktop.wiring import Application, Paths


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """An application of its own, with a home directory of its own."""
    (tmp_path / "home").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "connections.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    application = Application.open(Paths(tmp_path / "config", tmp_path / "data"))
    try:
        yield application
    finally:
        application.close()


@pytest.fixture
def storage(application: Application) -> StorageService:
    """Its storage service."""
    return application.storage


@pytest.fixture
def home(tmp_path: Path) -> Location:
    """The home directory."""
    return Location(LOCAL, f"{tmp_path / 'home'}/")
