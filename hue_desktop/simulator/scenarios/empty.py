"""A region in which nobody has made anything yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["build"]


def build(world: World) -> None:
    """Leave the world as it is."""
