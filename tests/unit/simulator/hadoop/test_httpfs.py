"""HttpFS: one host for everything."""

from __future__ import annotations

import http.client
import urllib.parse

from tests.unit.simulator.hadoop.webhdfs import HdfsRegion


def test_bytes_go_through_the_one_host(house: HdfsRegion, place: str) -> None:
    httpfs = house.httpfs()
    data = bytes(range(256)) * 5000
    answer = httpfs.ask("PUT", f"{place}/a b", "CREATE", data)
    assert answer.status == 201
    location = urllib.parse.urlsplit(answer.location)
    assert location.netloc == httpfs.netloc
    assert "data=true" in location.query
    assert httpfs.get(f"{place}/a b") == data
    assert httpfs.get(f"{place}/a b", offset=300, length=11) == data[300:311]
    assert httpfs.ask("POST", f"{place}/a b", "APPEND", b"tail").status == 200
    assert house.web().status(f"{place}/a b")["length"] == len(data) + 4
    assert httpfs.names(place) == ["a b"]
    assert httpfs.ask("DELETE", f"{place}/a b", "DELETE").json == {"boolean": True}


def test_it_wants_to_know_who_asks(house: HdfsRegion) -> None:
    assert house.httpfs("").ask("GET", "/", "LISTSTATUS").status == 401


def test_bytes_have_to_be_called_bytes(house: HdfsRegion, place: str) -> None:
    httpfs = house.httpfs()
    connection = http.client.HTTPConnection(httpfs.netloc, timeout=10)
    target = httpfs.target(f"{place}/f", "CREATE", data="true")
    connection.request("PUT", target, b"x", {"Content-Type": "text/plain"})
    answer = connection.getresponse()
    assert answer.status == 400
    assert b"application/octet-stream" in answer.read()
    connection.close()


def test_refusals_are_remote_exceptions(house: HdfsRegion, place: str) -> None:
    missing = house.httpfs().ask("GET", f"{place}/zz", "OPEN")
    assert (missing.status, missing.exception) == (404, "FileNotFoundException")
    assert house.httpfs("eve").ask("PUT", f"{place}/d", "MKDIRS").status == 403
