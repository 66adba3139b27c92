"""Today's equivalent of a type: newer generations of the same class, size and extras.

What a newer generation does more is what AWS states ("up to"), kept as a factor to the generation
before it; what it costs comes from prices. Between lines that AWS does not compare (Intel with
AMD) nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.families import Family, TypeName, parse, same_size
from hue_desktop.core.instances import InstanceType
from hue_desktop.core.text import _

__all__ = ["Equivalent", "best_graviton", "best_same_arch", "equivalents", "stated_speed"]

DEARER = 1.08  #: a newer type may cost so much more an hour, where AWS states more work for it
LEAST_GAIN = 1.05  #: work per dollar that is worth a change

#: Work of a vCPU against the Intel type of generation 5 of the same class, from AWS's own "up to"
#: figures at each launch: m5 over m4 14 %, c5 over c4 25 %, r5 over r4 20 %; 6i over 5, 7i over 6i
#: and 8i over 7i 15 % each; 6g 40 % more work per dollar than 5 at 20 % less money, 7g 25 % over
#: 6g, 8g 30 % over 7g.
_SPEED: dict[tuple[str, int], float] = {
    ("intel", 5): 1.0,
    ("intel", 6): 1.15,
    ("intel", 7): 1.15 * 1.15,
    ("intel", 8): 1.15 * 1.15 * 1.15,
    ("graviton", 6): 1.40 * 0.80,
    ("graviton", 7): 1.40 * 0.80 * 1.25,
    ("graviton", 8): 1.40 * 0.80 * 1.25 * 1.30,
}
_BEFORE_5 = {"m": 1.14, "c": 1.25, "r": 1.20}
#: AMD is only stated against AMD: 6a 35 % more per dollar than 5a at the price of 5a, 7a 50 %
#: faster than 6a, 8a 30 % faster than 7a.
_AMD: dict[int, float] = {5: 1.0, 6: 1.35, 7: 1.35 * 1.5, 8: 1.35 * 1.5 * 1.3}
_COMPARED = ("m", "c", "r")


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A newer type in place of another.

    ``price`` is the node's cost against the old one's (0.9: a tenth less), ``speed`` the work of a
    node against the old one's as AWS states it; each is ``None`` where it is not known.
    """

    kind: InstanceType
    family: Family
    price: float | None
    speed: float | None

    @property
    def name(self) -> str:
        """The type's name."""
        return self.kind.name

    @property
    def work_per_dollar(self) -> float | None:
        """Against the old type's; ``None`` where price or speed is not known."""
        return self.speed / self.price if self.price and self.speed else None

    @property
    def reason(self) -> str:
        """The price-performance reason in words, each half only where it is known."""
        parts = [self._price_text()]
        if self.speed is not None and self.speed > 1.0:
            gain = fmt.percent(100.0 * (self.speed - 1.0))
            parts.append(_("up to {gain} more work by AWS's figures").format(gain=gain))
        else:
            parts.append(_("AWS states nothing that compares the two"))
        return ", ".join(parts)

    def _price_text(self) -> str:
        if self.price is None:
            return _("{type}: price not known").format(type=self.name)
        change = 100.0 * (self.price - 1.0)
        if abs(change) < 0.5:
            return _("{type} costs the same").format(type=self.name)
        text = _("{type} costs {p} less") if change < 0 else _("{type} costs {p} more")
        return text.format(type=self.name, p=fmt.percent(abs(change)))


def equivalents(
    name: str, types: Mapping[str, InstanceType], usd_hour: Mapping[str, float]
) -> tuple[Equivalent, ...]:
    """The newer types that a release and region support in place of ``name``, the newest first.

    ``usd_hour`` is what a node costs in the market that it is bought in; unknown ones are missing.
    """
    old = parse(name)
    if old is None:
        return ()
    now = usd_hour.get(name)
    found = []
    for new, kind in same_size(types.values(), old.size, old.family.letters):
        if new.family.extras != old.family.extras:
            continue
        if new.family.generation <= old.family.generation:
            continue
        usd = usd_hour.get(new.name)
        price = usd / now if usd is not None and now else None
        found.append(Equivalent(kind, new.family, price, stated_speed(old, new)))
    return tuple(sorted(found, key=lambda each: (-each.family.generation, each.name)))


def stated_speed(old: TypeName, new: TypeName) -> float | None:
    """Work of a vCPU of ``new`` against one of ``old``; ``None`` where AWS states nothing."""
    before, after = old.family, new.family
    if before.letters not in _COMPARED or before.letters != after.letters:
        return None
    if "amd" in (before.line, after.line):
        if before.line != after.line:
            return None
        first, second = _AMD.get(before.generation), _AMD.get(after.generation)
    else:
        first, second = _speed(before), _speed(after)
    return second / first if first and second else None


def best_same_arch(
    name: str, types: Mapping[str, InstanceType], usd_hour: Mapping[str, float]
) -> Equivalent | None:
    """The newer type of the same architecture that gives most for the money, if one is worth it.

    Where nothing is stated, one that simply costs less does.
    """
    old = types.get(name)
    arch = old.arch if old is not None else _arch_of(name)
    mine = [each for each in equivalents(name, types, usd_hour) if each.kind.arch == arch]
    stated = [
        each
        for each in mine
        if each.price is not None
        and each.price <= DEARER
        and (each.work_per_dollar or 0.0) >= LEAST_GAIN
    ]
    if stated:
        return max(stated, key=lambda each: each.work_per_dollar or 0.0)
    cheaper = [each for each in mine if each.price is not None and each.price <= 0.97]
    return min(cheaper, key=lambda each: each.price or 1.0, default=None)


def best_graviton(
    name: str, types: Mapping[str, InstanceType], usd_hour: Mapping[str, float]
) -> Equivalent | None:
    """The arm64 type of the same class and size that gives most for the money, if it costs less."""
    parsed = parse(name)
    if parsed is None or parsed.family.line == "graviton":
        return None
    arm = [
        each
        for each in _any_generation(parsed, types, usd_hour)
        if each.kind.arch == "arm64" and each.price is not None and each.price < 1.0
    ]
    return max(arm, key=lambda each: each.work_per_dollar or 1.0 / (each.price or 1), default=None)


def _any_generation(
    old: TypeName, types: Mapping[str, InstanceType], usd_hour: Mapping[str, float]
) -> list[Equivalent]:
    """Like ``equivalents``, but another architecture need not be of a newer generation."""
    now = usd_hour.get(old.name)
    found = []
    for new, kind in same_size(types.values(), old.size, old.family.letters, arch="arm64"):
        usd = usd_hour.get(new.name)
        if new.family.extras == old.family.extras:
            price = usd / now if usd is not None and now else None
            found.append(Equivalent(kind, new.family, price, stated_speed(old, new)))
    return found


def _speed(family: Family) -> float | None:
    if family.line == "intel" and family.generation < 5:
        return 1.0 / _BEFORE_5[family.letters] if family.generation == 4 else None
    return _SPEED.get((family.line, family.generation))


def _arch_of(name: str) -> str:
    parsed = parse(name)
    return "arm64" if parsed is not None and parsed.family.line == "graviton" else "x86_64"
