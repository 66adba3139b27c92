"""Cost Explorer's filters and groups over the lines of a bill."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from hue_desktop.simulator.aws.ce.lines import Line
from hue_desktop.simulator.service import ApiError

__all__ = ["Keys", "Rule", "check_active", "keys_of", "rule_of"]

#: Whether a line passes.
Rule = Callable[[Line], bool]
#: What group a line belongs to.
Keys = Callable[[Line], tuple[str, ...]]
_Value = Callable[[Line], str]

_MOST_GROUPS = 2
_FIXED = {
    "LINKED_ACCOUNT": "account",
    "REGION": "region",
    "RECORD_TYPE": "Usage",
    "BILLING_ENTITY": "AWS",
}

#: The dimensions that lines have, with how each is read; a line without one says so in words.
_DIMENSIONS: Mapping[str, _Value] = {
    "AZ": lambda line: line.az or "NoAZ",
    "INSTANCE_TYPE": lambda line: line.instance_type or "NoInstanceType",
    "INSTANCE_TYPE_FAMILY": lambda line: (
        line.instance_type.partition(".")[0] or "NoInstanceTypeFamily"
    ),
    "OPERATION": lambda line: line.operation,
    "PURCHASE_TYPE": lambda line: line.purchase or "NoPurchaseType",
    "SERVICE": lambda line: line.service,
    "USAGE_TYPE": lambda line: line.usage_type,
}


def rule_of(
    expression: Mapping[str, Any] | None, fixed: Mapping[str, str], active: Collection[str]
) -> Rule:
    """The rule that an ``Expression`` is; everything passes without one.

    ``fixed`` has the account and the region, ``active`` the tags that show in the bill. Raises
    ``ValidationException`` for what makes no sense, ``DataUnavailableException`` for another tag.
    """
    if expression is None:
        return lambda line: True
    if len(expression) != 1:
        raise _invalid("Expression must have exactly one root operator.")
    ((kind, inner),) = expression.items()
    if kind in ("And", "Or"):
        if len(inner) < 2:
            raise _invalid(f"{kind} expression must have at least 2 operands.")
        rules = [rule_of(each, fixed, active) for each in inner]
        join = all if kind == "And" else any
        return lambda line: join(rule(line) for rule in rules)
    if kind == "Not":
        rule = rule_of(inner, fixed, active)
        return lambda line: not rule(line)
    if kind == "Dimensions":
        return _matches(_dimension(inner.get("Key", ""), fixed), inner)
    if kind == "Tags":
        return _tag_rule(inner, active)
    raise _invalid(f"{kind} is not simulated.")


def keys_of(
    groups: Sequence[Mapping[str, str]], fixed: Mapping[str, str], active: Collection[str]
) -> Keys:
    """The keys that ``GroupBy`` gives each line; errors as :func:`rule_of` raises them."""
    if len(groups) > _MOST_GROUPS:
        raise _invalid(f"Only {_MOST_GROUPS} group definitions are allowed.")
    values: list[_Value] = []
    for group in groups:
        kind, key = group.get("Type"), group.get("Key", "")
        if kind == "TAG":
            values.append(_tag_group(key, active))
        elif kind == "DIMENSION":
            values.append(_dimension(key, fixed))
        else:
            raise _invalid(f"Group definition type {kind} is not simulated.")
    return lambda line: tuple(value(line) for value in values)


def _dimension(key: str, fixed: Mapping[str, str]) -> _Value:
    constant = _FIXED.get(key)
    if constant is not None:
        said = fixed.get(constant, constant)
        return lambda line: said
    if key not in _DIMENSIONS:
        raise _invalid(f"Dimension {key} is not supported here.")
    return _DIMENSIONS[key]


def _tag_group(key: str, active: Collection[str]) -> _Value:
    check_active(key, active)
    return lambda line: f"{key}${line.tags.get(key, '')}"


def _tag_rule(asked: Mapping[str, Any], active: Collection[str]) -> Rule:
    key = asked.get("Key", "")
    check_active(key, active)
    if "ABSENT" in (asked.get("MatchOptions") or ()):
        return lambda line: key not in line.tags
    tagged = _matches(lambda line: line.tags.get(key, ""), asked)
    return lambda line: tagged(line)


def check_active(key: str, active: Collection[str]) -> None:
    """Raise ``DataUnavailableException`` for a tag that was not activated for cost allocation."""
    if key not in active:
        raise ApiError(
            "DataUnavailableException",
            f"Data is not available for tag key '{key}': it is not an active cost allocation tag.",
        )


def _matches(value: _Value, asked: Mapping[str, Any]) -> Rule:
    values = asked.get("Values") or ()
    options = set(asked.get("MatchOptions") or ("EQUALS",))
    if not values:
        raise _invalid("Values must not be empty.")
    folded = "CASE_INSENSITIVE" in options
    wanted = [item.lower() if folded else item for item in values]
    how = next((_TESTS[name] for name in _TESTS if name in options), _TESTS["EQUALS"])

    def passes(line: Line) -> bool:
        said = value(line)
        said = said.lower() if folded else said
        return any(how(said, item) for item in wanted)

    return passes


_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "STARTS_WITH": str.startswith,
    "ENDS_WITH": str.endswith,
    "CONTAINS": lambda said, item: item in said,
    "EQUALS": str.__eq__,
}


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)
