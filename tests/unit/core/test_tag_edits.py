"""Tags: the difference and the limits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.instances import Role
from hue_desktop.core.resize_time import takes_effect
from hue_desktop.core.tag_edits import tag_edits, tag_problems

TAGS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8))


@given(TAGS, TAGS)
def test_the_edits_turn_one_set_into_the_other(
    before: dict[str, str], after: dict[str, str]
) -> None:
    edits = tag_edits(before.items(), after.items())
    result = {key: value for key, value in before.items() if key not in edits.remove}
    assert result | dict(edits.set) == after
    assert not set(edits.set) & set(edits.remove)
    assert bool(edits) == (before != after)


def test_what_aws_refuses_is_said_at_its_row() -> None:
    rows = [("ok", "1"), ("", "x"), ("AWS:x", ""), ("k" * 129, ""), ("v", "x" * 257)]
    problems = tag_problems(rows)
    assert sorted(problems) == [1, 2, 3, 4]
    assert "belong to AWS" in problems[2]
    assert sorted(tag_problems([("a", "1"), ("a", "2")])) == [0, 1]
    assert list(tag_problems([(str(n), "") for n in range(51)])) == [50]


def test_time_to_take_effect() -> None:
    assert "min" in takes_effect(Role.TASK, 2, 4)
    assert "HDFS" in takes_effect(Role.CORE, 4, 2)
    assert "containers" in takes_effect(Role.TASK, 4, 0)
    assert takes_effect(Role.TASK, 4, 4) == "nothing changes"
