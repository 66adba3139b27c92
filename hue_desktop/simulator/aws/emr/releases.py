"""Release labels and the applications in them, from the data file beside this module."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from hue_desktop.simulator.aws.emr.errors import invalid_request
from hue_desktop.simulator.aws.emr.lookup import page
from hue_desktop.simulator.service import Call, Operation
from hue_desktop.simulator.world.world import World

__all__ = ["ReleaseOperations", "application_versions", "is_known", "release_labels", "version_of"]

Json = dict[str, Any]
_FILE = Path(__file__).with_name("releases.json")
_PAGE = 100
_LABEL = re.compile(r"emr-(\d+)\.(\d+)\.(\d+)")


@cache
def _releases() -> dict[str, Json]:
    """Label -> ``applications`` and ``os``, newest release first."""
    found: dict[str, Json] = {}
    for release in json.loads(_FILE.read_text(encoding="utf-8"))["releases"]:
        like = found.get(release.get("like", ""), {"applications": {}, "os": []})
        applications = {**like["applications"], **release["applications"]}
        found[release["label"]] = {
            "applications": {
                name: version for name, version in sorted(applications.items()) if version
            },
            "os": release.get("os") or like["os"],
        }
    return dict(sorted(found.items(), key=lambda item: version_of(item[0]), reverse=True))


def release_labels() -> list[str]:
    """All labels, newest first."""
    return list(_releases())


def is_known(label: str) -> bool:
    """Whether a release has this label."""
    return label in _releases()


def application_versions(label: str) -> dict[str, str]:
    """Applications of a release with their versions; empty for an unknown label."""
    release = _releases().get(label)
    return dict(release["applications"]) if release else {}


def version_of(label: str | None) -> tuple[int, int, int]:
    """The numbers in a label; zeros if it has none."""
    match = _LABEL.match(label or "")
    return (int(match[1]), int(match[2]), int(match[3])) if match else (0, 0, 0)


class ReleaseOperations:
    """Operations on releases."""

    def __init__(self, world: World) -> None:
        self._world = world

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "DescribeReleaseLabel": self.describe_release_label,
            "ListReleaseLabels": self.list_release_labels,
        }

    def list_release_labels(self, call: Call) -> Json:
        """Labels, newest first, by prefix and by application (``Spark`` or ``Spark 3.5.0``)."""
        filters = call.params.get("Filters") or {}
        labels = [
            label
            for label in release_labels()
            if label.startswith(filters.get("Prefix") or "")
            and _has(label, filters.get("Application") or "")
        ]
        size = _size(call)
        chosen, more = page(labels, call.params.get("NextToken"), size, name="NextToken")
        return {"ReleaseLabels": list(chosen), **more}

    def describe_release_label(self, call: Call) -> Json:
        """The applications of a release; of the newest one without a label."""
        label = call.params.get("ReleaseLabel") or release_labels()[0]
        release = _releases().get(label)
        if release is None:
            raise invalid_request(f"Release label '{label}' is not valid.")
        applications = list(release["applications"].items())
        chosen, more = page(
            applications, call.params.get("NextToken"), _size(call), name="NextToken"
        )
        return {
            "ReleaseLabel": label,
            "Applications": [{"Name": name, "Version": version} for name, version in chosen],
            "AvailableOSReleases": [{"Label": version} for version in release["os"]],
            **more,
        }


def _size(call: Call) -> int:
    size = call.params.get("MaxResults")
    if size is None:
        return _PAGE
    if not 1 <= size <= _PAGE:
        raise invalid_request("MaxResults must be between 1 and 100.")
    return int(size)


def _has(label: str, wanted: str) -> bool:
    if not wanted:
        return True
    name, _, version = wanted.partition(" ")
    for have, have_version in application_versions(label).items():
        if have.lower() == name.lower() and have_version.startswith(version):
            return True
    return False
