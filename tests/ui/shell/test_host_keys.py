"""Asking about a new host: from a worker thread, answered on the main thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from hue_desktop.ui.shell.host_keys import HostKeyQuestions
from hue_desktop.ui.tasks import Poster


class _Person:
    def __init__(self, answer: bool) -> None:
        self.answer = answer
        self.read: list[str] = []

    def confirm(self, title: str, text: str, *, action: str, danger: bool = False) -> bool:
        self.read.append(text)
        return self.answer

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.mark.parametrize("answer", [True, False])
def test_the_person_decides(qtbot: QtBot, answer: bool) -> None:
    person, poster = _Person(answer), Poster()
    questions = HostKeyQuestions(person, poster.post)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(questions.confirm, "gate.example", "SHA256:abc")
        qtbot.waitUntil(asked.done)
        assert asked.result() is answer
    assert "gate.example" in person.read[0]
    assert "SHA256:abc" in person.read[0]
    poster.close()


def test_nobody_answers_and_the_window_closes(qtbot: QtBot) -> None:
    person = _Person(True)
    questions = HostKeyQuestions(person, lambda _show: None)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(questions.confirm, "a", "f") for _n in range(2)]
        questions.close()
        assert [each.result(10) for each in asked] == [False, False]
    late = HostKeyQuestions(person, lambda _show: None, patience_s=0.1)
    assert not late.confirm("a", "f")
    assert not person.read
