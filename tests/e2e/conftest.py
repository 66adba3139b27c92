"""The window's end-to-end tests end as strictly as its unit tests."""

from __future__ import annotations

from tests.ui.conftest import nothing_left, pytest_configure

__all__ = ["nothing_left", "pytest_configure"]
