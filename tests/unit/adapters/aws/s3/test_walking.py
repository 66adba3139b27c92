"""Walking side by side finds each key once, whatever the tree and however workers are shared."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hue_desktop.adapters.aws.s3.walking import walk_prefix
from hue_desktop.core.errors import AccessDenied
from hue_desktop.core.storage import EntryPage
from tests.unit.adapters.aws.s3.conftest import Lake


def random_keys(seed: int, count: int) -> set[str]:
    """A skewed tree: deep and shallow, flat and bushy, names that sort around a slash."""
    chance = random.Random(seed)
    words = ["a", "a-", "a.", "a0", "b", "zz", "ü", "with space", "\U0001f600", "~"]
    keys: set[str] = set()
    while len(keys) < count:
        depth = chance.choice((0, 1, 1, 2, 4))
        folders = [chance.choice(words[: chance.randint(1, len(words))]) for _ in range(depth)]
        keys.add("/".join([*folders, f"{chance.choice(words)}{chance.randint(0, 30)}"]))
    return keys


def names(pages: list[EntryPage]) -> list[str]:
    return [
        name + ("/" if page.folders[row] else "")
        for page in pages
        for row, name in enumerate(page.names)
    ]


@pytest.fixture
def tree(lake: Lake, request: pytest.FixtureRequest) -> set[str]:
    keys = random_keys(request.param, 150)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lake.put, keys))
    return keys


@pytest.mark.parametrize("tree", [1, 2, 3], indirect=True)
def test_each_key_is_found_once(lake: Lake, tree: set[str]) -> None:
    for width in (1, 2, 5):
        for limit in (1, 3, 20, 1000):
            pages = list(walk_prefix(lake.fs._calls, lake.bucket, "", width=width, limit=limit))
            assert sorted(names(pages)) == sorted(tree), (width, limit)


@pytest.mark.parametrize("tree", [4], indirect=True)
def test_a_prefix_is_walked_alone(lake: Lake, tree: set[str]) -> None:
    for prefix in ("a/", "b/", "a-/", "none/"):
        pages = list(walk_prefix(lake.fs._calls, lake.bucket, prefix, width=4, limit=2))
        wanted = sorted(key[len(prefix) :] for key in tree if key.startswith(prefix))
        assert sorted(names(pages)) == wanted


def test_keys_that_only_moto_takes(any_keys: Lake) -> None:
    keys = {"a", "a/", "a//b", "a//", "/a", "//", "a/../b", "a/b/", "a\x01b", "a\\b", "a/b/c/d"}
    for key in keys:
        any_keys.put(key, b"")
    for limit in (1, 2, 1000):
        pages = walk_prefix(any_keys.fs._calls, any_keys.bucket, "", width=3, limit=limit)
        assert sorted(names(list(pages))) == sorted(keys)


def test_the_workers_end_when_nobody_reads_on(lake: Lake) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lake.put, [f"d{number % 7}/{number}" for number in range(100)]))
    pages = walk_prefix(lake.fs._calls, lake.bucket, "", width=4, limit=2)
    next(pages)
    next(pages)
    workers = [each for each in threading.enumerate() if each.name.startswith("s3-walk")]
    assert workers
    pages.close()  # type: ignore[attr-defined]
    for worker in workers:
        worker.join(10)
        assert not worker.is_alive()


def test_an_error_of_a_worker_is_raised_where_the_pages_are_read(lake: Lake) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lake.put, [f"d{number % 7}/{number}" for number in range(40)]))
    pages = walk_prefix(lake.fs._calls, lake.bucket, "", width=4, limit=2)
    next(pages)
    lake.fault(code="AccessDenied", query="list-type")
    with pytest.raises(AccessDenied):
        list(pages)
