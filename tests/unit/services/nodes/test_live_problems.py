"""What live health says of nodes before EMR does, and how a cluster asks for attention then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hue_desktop.core.clusters import Attention
from hue_desktop.core.instances import InstanceState, Market, Role
from hue_desktop.core.metrics import NodeReading
from hue_desktop.core.spot_notices import SpotNotice
from hue_desktop.services.health import EventKind, notice_events
from hue_desktop.services.health.events import events_of
from hue_desktop.services.nodes import attention_of, live_problems, node_problem
from tests.unit.services.samples import NOW, cluster_of

HERE = datetime(2026, 11, 22, tzinfo=UTC)
CLUSTER = cluster_of(4, 3)
SPOT = CLUSTER.nodes(Role.TASK, Market.SPOT)[0]
CORE = CLUSTER.nodes(Role.CORE)[0]
NOTICE = SpotNotice(
    SPOT.id, SPOT.ec2_id, SPOT.private_dns, SPOT.role, SPOT.group_id, NOW, HERE, sure=True
)


def _reading(node_dns: str, state: str, health: str = "") -> dict[str, NodeReading]:
    return {node_dns: NodeReading(node_dns, state, health)}


def test_nodes_that_yarn_does_not_use_say_why() -> None:
    nodes = CLUSTER.nodes()
    sick = live_problems(nodes, _reading(CORE.private_dns, "UNHEALTHY", "1/1 local-dirs are bad"))
    assert list(sick) == [CORE.id]
    assert "1/1 local-dirs are bad" in sick[CORE.id]
    assert "not heard" in live_problems(nodes, _reading(CORE.private_dns, "LOST"))[CORE.id]
    assert live_problems(nodes, _reading(CORE.private_dns, "RUNNING")) == {}
    assert live_problems(nodes, {}) == {}


def test_a_notice_is_said_of_its_node_until_it_is_gone() -> None:
    found = live_problems(CLUSTER.nodes(), {}, [NOTICE])
    assert "two minutes" in found[SPOT.id]
    assert live_problems(CLUSTER.nodes(), {}, [replace(NOTICE, gone=NOW)]) == {}


def test_what_ec2_took_is_said_in_words() -> None:
    gone = replace(
        SPOT,
        state=InstanceState.TERMINATED,
        ended=NOW,
        state_code="INSTANCE_FAILURE",
        state_reason="Instance i-1 was terminated (Server.SpotInstanceTermination: …)",
    )
    assert node_problem(gone) == "EC2 took this Spot node back."
    nodes = tuple(gone if each.id == SPOT.id else each for each in CLUSTER.instances or ())
    event = next(each for each in events_of(replace(CLUSTER, instances=nodes)) if each.at == NOW)
    assert event.text == "EC2 took 1 task Spot node back"
    assert event.attention is Attention.WARN


def test_a_sure_notice_makes_the_cluster_ask_for_attention() -> None:
    level, text = attention_of(CLUSTER, notices=[NOTICE])
    assert level is Attention.WARN
    assert "within two minutes" in text
    core = replace(NOTICE, role=Role.CORE)
    assert attention_of(CLUSTER, notices=[core])[0] is Attention.CRITICAL
    for quiet in (replace(NOTICE, sure=False), replace(NOTICE, gone=NOW)):
        assert attention_of(CLUSTER, notices=[quiet])[0] is Attention.NONE


def test_notices_are_events() -> None:
    (event,) = notice_events([NOTICE])
    assert (event.at, event.kind, event.attention) == (NOW, EventKind.NODES, Attention.WARN)
    assert SPOT.ec2_id in event.text
    (unsure,) = notice_events([replace(NOTICE, sure=False)])
    assert "may be" in unsure.text
