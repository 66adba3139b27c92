"""Fixtures of the contract: a backend for the whole run, a folder for each test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from hue_desktop.core.file_systems import FileSystem
from tests.contract.file_systems.backends import BACKENDS, Backend
from tests.contract.file_systems.place import Place

_NUMBERS = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what a backend is not meant for."""
    themes = {each.name: each.themes for each in BACKENDS if each.themes}
    kept = [item for item in items if _is_meant(item, themes)]
    items[:] = kept


def _is_meant(item: pytest.Item, themes: dict[str, tuple[str, ...]]) -> bool:
    callspec = getattr(item, "callspec", None)
    if callspec is None or "opened" not in callspec.params:
        return True
    wanted = themes.get(callspec.params["opened"].name, ())
    return not wanted or item.path.stem in wanted


@pytest.fixture(
    scope="session",
    params=[pytest.param(each, id=each.name, marks=each.marks) for each in BACKENDS],
)
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Backend, FileSystem]]:
    """A backend and its store."""
    backend: Backend = request.param()
    file_system = backend.open(tmp_path_factory.mktemp(backend.name))
    try:
        yield backend, file_system
    finally:
        backend.close()


@pytest.fixture
def place(opened: tuple[Backend, FileSystem]) -> Place:
    """An empty folder in the store."""
    backend, file_system = opened
    root = backend.folder(f"contract-{next(_NUMBERS)}")
    return Place(file_system, root, backend)
