"""What the name of an instance type says: ``r6gd.2xlarge`` is class r, generation 6, g and d."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hue_desktop.core.instances import InstanceType

__all__ = ["SIZES", "Family", "TypeName", "parse", "same_size", "size_rank"]

#: Sizes from small to large; the number is how many ``large`` fit in one.
SIZES: dict[str, float] = {
    "nano": 0.0625, "micro": 0.125, "small": 0.25, "medium": 0.5, "large": 1, "xlarge": 2,
    "2xlarge": 4, "3xlarge": 6, "4xlarge": 8, "6xlarge": 12, "8xlarge": 16, "9xlarge": 18,
    "10xlarge": 20, "12xlarge": 24, "16xlarge": 32, "18xlarge": 36, "24xlarge": 48,
    "32xlarge": 64, "48xlarge": 96, "96xlarge": 192,
}  # fmt: skip
_NAME = re.compile(r"^([a-z]+?)(\d+)([a-z-]*)\.([a-z0-9-]+)$")
#: Letters behind the generation that name the processor; the others are extras.
_PROCESSORS = "aig"


@dataclass(frozen=True, slots=True)
class Family:
    """``letters`` is the class (m, c, r, x, t, i …); ``processor`` a, i, g or empty (older Intel).

    ``extras`` are the letters for local disks, network and the like, in order; ``flex`` counts.
    """

    letters: str
    generation: int
    processor: str = ""
    extras: str = ""

    @property
    def line(self) -> str:
        """Who makes the processor: ``intel``, ``amd`` or ``graviton``."""
        return {"a": "amd", "g": "graviton"}.get(self.processor, "intel")


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type's name taken apart."""

    name: str
    family: Family
    size: str


@lru_cache(maxsize=4096)
def parse(name: str) -> TypeName | None:
    """The parts of a name; ``None`` for one that follows another scheme."""
    found = _NAME.match(name)
    if found is None:
        return None
    letters, generation, attributes, size = found.groups()
    flex = attributes.endswith("-flex")
    attributes = attributes.removesuffix("-flex")
    processor = attributes[:1] if attributes[:1] and attributes[0] in _PROCESSORS else ""
    extras = "".join(sorted(attributes[len(processor) :])) + ("-flex" if flex else "")
    return TypeName(name, Family(letters, int(generation), processor, extras), size)


def size_rank(name: str) -> float | None:
    """How large a size is in ``large``; ``None`` for ``metal`` and words of tomorrow."""
    return SIZES.get(name.partition(".")[2])


def same_size(
    kinds: Iterable[InstanceType], size: str, letters: str, *, arch: str = ""
) -> tuple[tuple[TypeName, InstanceType], ...]:
    """The types of a class and size, of one architecture where it is named."""
    found = []
    for kind in kinds:
        name = parse(kind.name)
        if name is None or name.size != size or name.family.letters != letters:
            continue
        if not arch or kind.arch == arch:
            found.append((name, kind))
    return tuple(found)
