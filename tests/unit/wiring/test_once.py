"""Things made once, whichever thread comes first."""

from __future__ import annotations

import threading

from hue_desktop.wiring.once import once


class House:
    """Counts how often its things are made, and waits until two threads want one."""

    def __init__(self) -> None:
        self.made = 0
        self.meeting = threading.Barrier(2)

    @once
    def table(self) -> object:
        """A table."""
        self.made += 1
        return object()

    @once
    def room(self) -> tuple[object, object]:
        """It holds the table."""
        return (self.table, self.table)


def test_two_threads_get_the_same() -> None:
    house = House()
    found: list[object] = []

    def want() -> None:
        house.meeting.wait(10)
        found.append(house.table)

    threads = [threading.Thread(target=want) for _each in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    assert house.made == 1
    assert found[0] is found[1]


def test_what_is_made_may_need_others_and_is_kept() -> None:
    house = House()
    assert house.room[0] is house.table
    assert house.room is house.room
    assert House.table.__doc__ == "A table."
