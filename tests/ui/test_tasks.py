"""Work off the main thread: where results arrive, what is dropped, how it ends."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from hue_desktop.core.errors import Cancelled, HueError, Unreachable
from hue_desktop.ui.tasks import CancelToken, Poster, TaskRunner


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.close()


def test_done_is_called_on_the_main_thread(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, seen = QObject(), []
    main = QThread.currentThread()
    job_threads = []

    def job(_token: CancelToken) -> int:
        job_threads.append(threading.current_thread())
        return 7

    runner.run("aws", job, owner=owner, done=lambda n: seen.append((n, QThread.currentThread())))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(7, main)]
    assert job_threads[0] is not threading.main_thread()


def test_an_error_reaches_failed_and_not_done(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, failed, done = QObject(), [], []

    def job(_token: CancelToken) -> None:
        raise Unreachable("Nobody answers.", remedy="Start it.")

    runner.run("aws", job, owner=owner, done=done.append, failed=failed.append)
    qtbot.waitUntil(lambda: bool(failed))
    assert str(failed[0]) == "Nobody answers. Start it."
    assert not done


def test_an_error_without_a_path_reaches_the_loud_place(runner: TaskRunner, qtbot: QtBot) -> None:
    owner = QObject()

    def job(_token: CancelToken) -> None:
        raise HueError("Lost.")

    with qtbot.waitSignal(runner.failed) as caught:
        runner.run("aws", job, owner=owner)
    assert str(caught.args[0]) == "Lost."


def test_a_bug_is_told_as_a_bug(
    runner: TaskRunner, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    owner, failed = QObject(), []

    def job(_token: CancelToken) -> None:
        raise ZeroDivisionError("by zero")

    with qtbot.waitSignal(runner.crashed) as caught:
        runner.run("aws", job, owner=owner, failed=failed.append)
    assert "ZeroDivisionError" in caught.args[0]
    assert "inside the application" in failed[0].message
    assert "ZeroDivisionError" in caplog.text


def test_a_result_for_a_deleted_owner_is_dropped(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, other = QObject(), QObject()
    go, called, after = threading.Event(), [], []
    runner.run("one", lambda _t: go.wait(5), owner=owner, done=called.append)
    runner.run("one", lambda _t: 2, owner=other, done=after.append)
    owner.deleteLater()
    del owner
    qtbot.waitUntil(lambda: runner.active() == 2)
    qtbot.wait(0)
    go.set()
    qtbot.waitUntil(lambda: after == [2])
    assert called == []


def test_cancel_closes_a_blocked_socket(runner: TaskRunner, qtbot: QtBot) -> None:
    ours, theirs = socket.socketpair()
    owner, ended, called = QObject(), threading.Event(), []

    def job(token: CancelToken) -> bytes:
        token.on_cancel(lambda: ours.shutdown(socket.SHUT_RDWR))
        try:
            return ours.recv(1)
        finally:
            ended.set()

    task = runner.run("aws", job, owner=owner, done=called.append, failed=called.append)
    qtbot.waitUntil(lambda: task.started is not None)
    task.cancel()
    assert ended.wait(5)
    qtbot.waitUntil(lambda: runner.active() == 0)
    assert called == []
    ours.close()
    theirs.close()


def test_a_lane_nobody_declared_runs_one_job_at_a_time(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, order, at_once, most = QObject(), [], [], []

    def job(number: int) -> int:
        at_once.append(number)
        most.append(len(at_once))
        time.sleep(0)
        at_once.remove(number)
        return number

    for number in range(50):
        runner.run("ssh:host", lambda _t, n=number: job(n), owner=owner, done=order.append)
    qtbot.waitUntil(lambda: len(order) == 50)
    assert order == list(range(50))
    assert max(most) == 1


def test_five_thousand_jobs_all_come_back(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, results = QObject(), []
    for number in range(5000):
        runner.run("aws", lambda _t, n=number: n, owner=owner, done=results.append)
    qtbot.waitUntil(lambda: len(results) == 5000, timeout=20_000)
    assert sorted(results) == list(range(5000))
    assert runner.active() == 0


def test_a_newer_job_of_the_same_key_wins(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, go, seen = QObject(), threading.Event(), []

    def slow(_token: CancelToken) -> str:
        go.wait(5)
        return "old"

    runner.run("aws", slow, owner=owner, done=seen.append, key="series")
    runner.run("aws", lambda _t: "new", owner=owner, done=seen.append, key="series")
    qtbot.waitUntil(lambda: seen == ["new"])
    go.set()
    qtbot.waitUntil(lambda: runner.active() == 0)
    assert seen == ["new"]


def test_a_job_that_takes_too_long_is_told_to_its_owner(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, failed = QObject(), []

    def job(token: CancelToken) -> None:
        token.wait(30)
        token.raise_if_cancelled()

    runner.run("aws", job, owner=owner, failed=failed.append, timeout_s=0.1)
    qtbot.waitUntil(lambda: bool(failed))
    assert isinstance(failed[0], Unreachable)


def test_close_waits_for_no_stuck_job(qtbot: QtBot) -> None:
    runner, owner, stuck = TaskRunner(), QObject(), threading.Event()
    called: list[object] = []
    task = runner.run("aws", lambda _t: stuck.wait(30), owner=owner, done=called.append)
    waiting = runner.run("aws", lambda token: token.wait(30), owner=owner, done=called.append)
    qtbot.waitUntil(lambda: task.started is not None and waiting.started is not None)
    before = time.monotonic()
    runner.close()
    assert time.monotonic() - before < 1.8
    stuck.set()
    assert runner.run("aws", lambda _t: 1, owner=owner, done=called.append).token.cancelled
    qtbot.waitUntil(lambda: not [t for t in threading.enumerate() if t.name.startswith("aws-")])
    assert called == []


def test_a_cancelled_token_runs_a_late_hook_at_once() -> None:
    token, ran = CancelToken(), []
    token.cancel()
    token.on_cancel(lambda: ran.append(1))
    assert ran == [1]
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()


def test_the_poster_keeps_order_and_forgets_after_close(qtbot: QtBot) -> None:
    poster, seen = Poster(), []
    for number in range(100):
        poster.post(lambda n=number: seen.append(n))
    qtbot.waitUntil(lambda: len(seen) == 100)
    assert seen == list(range(100))
    poster.post(lambda: seen.append(-1))
    poster.close()
    poster.post(lambda: seen.append(-2))
    qtbot.wait(0)
    assert seen[-1] == 99
