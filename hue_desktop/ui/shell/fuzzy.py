"""Fuzzy matching for the palette. Pure."""

from __future__ import annotations

__all__ = ["fuzzy_score"]

_BOUNDARIES = " -_./:·"


def fuzzy_score(wanted: str, text: str) -> int | None:
    """How well ``text`` answers ``wanted``: higher is better, ``None`` when it does not.

    Every word of ``wanted`` must be found, whole (best at the start of a word) or as letters in
    order.
    """
    folded = text.casefold()
    total = 0
    for word in wanted.casefold().split():
        score = _word_score(word, folded)
        if score is None:
            return None
        total += score
    return total - len(text) // 8


def _word_score(word: str, text: str) -> int | None:
    at = text.find(word)
    if at == 0:
        return 100 + 4 * len(word)
    while at > 0:
        if text[at - 1] in _BOUNDARIES:
            return 80 + 4 * len(word)
        following = text.find(word, at + 1)
        if following < 0:
            return 50 + 3 * len(word)
        at = following
    return _letters_score(word, text)


def _letters_score(word: str, text: str) -> int | None:
    position, score, last = -1, 0, -2
    for letter in word:
        position = text.find(letter, position + 1)
        if position < 0:
            return None
        if position == last + 1:
            score += 3
        elif position == 0 or text[position - 1] in _BOUNDARIES:
            score += 2
        last = position
    return score
