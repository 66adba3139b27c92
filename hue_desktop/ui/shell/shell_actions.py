"""The shell's own actions: going about in the window."""

from __future__ import annotations

from collections.abc import Callable

from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.shell.keys_sheet import KeysSheet, key_text
from hue_desktop.ui.shell.window import MainWindow
from hue_desktop.ui.theme import ThemeChoice

__all__ = ["shell_actions"]


def shell_actions(window: MainWindow) -> tuple[Action, ...]:
    """The actions of ``window``."""

    def plain(do: Callable[[], object]) -> Callable[[UiContext, ActionContext], None]:
        def handler(_ctx: UiContext, _context: ActionContext) -> None:
            do()

        return handler

    def act(
        id_: str,
        title: str,
        do: Callable[[], object],
        shortcut: str = "",
        *,
        icon: str = "",
        word: str = "",
        in_palette: bool = True,
        keywords: str = "",
    ) -> Action:
        return Action(
            f"window.{id_}",
            title,
            plain(do),
            icon=icon,
            shortcut=shortcut,
            word=word,
            in_palette=in_palette,
            keywords=keywords,
        )

    tabs = [
        act(
            f"tab_{n}",
            _("Show tab {n}").format(n=n),
            lambda n=n: _show_nth(window, n),  # type: ignore[misc]
            f"Ctrl+{n}",
            in_palette=False,
        )
        for n in range(1, 10)
    ]
    return (
        act("refresh", _("Read again"), window.refresh, "F5", icon="refresh", word="refresh"),
        act("palette", _("Go to or run"), window.open_palette, "Ctrl+K", in_palette=False),
        act("command", _("Command line"), lambda: window.open_palette(":"), ":", in_palette=False),
        act("keys", _("Keys of this screen"), lambda: _show_keys(window), "?", icon="keyboard",
            word="keys", keywords=_("shortcuts help")),
        act("filter", _("Filter this page"), lambda: _focus_filter(window), "/", icon="filter"),
        act("catalog", _("Filter clusters"), lambda: window.catalog.filter.setFocus(), "Ctrl+F",
            icon="search"),
        act("up", _("Up"), window.go_up, "Backspace", icon="arrow-up"),
        act("close_tab", _("Close tab"), window.close_tab, "Ctrl+W", icon="close", word="close"),
        act("next_tab", _("Next tab"), lambda: window.tabs.step(1), "Ctrl+Tab"),
        act("previous_tab", _("Previous tab"), lambda: window.tabs.step(-1), "Ctrl+Shift+Tab"),
        act("dock", _("Fold or unfold the dock"), window.dock.flip, "Ctrl+D", icon="activity"),
        act("read_only", _("Turn read-only mode on or off"), window.toggle_read_only,
            "Ctrl+Shift+L", icon="lock", word="readonly", keywords=_("padlock protect changes")),
        act("theme", _("Light or dark"), lambda: _flip_theme(window), "Ctrl+Shift+D",
            icon="moon", word="theme"),
        act("quit", _("Quit"), window.close, "Ctrl+Q", icon="power", word="quit"),
        *tabs,
    )  # fmt: skip


def _show_nth(window: MainWindow, n: int) -> None:
    keys = window.tabs.order()
    if n <= len(keys):
        window.tabs.show_tab(keys[n - 1])


def _focus_filter(window: MainWindow) -> None:
    page = window.workspace.page
    if page is None or not page.focus_filter():
        window.catalog.filter.setFocus()


def _flip_theme(window: MainWindow) -> None:
    choice = ThemeChoice.LIGHT if window.ctx.theme.dark else ThemeChoice.DARK
    window.ctx.app.settings.set("appearance.theme", choice.value)


def _show_keys(window: MainWindow) -> None:
    page = window.workspace.page
    here = list(page.keys()) if page is not None else []
    context = window.action_context()
    everywhere, screens = [], []
    for action in window.ctx.actions.all():
        if not action.shortcut or action.id.startswith("window.tab_"):
            continue
        line = (key_text(action.shortcut), action.title)
        if action.id.startswith("window."):
            everywhere.append(line)
        elif action.applies(context):
            screens.append(line)
    everywhere.append(("Ctrl+1 … 9", _("Show tab 1 to 9")))
    title = page.title if page is not None else ""
    sections = (
        (title, here),
        (_("What can be done here"), screens),
        (_("Everywhere"), everywhere),
    )
    window.workspace.open_sheet(lambda _ctx: KeysSheet(title, sections))
