"""Placement scores, types by AZ, quotas and the Spot Advisor, read over the wire."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hue_desktop.adapters.aws.placement import AwsSpotPlacement
from hue_desktop.adapters.aws.quotas import AwsQuotas
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.spot_advisor import HttpSpotAdvisor
from hue_desktop.adapters.local.spot_advice import RegionSpotAdvice, SpotAdviceFiles
from hue_desktop.core.errors import HueError, ProtocolError, Unreachable
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import connection_to


class Counting(AwsSession):
    """Counts the operations it calls."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.asked: list[str] = []

    def call(self, service: str, operation: str, *args: Any, **more: Any) -> dict[str, Any]:
        self.asked.append(operation)
        return super().call(service, operation, *args, **more)


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    with simulated_region("empty", paused=True) as running:
        yield running


@pytest.fixture
def session(region: SimulatedRegion, tmp_path: Path) -> Iterator[Counting]:
    opened = Counting(connection_to(region, tmp_path), region.name)
    yield opened
    opened.close()


def test_scores_name_azs_as_the_account_does(session: Counting) -> None:
    placement = AwsSpotPlacement(session)
    found = placement.scores(["m5.xlarge", "r5.xlarge"], 20)
    assert found
    assert all(one.az.startswith("us-east-1") for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(1 <= one.score <= 10 for one in found)
    (whole,) = placement.scores(["m5.xlarge", "r5.xlarge"], 20, by_az=False)
    assert (whole.region, whole.az) == ("us-east-1", "")


def test_the_same_question_is_asked_once(session: Counting) -> None:
    placement = AwsSpotPlacement(session)
    first = placement.scores(["m5.xlarge", "r5.xlarge"], 20)
    asked = session.asked.count("GetSpotPlacementScores")
    assert placement.scores(["r5.xlarge", "m5.xlarge", "m5.xlarge"], 20) == first
    assert session.asked.count("GetSpotPlacementScores") == asked == 1
    placement.scores(["r5.xlarge"], 20)
    assert session.asked.count("GetSpotPlacementScores") == 2
    assert session.asked.count("DescribeAvailabilityZones") == 1
    assert placement.scores([], 20) == ()


def test_types_of_an_az(session: Counting) -> None:
    placement = AwsSpotPlacement(session)
    found = placement.offered("us-east-1a")
    assert "m5.xlarge" in found
    assert len(found) > 500
    assert placement.offered("us-east-1e") != found  # the oldest AZ lacks most new types
    asked = len(session.asked)
    assert placement.offered("us-east-1a") == found
    assert len(session.asked) == asked


def test_quotas_by_code(session: Counting) -> None:
    quotas = AwsQuotas(session)
    found = quotas.quotas("ec2")
    assert found["L-34B43A08"].applied == 20_000
    assert "Spot" in found["L-34B43A08"].name
    asked = len(session.asked)
    assert quotas.quotas("ec2") is found
    assert len(session.asked) == asked
    with pytest.raises(HueError):
        quotas.quotas("no-such-service")


# -- the Spot Advisor ---------------------------------------------------------------------------

RANGES = [
    {"index": 0, "label": "<5%", "dots": 0, "max": 5},
    {"index": 1, "label": "5-10%", "dots": 1, "max": 11},
    {"index": 2, "label": "10-15%", "dots": 2, "max": 16},
    {"index": 3, "label": "15-20%", "dots": 3, "max": 22},
    {"index": 4, "label": ">20%", "dots": 4, "max": 100},
]
TYPES = {f"m5.{size}xlarge": {"s": 60, "r": size % 5} for size in range(30)}
PUBLISHED = {
    "ranges": RANGES,
    "spot_advisor": {
        "eu-north-1": {"Linux": {**TYPES, "m5.xlarge": {"s": 61, "r": 4}}, "Windows": {}},
        "us-east-1": {"Windows": TYPES},
    },
}


class _Page(BaseHTTPRequestHandler):
    body: ClassVar[bytes] = b""
    headers_sent: ClassVar[Mapping[str, str]] = {}

    def do_GET(self) -> None:
        self.send_response(200)
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


Serve = Callable[..., HttpSpotAdvisor]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Gives an advisor that reads the given document from a server of this process."""
    servers: list[ThreadingHTTPServer] = []

    def start(document: object, modified: str = "") -> HttpSpotAdvisor:
        text = document if isinstance(document, str) else json.dumps(document)
        page = type(
            "Page",
            (_Page,),
            {
                "body": text.encode(),
                "headers_sent": {"Last-Modified": modified} if modified else {},
            },
        )
        server = ThreadingHTTPServer(("127.0.0.1", 0), page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return HttpSpotAdvisor(f"http://127.0.0.1:{server.server_port}/data.json")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_advisor_is_read_kept_and_used_from_then_on(serve: Serve, tmp_path: Path) -> None:
    packaged = tmp_path / "packaged"
    _write(packaged, "2025-06", {"eu-north-1": {"m5.xlarge": [0, 50], "c5.old": [1, 50]}})
    files = SpotAdviceFiles(packaged, tmp_path / "user")
    advice = RegionSpotAdvice(files, "eu-north-1")
    before = advice.interruption("m5.xlarge")
    assert before is not None
    assert (before.low, before.source.as_of) == (0.0, date(2025, 6, 1))

    data = serve(PUBLISHED, "Wed, 18 Nov 2026 07:00:00 GMT").read()
    assert data.day == date(2026, 11, 18)
    assert set(data.regions) == {"eu-north-1"}  # the other has nothing for Linux
    files.save(data)

    after = advice.interruption("m5.xlarge")
    assert after is not None
    assert (after.low, after.high) == (0.2, None)
    assert after.source.as_of == date(2026, 11, 18)
    assert advice.interruption("c5.old") is None
    # the next run finds them, too
    again = SpotAdviceFiles(packaged, tmp_path / "user")
    assert again.source == files.source
    assert (again.of("eu-north-1")["m5.1xlarge"].low, again.problem) == (0.05, "")


def test_newer_packaged_data_win_over_an_older_copy(serve: Serve, tmp_path: Path) -> None:
    packaged = tmp_path / "packaged"
    _write(packaged, "2026-12", {"eu-north-1": {"m5.xlarge": [0, 50]}})
    files = SpotAdviceFiles(packaged, tmp_path / "user")
    files.save(serve(PUBLISHED, "Wed, 18 Nov 2026 07:00:00 GMT").read())
    assert files.of("eu-north-1")["m5.xlarge"].low == 0.0


@pytest.mark.parametrize("text", ["", "{", '{"format": "other"}', "[]", '{"classes": 3}'])
def test_a_damaged_copy_costs_only_itself_and_is_named(text: str, tmp_path: Path) -> None:
    packaged, user = tmp_path / "packaged", tmp_path / "user"
    _write(packaged, "2025-06", {"eu-north-1": {"m5.xlarge": [0, 50]}})
    user.mkdir()
    (user / "interruption.json").write_text(text)
    files = SpotAdviceFiles(packaged, user)
    assert files.of("eu-north-1")["m5.xlarge"].low == 0.0
    assert str(user) in files.problem
    assert "came with Hue Desktop" in files.problem


@pytest.mark.parametrize(
    "document",
    [
        "<html>Sign in</html>",
        {},
        [],
        {"ranges": RANGES, "spot_advisor": {}},
        {"ranges": [], "spot_advisor": PUBLISHED["spot_advisor"]},
        {"ranges": [{"index": 0, "label": "often"}], "spot_advisor": PUBLISHED["spot_advisor"]},
        {"ranges": RANGES, "spot_advisor": {"eu-north-1": {"Linux": {"m5.xlarge": {"r": 1}}}}},
        {"ranges": RANGES, "spot_advisor": {"eu-north-1": {"Linux": {"m5.xlarge": 1}}}},
    ],
)
def test_what_is_not_the_advisors_data_is_refused(document: object, serve: Serve) -> None:
    with pytest.raises(ProtocolError, match="Spot Advisor"):
        serve(document).read()


def test_without_a_date_they_are_of_today(serve: Serve) -> None:
    assert serve(PUBLISHED).read().day == datetime.now(UTC).date()


def test_nobody_answers(serve: Serve) -> None:
    with pytest.raises(Unreachable) as caught:
        HttpSpotAdvisor("http://127.0.0.1:9/data.json").read()
    assert "stays in use" in caught.value.remedy


def _write(folder: Path, day: str, regions: Mapping[str, object]) -> None:
    folder.mkdir()
    classes = [
        {"label": "<5%", "monthly_min": 0.0, "monthly_max": 0.05},
        {"label": "5-10%", "monthly_min": 0.05, "monthly_max": 0.1},
    ]
    document = {
        "format": "hue-desktop-spot-interruption",
        "version": 1,
        "source": {"date": day},
        "classes": classes,
        "regions": regions,
    }
    (folder / "interruption.json").write_text(json.dumps(document))
