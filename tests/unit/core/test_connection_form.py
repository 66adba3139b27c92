"""What a person types becomes a connection, or a sentence at its field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hue_desktop.core.connection_form import ConnectionDraft, draft_of, read_draft
from hue_desktop.core.connections import Connection, ConnectionClass, Simulation, SshSettings

FULL = Connection(
    "prod",
    ConnectionClass.PRODUCTION,
    "ops",
    ("us-east-1", "eu-central-1"),
    "https://vpce.example:8443",
    "/home/m/aws",
    True,
    54.5,
    SshSettings("ops", "/home/m/key", "ref", "bastion:2222", ("host ssh-ed25519 AAAA",)),
    Simulation("empty", 10.0, "/var/tmp/region"),
)


def test_a_connection_survives_the_form() -> None:
    assert read_draft(draft_of(FULL)) == (FULL, {})
    assert read_draft(draft_of(Connection("a"))) == (Connection("a"), {})


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", " "),
        ("name", "a/b"),
        ("name", "dev"),
        ("regions", ""),
        ("regions", "us-east-1, europe"),
        ("endpoint_url", "localhost:80"),
        ("endpoint_url", "http://host:99999999"),
        ("budget", "a lot"),
        ("budget", "-3"),
        ("budget", "nan"),
        ("speed", "fast"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(field: str, text: str) -> None:
    changes: dict[str, Any] = {field: text}
    draft = replace(draft_of(FULL), **changes)
    _connection, problems = read_draft(draft, taken=["dev"])
    assert list(problems) == [field]


def test_money_and_regions_are_read_as_people_write_them() -> None:
    draft = ConnectionDraft(name="a", budget="$12.50/h", regions="us-east-1  eu-west-1")
    connection, problems = read_draft(draft)
    assert not problems
    assert connection.hourly_budget_usd == 12.5
    assert connection.regions == ("us-east-1", "eu-west-1")
