"""What WebHDFS tells about files and the cluster beyond their listing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from hue_desktop.adapters.hadoop.namenode import Call, Elsewhere, NameNodes, host_header
from hue_desktop.adapters.hadoop.remote_errors import from_answer
from hue_desktop.core.errors import HueError, Refused, ServiceError
from hue_desktop.core.file_systems import BlockPlace
from hue_desktop.core.storage import Checksum, Space

__all__ = ["blocks", "checksum", "properties", "space", "summary"]

_CAPACITY = "/jmx?qry=Hadoop:service=NameNode,name=FSNamesystem"


def blocks(namenodes: NameNodes, path: str) -> tuple[BlockPlace, ...]:
    """GETFILEBLOCKLOCATIONS."""
    answer = namenodes.ask(Call("GET", "GETFILEBLOCKLOCATIONS", path))
    return tuple(
        BlockPlace(
            int(block["offset"]),
            int(block["length"]),
            tuple(block.get("hosts", ())),
            bool(block.get("corrupt")),
            tuple(block.get("storageTypes", ())),
            tuple(each.rpartition("/")[0] for each in block.get("topologyPaths", ())),
        )
        for block in answer["BlockLocations"]["BlockLocation"]
    )


def checksum(namenodes: NameNodes, path: str) -> Checksum | None:
    """GETFILECHECKSUM, which a DataNode answers of the checksums that are stored."""
    told = namenodes.run(lambda: _checksum_answer(namenodes, path))
    found = told.get("FileChecksum")
    if not found:
        return None
    algorithm, value = str(found["algorithm"]), str(found["bytes"])
    if algorithm == "COMPOSITE-CRC32C":
        return Checksum("CRC32C", value[:8].lower())
    # the hex holds bytes per CRC, CRCs per block and then the MD5; the words are in the name too
    digest = value[24:56] if len(value) >= 56 else value
    return Checksum(algorithm, digest.lower())


def space(namenodes: NameNodes) -> Space:
    """Capacity from the NameNode's JMX; nothing where its web server does not tell it."""
    if namenodes.is_httpfs:
        return Space()
    try:
        beans = json.loads(namenodes.get(_CAPACITY))["beans"]
        bean = beans[0] if beans else {}
    except (ServiceError, ValueError, KeyError, HueError):
        return Space()
    return Space(bean.get("CapacityTotal"), bean.get("CapacityUsed"), bean.get("CapacityRemaining"))


def summary(namenodes: NameNodes, path: str) -> Mapping[str, Any]:
    """GETCONTENTSUMMARY."""
    answer = namenodes.ask(Call("GET", "GETCONTENTSUMMARY", path))
    found: Mapping[str, Any] = answer["ContentSummary"]
    return found


def properties(namenodes: NameNodes, path: str) -> Mapping[str, str]:
    """Everything that is told of a path, in Hadoop's words."""
    told: dict[str, str] = {}
    status = namenodes.ask(Call("GET", "GETFILESTATUS", path))["FileStatus"]
    for key in ("owner", "group", "permission", "replication", "blockSize", "ecPolicy", "fileId"):
        if status.get(key) not in (None, "", 0):
            told[key] = str(status[key])
    if status.get("encBit"):
        told["encrypted"] = "yes"
    with contextlib.suppress(HueError):
        found = summary(namenodes, path)
        told["files"] = str(found["fileCount"])
        told["folders"] = str(found["directoryCount"])
        told["bytes"] = str(found["length"])
        told["bytes_with_replicas"] = str(found["spaceConsumed"])
        if found.get("quota", -1) >= 0:
            told["name_quota"] = str(found["quota"])
        if found.get("spaceQuota", -1) >= 0:
            told["space_quota"] = str(found["spaceQuota"])
        if found.get("snapshotFileCount"):
            told["files_in_snapshots"] = str(found["snapshotFileCount"])
    with contextlib.suppress(Refused, ServiceError, KeyError):
        entries = namenodes.ask(Call("GET", "GETACLSTATUS", path))["AclStatus"]["entries"]
        if entries:
            told["acl"] = ", ".join(entries)
    with contextlib.suppress(Refused, ServiceError, KeyError):
        told["storage_policy"] = namenodes.ask(Call("GET", "GETSTORAGEPOLICY", path))[
            "BlockStoragePolicy"
        ]["name"]
    with contextlib.suppress(Refused, ServiceError, KeyError):
        for each in namenodes.ask(Call("GET", "GETXATTRS", path, {"encoding": "text"}))["XAttrs"]:
            told[f"xattr {each['name']}"] = str(each.get("value", ""))
    return told


def _checksum_answer(namenodes: NameNodes, path: str) -> Mapping[str, Any]:
    where, _told = namenodes.redirected(Call("GET", "GETFILECHECKSUM", path))
    if not isinstance(where, Elsewhere):
        body, status = where.read(), where.status
        namenodes.pool.give_back(where)
    else:
        connection = namenodes.pool.take(where.address, fresh=True)
        try:
            head = f"GET {where.target} HTTP/1.1\r\nHost: {host_header(where.address)}\r\n\r\n"
            connection.send(head.encode("ascii"))
            response = connection.response("GET")
            body, status = response.read(), response.status
        except BaseException:
            namenodes.pool.drop(connection)
            raise
        namenodes.pool.give_back(response)
    if status != 200:
        raise from_answer(status, body, path)
    found: Mapping[str, Any] = json.loads(body)
    return found
