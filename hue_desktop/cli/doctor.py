"""``hue-desktop doctor``: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hue_desktop import __version__
from hue_desktop.core.errors import ConfigurationError, HueError
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.connections.checks import Check, CheckState

if TYPE_CHECKING:
    from hue_desktop.wiring import Application

__all__ = ["examine"]

_QT_S = 30.0
_SIGNS = {CheckState.OK: "✓", CheckState.FAILED: "✕", CheckState.SKIPPED: "–"}
_QT_TEST = (
    "import sys\n"
    "from PySide6.QtWidgets import QApplication\n"
    "from PySide6.QtCore import qVersion\n"
    "application = QApplication(sys.argv)\n"
    "print(qVersion())\n"
)

Section = tuple[str, Iterator[Check]]


def examine(open_application: Callable[[], Application], *, wanted: str, as_json: bool) -> int:
    """Run all checks and print them as they finish; 1 when one of them failed, else 0.

    ``wanted`` names the one connection to check; empty: all of them.
    """
    report = _Report(as_json)
    report.section(_("This machine"), _machine())
    application: Application | None = None
    try:
        try:
            application = open_application()
        except HueError as error:
            report.section(_("Files"), iter((_of_error(_("Files"), error),)))
            return report.finish()
        if wanted:
            application.connections.find(wanted)
        report.section(_("Files"), _files(application))
        for connection in application.connections.connections():
            title = _("Connection {name}").format(name=connection.name)
            report.section(title, application.connections.test(connection))
        return report.finish()
    except ConfigurationError as error:
        print(f"hue-desktop: {error}", file=sys.stderr)
        return 2
    finally:
        if application is not None:
            application.close()


class _Report:
    """Prints checks as they arrive, or all of them as JSON at the end."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._failed = 0
        self._sections: list[dict[str, object]] = []

    def section(self, title: str, checks: Iterator[Check]) -> None:
        if not self._as_json:
            print(title, flush=True)
        rows = []
        for check in checks:
            self._failed += check.state is CheckState.FAILED
            rows.append(_row(check))
            if not self._as_json:
                _print(check)
        self._sections.append({"title": title, "checks": rows})

    def finish(self) -> int:
        if self._as_json:
            report = {"ok": not self._failed, "version": __version__, "sections": self._sections}
            print(json.dumps(report, ensure_ascii=False))
        elif self._failed:
            text = ngettext("{n} check failed.", "{n} checks failed.", self._failed)
            print("\n" + text.format(n=self._failed))
        else:
            print("\n" + _("Everything works."))
        return 1 if self._failed else 0


def _print(check: Check) -> None:
    took = f"  ({check.took_s:.1f} s)" if check.took_s >= 0.05 else ""
    print(f"  {_SIGNS[check.state]} {check.name}: {check.text}{took}", flush=True)
    if check.remedy:
        print(f"      → {check.remedy}", flush=True)


def _row(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "state": check.state.value,
        "text": check.text,
        "remedy": check.remedy,
        "took_s": round(check.took_s, 3),
    }


def _machine() -> Iterator[Check]:
    yield _python()
    yield _qt()
    yield _screen()
    yield _simulator()
    yield _keyring()


def _python() -> Check:
    text = f"{platform.python_version()} ({platform.machine()}, {platform.system()})"
    return Check(_("Python"), CheckState.OK, text)


def _qt() -> Check:
    """Qt in a process of its own: a missing system library ends that one, not us."""
    name = _("Qt")
    if importlib.util.find_spec("PySide6") is None:
        remedy = _("Install it with: pip install PySide6-Essentials")
        return Check(name, CheckState.FAILED, _("PySide6 is not installed."), remedy)
    began = time.monotonic()
    version, reason = _start_qt("offscreen")
    took_s = time.monotonic() - began
    if reason:
        remedy = _("Install the system libraries that Qt needs (on Debian: libegl1 libxkbcommon0).")
        return Check(name, CheckState.FAILED, reason, remedy, took_s)
    return Check(name, CheckState.OK, version, took_s=took_s)


def _start_qt(platform_plugin: str = "") -> tuple[str, str]:
    """Qt's version, or else the reason why it does not start on a platform."""
    environment = dict(os.environ)
    if platform_plugin:
        environment["QT_QPA_PLATFORM"] = platform_plugin
    try:
        done = subprocess.run(
            [sys.executable, "-c", _QT_TEST],
            capture_output=True,
            text=True,
            timeout=_QT_S,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", _("Qt did not start within {s:.0f} s.").format(s=_QT_S)
    if not done.returncode:
        return done.stdout.strip(), ""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode < 0:  # Qt gave up: it says the cause first, and ends in a dump
        return "", lines[0] if lines else _("no reason was given")
    return "", lines[-1] if lines else _("no reason was given")


def _screen() -> Check:
    name = _("Screen")
    away = _("`hue-desktop tour OUT_DIR` takes pictures; `xvfb-run hue-desktop` fakes one.")
    unix = sys.platform.startswith(("linux", "freebsd"))
    if not unix:
        return Check(name, CheckState.OK, _("there is one"))
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if not screen:
        text = _("There is none here, so the window cannot open.")
        return Check(name, CheckState.SKIPPED, text, away)
    _version, reason = _start_qt()
    if reason:
        remedy = _("Correct DISPLAY, and install what Qt needs (on Debian: libxcb-cursor0).")
        return Check(name, CheckState.FAILED, reason, f"{remedy} {away}")
    return Check(name, CheckState.OK, screen)


def _simulator() -> Check:
    name = _("Simulator")
    needed = ("aiohttp", "botocore", "cbor2", "moto")
    missing = [each for each in needed if importlib.util.find_spec(each) is None]
    if missing:
        text = _("not installed ({missing})").format(missing=", ".join(missing))
        remedy = _("Install it with: pip install 'hue-desktop[simulator]'")
        return Check(name, CheckState.SKIPPED, text, remedy)
    return Check(name, CheckState.OK, _("installed"))


def _keyring() -> Check:
    from hue_desktop.adapters.secrets.keyring_store import KeyringSecrets

    try:
        return Check(_("Keyring"), CheckState.OK, KeyringSecrets().describe())
    except HueError as error:
        # passphrases only: whoever has none does without
        return Check(_("Keyring"), CheckState.SKIPPED, error.message, error.remedy)


def _files(application: Application) -> Iterator[Check]:
    connections = application.connections
    problems = connections.problems()
    name = _("Connections file")
    for problem in problems:
        yield _of_error(name, problem)
    if not problems:
        n = len(connections.connections())
        text = ngettext("{n} connection in {path}", "{n} connections in {path}", n)
        text = text.format(n=n, path=application.paths.config_dir / "connections.toml")
        yield Check(name, CheckState.OK, text)
    for problem in application.settings.problems:
        yield _of_error(_("Settings file"), problem)
    state_problem = application.check_state()
    if state_problem is not None:
        yield _of_error(_("State"), state_problem)
    else:
        text = str(application.paths.data_dir)
        yield Check(_("State"), CheckState.OK, text)


def _of_error(name: str, error: HueError) -> Check:
    return Check(name, CheckState.FAILED, error.message, error.remedy)
