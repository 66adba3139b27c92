"""Translation: everything a person reads passes through ``_`` or ``ngettext``.

``use`` installs a catalogue; until then (and for texts without a translation) English shows.
"""

from __future__ import annotations

import gettext

__all__ = ["_", "ngettext", "use"]

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use(catalogue: gettext.NullTranslations) -> None:
    """Translate with ``catalogue`` from now on; called once, before the first text is shown."""
    global _catalogue
    _catalogue = catalogue


def _(message: str) -> str:
    """The message in the user's language."""
    return _catalogue.gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The message for ``n`` things in the user's language; not yet filled in with ``n``."""
    return _catalogue.ngettext(singular, plural, n)
