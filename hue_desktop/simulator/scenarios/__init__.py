"""What a new region holds: named scenarios, each a few calls of the world's own methods."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["NAMES", "apply"]

#: Scenario -> the module that has its ``build(world)``; imported when it is asked for.
_MODULES = {"demo": "demo", "empty": "empty", "fleet-1000": "fleet_1000"}
NAMES = tuple(_MODULES)


def apply(name: str, world: World) -> None:
    """Furnish a new world; ``ValueError`` for an unknown name, with the names there are."""
    if name not in _MODULES:
        raise ValueError(f"unknown scenario {name!r}; there are {', '.join(NAMES)}")
    build: Callable[[World], None] = import_module(f"{__name__}.{_MODULES[name]}").build
    build(world)
