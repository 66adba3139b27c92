"""Odd names come back as they went in, or are refused."""

from __future__ import annotations

import pytest

from hue_desktop.core.errors import Refused
from hue_desktop.core.storage import StoreKind
from tests.contract.file_systems.place import Place

ODD_NAMES = [
    "with space",
    " leading and trailing ",
    "plus+plus",
    "per%cent",
    "encoded%20space",
    "half%2",
    "hash#mark",
    "question?mark=1&b=2",
    "ümläut – dash",
    "日本語",
    "e\u0301 decomposed",
    "\U0001f600",
    "quote\"s and 'ticks'",
    "<angle>&amp;",
    "back\\slash",
    "star*[a-z]{x}",
    "colon:semicolon;",
    "~tilde",
    ".hidden",
    "trailing.",
    "new\nline",
    "tab\there",
    "a" * 200,
]


@pytest.mark.parametrize("name", ODD_NAMES, ids=lambda name: ascii(name)[:30])
def test_an_odd_name_survives_the_round_trip(place: Place, name: str) -> None:
    folder = f"{name}.d"
    if name in place.backend.mangled_names:
        pytest.skip("this server makes another name of it")
    if name in place.backend.refused_names:
        with pytest.raises(Refused):
            place.put(name)
        return
    data = name.encode()
    place.put(name, data)
    place.put(f"{folder}/{name}", data)
    assert place.read(name) == data
    assert place.fs.stat(place.at(name)).name == name
    assert set(place.listed()) == {name, folder}
    assert place.listed()[folder].is_folder
    assert set(place.listed(place.at(folder + "/"))) == {name}
    assert set(place.walked()) == {name, f"{folder}/{name}"}
    place.fs.rename(place.at(name), place.at("plain"))
    assert place.read("plain") == data
    assert place.fs.delete(place.at(f"{folder}/{name}")) == 1
    assert set(place.walked(place.at(folder + "/"))) <= {""}


def test_keys_that_no_disk_can_hold(place: Place) -> None:
    if place.fs.store.kind is not StoreKind.S3:
        pytest.skip("only object stores have keys")
    for name in ("/leading", "double//slash", "marker/"):
        if name in place.backend.refused_names | place.backend.mangled_names:
            continue
        data = b"" if name.endswith("/") else name.encode()
        place.put(name, data)
        assert place.read(name) == data
        assert name.rstrip("/") in {each.rstrip("/") for each in place.walked()}


def test_names_come_as_they_are_and_not_as_patterns(place: Place) -> None:
    place.put("a[1]", b"1")
    place.put("a1", b"2")
    assert place.read("a[1]") == b"1"
    assert place.fs.delete(place.at("a[1]")) == 1
    assert set(place.listed()) == {"a1"}
