"""The Spot side of EC2: price history, placement scores and the requests of cluster nodes."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hue_desktop.simulator.aws.ec2.nodes import Node, Nodes, moment
from hue_desktop.simulator.aws.ec2.requests import Filters, check_dry_run, invalid, paged
from hue_desktop.simulator.aws.ec2.zones import zone_id, zone_name
from hue_desktop.simulator.aws.paging import InvalidToken, decode_token, encode_token
from hue_desktop.simulator.instance_types import InstanceType
from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.world.world import World

__all__ = ["SpotOperations"]

Json = dict[str, Any]
#: (minus the time, type, zone, price): the order of the answer is the order of these.
_Entry = tuple[float, str, str, float]

_PRODUCT = "Linux/UNIX"
#: Product descriptions that mean Linux; prices of others are not simulated.
_LINUX = frozenset({_PRODUCT, "Linux/UNIX (Amazon VPC)"})
_HISTORY = timedelta(days=90)
_PAGE = 1000
#: Changes that one page looks at: a filter that nothing passes must not hold up the region.
_SEEN = 20_000
_SCORES_SHOWN = 10


class SpotOperations:
    """The operations on the Spot market."""

    def __init__(self, world: World, nodes: Nodes) -> None:
        self._world = world
        self._nodes = nodes

    def operations(self) -> Mapping[str, Operation]:
        """By model name."""
        return {
            "DescribeSpotInstanceRequests": self.describe_spot_instance_requests,
            "DescribeSpotPriceHistory": self.describe_spot_price_history,
            "GetSpotPlacementScores": self.get_spot_placement_scores,
        }

    # Price history

    def describe_spot_price_history(self, call: Call) -> Json:
        """Changes of prices, newest first; with each pool's price in force at the start."""
        check_dry_run(call)
        params = call.params
        filters = Filters(call, _PRICE_GETTERS)
        end = min(params.get("EndTime") or call.now, call.now)
        oldest = call.now - _HISTORY
        start = min(max(params.get("StartTime") or oldest, oldest), call.now)
        size = int(params.get("MaxResults") or _PAGE)
        if not 1 <= size <= _PAGE:
            raise invalid(f"Value ( {size} ) for parameter maxResults is invalid.")
        if end < start or not self._asks_linux(call, filters):
            return {"SpotPriceHistory": [], "NextToken": ""}
        shown: list[_Entry] = []
        seen, token, last = 0, "", _cursor(call)
        for entry in self._entries(call, filters, start, end, last):
            if len(shown) == size or seen == _SEEN:
                token = encode_token(call.operation, *(last or ()))
                break
            seen, last = seen + 1, entry[:3]
            if filters.match(entry):
                shown.append(entry)
        return {"SpotPriceHistory": [_price(entry) for entry in shown], "NextToken": token}

    def _entries(
        self,
        call: Call,
        filters: Filters,
        start: datetime,
        end: datetime,
        last: tuple[float, str, str] | None,
    ) -> Iterator[_Entry]:
        """What the request asks for after ``last``, newest first over all pools."""
        until = end if last is None else min(end, datetime.fromtimestamp(-last[0], UTC))
        pools = [
            self._pool(name, zone, start, until)
            for name in self._type_names(call, filters)
            for zone in self._zones(call, filters, name)
        ]
        return (entry for entry in heapq.merge(*pools) if last is None or entry[:3] > last)

    def _pool(self, name: str, zone: str, start: datetime, until: datetime) -> Iterator[_Entry]:
        """The pool's changes from ``until`` back to the one in force at ``start``."""
        market = self._world.market
        oldest = market.changed_at(name, zone, start)
        if until >= oldest:
            for at, price in market.newest_first(name, zone, until):
                yield -at.timestamp(), name, zone, price
                if at <= oldest:
                    return

    def _type_names(self, call: Call, filters: Filters) -> list[str]:
        types = self._world.types
        wanted = call.params.get("InstanceTypes") or filters.plain("instance-type")
        if not wanted:
            return [found.name for found in types.supported()]
        return [name for name in dict.fromkeys(wanted) if types.get(name) is not None]

    def _zones(self, call: Call, filters: Filters, name: str) -> list[str]:
        found = self._world.types.get(name)
        offered = found.azs if found is not None else ()
        wanted = filters.plain("availability-zone")
        single = call.params.get("AvailabilityZone")
        by_id = call.params.get("AvailabilityZoneId")
        if single and single not in self._world.types.azs():
            raise invalid(f"Invalid availability zone: [{single}]")
        if by_id:
            single = zone_name(self._world.types.azs(), by_id)
            if single is None:
                raise invalid(f"Invalid availability zone ID: [{by_id}]")
        return [
            zone
            for zone in offered
            if (not single or zone == single) and (not wanted or zone in wanted)
        ]

    def _asks_linux(self, call: Call, filters: Filters) -> bool:
        products = call.params.get("ProductDescriptions") or []
        named = filters.plain("product-description")
        return all(not asked or _LINUX.intersection(asked) for asked in (products, named))

    # Placement scores

    def get_spot_placement_scores(self, call: Call) -> Json:
        """Scores of the region, or of each zone, for a set of types; best first."""
        check_dry_run(call)
        params = call.params
        types = self._scored_types(call)
        regions = params.get("RegionNames")
        score = {
            zone: self._world.market.placement_score(
                types,
                params["TargetCapacity"],
                zone,
                call.now,
                unit=params.get("TargetCapacityUnitType", "units"),
            )
            for zone in (
                self._world.types.azs() if params.get("SingleAvailabilityZone") else [None]
            )
        }
        region = self._world.region
        rows = [
            {
                "Region": region,
                "Score": value,
                "AvailabilityZoneId": zone_id(zone) if zone is not None else None,
            }
            for zone, value in sorted(score.items(), key=lambda item: (-item[1], item[0] or ""))
            if not regions or region in regions
        ]
        shown, token = paged(call, rows[:_SCORES_SHOWN])
        return {"SpotPlacementScores": shown, "NextToken": token}

    def _scored_types(self, call: Call) -> list[str]:
        catalog = self._world.types
        names = call.params.get("InstanceTypes")
        demands = call.params.get("InstanceRequirementsWithMetadata")
        if bool(names) == bool(demands):
            raise ApiError(
                "InvalidParameterCombination",
                "Specify either InstanceTypes or InstanceRequirementsWithMetadata.",
            )
        for name in names or ():
            if catalog.get(name) is None:
                raise invalid(f"Invalid instance type: [{name}]")
        if names:
            return list(dict.fromkeys(names))
        found = [item.name for item in catalog.supported() if _meets(item, demands or {})]
        if not found:
            raise invalid("No instance types match the instance requirements.")
        return found

    # Requests

    def describe_spot_instance_requests(self, call: Call) -> Json:
        """The request behind each Spot node that EC2 still shows."""
        check_dry_run(call)
        getters = {
            "instance-id": lambda node: [node.id],
            "launch.instance-type": lambda node: [node.instance.instance_type],
            "launched-availability-zone": lambda node: [node.instance.az],
            "spot-instance-request-id": lambda node: [self._nodes.spot_request_id(node)],
            "state": lambda node: [_request_state(node)],
            "status-code": lambda node: [self._status(node)[0]],
            "tag-key": lambda node: node.tags().keys(),
            "tag:": lambda node: [f"{key}={value}" for key, value in node.tags().items()],
            "type": lambda node: ["one-time"],
        }
        filters = Filters(call, getters)
        clusters = filters.plain("tag:aws:elasticmapreduce:job-flow-id")
        found = [
            node for node in self._nodes.all(clusters or None) if node.spot and filters.match(node)
        ]
        wanted = call.params.get("SpotInstanceRequestIds")
        if wanted:
            by_id = {self._nodes.spot_request_id(node): node for node in found}
            missing = [key for key in wanted if key not in by_id]
            if missing:
                raise ApiError(
                    "InvalidSpotInstanceRequestID.NotFound",
                    f"The spot instance request ID '{missing[0]}' does not exist",
                )
            found = [by_id[key] for key in wanted]
        shown, token = paged(call, found)
        return {
            "SpotInstanceRequests": [self._request(node) for node in shown],
            "NextToken": token,
        }

    def _request(self, node: Node) -> Json:
        instance = node.instance
        code, message, since = self._status(node)
        found = self._world.types.get(instance.instance_type)
        ceiling = found.on_demand_usd_hour if found is not None else 0.0
        return {
            "CreateTime": moment(instance.created),
            "InstanceId": node.id,
            "InstanceInterruptionBehavior": "terminate",
            "LaunchSpecification": {
                "ImageId": self._nodes.image_id(node),
                "InstanceType": instance.instance_type,
                "Placement": {"AvailabilityZone": instance.az},
                "SubnetId": self._nodes.subnet_id(node),
            },
            "LaunchedAvailabilityZone": instance.az,
            "ProductDescription": _PRODUCT,
            "SpotInstanceRequestId": self._nodes.spot_request_id(node),
            "SpotPrice": f"{float(instance.bid_price or ceiling):.6f}",
            "State": _request_state(node),
            "Status": {"Code": code, "Message": message, "UpdateTime": moment(since)},
            "Tags": [{"Key": key, "Value": value} for key, value in node.tags().items()],
            "Type": "one-time",
        }

    def _status(self, node: Node) -> tuple[str, str, float]:
        """(code, message, since) in EC2's words."""
        instance = node.instance
        if node.gone and instance.notice <= instance.ended:
            text = "Your Spot instance was terminated because there is no available capacity."
            return "instance-terminated-no-capacity", text, instance.ended
        if node.gone:
            text = "Your Spot Instance was terminated by user."
            return "instance-terminated-by-user", text, instance.ended
        if instance.notice <= self._world.at:
            text = "Your Spot Instance is marked for termination."
            return "marked-for-termination", text, instance.notice
        return "fulfilled", "Your spot request is fulfilled.", instance.fulfilled


