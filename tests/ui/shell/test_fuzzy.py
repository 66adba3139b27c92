"""What the palette takes for an answer, and which one it puts first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.ui.shell.fuzzy import fuzzy_score


def best(wanted: str, *texts: str) -> str:
    scored = [(fuzzy_score(wanted, text), text) for text in texts]
    return max((score, text) for score, text in scored if score is not None)[1]


def test_words_at_the_start_come_before_words_inside_before_letters() -> None:
    assert best("ana", "banana", "analytics") == "analytics"
    assert best("night", "knights", "etl-nightly") == "etl-nightly"
    assert best("etl", "early trial", "etl-nightly") == "etl-nightly"


def test_all_words_must_be_found_in_any_order() -> None:
    assert fuzzy_score("group add", "Add task group…") is not None
    assert fuzzy_score("group xyz", "Add task group…") is None


@given(st.text(min_size=1, max_size=20))
def test_a_text_answers_itself(text: str) -> None:
    assert fuzzy_score(text, text) is not None


@given(st.text(max_size=8), st.text(max_size=30))
def test_what_is_found_has_the_letters_in_order(wanted: str, text: str) -> None:
    if fuzzy_score(wanted, text) is None or len(wanted.split()) != 1:
        return
    position = 0
    for letter in wanted.casefold().strip():
        position = text.casefold().find(letter, position) + 1
        assert position > 0
