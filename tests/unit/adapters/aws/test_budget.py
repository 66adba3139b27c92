"""The budget against a region that throttles as AWS does: we never meet its limit ourselves."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

from hue_desktop.adapters.aws.emr import AwsEmr
from hue_desktop.adapters.aws.meter import Priority
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import Cancelled, Refused
from tests.simulated import simulated_region

STORM_S = 3.0


def test_a_storm_of_reads_is_never_throttled_and_the_focused_cluster_is_served(
    aws_config: Path,
) -> None:
    with simulated_region("demo", throttled=True) as region:
        connection = Connection(
            "storm",
            profile="hue-test",
            endpoint_url=region.endpoint_url,
            aws_config_file=str(aws_config),
        )
        session = AwsSession(connection, "us-east-1")
        emr = AwsEmr(session)
        clusters = [found.id for found in emr.list_clusters()]
        emr.prioritise(clusters[0])

        def read_all() -> None:
            try:
                while True:
                    for cluster_id in clusters[1:]:
                        emr.describe_cluster(cluster_id)
                        with contextlib.suppress(Refused):  # of a cluster with fleets
                            emr.list_groups(cluster_id)
            except Cancelled:
                return

        threads = [threading.Thread(target=read_all) for _number in range(6)]
        for thread in threads:
            thread.start()
        waited = []
        for _turn in range(2):
            began = time.monotonic()
            emr.list_instances(clusters[0])
            emr.list_steps(clusters[0])
            waited.append(time.monotonic() - began)
            threading.Event().wait(STORM_S / 2)
        usage = emr.usage()
        session.close()
        for thread in threads:
            thread.join(10)
        assert usage.throttled_until is None
        assert usage.per_second <= 12.5 / 10 + 2.5 + 0.2
        assert max(waited) < 2.0


def test_priorities_of_reads_and_changes() -> None:
    assert Priority.CHANGE < Priority.FOCUSED < Priority.BACKGROUND
