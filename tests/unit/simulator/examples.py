"""How many examples the property tests of the simulator try.

``HUE_TEST_EXAMPLES=20 make test`` tries twenty times as many everywhere.
"""

from __future__ import annotations

import os

__all__ = ["examples"]


def examples(count: int) -> int:
    """``count``, times what the environment asks for."""
    return count * max(1, int(os.environ.get("HUE_TEST_EXAMPLES", "1")))
