"""How long things take, in seconds: ranges from which chance draws by what a thing is.

Measured on the real service these vary with region and release; the ranges keep a cluster's start
between four and eight minutes and a resize between two and six.
"""

from __future__ import annotations

__all__ = [
    "BOOTSTRAP_ACTION",
    "BOOT_ON_DEMAND",
    "CORE_DRAIN_MB_PER_S",
    "DEFAULT_DECOMMISSION_TIMEOUT",
    "DRAIN_LOOK",
    "DRAIN_LOOK_AT_MOST",
    "FULFIL_ON_DEMAND",
    "FULFIL_SPOT",
    "IDLE_DRAIN",
    "INSTALL",
    "KEEP_CLUSTERS",
    "KEEP_INSTANCES",
    "RECONFIGURE",
    "RETRY_SPOT",
    "SPOT_NOTICE",
    "STEP",
    "STEP_CANCEL",
    "SUSPEND_AFTER",
    "TERMINATE_CLUSTER",
    "TERMINATE_NODE",
    "UNHEALTHY_DRAIN",
    "UNHEALTHY_GRACE",
]

FULFIL_ON_DEMAND = (4.0, 15.0)
FULFIL_SPOT = (10.0, 45.0)
BOOT_ON_DEMAND = (105.0, 190.0)
INSTALL = (50.0, 120.0)
BOOTSTRAP_ACTION = 15.0
STEP = (90.0, 900.0)
STEP_CANCEL = (8.0, 25.0)
RECONFIGURE = (45.0, 120.0)
TERMINATE_NODE = (15.0, 40.0)
TERMINATE_CLUSTER = (45.0, 100.0)
IDLE_DRAIN = (20.0, 60.0)
CORE_DRAIN_MB_PER_S = 60.0
DEFAULT_DECOMMISSION_TIMEOUT = 3600.0
DRAIN_LOOK = 15.0
DRAIN_LOOK_AT_MOST = 120.0
RETRY_SPOT = 180.0
SPOT_NOTICE = 120.0
SUSPEND_AFTER = 900.0
UNHEALTHY_DRAIN = 3600.0
UNHEALTHY_GRACE = 2700.0
KEEP_INSTANCES = 30 * 86400.0
KEEP_CLUSTERS = 61 * 86400.0
