"""What the parts of the inspector have in common: they look at one file or folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.storage import Location, StoreKind
from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import FourStates
from hue_desktop.ui.storage.columns import FileRow
from hue_desktop.ui.storage.source import StorageSource

__all__ = ["Panel", "Target"]

T = TypeVar("T")


@dataclass(frozen=True)
class Target:
    """What is looked at: a file or folder as its pane shows it."""

    location: Location
    row: FileRow

    @property
    def is_folder(self) -> bool:
        """Whether it holds others."""
        return self.row.entry.is_folder

    @property
    def kind(self) -> StoreKind:
        """The kind of its store."""
        return self.location.store.kind


class Panel(QWidget):
    """Base of the parts. ``key`` and ``title`` name it; ``fits`` says for what it is there."""

    key = ""
    title = ""
    icon = ""

    def __init__(self, ctx: UiContext, source: StorageSource) -> None:
        super().__init__()
        self.ctx = ctx
        self.source = source
        self.target: Target | None = None
        self.states = FourStates(self.make_content())
        self.states.retry_requested.connect(self.read_again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.states)

    @property
    def busy(self) -> bool:
        """Whether what is shown still grows."""
        return False

    def make_content(self) -> QWidget:
        """What is shown once it is known; nothing, unless a part says otherwise."""
        return QWidget()

    @classmethod
    def fits(cls, target: Target) -> bool:
        """Whether this part has something to say of it."""
        return True

    def look_at(self, target: Target) -> None:
        """Show another file; the same one is not read again."""
        if target != self.target:
            self.target = target
            self.begin(target)

    def read_again(self) -> None:
        """Read what is shown again."""
        if self.target is not None:
            self.begin(self.target)

    def forget(self) -> None:
        """The inspector closes: stop what still reads."""
        self.target = None

    def begin(self, target: Target) -> None:
        """Start to read."""

    def ask(self, question: Callable[[], T], answer: Callable[[T], None], what: str = "") -> None:
        """Ask off the main thread; what went wrong is shown with Retry."""
        self.states.show_loading(what or _("Reading"))
        self.ctx.tasks.run(
            f"storage:{self.key}",
            lambda _token: question(),
            owner=self,
            done=answer,
            failed=self.states.show_failed,
            key=self.key,
        )
