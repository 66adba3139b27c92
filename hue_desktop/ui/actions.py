"""Actions: what can be done, declared once as data.

Menus, row menus, the palette and shortcuts are built from the registry; whether an action applies
is a plain predicate over what is in focus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.connections import Connection
from hue_desktop.core.instances import Instance

if TYPE_CHECKING:
    from hue_desktop.core.changes import Change
    from hue_desktop.services.fleet import FleetSnapshot
    from hue_desktop.ui.context import UiContext

__all__ = ["Action", "ActionContext", "ActionRegistry"]


@dataclass(frozen=True)
class ActionContext:
    """What an action would act on: the row under the menu, or what the window shows.

    ``group_id`` is an instance group or fleet. ``read_only`` is that of the connection in focus.
    ``nodes`` are all that are selected, ``node`` among them. ``changes`` is what somebody considers
    doing, for actions that look at it closer: a rehearsal, a check before core shrinks.
    """

    fleet: FleetSnapshot | None = None
    connection: Connection | None = None
    region: str = ""
    cluster: ClusterSnapshot | None = None
    node: Instance | None = None
    group_id: str = ""
    read_only: bool = False
    nodes: tuple[Instance, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def ref(self) -> ClusterRef | None:
        """The cluster in focus."""
        return self.cluster.ref if self.cluster is not None else None


def _always(_context: ActionContext) -> bool:
    return True


Handler = Callable[["UiContext", ActionContext], None]


@dataclass(frozen=True)
class Action:
    """One thing that can be done.

    ``menus`` name where it appears besides the palette: ``cluster``, ``node``, ``fleet``,
    ``group``, ``connection``. ``changes`` marks what read-only mode hides. ``word`` is its ``:``
    command.
    """

    id: str
    title: str
    handler: Handler
    icon: str = ""
    shortcut: str = ""
    menus: tuple[str, ...] = ()
    enabled: Callable[[ActionContext], bool] = _always
    changes: bool = False
    danger: bool = False
    section: int = 0  #: a menu draws a rule between sections
    keywords: str = ""
    word: str = ""
    in_palette: bool = True

    def applies(self, context: ActionContext) -> bool:
        """Whether it can be done to what is in focus."""
        return not (self.changes and context.read_only) and self.enabled(context)


@dataclass
class _Binding:
    ctx: UiContext | None = None
    focus: Callable[[], ActionContext] = field(default=ActionContext)


class ActionRegistry(QObject):
    """Every action of the application; ``triggered`` tells the id of each one done."""

    changed = Signal()
    triggered = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[str, Action] = {}
        self._binding = _Binding()

    def bind(self, ctx: UiContext, focus: Callable[[], ActionContext]) -> None:
        """Give handlers their context, and say how to learn what is in focus."""
        self._binding = _Binding(ctx, focus)

    def add(self, *actions: Action) -> None:
        """Declare actions; an id stands for one action only."""
        for action in actions:
            if action.id in self._actions:
                raise ValueError(f"the action {action.id} is declared twice")
            self._actions[action.id] = action
        self.changed.emit()

    def remove(self, *ids: str) -> None:
        """Forget actions; unknown ids are ignored."""
        for action_id in ids:
            self._actions.pop(action_id, None)
        self.changed.emit()

    def get(self, action_id: str) -> Action:
        """The action of an id (KeyError when there is none)."""
        return self._actions[action_id]

    def all(self) -> tuple[Action, ...]:
        """Every action in the order of declaration."""
        return tuple(self._actions.values())

    def focus(self) -> ActionContext:
        """What is in focus now."""
        return self._binding.focus()

    def available(self, menu: str, context: ActionContext | None = None) -> tuple[Action, ...]:
        """The actions of a menu (``palette`` for all) that apply, by section."""
        where = self.focus() if context is None else context
        chosen = [
            action
            for action in self._actions.values()
            if (action.in_palette if menu == "palette" else menu in action.menus)
            and action.applies(where)
        ]
        return tuple(sorted(chosen, key=lambda action: action.section))

    def trigger(self, action_id: str, context: ActionContext | None = None) -> bool:
        """Do it, if it applies; whether it did."""
        action = self._actions[action_id]
        where = self.focus() if context is None else context
        if self._binding.ctx is None or not action.applies(where):
            return False
        action.handler(self._binding.ctx, where)
        self.triggered.emit(action_id)
        return True

    def build_menu(self, menu: str, parent: QWidget, context: ActionContext | None = None) -> QMenu:
        """A pop-up of the actions of ``menu`` that apply to ``context``."""
        result = QMenu(parent)
        self.fill_menu(result, menu, context)
        return result

    def fill_menu(self, target: QMenu, menu: str, context: ActionContext | None = None) -> None:
        """Append the actions of ``menu`` that apply to ``context``."""
        from hue_desktop.ui.theme import icon

        where = self.focus() if context is None else context
        section: int | None = None
        for action in self.available(menu, where):
            if section is not None and action.section != section:
                target.addSeparator()
            section = action.section
            entry = QAction(action.title, target)
            if action.icon:
                entry.setIcon(icon(action.icon))
            if action.shortcut:
                entry.setShortcut(QKeySequence(action.shortcut))
                entry.setShortcutVisibleInContextMenu(True)
            entry.triggered.connect(lambda _=False, id_=action.id: self.trigger(id_, where))
            target.addAction(entry)
