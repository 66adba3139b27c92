"""Pages of listings, in all the ways that servers write them."""

from __future__ import annotations

import math
import random

import pytest

from hue_desktop.adapters.aws.s3.pages import epoch, next_token, read_page, to_columns

ELEMENTS = {
    "Key": "<Key>a%2Bb+c%C3%BC</Key>",
    "LastModified": "<LastModified>2026-11-22T11:24:23.250Z</LastModified>",
    "ETag": "<ETag>{0}0123abcd-2{0}</ETag>",
    "Size": "<Size>17</Size>",
    "StorageClass": "<StorageClass>GLACIER</StorageClass>",
    "Owner": "<Owner><ID>x</ID><DisplayName>y</DisplayName></Owner>",
    "ChecksumType": "<ChecksumType>FULL_OBJECT</ChecksumType>",
}


def page(*objects: str, more: str = "") -> str:
    body = "".join(f"<Contents>{each}</Contents>" for each in objects)
    return (
        '<?xml version="1.0"?><ListBucketResult><Name>b</Name><Prefix>p/</Prefix>'
        f"<EncodingType>url</EncodingType>{more}{body}</ListBucketResult>"
    )


def one(order: list[str], quote: str = "&quot;") -> str:
    return "".join(ELEMENTS[name].format(quote) for name in order)


@pytest.mark.parametrize("quote", ["&quot;", "&#34;", '"', ""])
@pytest.mark.parametrize("seed", range(5))
def test_any_order(seed: int, quote: str) -> None:
    order = list(ELEMENTS)
    random.Random(seed).shuffle(order)
    found = read_page(page(*[one(order, quote)] * 3))
    assert found.keys == ["a+b cü"] * 3
    assert (found.sizes, found.classes) == (["17"] * 3, ["GLACIER"] * 3)
    assert found.etags == ["0123abcd-2"] * 3
    assert found.times == ["2026-11-22T11:24:23.250Z"] * 3


def test_objects_that_are_not_alike() -> None:
    document = page(one(["Key", "Size"]), one(list(ELEMENTS)), one(["LastModified", "Key"]))
    entries = list(to_columns(read_page(document), "", deep=True).entries())
    assert [each.size for each in entries] == [17, 17, None]
    assert [each.modified is None for each in entries] == [True, False, False]
    assert [each.details["storage_class"] for each in entries] == ["", "GLACIER", ""]


def test_newlines_and_entities_in_keys() -> None:
    document = page(*[f"<Key>{key}</Key><Size>1</Size>" for key in ("a%0Ab", "c&amp;d", "e")])
    assert read_page(document).keys == ["a\nb", "c&d", "e"]
    plain = document.replace("<EncodingType>url</EncodingType>", "").replace("%0A", "+%41")
    assert read_page(plain).keys == ["a+%41b", "c&d", "e"]


def test_an_empty_page() -> None:
    found = read_page(page())
    assert (found.keys, found.prefixes, found.token) == ([], [], "")
    assert len(to_columns(found, "", deep=False)) == 0


@pytest.mark.parametrize("place", ["head", "tail"])
def test_the_token_is_found_wherever_it_stands(place: str) -> None:
    token = "<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b</NextContinuationToken>"
    objects = [one(list(ELEMENTS))] * 1000
    document = page(*objects, more=token if place == "head" else "")
    if place == "tail":
        document = document.replace("</ListBucketResult>", token + "</ListBucketResult>")
    assert next_token(document) == "a&b"
    assert len(read_page(document).keys) == 1000
    ended = "<IsTruncated>false</IsTruncated>"
    assert next_token(page(*objects, more=ended)) == ""


def test_a_token_in_the_middle() -> None:
    token = "<NextContinuationToken>t</NextContinuationToken><IsTruncated>true</IsTruncated>"
    objects = [one(list(ELEMENTS))] * 200
    document = page(*objects).replace("</Contents><Contents>", f"</Contents>{token}<Contents>", 100)
    assert next_token(document) == "t"


def test_folders_come_first_and_without_their_slash() -> None:
    prefixes = "".join(
        f"<CommonPrefixes><Prefix>{each}</Prefix></CommonPrefixes>" for each in ("p/x/", "p//")
    )
    document = page("<Key>p/f</Key><Size>3</Size>", more=prefixes)
    entries = list(to_columns(read_page(document), "p/", deep=False).entries())
    assert [(each.name, each.is_folder) for each in entries] == [
        ("x", True),
        ("", True),
        ("f", False),
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0.0),
        ("2026-11-22T11:24:23.250Z", 1795346663.25),
        ("2026-11-22T11:24:23Z", 1795346663.0),
    ],
)
def test_times(text: str, seconds: float) -> None:
    assert epoch(text) == seconds
    assert math.isnan(epoch(""))
    assert math.isnan(epoch("yesterday"))
