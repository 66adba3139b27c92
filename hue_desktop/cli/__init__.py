"""The command line: ``hue-desktop`` and its subcommands."""

from __future__ import annotations

from hue_desktop.cli.main import main

__all__ = ["main"]
