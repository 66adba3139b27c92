"""Links to application UIs: persistent ones and those on the cluster.

The links have the form of the real ones; behind them is nothing yet, the host does not resolve.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hue_desktop.simulator.aws.emr.errors import invalid_request
from hue_desktop.simulator.aws.emr.lookup import live_cluster
from hue_desktop.simulator.service import Call, Operation
from hue_desktop.simulator.world.world import World

__all__ = ["AppUiOperations"]

Json = dict[str, Any]
_TYPES = {"SHS": "SHS", "TEZUI": "TEZ", "YTS": "YTS"}
_ATTACH = 20.0
_MAX_UIS = 50
_MAX_AGE = 30 * 86400.0


class AppUiOperations:
    """Operations on application UIs."""

    def __init__(self, world: World) -> None:
        self._world = world

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreatePersistentAppUI": self.create,
            "DescribePersistentAppUI": self.describe,
            "GetOnClusterAppUIPresignedURL": self.on_cluster_url,
            "GetPersistentAppUIPresignedURL": self.persistent_url,
        }

    def create(self, call: Call) -> Json:
        """Prepare a persistent UI for a cluster; asking again for the same one finds it."""
        world = self._world
        arn = call.params["TargetResourceArn"]
        cluster_id = arn.rpartition("/")[2]
        if world.cluster(cluster_id) is None or arn != world.arn(world.clusters[cluster_id]):
            raise invalid_request(f"Target resource ARN '{arn}' is not valid.")
        kind = _TYPES[call.params.get("ProfilerType") or "SHS"]
        known = world.settings.app_uis
        for name in [key for key, item in known.items() if world.at - item["created"] > _MAX_AGE]:
            del known[name]
        if len(known) >= _MAX_UIS:
            raise invalid_request("The limit of 50 active persistent application UIs is reached.")
        ui_id = world.chance.emr_id("p-", cluster_id, kind)
        if ui_id not in known:
            known[ui_id] = {
                "cluster_id": cluster_id,
                "kind": kind,
                "created": world.at,
                "author": f"arn:aws:iam::{world.account_id}:user/{call.access_key or 'hue'}",
                "tags": list(call.params.get("Tags") or ()),
            }
            world.touch(world.settings)
        return {"PersistentAppUIId": ui_id, "RuntimeRoleEnabledCluster": False}

    def describe(self, call: Call) -> Json:
        """A persistent UI; it is attached after a few seconds."""
        ui_id = call.params["PersistentAppUIId"]
        found = self._find(ui_id)
        created = datetime.fromtimestamp(found["created"], UTC)
        return {
            "PersistentAppUI": {
                "PersistentAppUIId": ui_id,
                "PersistentAppUITypeList": [found["kind"]],
                "PersistentAppUIStatus": "ATTACHED" if self._ready(found) else "STARTING",
                "AuthorId": found["author"],
                "CreationTime": created,
                "LastModifiedTime": created,
                "Tags": found["tags"],
            }
        }

    def persistent_url(self, call: Call) -> Json:
        """A link that signs the user in, once the UI is attached."""
        ui_id = call.params["PersistentAppUIId"]
        found = self._find(ui_id)
        if not self._ready(found):
            return {"PresignedURLReady": False}
        kind = (call.params.get("PersistentAppUIType") or found["kind"]).lower()
        return {"PresignedURLReady": True, "PresignedURL": self._url(ui_id.lower(), kind)}

    def on_cluster_url(self, call: Call) -> Json:
        """A link to a UI that runs on the primary node."""
        cluster = live_cluster(self._world, call.params["ClusterId"])
        if cluster.state not in ("RUNNING", "WAITING"):
            raise invalid_request(f"Cluster {cluster.id} is not running.")
        kind = call.params.get("OnClusterAppUIType") or "SparkHistoryServer"
        if kind == "ApplicationMaster" and not call.params.get("ApplicationId"):
            raise invalid_request("ApplicationId must be specified for ApplicationMaster.")
        if call.params.get("DryRun"):
            return {"PresignedURLReady": True}
        name = cluster.id.removeprefix("j-").lower()
        return {"PresignedURLReady": True, "PresignedURL": self._url(name, kind.lower())}

    def _find(self, ui_id: str) -> Json:
        found = self._world.settings.app_uis.get(ui_id)
        if found is None:
            raise invalid_request(f"Persistent application UI id '{ui_id}' is not valid.")
        return found

    def _ready(self, found: Json) -> bool:
        return bool(self._world.at - found["created"] >= _ATTACH)

    def _url(self, name: str, kind: str) -> str:
        world = self._world
        token = world.chance.hex_id("", name, kind, int(world.at // 60))
        host = f"{name}.emrappui-prod.{world.region}.amazonaws.com"
        return f"https://{host}/{kind}/?authToken={token}"
