"""The ResourceManager's web services on port 8088 of the primary node, and its ``/jmx``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.hadoop.mbeans import jvm_metrics
from hue_desktop.simulator.hadoop.pages import Asked, Page, Pages, WebError
from hue_desktop.simulator.world.applications import Application, applications_of
from hue_desktop.simulator.world.load import Share
from hue_desktop.simulator.world.steps import Step
from hue_desktop.simulator.yarn import cluster_forms
from hue_desktop.simulator.yarn.apps_query import AppsQuery
from hue_desktop.simulator.yarn.forms import app_form, node_form, state_of, yarn_id
from hue_desktop.simulator.yarn.state import YarnMoment

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.doors import Door, Handler

__all__ = ["resource_manager"]

Json = dict[str, Any]

_NODE_STATES = frozenset(
    {
        *("NEW", "RUNNING", "UNHEALTHY", "DECOMMISSIONED", "LOST", "REBOOTED"),
        *("DECOMMISSIONING", "SHUTDOWN"),
    }
)
_ID = r"([^/]+)"


def resource_manager(door: Door) -> Handler:
    """What answers at a ResourceManager's door."""
    return _ResourceManager(door).pages.handle


class _ResourceManager:
    def __init__(self, door: Door) -> None:
        self._door = door
        root = "/ws/v1/cluster"
        self.pages = Pages(
            door,
            (
                Page(f"{root}/?", self._info),
                Page(f"{root}/info", self._info),
                Page(f"{root}/metrics", self._metrics),
                Page(f"{root}/scheduler", self._scheduler),
                Page(f"{root}/nodes", self._nodes),
                Page(f"{root}/nodes/{_ID}", self._node),
                Page(f"{root}/apps", self._apps),
                Page(f"{root}/appstatistics", self._statistics),
                Page(f"{root}/apps/{_ID}", self._app),
                Page(f"{root}/apps/{_ID}/state", self._state),
                Page(f"{root}/apps/{_ID}/state", self._kill, "PUT"),
            ),
            self._beans,
        )

    def _moment(self) -> YarnMoment:
        return self._door.cluster.yarn.now()

    @property
    def _version(self) -> str:
        return self._door.cluster.hadoop_version

    def _none(self) -> Json | None:
        """What stands for an empty list: Hadoop 2 wrote null, Hadoop 3 an empty object."""
        return None if self._version.startswith("2.") else {}

    def _info(self, asked: Asked) -> Json:
        return cluster_forms.info(self._moment(), self._version)

    def _metrics(self, asked: Asked) -> Json:
        return {"clusterMetrics": cluster_forms.metrics(self._moment())}

    def _scheduler(self, asked: Asked) -> Json:
        return cluster_forms.scheduler(self._moment())

    def _nodes(self, asked: Asked) -> Json:
        moment = self._moment()
        wanted = {name.upper() for name in asked.query.get("states", "").split(",") if name}
        for name in wanted - _NODE_STATES:
            text = f"No enum constant org.apache.hadoop.yarn.api.records.NodeState.{name}"
            raise WebError(400, "IllegalArgumentException", text)
        found = [
            node_form(moment, node, self._version)
            for node in moment.nodes
            if not wanted or node.state in wanted
        ]
        return {"nodes": {"node": found} if found else self._none()}

    def _node(self, asked: Asked) -> Json:
        moment = self._moment()
        for node in moment.nodes:
            if asked.parts[0] == f"{node.host}:8041":
                return {"node": node_form(moment, node, self._version)}
        raise WebError(404, "NotFoundException", f"nodeId, {asked.parts[0]}, is not found")

    def _apps(self, asked: Asked) -> Json:
        moment = self._moment()
        query = AppsQuery.of(asked.query)
        shares = _shares(moment)
        found = [
            app_form(moment, application, shares.get(application.id))
            for application in query.chosen(moment, shares)
        ]
        return {"apps": {"app": found} if found else self._none()}

    def _statistics(self, asked: Asked) -> Json:
        moment = self._moment()
        shares = _shares(moment)
        states = [state_of(shares.get(item.id), item) for item in applications_of(moment.cluster)]
        names = ("NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED", "RUNNING", "FINISHED", "FAILED")
        counted = [
            {"state": name, "type": "*", "count": states.count(name)} for name in (*names, "KILLED")
        ]
        return {"appStatInfo": {"statItem": counted}}

    def _app(self, asked: Asked) -> Json:
        moment, application = self._found(asked)
        return {"app": app_form(moment, application, _shares(moment).get(application.id))}

    def _state(self, asked: Asked) -> Json:
        moment, application = self._found(asked)
        return {"state": state_of(_shares(moment).get(application.id), application)}

    def _kill(self, asked: Asked) -> tuple[int, Json]:
        try:
            target = json.loads(asked.body)["state"]
        except (ValueError, KeyError, TypeError):
            raise WebError(400, "BadRequestException", "Bad request body") from None
        if target != "KILLED":
            text = "Only 'KILLED' is allowed as a target state."
            raise WebError(400, "BadRequestException", text)
        moment, application = self._found(asked)
        state = state_of(_shares(moment).get(application.id), application)
        if state not in ("RUNNING", "ACCEPTED"):
            return 200, {"state": state}
        moment.world.applications.kill(moment.cluster, application)
        self._door.cluster.flush()
        return 202, {"state": state}

    def _found(self, asked: Asked) -> tuple[YarnMoment, Step | Application]:
        wanted = asked.parts[0]
        moment = self._moment()
        prefix, _, numbers = wanted.partition("_")
        if prefix != "application" or not numbers.replace("_", "", 1).isdigit():
            raise WebError(400, "BadRequestException", f"Invalid ApplicationId: {wanted}")
        for application in applications_of(moment.cluster):
            if yarn_id(moment, application) == wanted:
                return moment, application
        raise WebError(404, "NotFoundException", f"app with id: {wanted} not found")

    def _beans(self) -> list[Json]:
        moment = self._moment()
        load, host = moment.load, self._door.cluster.namenode_host()
        busy = min(1.0, load.containers_allocated / 400 + len(moment.nodes) / 2000)
        up_s = moment.at - moment.cluster.ready
        jvm = jvm_metrics("ResourceManager", host, 3277.0, busy, up_s, moment.world.chance)
        return [jvm, *cluster_forms.beans(moment, host)]


def _shares(moment: YarnMoment) -> dict[str, Share]:
    return {share.application.id: share for share in moment.shares}
