"""Each rule about auto-termination speaks where it should, and only there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hue_desktop.core.metrics import YarnApplication
from hue_desktop.core.policies import Measured, PolicyFacts, RemarkLevel, judge_idle, worst

NOW = 1_800_000_000.0
WELL = PolicyFacts(
    release="emr-7.5.0",
    applications=("Spark", "Hive"),
    hdfs_share=Measured(4.0, "NameNode, 3 s ago"),
    steps_active=0,
    running_applications=(),
    now=NOW,
)


def _rules(facts: PolicyFacts, timeout_s: int | None = 3600) -> dict[str, RemarkLevel]:
    return {each.rule: each.level for each in judge_idle(facts, timeout_s)}


def _application(hours: float, state: str = "RUNNING") -> YarnApplication:
    return YarnApplication(
        "application_1_1", "thrift-server", "hive", "default", "SPARK", state,
        started=NOW - 3600 * hours,
    )  # fmt: skip


def test_a_cluster_that_can_end_is_told_only_what_it_loses() -> None:
    assert _rules(WELL) == {"hdfs_is_lost": RemarkLevel.WARN}
    assert _rules(replace(WELL, hdfs_share=Measured(0.0, "NameNode"))) == {}


def test_without_a_policy_it_runs_until_somebody_ends_it() -> None:
    assert _rules(WELL, None) == {"never_ends": RemarkLevel.NOTE}
    assert _rules(replace(WELL, keep_alive=False), None) == {}


@pytest.mark.parametrize(("timeout_s", "refused"), [(59, True), (60, False), (604_800, False),
                                                    (604_801, True)])  # fmt: skip
def test_bounds(timeout_s: int, refused: bool) -> None:
    assert ("bounds" in _rules(WELL, timeout_s)) is refused


@pytest.mark.parametrize(
    ("release", "refused"),
    [("emr-5.29.0", True), ("emr-5.30.0", False), ("emr-6.0.0", True), ("emr-6.1.0", False),
     ("emr-7.5.0", False)],
)  # fmt: skip
def test_release(release: str, refused: bool) -> None:
    assert ("release" in _rules(replace(WELL, release=release))) is refused


@pytest.mark.parametrize("name", ["Presto", "Trino", "HBase"])
def test_applications_that_are_never_idle(name: str) -> None:
    found = judge_idle(replace(WELL, applications=("Spark", name)), 3600)
    assert found[0].rule == "busy_applications"
    assert found[0].level is RemarkLevel.NEVER
    assert name in found[0].text


def test_hdfs_from_ten_per_cent_on() -> None:
    full = replace(WELL, hdfs_share=Measured(10.0, "NameNode, 3 s ago"))
    (remark,) = [each for each in judge_idle(full, 3600) if each.rule == "hdfs_share"]
    assert remark.level is RemarkLevel.NEVER
    assert "10" in remark.evidence
    assert "NameNode" in remark.evidence
    assert "hdfs_share" not in _rules(replace(WELL, hdfs_share=Measured(9.9, "NameNode")))
    # before 5.34 and 6.4 HDFS did not count
    assert "hdfs_share" not in _rules(replace(full, release="emr-6.3.0"))


def test_unknown_hdfs_is_said_to_be_unknown() -> None:
    assert _rules(replace(WELL, hdfs_share=None))["hdfs_share"] is RemarkLevel.UNKNOWN


def test_an_application_that_runs_for_hours_keeps_it_busy() -> None:
    served = replace(WELL, running_applications=(_application(9.0),))
    found = {each.rule: each for each in judge_idle(served, 3600)}
    assert found["long_application"].level is RemarkLevel.NEVER
    assert "thrift-server" in found["long_application"].text
    assert "work_now" in found
    brief = replace(WELL, running_applications=(_application(0.2),))
    assert "long_application" not in _rules(brief)
    over = replace(WELL, running_applications=(_application(9.0, "FINISHED"),))
    assert _rules(over) == _rules(WELL)


def test_steps_of_now_delay_it() -> None:
    assert _rules(replace(WELL, steps_active=2))["work_now"] is RemarkLevel.NOTE


def test_notebooks() -> None:
    jupyter = replace(WELL, applications=("Spark", "JupyterHub"))
    assert _rules(jupyter)["notebooks"] is RemarkLevel.UNKNOWN
    assert _rules(replace(jupyter, release="emr-6.2.0"))["notebooks"] is RemarkLevel.WARN
    quiet = replace(jupyter, notebook_kernels=Measured(0.0, "CloudWatch"))
    assert "notebooks" not in _rules(quiet)
    working = replace(WELL, notebook_kernels=Measured(2.0, "CloudWatch"))
    assert _rules(working)["notebooks"] is RemarkLevel.WARN


def test_a_short_time_is_warned_of() -> None:
    assert "short" in _rules(WELL, 300)
    assert "short" not in _rules(WELL, 600)
    assert "short" not in _rules(WELL, 30)  # refused already


def test_a_transient_cluster_ends_anyway() -> None:
    assert _rules(replace(WELL, keep_alive=False))["transient"] is RemarkLevel.NOTE


def test_a_policy_that_is_on_and_does_not_report_cannot_fire() -> None:
    silent = replace(WELL, idle_timeout_s=3600, idle_told=False)
    assert _rules(silent)["not_reported"] is RemarkLevel.NEVER
    assert "not_reported" not in _rules(replace(silent, idle_told=None))
    assert "not_reported" not in _rules(replace(silent, idle_told=True))
    assert "not_reported" not in _rules(replace(WELL, idle_told=False))


def test_the_worst_comes_first() -> None:
    facts = replace(WELL, applications=("Trino",), steps_active=1)
    found = judge_idle(facts, 90)
    assert [each.level.value for each in found] == sorted(each.level.value for each in found)
    assert worst(found) is RemarkLevel.NEVER
    assert worst(()) is None
