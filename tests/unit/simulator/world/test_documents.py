"""Entities as documents."""

from __future__ import annotations

import json

from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.instances import Instance


def instance(**changes: object) -> Instance:
    values: dict[str, object] = {
        "id": "ci-1",
        "ec2_id": "i-0123456789abcdef0",
        "cluster_id": "j-1",
        "role": "CORE",
        "instance_type": "m5.xlarge",
        "market": "ON_DEMAND",
        "az": "us-east-1a",
        "number": 7,
        "created": 100.0,
        **changes,
    }
    return Instance(**values)  # type: ignore[arg-type]


def test_a_document_is_json_without_infinity_and_comes_back() -> None:
    first = instance(ready=250.5, group_id="ig-1")
    text = json.dumps(first.to_document(), allow_nan=False)
    again = Instance.from_document(json.loads(text))
    assert again.to_document() == first.to_document()
    assert (again.ready, again.ended) == (250.5, NEVER)


def test_defaults_are_left_out_and_unknown_members_ignored() -> None:
    document = instance().to_document()
    assert set(document) == {
        "id",
        "ec2_id",
        "cluster_id",
        "role",
        "instance_type",
        "market",
        "az",
        "number",
        "created",
    }
    again = Instance.from_document({**document, "of_a_later_version": 1, "ended": None})
    assert again.ended == NEVER


def test_state_is_a_function_of_time() -> None:
    node = instance(fulfilled=110.0, booted=200.0, ready=300.0, ended=900.0)
    seen = {at: node.state_at(at) for at in (100.0, 110.0, 200.0, 300.0, 899.0, 900.0)}
    assert list(seen.values()) == [
        "AWAITING_FULFILLMENT",
        "PROVISIONING",
        "BOOTSTRAPPING",
        "RUNNING",
        "RUNNING",
        "TERMINATED",
    ]


def test_addresses_are_unique_and_spread() -> None:
    addresses = {instance(number=number).private_ip for number in range(20_000)}
    assert len(addresses) == 20_000
    assert all(address.startswith("10.") for address in addresses)
    assert not any(address.endswith((".0", ".1", ".255")) for address in addresses)
