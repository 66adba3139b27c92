"""Commands run in this process, over directories of the test."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hue_desktop.cli import main

__all__ = ["Done", "Run"]


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command as a user without files and settings."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "HUE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HUE_DATA_DIR", str(tmp_path / "data"))

    def call(*words: str | Path) -> Done:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:  # argparse's way
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return call


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Some files with plain and odd names."""
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    (root / "a.csv").write_bytes(b"1,2\n" * 1000)
    (root / "b c%+ü.txt").write_text("hello")
    (root / "sub" / "d.csv").write_bytes(b"")
    return root
