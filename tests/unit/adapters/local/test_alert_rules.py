"""The files of alert rules."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.adapters.local.alert_rules import AlertRulesFile
from hue_desktop.adapters.local.resources import resources_dir
from hue_desktop.core.alerts import AlertRule
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.health_ports import Mute
from hue_desktop.core.metrics import METRICS
from hue_desktop.services.health.rule_book import RuleBook

REF = ClusterRef('pro"d', "us-east-1", "j-1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the user's changes are."""
    return tmp_path / "alerts.toml"


@pytest.fixture
def store(path: Path) -> AlertRulesFile:
    """The delivered rules, and a user who has changed nothing."""
    return AlertRulesFile(resources_dir() / "alerts" / "rules.toml", path)


def _book(store: AlertRulesFile) -> RuleBook:
    return RuleBook(store, lambda: None)


def _rule(book: RuleBook, key: str) -> AlertRule:
    return next(rule for rule in book.rules() if rule.key == key)


def _changed(book: RuleBook, key: str, **values: object) -> list[AlertRule]:
    return [replace(each, **values) if each.key == key else each for each in book.rules()]  # type: ignore[arg-type]


def test_what_is_delivered(store: AlertRulesFile) -> None:
    rules = {rule.key: rule for rule in store.defaults()}
    assert (rules["hdfs-share"].warn, rules["hdfs-share"].critical) == (75, 80)
    assert (rules["data-nodes-lost"].warn, rules["data-nodes-lost"].critical) == (10, 30)
    assert (rules["namenode-heap"].warn, rules["namenode-heap"].critical) == (80, 90)
    assert rules["missing-blocks"].critical == 1
    assert (rules["rm-latency"].warn, rules["rm-latency"].critical) == (3, 5)
    assert all(rule.metric in METRICS and rule.remedy for rule in rules.values())


def test_only_what_differs_is_kept(store: AlertRulesFile, path: Path) -> None:
    book = _book(store)
    book.set_rules(_changed(book, "hdfs-share", warn=60.0, critical=None))
    assert path.read_text().count("=") == 2
    again = _book(store)
    assert (_rule(again, "hdfs-share").warn, _rule(again, "hdfs-share").critical) == (60.0, None)
    again.set_rules(again.defaults())
    assert "[rule" not in path.read_text()


def test_a_rule_of_ones_own(store: AlertRulesFile) -> None:
    book = _book(store)
    own = AlertRule("mine", "yarn.apps.failed", "Fails", 1.0, None, above=True, remedy='"look"\n')
    book.set_rules([*book.rules(), own])
    assert _rule(_book(store), "mine") == own


def test_mutes_are_kept(store: AlertRulesFile) -> None:
    book = _book(store)
    book.mute(REF, "hdfs-share", 2000.0, 1000.0)
    again = _book(store)
    assert again.muted_until(REF, "hdfs-share", 1500.0) == 2000.0
    assert again.muted_until(REF, "hdfs-share", 2500.0) is None
    assert again.muted_until(REF, "cpu", 1500.0) is None
    again.mute(REF, "hdfs-share", None, 1500.0)
    assert _book(store).muted_until(REF, "hdfs-share", 1500.0) is None
    assert store.load().mutes == ()
    assert store.load().problems == ()


def test_the_refs_of_mutes_survive(store: AlertRulesFile) -> None:
    mute = Mute(ClusterRef("a/b c", "eu-west-1", "j-X"), "cpu", 5.0)
    store.save({}, [mute])
    assert store.load().mutes == (mute,)


@pytest.mark.parametrize(
    "text",
    [
        "[rule.hdfs-share]\nwarn = lots",
        '[rule.hdfs-share]\nwarn = "lots"',
        "[rule.hdfs-share]\nwarn = true",
        "[rule.hdfs-share]\ncolour = 3",
        "[rule.hdfs-share]\nwarn = 99",
        "[rule.hdfs-share]\nhold_s = nan",
        "[rule.nobody]\nwarn = 3",
        "[else]\nwarn = 3",
        "[rule.hdfs-share\nwarn = 3",
    ],
)
def test_a_bad_table_costs_itself_only(store: AlertRulesFile, path: Path, text: str) -> None:
    path.write_text(f"[rule.cpu]\nwarn = 50.0\n\n{text}\n")
    book = _book(store)
    [problem] = book.problems
    assert isinstance(problem, ConfigurationError)
    assert problem.message
    assert problem.remedy
    assert _rule(book, "cpu").warn == 50.0
    assert _rule(book, "hdfs-share") == next(r for r in book.defaults() if r.key == "hdfs-share")


def test_a_bad_file_is_never_lost(store: AlertRulesFile, path: Path) -> None:
    text = "[rule.cpu]\nwarn = fifty\n"
    path.write_text(text)
    book = _book(store)
    book.set_rules(_changed(book, "rm-heap", warn=70.0))
    assert path.with_name("alerts.toml.bak").read_text() == text
    assert _rule(_book(store), "rm-heap").warn == 70.0


def test_bytes_that_are_no_text(store: AlertRulesFile, path: Path) -> None:
    path.write_bytes(b"\xff\xfe[rule")
    book = _book(store)
    assert len(book.problems) == 1
    book.set_rules(_changed(book, "rm-heap", warn=70.0))
    assert "[rule" in path.with_name("alerts.toml.bak").read_text()


def test_rules_that_make_no_sense_change_nothing(store: AlertRulesFile, path: Path) -> None:
    book = _book(store)
    with pytest.raises(ConfigurationError):
        book.set_rules(_changed(book, "hdfs-share", critical=10.0))
    with pytest.raises(ConfigurationError):
        book.set_rules([*book.rules(), book.rules()[0]])
    assert book.rules() == book.defaults()
    assert not path.exists()


def test_killed_while_writing(store: AlertRulesFile, path: Path) -> None:
    code = (
        "import sys, itertools\n"
        "from pathlib import Path\n"
        "from hue_desktop.adapters.local.alert_rules import AlertRulesFile\n"
        "store = AlertRulesFile(Path(), Path(sys.argv[1]))\n"
        "for n in itertools.count(1):\n"
        "    store.save({f'rule-{m}': {'warn': float(n)} for m in range(300)}, [])\n"
        "    n == 3 and print('ready', flush=True)\n"
    )
    for _time in range(3):
        writing = subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writing.stdout is not None
        assert writing.stdout.readline() == "ready\n"
        deadline = time.monotonic() + 0.02 * (_time + 1)
        while time.monotonic() < deadline:
            assert path.read_text().count("warn = ") == 300, "whole at any instant"
        writing.kill()
        writing.wait()
        writing.stdout.close()
        loaded = store.load()
        assert not loaded.problems
        assert len({str(values) for values in loaded.changes.values()}) == 1
        assert len(loaded.changes) == 300


def test_a_disk_that_is_full_leaves_the_old_file(store: AlertRulesFile, path: Path) -> None:
    store.save({"cpu": {"warn": 50.0}}, [])
    before = path.read_bytes()
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from hue_desktop.adapters.local.alert_rules import AlertRulesFile\n"
        "from hue_desktop.core.errors import StateError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    rules = {f'rule-{n}': {'warn': 1.0} for n in range(300)}\n"
        "    AlertRulesFile(Path(), Path(sys.argv[1])).save(rules, [])\n"
        "except StateError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert "cannot be written" in done.stdout
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name], "no draft stays"
