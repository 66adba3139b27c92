"""The question whether a host that is met for the first time has the right key."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hue_desktop.core.text import _
from hue_desktop.ui.context import Asker

__all__ = ["HostKeyQuestions"]

PATIENCE_S = 75.0  #: others wait for the same login meanwhile


class HostKeyQuestions:
    """Asked on a worker thread, shown on the main thread; no answer in time is a no.

    ``post`` runs a function on the main thread.
    """

    def __init__(
        self,
        ask: Asker,
        post: Callable[[Callable[[], None]], None],
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._ask = ask
        self._post = post
        self._patience_s = patience_s
        self._closed = threading.Event()
        self._turn = threading.Lock()

    def confirm(self, host: str, fingerprint: str) -> bool:
        """Whether the person says that the fingerprint is the host's. Blocks."""
        answered = threading.Event()
        answers: list[bool] = []

        def show() -> None:
            if not self._closed.is_set():
                answers.append(self._show(host, fingerprint))
            answered.set()

        with self._turn:  # one question at a time
            if self._closed.is_set():
                return False
            self._post(show)
            waited_s, step_s = 0.0, 0.1
            while waited_s < self._patience_s and not self._closed.is_set():
                if answered.wait(step_s):
                    break
                waited_s += step_s
        return bool(answers and answers[0])

    def close(self) -> None:
        """Answer whoever waits with no."""
        self._closed.set()

    def _show(self, host: str, fingerprint: str) -> bool:
        text = _(
            "{host} is met for the first time. Its key has the fingerprint\n{fingerprint}\n\n"
            "Compare it with what the host’s owner says. Once you trust it, any other key is "
            "refused."
        ).format(host=host, fingerprint=fingerprint)
        return self._ask.confirm(_("Is this the right host?"), text, action=_("Trust"))
