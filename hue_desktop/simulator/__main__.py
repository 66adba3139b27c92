"""``python -m hue_desktop.simulator``: the simulated region without the application."""

from __future__ import annotations

import sys

from hue_desktop.simulator.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
