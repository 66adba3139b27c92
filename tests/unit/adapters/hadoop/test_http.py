"""The thin HTTP: bodies in every form, connections that are kept, closed, cut or silent."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from hue_desktop.adapters.hadoop.direct import DirectConnector
from hue_desktop.adapters.hadoop.http import HttpPool
from hue_desktop.adapters.hadoop.namenode import Call, NameNodes
from hue_desktop.core.errors import (
    AccessDenied,
    Cancelled,
    NotFound,
    ProtocolError,
    Refused,
    ServiceError,
    Unreachable,
)
from tests.unit.adapters.hadoop.servers import Said, saying

STATUS = Call("GET", "GETFILESTATUS", "/a b/ü?")
RENAME = Call("PUT", "RENAME", "/a", {"destination": "/b"}, again=False)


def answer(body: bytes, *head: str, status: str = "200 OK") -> bytes:
    """An answer with a length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *head, "", ""]
    return "\r\n".join(lines).encode() + body


def remote(name: str, message: str = "", status: str = "403 Forbidden") -> bytes:
    """Hadoop's answer to what went wrong."""
    body = f'{{"RemoteException":{{"exception":"{name}","message":"{message}"}}}}'
    return answer(body.encode(), status=status)


OK = answer(b'{"x":1}')
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'3;more=1\r\n{"x\r\n4\r\n":2}\r\n0\r\nTrailer: t\r\n\r\n'
)


@pytest.fixture
def opened() -> Iterator[list[NameNodes]]:
    """Closed in the end."""
    made: list[NameNodes] = []
    yield made
    for each in made:
        each.close()


def to(*servers: Said, opened: list[NameNodes], timeout_s: float = 5.0) -> NameNodes:
    """NameNodes at those servers, asked quickly again."""
    pool = HttpPool(DirectConnector(), timeout_s=timeout_s)
    addresses = [("127.0.0.1", server.port) for server in servers]
    opened.append(NameNodes(pool, addresses, "me & you", base_s=0.001))
    return opened[-1]


def test_requests_follow_each_other_on_one_connection(opened: list[NameNodes]) -> None:
    with saying([OK, CHUNKED, OK]) as server:
        names = to(server, opened=opened)
        assert [names.ask(STATUS) for _n in range(3)] == [{"x": 1}, {"x": 2}, {"x": 1}]
    assert server.connections == 1
    assert server.heads[0].startswith(
        "GET /webhdfs/v1/a%20b/%C3%BC%3F?op=GETFILESTATUS&user.name=me+%26+you HTTP/1.1"
    )


def test_a_body_may_end_with_the_connection(opened: list[NameNodes]) -> None:
    with saying([b'HTTP/1.1 200 OK\r\n\r\n{"x":5}'], [OK]) as server:
        names = to(server, opened=opened)
        assert names.ask(STATUS) == {"x": 5}
        assert names.ask(STATUS) == {"x": 1}
    assert server.connections == 2


def test_several_calls_go_out_at_once(opened: list[NameNodes]) -> None:
    with saying([OK, CHUNKED]) as server:
        assert to(server, opened=opened).ask_all([STATUS, STATUS]) == [{"x": 1}, {"x": 2}]


def test_a_kept_connection_that_was_closed_costs_nothing(opened: list[NameNodes]) -> None:
    with saying([OK], [OK]) as server:
        names = to(server, opened=opened)
        assert names.ask(STATUS)
        assert names.ask(RENAME), "even a change: the server had not read it"
    assert server.connections == 2


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b"HTTP/1.1 200",
        b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"x"',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
)
def test_a_read_that_was_cut_is_sent_again_and_a_change_is_not(
    cut: bytes, opened: list[NameNodes]
) -> None:
    with saying([cut], [OK]) as server:
        assert to(server, opened=opened).ask(STATUS) == {"x": 1}
    with saying([cut], [OK]) as server:
        with pytest.raises(Unreachable, match="was cut"):
            to(server, opened=opened).ask(RENAME)
        assert len(server.heads) == 1
        to(server, opened=opened).ask(STATUS)


def test_a_silent_server_is_given_up(opened: list[NameNodes]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        pool = HttpPool(DirectConnector(), timeout_s=0.02)
        opened.append(NameNodes(pool, [silent.getsockname()], "me", attempts=2, base_s=0.001))
        with pytest.raises(Unreachable, match="silent for too long"):
            opened[0].ask(STATUS)


def test_what_is_not_http_is_said_so(opened: list[NameNodes]) -> None:
    with (
        saying([b"SSH-2.0-OpenSSH_9.2\r\n\r\n"]) as server,
        pytest.raises(ProtocolError, match="not HTTP"),
    ):
        to(server, opened=opened).ask(STATUS)
    with (
        saying([answer(b"<html>")]) as server,
        pytest.raises(ProtocolError, match="not as WebHDFS"),
    ):
        to(server, opened=opened).ask(STATUS)


def test_the_other_namenode_answers_when_one_is_on_standby(opened: list[NameNodes]) -> None:
    with saying([remote("StandbyException")]) as standby, saying([OK, OK]) as active:
        names = to(standby, active, opened=opened)
        assert names.ask(RENAME) == {"x": 1}, "a standby has changed nothing"
        assert names.ask(STATUS) == {"x": 1}
    assert standby.connections == 1, "and it is not asked first again"


@pytest.mark.parametrize(
    ("name", "message", "kind", "code"),
    [
        ("FileNotFoundException", "File does not exist: /a", NotFound, ""),
        ("AccessControlException", "Permission denied: user=x", AccessDenied, None),
        ("FileAlreadyExistsException", "exists", Refused, "AlreadyExists"),
        ("PathIsNotEmptyDirectoryException", "`/a is non empty'", Refused, "NotEmpty"),
        ("DSQuotaExceededException", "The DiskSpace quota", Refused, "NoSpace"),
        (
            "IOException",
            "could only be written to 0 of the 1 minReplication nodes",
            Refused,
            "NoSpace",
        ),
        ("InvalidPathException", "Invalid path name", Refused, "InvalidName"),
        ("ParentNotDirectoryException", "/a is not a directory", Refused, "NotFolder"),
        ("BlockMissingException", "Could not obtain block", Refused, "BlockMissingException"),
        ("SafeModeException", "Name node is in safe mode", Refused, "SafeModeException"),
        ("RuntimeException", "what", ServiceError, "RuntimeException"),
    ],
)
def test_hadoops_exceptions_have_a_meaning(
    name: str, message: str, kind: type[Exception], code: str | None, opened: list[NameNodes]
) -> None:
    with saying([remote(name, message)] * 5) as server, pytest.raises(kind) as raised:
        to(server, opened=opened).ask(RENAME)
    if code:
        assert getattr(raised.value, "code", None) == code


def test_kerberos_is_named(opened: list[NameNodes]) -> None:
    with (
        saying([answer(b"<html>", status="401 Authentication required")]) as server,
        pytest.raises(AccessDenied, match="Kerberos"),
    ):
        to(server, opened=opened).ask(STATUS)


def test_after_closing_nothing_is_asked(opened: list[NameNodes]) -> None:
    with saying([OK]) as server:
        names = to(server, opened=opened)
        names.ask(STATUS)
        names.close()
        with pytest.raises(Cancelled):
            names.ask(STATUS)
