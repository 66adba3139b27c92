"""Connections in TOML: what is read, what is said of mistakes, and what saving leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hue_desktop.adapters.local.connections_toml import ConnectionsFile
from hue_desktop.core.connections import Connection, ConnectionClass, Simulation, SshSettings
from hue_desktop.core.errors import ConfigurationError, StateError

FULL = """\
# my connections

# the nightly jobs
[connections.analytics]
class = "production"  # careful
profile = "analytics-admin"
regions = ["eu-central-1", "us-east-1"]
endpoint_url = "https://emr.example.org"
read_only = true
hourly_budget_usd = 40

[connections.analytics.ssh]
key_file = "~/.ssh/emr.pem"
host_keys = ["ssh-ed25519 AAAA"]

[connections."the lab"]
simulation = { scenario = "fleet-1000", speed = 10 }
"""


@pytest.fixture
def file(tmp_path: Path) -> ConnectionsFile:
    return ConnectionsFile(tmp_path / "deep" / "connections.toml")


def write(file: ConnectionsFile, text: str) -> ConnectionsFile:
    file.path.parent.mkdir(exist_ok=True)
    file.path.write_text(text)
    return file


def test_no_file_is_no_mistake(file: ConnectionsFile) -> None:
    loaded = file.load()
    assert (loaded.exists, loaded.connections, loaded.problems) == (False, (), ())


def test_everything_is_read(file: ConnectionsFile) -> None:
    loaded = write(file, FULL).load()
    assert not loaded.problems
    assert loaded.connections == (
        Connection(
            "analytics",
            ConnectionClass.PRODUCTION,
            "analytics-admin",
            ("eu-central-1", "us-east-1"),
            endpoint_url="https://emr.example.org",
            read_only=True,
            hourly_budget_usd=40.0,
            ssh=SshSettings(key_file="~/.ssh/emr.pem", host_keys=("ssh-ed25519 AAAA",)),
        ),
        Connection("the lab", simulation=Simulation("fleet-1000", 10.0)),
    )


@pytest.mark.parametrize(
    ("lines", "line", "says", "remedy"),
    [
        (['regoins = ["x"]'], 7, "no setting “regoins”", "Did you mean “regions”?"),
        (['class = "produktion"'], 7, "“class” must be one of", "Did you mean “production”?"),
        (["read_only = 1"], 7, "“read_only” must be true or false", ""),
        (["hourly_budget_usd = -3"], 7, "a number above 0", ""),
        (["regions = []"], 7, "at least one region", ""),
        (['endpoint_url = "localhost:5000"'], 7, "starts with https://", ""),
        (["profile = analytics"], 7, "this is not TOML", "quotes"),
        (['profile = "x"', "", "[connections.wrong.shh]"], 9, "no table “shh”", "“ssh”"),
        (['profile = "x"', "[connections.wrong.ssh]", 'usr = "me"'], 9, "no setting “usr”", "user"),
        (['profile = "x"', "[connections.wrong]"], 8, "there twice, first in line 6", "Rename"),
        (["simulation = 3"], 7, "“simulation” must be a table", ""),
    ],
)
def test_a_mistake_costs_one_connection_and_one_sentence(
    file: ConnectionsFile, lines: list[str], line: int, says: str, remedy: str
) -> None:
    before = ["", "# fine", "[connections.first]", 'profile = "one"', "", "[connections.wrong]"]
    after = ["", "[connections.last]", 'profile = "three"', ""]
    text = "\n".join([*before, *lines, *after])
    loaded = write(file, text).load()
    assert [connection.name for connection in loaded.connections] == ["first", "last"]
    (problem,) = loaded.problems
    assert isinstance(problem, ConfigurationError)
    assert says in problem.message
    assert problem.message.startswith(f"{file.path}, line {line}, connection “wrong”: ")
    assert remedy in problem.remedy
    assert "\n" not in str(problem)


@pytest.mark.parametrize(
    ("text", "says", "remedy"),
    [
        (
            "[conections.a]\nprofile = 'x'\n",
            "line 1: there is no table “conections”",
            "connections",
        ),
        ("[connections.a\nprofile = 'x'\n", "line 1: this is not TOML", "brackets"),
        ("profile = 'x'\n", "line 1: “profile” stands outside", "[connections.mine]"),
        ("[connections]\na = 1\n", "line 2: “a” stands outside", "[connections.mine]"),
    ],
)
def test_a_mistake_outside_of_any_connection(
    file: ConnectionsFile, text: str, says: str, remedy: str
) -> None:
    loaded = write(file, text + "[connections.b]\nprofile = 'y'\n").load()
    assert [connection.name for connection in loaded.connections] == ["b"]
    (problem,) = loaded.problems
    assert says in str(problem)
    assert remedy in str(problem)


def test_a_file_that_is_no_text(file: ConnectionsFile) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(b"\xff\xfe\x00")
    (problem,) = file.load().problems
    assert "UTF-8" in str(problem)
    assert file.load().exists


def test_saving_leaves_the_others_as_they_were_written(file: ConnectionsFile) -> None:
    write(file, FULL)
    lab = Connection("the lab", ConnectionClass.SIMULATED, simulation=Simulation("demo", 60.0))
    file.save(lab)
    text = file.path.read_text()
    assert text.startswith(FULL[: FULL.index('[connections."the lab"]')])
    assert file.load().connections[1] == lab
    file.save(Connection("new", profile='with "quotes"'))
    assert [connection.name for connection in file.load().connections] == [
        "analytics",
        "the lab",
        "new",
    ]
    file.remove("the lab")
    file.remove("nobody")
    text = file.path.read_text()
    assert "# careful" in text
    assert "lab" not in text
    assert file.load().connections[1].profile == 'with "quotes"'


def test_saving_one_keeps_its_comment_and_its_place(file: ConnectionsFile) -> None:
    write(file, FULL)
    file.save(Connection("analytics", profile="other"))
    lines = file.path.read_text().splitlines()
    assert lines[2:6] == [
        "# the nightly jobs",
        "[connections.analytics]",
        'class = "development"',
        'profile = "other"',
    ]
    assert "ssh" not in file.path.read_text()


def test_saving_keeps_even_what_cannot_be_read(file: ConnectionsFile) -> None:
    broken = "[connections.broken]\nprofile = unquoted\n"
    write(file, broken)
    file.save(Connection("new"))
    assert file.path.read_text().startswith(broken)
    file.save(Connection("broken", profile="mended"))
    loaded = file.load()
    assert not loaded.problems
    assert [connection.name for connection in loaded.connections] == ["broken", "new"]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
CONNECTIONS = st.builds(
    Connection,
    name=TEXTS.filter(str.strip),
    connection_class=st.sampled_from(ConnectionClass),
    profile=TEXTS,
    regions=st.lists(TEXTS.filter(bool), min_size=1, max_size=3).map(tuple),
    endpoint_url=TEXTS.map(lambda text: f"https://{text}" if text else ""),
    aws_config_file=TEXTS,
    read_only=st.booleans(),
    hourly_budget_usd=st.none() | st.floats(0.01, 1e6),
    ssh=st.builds(SshSettings, user=TEXTS, host_keys=st.lists(TEXTS, max_size=2).map(tuple)),
    simulation=st.none() | st.builds(Simulation, TEXTS, st.floats(0.1, 1e5), TEXTS),
)


@settings(deadline=None, max_examples=60)
@given(connections=st.lists(CONNECTIONS, max_size=4, unique_by=lambda found: found.name))
def test_what_was_saved_is_what_is_read(connections: list[Connection]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = ConnectionsFile(Path(folder) / "connections.toml")
        for connection in connections:
            file.save(connection)
        loaded = file.load()
        assert not loaded.problems
        assert list(loaded.connections) == connections
        assert [path.name for path in Path(folder).iterdir()] in ([], ["connections.toml"])


def test_a_directory_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = ConnectionsFile(tmp_path / "file" / "connections.toml")
    with pytest.raises(StateError, match="cannot be made") as raised:
        file.save(Connection("a"))
    assert "HUE_CONFIG_DIR" in raised.value.remedy


def test_a_link_stays_a_link_and_the_file_is_private(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "connections.toml"
    link.symlink_to(tmp_path / "real" / "connections.toml")
    ConnectionsFile(link).save(Connection("a"))
    assert link.is_symlink()
    assert os.stat(link).st_mode & 0o077 == 0
    assert ConnectionsFile(link).load().connections == (Connection("a"),)


def test_paths_follow_the_environment(tmp_path: Path) -> None:
    code = "from hue_desktop.adapters.local.paths import *; print(config_dir(), data_dir())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "HUE_CONFIG_DIR": str(tmp_path / "c"), "HUE_DATA_DIR": "relative"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.stdout.split() == [str(tmp_path / "c"), str(tmp_path / "relative")]
