"""What is measured of nodes: colours, texts, and dashes where nobody measured."""

from __future__ import annotations

from hue_desktop.core.metrics import NodeReading
from hue_desktop.ui.charts.node_colours import NodeProperty, choices_for, colouring_of
from hue_desktop.ui.charts.node_loads import NodeLoads
from tests.ui.sample_fleet import NOW, fleet

NODES = next(iter(fleet().clusters.values())).nodes()


def _loads(*values: float) -> NodeLoads:
    return NodeLoads({
        node.private_dns: NodeReading(
            node.private_dns, "RUNNING", "", {"node.cpu": value, "yarn.containers": value / 10}
        )
        for node, value in zip(NODES, values, strict=False)
    })  # fmt: skip


def test_only_what_is_measured_is_offered_and_comes_first() -> None:
    keys = [key for key, _title in choices_for(NODES, _loads(5))]
    assert keys[:3] == ["cpu", "containers", "state"]
    assert "cpu" not in dict(choices_for(NODES))


def test_busier_is_hotter_and_unknown_is_no_zero() -> None:
    loads = _loads(0, 19, 20, 59, 100)
    colouring = colouring_of(NodeProperty.CPU, NODES[:6], {}, NOW, loads)
    assert [colouring.paint(node) for node in NODES[:6]] == [
        ("heat-0", "0"), ("heat-0", "19"), ("heat-1", "20"), ("heat-2", "59"),
        ("heat-4", "100"), ("sunken", "–"),
    ]  # fmt: skip
    assert [entry.text for entry in colouring.legend] == ["0", "", "", "", "100", "no value"]


def test_counts_are_coloured_up_to_the_highest() -> None:
    colouring = colouring_of(NodeProperty.CONTAINERS, NODES[:2], {}, NOW, _loads(40, 80))
    assert [colouring.paint(node) for node in NODES[:2]] == [("heat-2", "4"), ("heat-4", "8")]


def test_another_reading_is_another_colouring() -> None:
    keys = {
        colouring_of(NodeProperty.CPU, NODES[:2], {}, NOW, _loads(*values)).key
        for values in ((10, 20), (10, 21), (10.2, 20.3))
    }
    assert len(keys) == 2


def test_texts_and_tips() -> None:
    loads = _loads(63.2)
    assert loads.text(NODES[0], "cpu") == "63\xa0%"
    assert loads.text(NODES[0], "disk") == "–"
    assert loads.share(NODES[0], "cpu") == 0.632
    assert loads.share(NODES[1], "cpu") is None
    assert loads.tip(NODES[0]) == "CPU 63\xa0% · Cont. 6"
    sick = NodeReading(NODES[1].private_dns, "UNHEALTHY", "1/1 local-dirs are bad")
    loads.readings = {NODES[1].private_dns: sick}
    assert "unhealthy 1/1 local-dirs are bad" in loads.tip(NODES[1])
