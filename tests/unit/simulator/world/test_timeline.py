"""The heap of what is due."""

from __future__ import annotations

import random

from hue_desktop.simulator.world.timeline import Event, Timeline


def test_events_come_in_the_order_of_their_instants_then_of_their_keys() -> None:
    timeline = Timeline()
    events = [
        Event(float(due), kind, "j-1", subject)
        for due, kind, subject in ((3, "a", "x"), (1, "b", "x"), (3, "a", "w"), (2, "c", ""))
    ]
    random.Random(1).shuffle(events)
    for event in events:
        timeline.put(event)
    order = []
    while (event := timeline.pop_due(10.0)) is not None:
        order.append((event.due, event.key))
    assert order == [(1.0, "b:x"), (2.0, "c:j-1"), (3.0, "a:w"), (3.0, "a:x")]


def test_an_event_of_the_same_key_takes_the_place_of_the_first() -> None:
    timeline = Timeline()
    timeline.put(Event(5.0, "a", "j-1"))
    timeline.put(Event(9.0, "a", "j-1"))
    assert timeline.pop_due(8.0) is None
    assert len(timeline) == 1
    timeline.put(Event(2.0, "a", "j-1"))
    timeline.put(Event(2.0, "a", "j-1", data={"second": True}))
    popped = timeline.pop_due(8.0)
    assert popped is not None
    assert popped.data == {"second": True}
    assert timeline.pop_due(8.0) is None


def test_dropped_events_do_not_come() -> None:
    timeline = Timeline()
    for number in range(500):
        timeline.put(Event(float(number), "a", "j-1", str(number)))
    for number in range(499):
        assert timeline.drop(f"a:{number}") is not None
    assert timeline.drop("a:0") is None
    popped = timeline.pop_due(1000.0)
    assert popped is not None
    assert popped.subject == "499"
    assert timeline.pop_due(1000.0) is None