def _request_state(node: Node) -> str:
    return "closed" if node.gone else "active"


def _cursor(call: Call) -> tuple[float, str, str] | None:
    """Where the last page ended; raises ``InvalidParameterValue`` for a wrong token."""
    token = call.params.get("NextToken")
    if not token:
        return None
    try:
        parts = decode_token(call.operation, token)
        at, name, zone = parts
        return float(str(at)), str(name), str(zone)
    except (InvalidToken, ValueError):
        raise invalid("Unable to parse pagination token") from None


def _price(entry: _Entry) -> Json:
    at, name, zone, price = entry
    return {
        "AvailabilityZone": zone,
        "AvailabilityZoneId": zone_id(zone),
        "InstanceType": name,
        "ProductDescription": _PRODUCT,
        "SpotPrice": f"{price:.6f}",
        "Timestamp": datetime.fromtimestamp(-at, UTC),
    }


def _meets(found: InstanceType, demands: Mapping[str, Any]) -> bool:
    """Whether a type has the vCPUs, memory and architecture asked for."""
    wanted = demands.get("InstanceRequirements") or {}
    architectures = demands.get("ArchitectureTypes") or ()
    return (
        _within(found.vcpu, wanted.get("VCpuCount"))
        and _within(found.memory_mib, wanted.get("MemoryMiB"))
        and (not architectures or found.arch in architectures)
    )


def _within(value: float, bounds: Mapping[str, float] | None) -> bool:
    if not bounds:
        return True
    return bounds.get("Min", 0) <= value <= bounds.get("Max", float("inf"))


_PRICE_GETTERS = {
    "availability-zone": lambda entry: [entry[2]],
    "availability-zone-id": lambda entry: [zone_id(entry[2])],
    "instance-type": lambda entry: [entry[1]],
    "product-description": lambda entry: _LINUX,
    "spot-price": lambda entry: [f"{entry[3]:.6f}"],
    "timestamp": lambda entry: [
        datetime.fromtimestamp(-entry[0], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        datetime.fromtimestamp(-entry[0], UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    ],
}
