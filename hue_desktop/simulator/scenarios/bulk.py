"""Large files without content, as many as a cluster's charts have told of before HDFS was opened.

They are holes that take no room on this disk. Where a file system has no holes (Windows) they are
left away, and the charts fall to what the other files take.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hue_desktop.simulator.hadoop.seeds import Seed

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.world import World

__all__ = ["bulk"]

_MIB = 1024**2
_GIB = 1024**3
_FOLDER = "/user/hive/warehouse/web.db/pageviews"
_LEAST = _GIB  #: less is not worth a file
_DAYS = 28
_BLOCKS = 1500  #: about so many at most, whatever the size: opening has to be quick


def bulk(world: World, cluster: Cluster, others: Iterable[Seed]) -> Iterator[Seed]:
    """A table partitioned by day that fills HDFS up to what the load says, ``others`` included."""
    left = world.load_of(cluster).hdfs_used_bytes // max(1, cluster.dfs_replication)
    left -= sum(seed.size or len(seed.data or b"") for seed in others)
    if left < _LEAST or os.name == "nt":
        return
    block_size = 128 * _MIB
    while left / block_size > _BLOCKS:
        block_size *= 2
    now = datetime.fromtimestamp(int(world.at), UTC)
    midnight = now.replace(hour=0, minute=0, second=0)
    for number in range(_DAYS):
        day = midnight - timedelta(days=number + 1)
        # Sundays are quiet; the last partition takes what is left.
        share = left / (_DAYS - number) * (0.6 if day.weekday() == 6 else 1.05)
        size = left if number == _DAYS - 1 else int(share)
        left -= size
        written = int((day + timedelta(days=1, hours=3)).timestamp() * 1000)
        path = f"{_FOLDER}/dt={day:%Y-%m-%d}/part-00000-4be0d1aa-c000.snappy.parquet"
        yield Seed(path, size=size, owner="hive", mtime=written, block_size=block_size)
