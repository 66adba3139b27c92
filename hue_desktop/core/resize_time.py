"""How long a resize takes to show, in words.

New nodes take five to six minutes (AWS's EMR best-practices guide, managed scaling). Leaving nodes
are decommissioned gracefully: YARN waits up to an hour by default
(``yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs``), and a core node also
until HDFS has copied its blocks.
"""

from __future__ import annotations

from hue_desktop.core.instances import Role
from hue_desktop.core.text import _

__all__ = ["takes_effect"]


def takes_effect(role: Role, before: int, after: int) -> str:
    """When nodes of ``role`` have really gone from ``before`` to ``after``."""
    if after > before:
        return _("in 5 – 6 min")
    if after == before:
        return _("nothing changes")
    if role is Role.CORE:
        return _("after YARN and HDFS drained")
    return _("as containers end, 1 h at most")
