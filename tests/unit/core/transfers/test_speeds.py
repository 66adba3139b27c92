"""Learning how fast a route is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.storage import LOCAL, StoreId, StoreKind
from hue_desktop.core.transfers.speeds import RouteKey, RouteRun, assumed, learn, store_key
from hue_desktop.core.transfers.values import Route

MIB = 1024 * 1024
KEY = RouteKey(Route.STREAM, "local", "s3:prod:us-east-1")


def test_what_is_assumed_says_so() -> None:
    assert assumed(KEY).measured == 0
    assert learn(assumed(KEY), []).measured == 0


def test_a_cluster_with_more_room_is_assumed_faster() -> None:
    key = RouteKey(Route.S3DISTCP, "hdfs:p:j-1", "s3:p:r")
    small, large = assumed(key, containers=4), assumed(key, containers=40)
    assert large.seconds(100, 100 << 30) < small.seconds(100, 100 << 30) / 3


def test_large_files_teach_the_bytes_and_small_ones_the_files() -> None:
    prior = assumed(KEY)
    runs = [
        RouteRun(1, 1024 * MIB, 0.2 + 1024 / 25),  # 25 MiB/s
        RouteRun(3000, 3000 * 1024, 0.2 + 3000 * 0.02 + 3000 / 1024 / 25),  # 20 ms a file
    ] * 6
    speed = learn(prior, runs)
    assert speed.seconds(1, 2048 * MIB) == pytest.approx(2048 / 25, rel=0.15)
    assert speed.seconds(10_000, 10_000 * 1024) == pytest.approx(200, rel=0.15)
    assert speed.measured == 12


def test_more_runs_count_more() -> None:
    prior = assumed(KEY)
    run = RouteRun(1, 1000 * MIB, 100)
    once, often = learn(prior, [run]), learn(prior, [run] * 10)
    assert abs(often.seconds(1, 1000 * MIB) - 100) < abs(once.seconds(1, 1000 * MIB) - 100)


def test_a_run_shorter_than_the_assumed_start_shortens_it() -> None:
    prior = assumed(RouteKey(Route.S3DISTCP, "hdfs:a:j", "s3:a:r"), containers=4)
    assert learn(prior, [RouteRun(1, MIB, 8.0)]).setup_s < 25
    assert learn(prior, [RouteRun(1, MIB, 8.0)] * 9).setup_s < 10


def test_small_steps_teach_how_long_a_step_takes_to_begin_and_nothing_else() -> None:
    prior = assumed(RouteKey(Route.S3DISTCP, "hdfs:a:j", "s3:a:r"), containers=24)
    learnt = learn(prior, [RouteRun(1, 16_000, 41.0), RouteRun(3, 50_000, 200.0)])
    assert learnt.setup_s > prior.setup_s
    assert (learnt.file_s, learnt.byte_s) == (prior.file_s, prior.byte_s)
    assert learnt.mean_bytes_per_s == 0


def test_a_line_a_hundred_times_slower_is_learnt_at_once() -> None:
    learnt = learn(assumed(KEY), [RouteRun(1, 50 * MIB, 50.0)])
    assert learnt.seconds(1, 500 * MIB) == pytest.approx(500, rel=0.35)


def test_a_bandwidth_limit_lengthens() -> None:
    speed = assumed(KEY)
    assert speed.seconds(1, 100 * MIB, 10 * MIB) == pytest.approx(10, abs=1)


def test_stores_are_told_apart() -> None:
    first = StoreId(StoreKind.HDFS, "prod", "r", "j-1")
    second = StoreId(StoreKind.HDFS, authority="nn:9870", protocol="webhdfs")
    s3 = StoreId(StoreKind.S3, "prod", "us-east-1")
    keys = {store_key(store) for store in (LOCAL, first, second, s3)}
    assert len(keys) == 4
    assert RouteKey(Route.STREAM, store_key(first), store_key(s3)).kinds == ("hdfs", "s3")


@given(
    st.lists(
        st.builds(
            RouteRun,
            st.integers(0, 10**7),
            st.integers(0, 10**15),
            st.floats(0, 10**6, allow_nan=False),
        ),
        max_size=24,
    ),
    st.sampled_from(Route),
)
def test_whatever_was_measured_gives_a_sane_forecast(runs: list[RouteRun], route: Route) -> None:
    speed = learn(assumed(RouteKey(route, "hdfs:a:b", "s3:a:b")), runs)
    assert 0 < speed.seconds(10, 1000) < float("inf")
    assert speed.seconds(10, 10**12) >= speed.seconds(10, 10**9)
