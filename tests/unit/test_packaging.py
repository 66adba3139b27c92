"""The desktop entry, the AppStream description and the icon agree with the package."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import hue_desktop

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"


def metainfo() -> ET.Element:
    (path,) = LINUX.glob("*.metainfo.xml")
    return ET.parse(path).getroot()


def test_the_desktop_entry_starts_the_console_script() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(LINUX / "hue-desktop.desktop", encoding="utf-8")
    values = entry["Desktop Entry"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert values["Exec"] in project["scripts"]
    assert (LINUX / f"{values['Icon']}.svg").is_file()
    assert values["Name"] == metainfo().findtext("name")
    assert values["Comment"] == metainfo().findtext("summary")


def test_the_description_is_of_this_package() -> None:
    root = metainfo()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert root.findtext("project_license") == project["license"]
    assert root.findtext("launchable") == "hue-desktop.desktop"
    releases = [release.get("version") for release in root.iter("release")]
    assert releases[0] == hue_desktop.__version__ == project["version"]


def test_the_icon_is_a_square_drawing() -> None:
    icon = ET.parse(LINUX / "hue-desktop.svg").getroot()
    assert icon.get("viewBox") == "0 0 128 128"
    assert len(list(icon)) > 5


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="appstreamcli is not installed")
def test_appstream_finds_nothing_wrong() -> None:
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", *map(str, LINUX.glob("*.metainfo.xml"))],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
