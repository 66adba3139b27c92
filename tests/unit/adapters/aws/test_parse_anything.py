"""Whatever an answer holds: it becomes a value, or it is called nonsense; never another error."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hue_desktop.adapters.aws.parse_cluster import (
    parse_bootstrap_action,
    parse_cluster,
    parse_idle_timeout,
    parse_managed_scaling,
    parse_summary,
)
from hue_desktop.adapters.aws.parse_nodes import (
    parse_fleet,
    parse_group,
    parse_instance,
    parse_instance_type,
)
from hue_desktop.adapters.aws.parse_steps import parse_step
from hue_desktop.core.errors import ProtocolError
from tests.recorded_server import RECORDED

PARSERS: dict[str, Callable[[Any], object]] = {
    "describe_cluster_groups": parse_cluster,
    "describe_cluster_failed": parse_cluster,
    "list_clusters_page_1": parse_summary,
    "list_instances": parse_instance,
    "list_instance_groups": parse_group,
    "list_instance_fleets": parse_fleet,
    "list_steps": parse_step,
    "list_bootstrap_actions": parse_bootstrap_action,
    "policies": parse_managed_scaling,
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.text(max_size=5),
    st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    st.just([]),
    st.just({}),
    st.lists(st.integers(), min_size=1, max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), min_size=1, max_size=2),
)


def structures(recording: str) -> list[Any]:
    """The structures that an answer holds, with times as boto gives them."""
    body = json.loads((RECORDED / f"{recording}.json").read_text())["body"]
    found = body if recording == "policies" else next(iter(body.values()))
    return [_with_times(part) for part in (found if isinstance(found, list) else [found])]


def _with_times(value: Any, key: str = "") -> Any:
    if key.endswith("DateTime"):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, dict):
        return {name: _with_times(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_with_times(part) for part in value]
    return value


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all members and elements."""
    found = [path] if path else []
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    for key in keys:
        found += places(value[key], (*path, key))
    return found


def put(value: Any, path: tuple[Any, ...], odd: Any) -> None:
    """Replace what stands at a path, or take it away for ``...``."""
    for key in path[:-1]:
        value = value[key]
    if odd is ...:
        del value[path[-1]]
    else:
        value[path[-1]] = odd


@pytest.mark.parametrize("recording", PARSERS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_one_odd_member_is_bearable_or_nonsense(recording: str, data: st.DataObject) -> None:
    structure = data.draw(st.sampled_from(structures(recording)))
    path = data.draw(st.sampled_from(places(structure)))
    put(structure, path, data.draw(ODD | st.just(...)))
    try:
        parsed = PARSERS[recording](structure)
    except ProtocolError:
        return
    assert parsed == PARSERS[recording](structure)
    hash(parsed)


@pytest.mark.parametrize("parse", [*PARSERS.values(), parse_idle_timeout, parse_instance_type])
def test_an_empty_structure(parse: Callable[[Any], object]) -> None:
    try:
        parse({})
    except ProtocolError:
        return
    assert parse in (parse_bootstrap_action, parse_managed_scaling, parse_idle_timeout)


def test_every_recording_parses() -> None:
    for recording, parse in PARSERS.items():
        assert all(parse(structure) for structure in structures(recording))
