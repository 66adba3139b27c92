"""Which nodes leave, how long they may take, and whether they are killed instead."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.parts import Choice, Label, NumberField, Segmented, row
from hue_desktop.ui.shrink.wish import Wish

__all__ = ["LeavingRow"]

_LABEL_WIDTH = 80
_MOST_MINUTES = 7 * 24 * 60  #: YARN takes any; a week is longer than anybody waits


class LeavingRow(QWidget):
    """``naming_chosen`` tells whether nodes are named, the others tell what was typed or ticked."""

    naming_chosen = Signal(bool)
    minutes_chosen = Signal(int)
    kill_chosen = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._locked = False
        caption = Label(_("Leaving"), weight=500)
        caption.setFixedWidth(_LABEL_WIDTH)
        self.naming = Segmented(
            (Choice("named", _("Chosen nodes")), Choice("emr", _("EMR chooses"))),
            name=_("Who chooses the nodes that leave"),
        )
        self._who = Label(tone="text-2", elide=True)
        self._limit = Label(_("Time limit"), tone="text-2")
        self.minutes = NumberField(name=_("Time limit in minutes"), low=1, high=_MOST_MINUTES)
        self.minutes.setSuffix(_(" min"))
        self.minutes.setFixedWidth(96)
        self.kill = QCheckBox(_("Kill at once"))
        self.kill.setAccessibleName(_("Kill at once"))
        self.kill.setToolTip(_("End them without moving their blocks or waiting for their work."))
        self.naming.chosen.connect(lambda key: self.naming_chosen.emit(key == "named"))
        self.minutes.valueChanged.connect(self.minutes_chosen)
        self.kill.clicked.connect(self.kill_chosen)
        line = row(caption, self.naming, 8, self._who, 8, self._limit, self.minutes, 8, self.kill)
        line.setStretchFactor(self._who, 1)
        self.setLayout(line)

    def show_wish(self, wish: Wish, names: Mapping[str, str]) -> None:
        """Show who leaves; ``names`` are hosts by EC2 id."""
        self.naming.set_current("named" if wish.named else "emr")
        blocked = self.minutes.blockSignals(True)
        self.minutes.setValue(max(1, round(wish.timeout_s / 60)))
        self.minutes.blockSignals(blocked)
        self.minutes.setEnabled(not wish.kill)
        self.kill.setChecked(wish.kill)
        self.kill.setEnabled(wish.named and wish.goes > 0 and not self._locked)
        self._who.setText(_who_leaves(wish, names))

    def lock(self, locked: bool) -> None:
        """Nobody can name nodes: before the cluster was read, and in a fleet."""
        self._locked = locked
        self.naming.setEnabled(not locked)
        if locked:
            self.kill.setEnabled(False)


def _who_leaves(wish: Wish, names: Mapping[str, str]) -> str:
    if not wish.goes:
        return _("none")
    if wish.named:
        return ", ".join(names.get(one, one) for one in wish.leaving)
    nodes = ngettext("{n} node", "{n} nodes", wish.goes).format(n=wish.goes)
    return _("{nodes}; judged for the worst choice").format(nodes=nodes) if names else nodes
