"""The control API: the region's clock and the trouble a person or a test wants to make.

It lives under a path that holds a secret token, so that no web page and no other user of the
machine can guess it. Requests and answers are JSON.
"""

from __future__ import annotations

import json
import logging
import math
import secrets
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hue_desktop.simulator.admission import Fault
from hue_desktop.simulator.throttle import ACCOUNT, Rate

if TYPE_CHECKING:
    from hue_desktop.simulator.aws.moto_bridge import MotoBridge
    from hue_desktop.simulator.region import Region
    from hue_desktop.simulator.servers import Servers

__all__ = ["Control"]

_LOG = logging.getLogger(__name__)
_Body = Mapping[str, Any]
_MAX_FAULTS = 1000


class _Refused(Exception):
    """A control request that makes no sense; the text says why."""


class Control:
    """Answers the control API of one region."""

    def __init__(self, region: Region, moto: MotoBridge, servers: Servers) -> None:
        self._region = region
        self._moto = moto
        self._servers = servers
        self._token = secrets.token_urlsafe(24)
        self._posts: dict[str, Callable[[_Body], object]] = {
            "clock": self._clock,
            "spot/interrupt": self._interrupt_spot,
            "spot-loss": self._lose_spot,
            "capacity": self._capacity,
            "nodes/fail": self._fail_node,
            "throttle": self._throttle,
            "credentials": self._credentials,
            "deny": self._deny,
            "latency": self._latency,
            "faults": self._faults,
            "reset": self._reset,
        }

    @property
    def prefix(self) -> str:
        """The path that all requests start with, secret included."""
        return f"/_control/{self._token}"

    async def handle(self, method: str, path: str, body: bytes) -> web.Response:
        """Answer one request whose path starts with ``/_control/``."""
        _, _, token, *rest = path.split("/")
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return web.json_response({"message": "Wrong control token."}, status=403)
        name = "/".join(rest).strip("/")
        if method == "GET" and name in ("", "state"):
            return web.json_response(self._state())
        steer = self._servers.controls().get(name)
        if steer is not None and method in ("GET", "POST"):
            return await self._steer(steer, body if method == "POST" else b"")
        action = self._posts.get(name)
        if action is None or method != "POST":
            return web.json_response(
                {"message": f"{method} {name!r} is unknown.", "post": sorted(self._posts)},
                status=404,
            )
        try:
            with self._region.lock:
                self._region.world.advance()
                result = action(_parsed(body))
                self._region.flush()
            if name == "reset":
                await self._moto.reset()
                await self._servers.reset()
        except (_Refused, ValueError, KeyError) as problem:
            return web.json_response({"message": _text(problem)}, status=400)
        except Exception:
            _LOG.exception("control request %s failed", name)
            return web.json_response(
                {"message": "The simulated region has a bug; see its log."}, status=500
            )
        return web.json_response(result if result is not None else self._state())

    async def _steer(
        self, action: Callable[[_Body], Coroutine[Any, Any, object]], body: bytes
    ) -> web.Response:
        """A request for the servers beside the front, answered in their thread."""
        try:
            return web.json_response(await self._servers.run(action(_parsed(body))))
        except (_Refused, ValueError, KeyError) as problem:
            return web.json_response({"message": _text(problem)}, status=400)

    def _state(self) -> dict[str, Any]:
        region = self._region
        with region.lock:
            now = region.world.advance()
            return {
                "region": region.name,
                "account_id": region.account_id,
                "scenario": region.scenario,
                "seed": region.seed,
                "compat": region.compat,
                "clock": {
                    "now": now.isoformat(),
                    "speed": region.clock.speed,
                    "paused": region.clock.paused,
                },
                "clusters": {
                    cluster_id: str(cluster.state)
                    for cluster_id, cluster in region.world.clusters.items()
                },
                "credentials_expired": region.admission.credentials_expired,
                "denied": sorted(":".join(pair) for pair in region.admission.denied),
                "latency_ms": region.admission.latency_s * 1000,
                "faults": len(region.admission.faults),
                "throttle": region.admission.throttle.report(),
            }

    def _clock(self, body: _Body) -> None:
        clock = self._region.clock
        if "speed" in body:
            clock.set_speed(_number(body, "speed"))
        if body.get("pause"):
            clock.pause()
        if body.get("resume"):
            clock.resume()
        if "jump_s" in body:
            clock.jump(timedelta(seconds=_number(body, "jump_s")))
        self._region.world.advance()

    def _interrupt_spot(self, body: _Body) -> object:
        world = self._region.world
        if "instance_id" in body:
            world.interrupt_spot(_word(body, "instance_id"))
            return {"interrupted": [body["instance_id"]]}
        cluster_id = _word(body, "cluster_id")
        cluster = world.clusters.get(cluster_id)
        if cluster is None:
            raise _Refused(f"There is no cluster {cluster_id}.")
        fraction = _number(body, "fraction")
        if not 0 < fraction <= 1:
            raise _Refused("fraction must be above 0 and at most 1.")
        running = sorted(
            instance.id
            for instance in cluster.instances.values()
            if instance.market == "SPOT" and instance.state == "RUNNING"
        )
        chosen = running[: max(1, round(len(running) * fraction))] if running else []
        for instance_id in chosen:
            world.interrupt_spot(instance_id)
        return {"interrupted": chosen}

    def _lose_spot(self, body: _Body) -> object:
        """EC2 takes a share of a cluster's Spot nodes of a role back, all at the same moment."""
        world = self._region.world
        cluster = world.clusters.get(_word(body, "cluster_id"))
        if cluster is None:
            raise _Refused(f"There is no cluster {body['cluster_id']}.")
        share = _number(body, "share")
        if not 0 < share <= 1:
            raise _Refused("share must be above 0 and at most 1.")
        role = str(body.get("role", "TASK"))
        running = [
            item
            for item in cluster.instances.values()
            if item.market == "SPOT" and item.role == role and item.runs_at(world.at)
        ]
        running.sort(key=lambda item: world.chance.unit("spot-loss", item.id))
        chosen = running[: math.ceil(len(running) * share)]
        for item in chosen:
            world.interrupt_spot(item.id)
        return {"interrupted": [item.ec2_id for item in chosen], "of": len(running)}

    def _capacity(self, body: _Body) -> object:
        """EC2 has no more of a type, in a market or in both, until it is told otherwise."""
        dry = self._region.world.provisioning.dry
        if body.get("clear"):
            dry.clear()
        else:
            markets = [str(body["market"])] if "market" in body else ["ON_DEMAND", "SPOT"]
            if not set(markets) <= {"ON_DEMAND", "SPOT"}:
                raise _Refused("market must be ON_DEMAND or SPOT.")
            if not isinstance(body.get("available"), bool):
                raise _Refused("available must be true or false.")
            places = {(_word(body, "instance_type"), market) for market in markets}
            if body["available"]:
                dry.difference_update(places)
            else:
                dry.update(places)
        return {"without_capacity": sorted(":".join(place) for place in dry)}

    def _fail_node(self, body: _Body) -> object:
        instance_id = _word(body, "instance_id")
        self._region.world.fail_node(instance_id)
        return {"failed": [instance_id]}

    def _throttle(self, body: _Body) -> None:
        throttle = self._region.admission.throttle
        if body.get("enabled") is False:
            throttle.disable()
            return
        if body.get("reset"):
            throttle.reset()
            return
        service, _, api = str(body.get("api", ACCOUNT)).rpartition(":")
        if body.get("always"):
            throttle.refuse(service or "emr", api, _number(body, "for_s", 60.0))
        else:
            rate = Rate(_number(body, "burst"), _number(body, "refill"))
            throttle.set_rate(service or "emr", api, rate)

    def _credentials(self, body: _Body) -> None:
        if not isinstance(body.get("expired"), bool):
            raise _Refused("expired must be true or false.")
        self._region.admission.credentials_expired = body["expired"]

    def _deny(self, body: _Body) -> None:
        denied = self._region.admission.denied
        if body.get("clear"):
            denied.clear()
            return
        pair = (_word(body, "service"), str(body.get("operation", "*")))
        if body.get("allow"):
            denied.discard(pair)
        elif len(denied) < _MAX_FAULTS:
            denied.add(pair)

    def _latency(self, body: _Body) -> None:
        self._region.admission.latency_s = _number(body, "ms") / 1000

    def _faults(self, body: _Body) -> None:
        faults = self._region.admission.faults
        if body.get("clear"):
            faults.clear()
            return
        if len(faults) >= _MAX_FAULTS:
            raise _Refused("There are too many faults already; clear them first.")
        faults.append(
            Fault(
                service=str(body.get("service", "*")),
                operation=str(body.get("operation", "*")),
                code=_word(body, "code"),
                message=str(body.get("message", "Injected by the control API.")),
                status=int(_number(body, "status", 400)),
                remaining=int(_number(body, "count", 1)),
            )
        )

    def _reset(self, body: _Body) -> None:
        scenario = body.get("scenario")
        at = datetime.fromtimestamp(_number(body, "at"), UTC) if "at" in body else None
        self._region.reset(str(scenario) if scenario is not None else None, at)


def _parsed(body: bytes) -> _Body:
    try:
        parsed = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise _Refused("The body is not JSON.") from None
    if not isinstance(parsed, dict):
        raise _Refused("The body is not a JSON object.")
    return parsed


def _number(body: _Body, name: str, default: float | None = None) -> float:
    value = body.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e12:
        raise _Refused(f"{name} must be a number that is not negative.")
    return value


def _word(body: _Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise _Refused(f"{name} must be given as text.")
    return value


def _text(problem: Exception) -> str:
    return str(problem.args[0]) if problem.args else str(problem)
