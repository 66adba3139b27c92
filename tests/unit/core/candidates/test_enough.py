"""Fewer nodes may be enough."""

from __future__ import annotations

from hue_desktop.core.candidates import Candidate, enough_nodes
from tests.unit.core.candidates.made import make


def _named(name: str) -> Candidate:
    return next(each for each in make() if each.name == name)


def test_six_bigger_nodes_do_what_twelve_would_have_done() -> None:
    own, chosen = _named("m5.2xlarge"), _named("r4.2xlarge")
    found = enough_nodes(chosen, own, 12, before=18)
    assert found is not None
    assert (found.nodes, found.target) == (6, 24)
    assert (found.yarn_gib, found.model_yarn_gib) == (318.0, 288.0)
    assert found.usd_hour is not None
    assert abs(found.usd_hour - 6 * (chosen.usd_hour or 0)) < 1e-9
    assert found.title == "6 nodes may be enough"
    assert found.text == (
        "6 × r4.2xlarge give 318 GiB of YARN memory; 12 × m5.2xlarge would have given 288 GiB."
    )


def test_nothing_is_said_where_nothing_is_gained() -> None:
    own, chosen = _named("m5.2xlarge"), _named("r4.2xlarge")
    assert enough_nodes(own, own, 12) is None
    assert enough_nodes(chosen, None, 12) is None
    assert enough_nodes(chosen, own, 1) is None
    assert enough_nodes(own, chosen, 12) is None
    assert enough_nodes(chosen, own, -3) is None
