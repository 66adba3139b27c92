"""How the window looks: tokens, the theme that applies them, and icons."""

from hue_desktop.ui.theme.icons import icon, icon_names, pixmap
from hue_desktop.ui.theme.theme import Theme, ThemeChoice, active_theme

__all__ = ["Theme", "ThemeChoice", "active_theme", "icon", "icon_names", "pixmap"]
