"""Where blocks are, in the two forms in which WebHDFS tells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hue_desktop.simulator.hadoop.datanodes import DataNode
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.inodes import Block, File

__all__ = ["block_locations", "datanode_info", "located_blocks"]

Json = dict[str, Any]

_TRANSFER, _HTTP, _IPC = 9866, 9864, 9867  #: a DataNode's ports on EMR
_RACK = "/default-rack"
_TOKEN = {"urlString": "AAAAAA"}  #: what an insecure cluster has for a block token


def block_locations(hdfs: Hdfs, file: File, offset: int, length: int) -> Json:
    """``BlockLocations`` of a range: what a job would split by."""
    found = []
    for start, block in _touched(file, offset, length):
        holders = hdfs.blocks.holders(block)
        names = [f"{node.ip}:{_TRANSFER}" for node in holders]
        found.append(
            {
                "topologyPaths": [f"{_RACK}/{name}" for name in names],
                "corrupt": False,
                "cachedHosts": [],
                "names": names,
                "offset": start,
                "hosts": [node.host for node in holders],
                "length": block.length,
                "storageTypes": ["DISK"] * len(holders),
            }
        )
    return {"BlockLocations": {"BlockLocation": found}}


def located_blocks(hdfs: Hdfs, file: File, offset: int, length: int, pool: str) -> Json:
    """``LocatedBlocks`` of a range: what HDFS's own client reads by."""
    blocks = [_located(hdfs, start, block, pool) for start, block in _touched(file, offset, length)]
    last = list(_starts(file))[-1:]
    return {
        "LocatedBlocks": {
            "fileLength": file.length,
            "isLastBlockComplete": file.lease is None,
            "isUnderConstruction": file.lease is not None,
            "lastLocatedBlock": _located(hdfs, *last[0], pool) if last else None,
            "locatedBlocks": blocks,
        }
    }


def datanode_info(node: DataNode, used: int) -> Json:
    """A DataNode in a located block."""
    return {
        "adminState": "DECOMMISSION_INPROGRESS" if node.leaving is not None else "NORMAL",
        "blockPoolUsed": used,
        "cacheCapacity": 0,
        "cacheUsed": 0,
        "capacity": node.capacity,
        "dfsUsed": used,
        "hostName": node.host,
        "infoPort": _HTTP,
        "infoSecurePort": 0,
        "ipAddr": node.ip,
        "ipcPort": _IPC,
        "lastUpdate": node.joined,
        "name": f"{node.ip}:{_TRANSFER}",
        "networkLocation": _RACK,
        "remaining": node.remaining,
        "storageID": node.key,
        "xceiverCount": 0,
        "xferPort": _TRANSFER,
    }


def _located(hdfs: Hdfs, start: int, block: Block, pool: str) -> Json:
    holders = hdfs.blocks.holders(block)
    return {
        "block": {
            "blockId": block.id,
            "blockPoolId": pool,
            "generationStamp": block.generation,
            "numBytes": block.length,
        },
        "blockToken": _TOKEN,
        "cachedLocations": [],
        "isCorrupt": False,
        "locations": [datanode_info(node, node.used) for node in holders],
        "startOffset": start,
        "storageTypes": ["DISK"] * len(holders),
    }


def _starts(file: File) -> Iterator[tuple[int, Block]]:
    start = 0
    for block in file.blocks:
        yield start, block
        start += block.length


def _touched(file: File, offset: int, length: int) -> Iterator[tuple[int, Block]]:
    for start, block in _starts(file):
        if start < offset + length and offset < start + block.length:
            yield start, block
