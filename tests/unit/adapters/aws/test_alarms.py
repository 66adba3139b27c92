"""CloudWatch's alarms on clusters, from a simulated region."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop.adapters.aws.alarms import AwsAlarms
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import connection_to, run_cluster


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    """A region whose clock runs."""
    with simulated_region() as running:
        yield running


@pytest.fixture
def session(region: SimulatedRegion, tmp_path: Path) -> Iterator[AwsSession]:
    """A real boto3 session."""
    connection: Connection = connection_to(region, tmp_path)
    opened = AwsSession(connection, region.name)
    yield opened
    opened.close()


def _set(region: SimulatedRegion, name: str, cluster_id: str, threshold: float) -> None:
    region.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ElasticMapReduce",
        MetricName="MRActiveNodes",
        Dimensions=[{"Name": "JobFlowId", "Value": cluster_id}],
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=threshold,
        ComparisonOperator="GreaterThanThreshold",
    )


def test_the_alarms_of_a_cluster(region: SimulatedRegion, session: AwsSession) -> None:
    mine, other = run_cluster(region), run_cluster(region, name="other")
    for number in range(120):  # more than a page
        _set(region, f"other-{number:03}", other, 1e9)
    _set(region, "a-calm", mine, 1e9)
    _set(region, "z-rings", mine, 1.0)
    region.jump(minutes=20)

    rings, calm = AwsAlarms(session).alarms(mine)

    assert (rings.name, rings.state, rings.metric) == ("z-rings", "ALARM", "MRActiveNodes")
    assert (calm.name, calm.state) == ("a-calm", "OK")
    assert rings.threshold == 1.0
    assert rings.comparison == "GreaterThanThreshold"
    assert rings.reason
    assert rings.changed is not None
    assert abs(rings.changed - region.clock.now().timestamp()) < 3600
    assert AwsAlarms(session).alarms("j-NOBODY") == ()
