"""Described clusters: the JSON that the AWS CLI prints about a real cluster, stood up locally.

A file is recognised by its top-level member: ``Cluster`` (``aws emr describe-cluster``, which also
carries groups or fleets and bootstrap actions), ``Instances``, ``InstanceGroups``,
``InstanceFleets``, ``Steps`` or ``BootstrapActions`` (the ``list-…`` commands). Lists do not name
their cluster: with one cluster all of them are its own; with several, the ids of groups or the
cluster's id in the file's name decide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.world.cleaning import cleaned
from hue_desktop.simulator.world.described import Described, DescriptionError
from hue_desktop.simulator.world.loading import Loader

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["DescriptionError", "load_documents", "load_files"]

Json = dict[str, Any]
_LISTS = ("InstanceGroups", "InstanceFleets", "Instances", "Steps", "BootstrapActions")
_CLUSTER_ID = re.compile(r"j-[A-Z0-9]{8,20}")
_MAX_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class _Part:
    """One list of one file."""

    file: Path
    member: str
    items: list[Json] = field(default_factory=list)


def load_files(world: World, files: Sequence[Path]) -> list[str]:
    """Stand up the clusters that the files describe; their ids.

    Raises :class:`DescriptionError`, with nothing changed, for files that cannot be read, are not
    what the AWS CLI prints, or leave out what a cluster needs.
    """
    names = ", ".join(str(file) for file in files)
    return _load(world, ((file, *item) for file in files for item in _members(file)), names)


def load_documents(world: World, documents: Sequence[Json]) -> list[str]:
    """The same from documents that somebody sent; errors name them by number."""
    parts = (
        (Path(f"document-{number}"), member, value)
        for number, document in enumerate(documents, start=1)
        for member, value in _known(Path(f"document-{number}"), document)
    )
    return _load(world, parts, "documents")


def _load(world: World, told: Iterable[tuple[Path, str, Any]], names: str) -> list[str]:
    clusters: dict[str, Described] = {}
    parts: list[_Part] = []
    for file, member, value in told:
        if member == "Cluster":
            described = _described(file, value)
            if described.id in clusters or described.id in world.clusters:
                raise DescriptionError(f"{file}: cluster {described.id} is there already.")
            clusters[described.id] = described
        else:
            parts.append(_part(file, member, value))
    if not clusters:
        raise DescriptionError(
            f"{names}: no cluster is described; add what "
            "'aws emr describe-cluster --cluster-id ID' prints."
        )
    for part in sorted(parts, key=lambda item: _LISTS.index(item.member)):
        _whose(part, clusters).add(part.member, part.items)
    entities = [_read(world, described) for described in clusters.values()]
    for loaded in entities:
        loaded.settle()
    return list(clusters)


def _read(world: World, described: Described) -> Loader:
    try:
        return Loader(world, described).read()
    except DescriptionError:
        raise
    except KeyError as problem:
        raise DescriptionError(
            f"{described.file}: the description of {described.id} lacks the member {problem}."
        ) from problem
    except (TypeError, ValueError, AttributeError) as problem:
        raise DescriptionError(
            f"{described.file}: the description of {described.id} cannot be understood: {problem}."
        ) from problem


def _members(file: Path) -> Iterator[tuple[str, Any]]:
    """The members of a file that this module knows."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise DescriptionError(f"{file}: larger than 256 MiB, surely not a description.")
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise DescriptionError(f"{file}: cannot be read: {problem.strerror}.") from problem
    except (ValueError, RecursionError) as problem:
        raise DescriptionError(
            f"{file}: is not JSON; use '--output json' with the AWS CLI ({problem})."
        ) from problem
    yield from _known(file, document)


def _known(file: Path, document: Any) -> Iterator[tuple[str, Any]]:
    """The members of a document that this module knows."""
    known = ("Cluster", *_LISTS)
    found = [name for name in known if isinstance(document, dict) and name in document]
    if not found:
        raise DescriptionError(
            f"{file}: has none of the members {', '.join(known)} that "
            "'aws emr describe-cluster' and 'aws emr list-…' print."
        )
    for name in found:
        yield name, cleaned(file, name, document[name])


def _described(file: Path, value: Json) -> Described:
    for member in ("Id", "Name", "Status"):
        if not value.get(member):
            raise DescriptionError(f"{file}: Cluster has no {member}.")
    if not _CLUSTER_ID.fullmatch(str(value["Id"])):
        raise DescriptionError(f"{file}: {value['Id']!r} is not the id of a cluster.")
    described = Described(file=str(file), cluster=value)
    for member in ("InstanceGroups", "InstanceFleets", "BootstrapActions"):
        if value.get(member):
            described.add(member, _part(file, member, value[member]).items)
    return described


def _part(file: Path, member: str, value: list[Json]) -> _Part:
    needed = () if member == "BootstrapActions" else ("Id", "Status")
    for number, item in enumerate(value, start=1):
        for name in needed:
            if name not in item:
                raise DescriptionError(f"{file}: {member} number {number} has no {name}.")
    return _Part(file, member, value)


def _whose(part: _Part, clusters: dict[str, Described]) -> Described:
    """The cluster a list belongs to."""
    if len(clusters) == 1:
        return next(iter(clusters.values()))
    for found in _CLUSTER_ID.findall(part.file.name):
        if found in clusters:
            return clusters[found]
    ids = {str(item[name]) for item in part.items for name in _TIES[part.member] if name in item}
    for described in clusters.values():
        if ids & described.collection_ids():
            return described
    raise DescriptionError(
        f"{part.file}: does not say to which of {', '.join(clusters)} its {part.member} belong; "
        "put the cluster's id into the file's name."
    )


_TIES: dict[str, tuple[str, ...]] = {
    "InstanceGroups": ("Id",),
    "InstanceFleets": ("Id",),
    "Instances": ("InstanceGroupId", "InstanceFleetId"),
    "Steps": (),
    "BootstrapActions": (),
}
