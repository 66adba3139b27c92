"""Connections: the first start, typing errors, the check-up, the region that is needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.adapters.local.connections_toml import ConnectionsFile
from hue_desktop.core.connections import (
    Connection,
    ConnectionClass,
    RunningRegion,
    Simulation,
    SshSettings,
)
from hue_desktop.core.errors import ConfigurationError, Unreachable
from hue_desktop.core.ports import RegionAccess
from hue_desktop.services.connections import CheckState, ConnectionService
from tests.simulated import SimulatedRegion
from tests.unit.services.house import connection_to, open_doors


class _Regions:
    """Stands for processes: tells what was asked and where the region answers."""

    def __init__(self, region: SimulatedRegion | None = None, config: str = "") -> None:
        self.asked: list[tuple[Path, str, float]] = []
        self.stopped = False
        self._region = region
        self._config = config

    def ensure(self, state_dir: Path, scenario: str, speed: float) -> RunningRegion:
        self.asked.append((state_dir, scenario, speed))
        assert self._region is not None
        return RunningRegion(self._region.endpoint_url, self._region.name, self._config)

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The connections file; it does not exist yet."""
    return tmp_path / "connections.toml"


def _service(path: Path, regions: _Regions | None = None) -> ConnectionService:
    return ConnectionService(
        ConnectionsFile(path), regions or _Regions(), path.parent / "data", open_doors
    )


def test_the_first_start_makes_the_simulated_connection(path: Path) -> None:
    [first] = _service(path).connections()
    assert first.name == "simulator"
    assert first.connection_class is ConnectionClass.SIMULATED
    assert first.simulation == Simulation("demo", 60.0)
    assert first.endpoint_url == ""
    assert _service(path).connections() == (first,), "and writes it down"


def test_an_emptied_file_stays_empty(path: Path) -> None:
    service = _service(path)
    service.remove("simulator")
    assert service.connections() == ()
    assert _service(path).connections() == ()


def test_a_typing_error_costs_one_connection_only(path: Path) -> None:
    path.write_text('[connections.good]\nprofile = "a"\n\n[connections.bad]\nclass = "prodution"\n')
    service = _service(path)
    assert [each.name for each in service.connections()] == ["good"]
    [problem] = service.problems()
    assert "production" in str(problem)
    assert "5" in str(problem)


def test_saving_and_removing_are_announced(path: Path) -> None:
    service, heard = _service(path), list[int]()
    stop = service.subscribe(lambda: heard.append(len(service.connections())))
    service.save(Connection("prod", ConnectionClass.PRODUCTION, profile="ops"))
    service.remove("simulator")
    stop()
    service.remove("prod")
    assert heard == [2, 1]
    with pytest.raises(ConfigurationError, match="prod"):
        service.find("prod")


def test_the_region_is_started_for_those_who_need_one(
    region: SimulatedRegion, path: Path, tmp_path: Path
) -> None:
    config = connection_to(region, tmp_path).aws_config_file
    regions = _Regions(region, config)
    service = _service(path, regions)
    ready = service.ensure_region(service.find("simulator"))
    assert ready.endpoint_url == region.endpoint_url
    assert ready.aws_config_file == config
    assert ready.profile == "hue-simulator"
    assert regions.asked == [(tmp_path / "data" / "simulator" / "simulator", "demo", 60.0)]

    plain = Connection("prod", profile="ops")
    own = replace(service.find("simulator"), endpoint_url="http://127.0.0.1:1")
    assert service.ensure_region(plain) is plain
    assert service.ensure_region(own) is own
    assert len(regions.asked) == 1
    service.close()
    assert regions.stopped


def test_a_good_connection_passes_every_check(
    region: SimulatedRegion, path: Path, tmp_path: Path
) -> None:
    checks = list(_service(path).test(connection_to(region, tmp_path)))
    assert [check.name for check in checks] == ["Identity", "EMR", "EC2", "Prices", "CloudWatch"]
    assert {check.state for check in checks} == {CheckState.OK}
    assert checks[0].text.startswith("arn:aws:iam::")
    assert all(check.took_s > 0 for check in checks)


def test_the_first_failure_says_what_to_do_and_spares_the_rest(
    region: SimulatedRegion, path: Path, tmp_path: Path
) -> None:
    nobody = replace(connection_to(region, tmp_path), endpoint_url="http://127.0.0.1:9")
    first, *others = _service(path).test(nobody)
    assert first.state is CheckState.FAILED
    assert "127.0.0.1:9" in first.text
    assert first.remedy
    assert {check.state for check in others} == {CheckState.SKIPPED}


def test_several_regions_are_told_apart(
    region: SimulatedRegion, path: Path, tmp_path: Path
) -> None:
    both = replace(connection_to(region, tmp_path), regions=("us-east-1", "eu-central-1"))
    names = [check.name for check in _service(path).test(both)]
    assert names[0] == "us-east-1: Identity"
    assert "eu-central-1: EMR" in names


def test_ssh_is_checked_where_it_is_configured(
    region: SimulatedRegion, path: Path, tmp_path: Path
) -> None:
    def probe(connection: Connection) -> str:
        raise Unreachable(f"{connection.ssh.bastion} does not answer.", remedy="Open port 22.")

    service = ConnectionService(
        ConnectionsFile(path), _Regions(), tmp_path, open_doors, ssh_probe=probe
    )
    connection = replace(connection_to(region, tmp_path), ssh=SshSettings(bastion="bastion"))
    last = list(service.test(connection))[-1]
    assert last.name == "SSH"
    assert last.state is CheckState.FAILED
    assert last.remedy == "Open port 22."


def test_doors_are_closed_after_the_check_up(
    region: SimulatedRegion, path: Path, tmp_path: Path
) -> None:
    closed: list[str] = []

    def opener(connection: Connection, name: str) -> RegionAccess:
        doors = open_doors(connection, name)
        return replace(doors, close=lambda: (doors.close(), closed.append(name))[0])

    service = ConnectionService(ConnectionsFile(path), _Regions(), tmp_path, opener)
    next(service.test(connection_to(region, tmp_path)))
    assert closed == ["us-east-1"], "even when nobody looks at the rest"


def test_a_simulated_connection_has_its_regions_own_bastion(path: Path) -> None:
    bastion = SshSettings("hadoop", "/keys/region", bastion="127.0.0.1:2222", host_keys=("AAAA",))

    class Regions(_Regions):
        def ensure(self, state_dir: Path, scenario: str, speed: float) -> RunningRegion:
            return RunningRegion("http://127.0.0.1:1", "us-east-1", ssh=bastion)

    service = _service(path, Regions())
    assert service.ensure_region(service.find("simulator")).ssh == bastion
    own = SshSettings("me", key_file="~/.ssh/mine", bastion="gate.example")
    chosen = replace(service.find("simulator"), ssh=own)
    assert service.ensure_region(chosen).ssh == own
