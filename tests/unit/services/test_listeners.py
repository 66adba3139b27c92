"""Whoever listens hears, whatever becomes of the others."""

from __future__ import annotations

import pytest

from hue_desktop.services.listeners import Listeners


def test_all_hear_until_they_end() -> None:
    heard: list[str] = []
    listeners: Listeners[[str]] = Listeners("a test")
    end = listeners.add(lambda word: heard.append(f"one {word}"))
    listeners.add(lambda word: heard.append(f"two {word}"))
    listeners.tell("a")
    end()
    end()  # ending twice is no fault
    listeners.tell("b")
    assert heard == ["one a", "two a", "two b"]


def test_one_that_fails_keeps_nobody_from_hearing(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[int] = []
    listeners: Listeners[[int]] = Listeners("a test")

    def fail(_number: int) -> None:
        raise ValueError("a bug")

    listeners.add(fail)
    listeners.add(heard.append)
    listeners.tell(1)
    assert heard == [1]
    assert "A listener of a test failed" in caplog.text


def test_one_may_end_itself_while_it_is_told() -> None:
    heard: list[int] = []
    listeners: Listeners[[int]] = Listeners("a test")

    def once(number: int) -> None:
        heard.append(number)
        end()

    end = listeners.add(once)
    listeners.tell(1)
    listeners.tell(2)
    assert heard == [1]
