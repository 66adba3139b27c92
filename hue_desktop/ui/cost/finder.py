"""The idle finder: money that is paid for little, why, and the button that does something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.format import DASH, money_day
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.cost.values import IdleFinding
from hue_desktop.ui.parts import Badge, Button, FourStates, Label, Rule, Scroll, column, row

__all__ = ["ACTIONS", "FinderPanel", "Remedy", "usd_day_of"]

#: Which action of the window carries out what a finding advises.
ACTIONS = {
    "terminate": "launch.terminate",
    "unprotect": "launch.unprotect",
    "resize": "scaling.core",
    "auto-termination": "policies.auto_termination",
    "clone": "launch.clone",
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What can be done about a finding now: an action's id and its button, or words instead."""

    action_id: str = ""
    button: str = ""
    words: str = ""


def usd_day_of(findings: Sequence[IdleFinding]) -> float:
    """What all findings come to: of each cluster the dearest one, as the others are in it."""
    dearest: dict[ClusterRef, float] = {}
    for found in findings:
        dearest[found.ref] = max(dearest.get(found.ref, 0.0), found.usd_day or 0.0)
    return sum(dearest.values())


class _Row(QWidget):
    """A finding: title and reason at the left, dollars and button at the right."""

    def __init__(
        self, found: IdleFinding, remedy: Remedy, act: Callable[[], None], open_: Callable[[], None]
    ) -> None:
        super().__init__()
        title = Label(found.title, weight=500, wrap=True)
        why = Label(found.why, tone="text-2", wrap=True)
        usd = Label(_usd_text(found), tone="warn" if found.usd_day else "text-2", weight=600)
        usd.setAlignment(Qt.AlignmentFlag.AlignRight)
        side = column(usd, spacing=6)
        words = Label(remedy.words, tone="text-2", wrap=True)
        words.setVisible(bool(remedy.words))
        self.button = Button(
            remedy.button or _("Open"),
            small=True,
            name=f"{(remedy.button or _('Open')).rstrip('…')}: {found.title}",
            clicked=act if remedy.action_id else open_,
        )
        side.addWidget(self.button, 0, Qt.AlignmentFlag.AlignRight)
        side.addStretch(1)
        text = column(title, why, words, None, spacing=2)
        line = row(spacing=16, margins=(0, 10, 4, 10))
        line.addLayout(text, 1)
        line.addLayout(side)
        self.setLayout(line)
        self.setAccessibleName(f"{found.title}, {_usd_text(found)}. {found.why} {remedy.words}")


def _usd_text(found: IdleFinding) -> str:
    if found.usd_day is None:
        return _("price not known")
    return money_day(found.usd_day) if found.usd_day >= 0.005 else DASH


class FinderPanel(QWidget):
    """``act_requested`` comes with the action's id and the cluster, ``open_requested`` with it."""

    act_requested = Signal(str, object)
    open_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[tuple[IdleFinding, Remedy], ...] | None = None
        self.rows: list[_Row] = []
        self.badge = Badge("")
        self.sum = Label("", tone="warn", weight=600)
        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._list.addStretch(1)
        self.states = FourStates(Scroll(body))
        title = Label(_("Idle finder"), weight=600)
        head = row(title, self.badge, None, self.sum, spacing=10, margins=(0, 11, 4, 6))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.states, 1)
        self.states.show_loading(_("Looking for what is paid in vain"))

    def show_findings(self, found: Sequence[tuple[IdleFinding, Remedy]], looked_at: int) -> None:
        """Show them in their order; ``looked_at`` says of how many clusters they are."""
        shown = tuple(found)
        n = len(shown)
        self.badge.set_text(str(n) if n else "")
        total = usd_day_of([each for each, _remedy in shown])
        self.sum.setText(money_day(total) if total else "")
        if shown != self._shown:
            self._shown = shown
            self._build(shown)
        if n:
            self.states.show_content()
            return
        text = ngettext(
            "{n} cluster was looked at: none idles, and none has nodes to spare.",
            "{n} clusters were looked at: none idles, and none has nodes to spare.",
            looked_at,
        )
        self.states.show_empty(_("Nothing is paid in vain"), text.format(n=looked_at))

    def _build(self, shown: Sequence[tuple[IdleFinding, Remedy]]) -> None:
        while self._list.count() > 1:
            item = self._list.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = []
        for position, (found, remedy) in enumerate(shown):
            made = _Row(found, remedy, self._acting(remedy, found), self._opening(found))
            self.rows.append(made)
            self._list.insertWidget(2 * position, made)
            self._list.insertWidget(2 * position + 1, Rule("h"))

    def _acting(self, remedy: Remedy, found: IdleFinding) -> Callable[[], None]:
        return lambda: self.act_requested.emit(remedy.action_id, found.ref)

    def _opening(self, found: IdleFinding) -> Callable[[], None]:
        return lambda: self.open_requested.emit(found.ref)
