"""Cost Explorer: what the account is charged for the clusters, by day or month, tag and service.

Figures are half a day to a day late, those of the current month are estimated, and only tags that
were activated for cost allocation can be asked for; here a tag shows at once and for all of the
past, where AWS begins with the day of its activation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from hue_desktop.simulator.aws.ce.expressions import check_active, keys_of, rule_of
from hue_desktop.simulator.aws.ce.lines import Line, Lines
from hue_desktop.simulator.aws.ce.periods import Period, known_until, month_of, periods, window
from hue_desktop.simulator.aws.paging import InvalidToken, page
from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.world.world import World

__all__ = ["CostExplorerService"]

Json = dict[str, Any]

_COSTS = frozenset(
    {
        "AmortizedCost",
        "BlendedCost",
        "NetAmortizedCost",
        "NetUnblendedCost",
        "UnblendedCost",
    }
)
_QUANTITY = "UsageQuantity"
_NORMALIZED = "NormalizedUsageAmount"
_PAGE = 1000


class CostExplorerService:
    """The Cost Explorer operations of the account."""

    name = "ce"

    def __init__(self, world: World) -> None:
        self._world = world

    def operations(self) -> Mapping[str, Operation]:
        """By model name."""
        return {
            "GetCostAndUsage": self.get_cost_and_usage,
            "GetDimensionValues": self.get_dimension_values,
            "GetTags": self.get_tags,
            "ListCostAllocationTags": self.list_cost_allocation_tags,
            "UpdateCostAllocationTagsStatus": self.update_cost_allocation_tags_status,
        }

    # Figures

    def get_cost_and_usage(self, call: Call) -> Json:
        """Sums by period, and by group where ``GroupBy`` says so."""
        params = call.params
        if params.get("NextPageToken"):
            raise ApiError("InvalidNextTokenException", "The pagination token is invalid.")
        metrics = _checked_metrics(params["Metrics"])
        groups = list(params.get("GroupBy") or ())
        rule = rule_of(params.get("Filter"), self._fixed(), self._active())
        keys = keys_of(groups, self._fixed(), self._active())
        rows = periods(window(params["TimePeriod"], call.now), params["Granularity"])
        lines = Lines(self._world, known_until(call.now).timestamp())
        results = []
        for row in rows:
            sums: defaultdict[tuple[str, ...], list[Line]] = defaultdict(list)
            for line in _lines(lines, row):
                if rule(line):
                    sums[keys(line)].append(line)
            results.append(
                {
                    "TimePeriod": row.as_json(),
                    "Total": {} if groups else _metrics(sums[()], metrics),
                    "Groups": [
                        {"Keys": list(key), "Metrics": _metrics(found, metrics)}
                        for key, found in sorted(sums.items())
                        if groups
                    ],
                    "Estimated": row.end > month_of(call.now),
                }
            )
        return {
            "ResultsByTime": results,
            "GroupDefinitions": groups or None,
            "DimensionValueAttributes": [],
        }

    def get_dimension_values(self, call: Call) -> Json:
        """The values of a dimension that a period has usage of."""
        group = {"Type": "DIMENSION", "Key": call.params["Dimension"]}
        keys = keys_of([group], self._fixed(), self._active())
        found = self._values(call, lambda line: keys(line)[0])
        shown, token = _paged(call, found)
        return {
            "DimensionValues": [{"Value": value, "Attributes": {}} for value in shown],
            "ReturnSize": len(shown),
            "TotalSize": len(found),
            "NextPageToken": token,
        }

    def get_tags(self, call: Call) -> Json:
        """The keys of active tags in a period, or the values of one of them."""
        key = call.params.get("TagKey")
        found: list[str]
        if key:
            check_active(key, self._active())
            found = self._values(call, lambda line: line.tags.get(key, ""))
        else:
            used = {
                name for line in self._asked(call) for name in line.tags if name in self._active()
            }
            found = sorted(used)
        shown, token = _paged(call, found)
        return {
            "Tags": list(shown),
            "ReturnSize": len(shown),
            "TotalSize": len(found),
            "NextPageToken": token,
        }

    def _values(self, call: Call, value: Callable[[Line], str]) -> list[str]:
        search = (call.params.get("SearchString") or "").lower()
        found = {value(line) for line in self._asked(call)}
        return sorted(each for each in found if search in each.lower())

    def _asked(self, call: Call) -> list[Line]:
        """The lines of the request's whole period that pass its filter."""
        whole = window(call.params["TimePeriod"], call.now)
        rule = rule_of(call.params.get("Filter"), self._fixed(), self._active())
        lines = Lines(self._world, known_until(call.now).timestamp())
        return [line for line in _lines(lines, whole) if rule(line)]

    # Cost allocation tags

    def list_cost_allocation_tags(self, call: Call) -> Json:
        """All tags that clusters have had, and whether they show in the bill."""
        params = call.params
        active = self._active()
        wanted = params.get("TagKeys")
        rows = [
            {
                "TagKey": key,
                "Type": "AWSGenerated" if key.startswith("aws:") else "UserDefined",
                "Status": "Active" if key in active else "Inactive",
            }
            for key in sorted(self._known_tags())
            if not wanted or key in wanted
        ]
        for member in ("Status", "Type"):
            asked = params.get(member)
            rows = [row for row in rows if asked in (None, row[member])]
        return {"CostAllocationTags": rows, "NextToken": None}

    def update_cost_allocation_tags_status(self, call: Call) -> Json:
        """Activate tags, or deactivate them."""
        errors = []
        known, settings = self._known_tags(), self._world.settings
        for entry in call.params["CostAllocationTagsStatus"]:
            key = entry["TagKey"]
            if key not in known:
                errors.append(
                    {"TagKey": key, "Code": "TagKeyNotFound", "Message": "Tag key is not found."}
                )
                continue
            others = [each for each in settings.cost_tags if each != key]
            settings.cost_tags = others + ([key] if entry["Status"] == "Active" else [])
        self._world.touch(settings)
        return {"Errors": errors}

    def _known_tags(self) -> set[str]:
        known = {key for cluster in self._world.clusters.values() for key in cluster.tags}
        return known | set(self._active()) | _GENERATED

    def _active(self) -> list[str]:
        return self._world.settings.cost_tags

    def _fixed(self) -> Mapping[str, str]:
        return {"account": self._world.account_id, "region": self._world.region}


