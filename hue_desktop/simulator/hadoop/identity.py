"""Who asks: users and their groups as an EMR cluster has them, and who may act for others.

On EMR, HDFS is owned by ``hdfs``, and members of ``hdfsadmingroup`` (``hadoop`` among them) are its
superusers. A user nobody knows is in a group of its own name.
"""

from __future__ import annotations

from dataclasses import dataclass

from hue_desktop.simulator.hadoop.errors import HdfsError, authorization, illegal_argument

__all__ = ["ANONYMOUS", "SUPERGROUP", "SUPERUSER", "Caller", "caller_of"]

SUPERGROUP = "hdfsadmingroup"
SUPERUSER = "hdfs"
ANONYMOUS = "dr.who"  #: Hadoop's name for a request without ``user.name``

_GROUPS: dict[str, tuple[str, ...]] = {
    "hdfs": ("hdfs", "hadoop", SUPERGROUP),
    "hadoop": ("hadoop", SUPERGROUP),
    "hive": ("hive", "hadoop"),
    "hue": ("hue", "hadoop"),
    "mapred": ("mapred", "hadoop"),
    "spark": ("spark", "hadoop"),
    "yarn": ("yarn", "hadoop"),
}
#: Services that EMR configures as proxy users (``hadoop.proxyuser.NAME.hosts``).
_PROXIES = frozenset({"hdfs", "hive", "httpfs", "hue", "livy", "oozie", "presto", "trino"})


@dataclass(frozen=True, slots=True)
class Caller:
    """A user as the NameNode sees one."""

    user: str
    groups: tuple[str, ...]
    superuser: bool


def caller_of(user: str, doas: str = "") -> Caller:
    """The caller that ``user.name`` and ``doas`` make; without a name it is ``dr.who``.

    Raises :class:`HdfsError` for a name that no user can have, and when ``user`` may not act
    for others.
    """
    real = user or ANONYMOUS
    for name in filter(None, (real, doas)):
        _check_name(name)
    if doas and doas != real:
        if real not in _PROXIES:
            raise authorization(f"User: {real} is not allowed to impersonate {doas}")
        real = doas
    groups = _GROUPS.get(real, (real,))
    return Caller(real, groups, real == SUPERUSER or SUPERGROUP in groups)


def _check_name(name: str) -> None:
    first, rest = name[0], name[1:].removesuffix("$")
    if not (first.isalpha() or first == "_") or not all(
        sign.isalnum() or sign in "._-" for sign in rest
    ):
        raise _bad_name(name)


def _bad_name(name: str) -> HdfsError:
    return illegal_argument(
        f'Invalid value for webhdfs parameter "user.name": Invalid value: "{name}" does not '
        "belong to the domain ^[A-Za-z_][A-Za-z0-9._-]*[$]?$"
    )
