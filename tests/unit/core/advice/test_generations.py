"""Names taken apart, and newer types in place of older ones."""

from __future__ import annotations

import pytest

from hue_desktop.core.advice.families import Family, parse
from hue_desktop.core.advice.generations import (
    best_graviton,
    best_same_arch,
    equivalents,
    stated_speed,
)
from hue_desktop.core.instances import InstanceType


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("m5.xlarge", Family("m", 5)),
        ("m5ad.xlarge", Family("m", 5, "a", "d")),
        ("r6gd.2xlarge", Family("r", 6, "g", "d")),
        ("c6in.large", Family("c", 6, "i", "n")),
        ("m7i-flex.large", Family("m", 7, "i", "-flex")),
        ("x2iedn.xlarge", Family("x", 2, "i", "den")),
        ("i3en.large", Family("i", 3, "", "en")),
        ("is4gen.large", Family("is", 4, "g", "en")),
    ],
)
def test_names_are_taken_apart(name: str, family: Family) -> None:
    parsed = parse(name)
    assert parsed is not None
    assert parsed.family == family


def test_names_of_another_scheme_are_left_alone() -> None:
    assert parse("u-6tb1.metal") is None
    assert parse("nonsense") is None


def _types(*names: str) -> dict[str, InstanceType]:
    return {
        name: InstanceType(name, 4, 16, "arm64" if "g." in name or "gd." in name else "x86_64")
        for name in names
    }


def test_an_m4_becomes_what_gives_most_for_the_money() -> None:
    types = _types("m4.xlarge", "m5.xlarge", "m6i.xlarge", "m7i.xlarge", "m7g.xlarge", "m8i.xlarge")
    usd = {"m4.xlarge": 0.25, "m5.xlarge": 0.24, "m6i.xlarge": 0.24, "m7i.xlarge": 0.252,
           "m7g.xlarge": 0.204, "m8i.xlarge": 0.30}  # fmt: skip
    best = best_same_arch("m4.xlarge", types, usd)
    assert best is not None
    assert best.name == "m7i.xlarge"  # m8i costs a fifth more
    assert best.speed == pytest.approx(1.14 * 1.15 * 1.15)
    arm = best_graviton("m4.xlarge", types, usd)
    assert arm is not None
    assert arm.name == "m7g.xlarge"
    assert "costs 18\N{NO-BREAK SPACE}% less" in arm.reason


def test_extras_and_sizes_stay() -> None:
    types = _types("m5d.xlarge", "m6i.xlarge", "m6id.xlarge", "m6id.2xlarge", "m6idn.xlarge")
    assert [each.name for each in equivalents("m5d.xlarge", types, {})] == ["m6id.xlarge"]


def test_between_makers_nothing_is_claimed() -> None:
    types = _types("m5.xlarge", "m6a.xlarge", "m7a.xlarge")
    usd = {"m5.xlarge": 0.24, "m6a.xlarge": 0.216, "m7a.xlarge": 0.29}
    best = best_same_arch("m5.xlarge", types, usd)
    assert best is not None
    assert best.name == "m6a.xlarge"  # it simply costs less
    assert best.speed is None
    assert "nothing that compares" in best.reason
    amd, intel = parse("m6a.xlarge"), parse("m6i.xlarge")
    assert amd is not None
    assert intel is not None
    assert stated_speed(amd, intel) is None


def test_without_prices_nothing_is_best() -> None:
    types = _types("m5.xlarge", "m7i.xlarge", "m7g.xlarge")
    assert best_same_arch("m5.xlarge", types, {}) is None
    assert best_graviton("m5.xlarge", types, {}) is None
    assert best_graviton("m7g.xlarge", types, {"m7g.xlarge": 0.2}) is None
    (first, _second) = equivalents("m5.xlarge", types, {})
    assert "price not known" in first.reason


def test_the_newest_generation_stays() -> None:
    types = _types("m7i.xlarge", "m6i.xlarge")
    assert equivalents("m7i.xlarge", types, {"m7i.xlarge": 1.0, "m6i.xlarge": 0.5}) == ()