_GENERATED = frozenset(
    {"aws:elasticmapreduce:instance-group-role", "aws:elasticmapreduce:job-flow-id"}
)


def _lines(lines: Lines, row: Period) -> list[Line]:
    return [line for start, end in row.months() for line in lines.between(start, end)]


def _checked_metrics(asked: list[str]) -> list[str]:
    if not asked:
        raise ApiError("ValidationException", "Metrics must not be empty.")
    for name in asked:
        if name not in _COSTS and name not in (_QUANTITY, _NORMALIZED):
            raise ApiError("ValidationException", f"Cost metric {name} is not supported.")
    return asked


def _metrics(lines: list[Line], names: list[str]) -> Json:
    """The sums of a row or group; a quantity of unlike units is a plain number with unit N/A."""
    units = {line.unit for line in lines}
    found: Json = {}
    for name in names:
        if name in _COSTS:
            usd = sum(line.usd for line in lines)
            found[name] = {"Amount": f"{usd:.10f}", "Unit": "USD"}
        else:
            unit = units.pop() if len(units) == 1 and name == _QUANTITY else "N/A"
            amount = sum(line.quantity for line in lines)
            found[name] = {"Amount": f"{amount:.10f}", "Unit": unit}
    return found


def _paged(call: Call, found: list[str]) -> tuple[list[str], str | None]:
    size = int(call.params.get("MaxResults") or _PAGE)
    try:
        shown, token = page(found, call.params.get("NextPageToken"), size, call.operation)
    except InvalidToken:
        raise ApiError("InvalidNextTokenException", "The token is invalid.") from None
    return list(shown), token
