"""History, the clipboard's values, words and the treemap's layout: no window needed."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QUrl

from hue_desktop.core.file_systems import BlockPlace
from hue_desktop.core.format import date_time
from hue_desktop.core.storage import LOCAL, Entry, EntryKind, Location
from hue_desktop.ui.storage.blocks_panel import blocks_sentence
from hue_desktop.ui.storage.clip import is_move, locations_in, mime_of, pack, unpack
from hue_desktop.ui.storage.columns import FileRow, FolderFacts, columns_for, permission_text
from hue_desktop.ui.storage.drag_picture import drag_words
from hue_desktop.ui.storage.history import History
from hue_desktop.ui.storage.preview_panel import numbers_in
from hue_desktop.ui.storage.treemap_layout import Box, squarify
from hue_desktop.ui.storage.words import kind_words, name_problem, sums_words, uppers
from tests.ui.storage.desk import HDFS, S3


def at(path: str) -> Location:
    return Location(HDFS, path)


def test_history_goes_back_and_forward_and_forgets_what_lay_ahead() -> None:
    history = History()
    for path in ("/a/", "/b/", "/c/"):
        history.visit(at(path))
    history.visit(at("/c/"))
    assert history.step(-1) == (at("/b/"), "")
    history.keep_focus("x")
    assert history.step(-1) == (at("/a/"), "")
    assert history.step(-1) is None
    assert history.step(1) == (at("/b/"), "x")
    history.visit(at("/d/"))
    assert not history.can_go_forward
    assert history.step(-1) == (at("/b/"), "x")


def test_files_of_stores_pass_the_clipboard_with_their_stores() -> None:
    files = (Location(S3, "/lake/a b/ü%.csv"), Location(S3, "/lake//x/"), at("/w/e/"))
    mime = mime_of(files, move=True)
    assert locations_in(mime) == files
    assert is_move(mime)
    assert not mime.hasUrls()
    assert mime.text().splitlines()[0] == "s3://lake/a b/ü%.csv"


def test_local_files_are_urls_for_other_programs() -> None:
    mime = mime_of((Location(LOCAL, "/tmp/a b.txt"),))
    assert mime.urls() == [QUrl.fromLocalFile("/tmp/a b.txt")]
    assert not is_move(mime)


def test_urls_of_other_programs_are_read() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/tmp"), QUrl("https://example.org/x")])
    assert locations_in(mime) == (Location(LOCAL, "/tmp/"),)
    mime.setData("x-special/gnome-copied-files", b"cut\nfile:///tmp")
    assert is_move(mime)


def test_damaged_text_is_no_location() -> None:
    assert unpack("") is None
    assert unpack("[1]") is None
    assert unpack('{"kind": "ftp"}') is None
    place = Location(S3, "/lake/\n/key")
    assert unpack(pack(place)) == place


@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=60), st.floats(20, 900), st.floats(20, 900))
def test_the_treemap_fills_its_room_in_proportion(
    sizes: list[float], width: float, height: float
) -> None:
    ordered = sorted(sizes, reverse=True)
    boxes = squarify(ordered, Box(0, 0, width, height))
    total, room = sum(ordered), width * height
    for amount, box in zip(ordered, boxes, strict=True):
        assert abs(box.width * box.height - amount / total * room) < room * 1e-6
        assert box.x >= -1e-6
        assert box.x + box.width <= width * (1 + 1e-6)
        assert box.y + box.height <= height * (1 + 1e-6)


def test_a_treemap_without_room_or_sizes_has_empty_boxes() -> None:
    assert squarify([], Box(0, 0, 10, 10)) == []
    assert squarify([3.0, 1.0], Box(0, 0, 0, 10)) == [Box(0, 0, 0, 0)] * 2


def test_sums_speak_the_words_of_the_store() -> None:
    assert kind_words(at("/a/"), 1, 2) == "1 folder, 2 files"
    assert kind_words(Location(S3, "/lake/"), 2, 1) == "2 prefixes, 1 key"
    assert kind_words(Location(S3, "/"), 2, 0) == "2 buckets"
    text = sums_words(at("/a/"), (6, 0), 1, 1 << 30, loading=False)
    assert text.replace("\N{NO-BREAK SPACE}", " ") == "6 folders, 1 selected · 1 GiB"


def test_names_that_cannot_be_are_refused_in_words() -> None:
    assert name_problem("..", at("/a/"), False)
    assert name_problem("a/b", at("/a/"), False)
    assert not name_problem("a/b", Location(S3, "/lake/"), False)
    assert name_problem("x" * 256, at("/a/"), False)
    assert "already" in name_problem("x", at("/a/"), True)
    assert not name_problem("part 1 %+ü", at("/a/"), False)


def test_the_folders_above() -> None:
    assert [place.path for place in uppers(at("/a/b/c/"))] == ["/a/b/", "/a/", "/"]
    assert [place.path for place in uppers(Location(S3, "/lake//x/"))] == ["/lake//", "/lake/", "/"]
    assert uppers(at("/")) == []


def test_columns_fit_the_store() -> None:
    def keys(location: Location) -> list[str]:
        return [column.key for column in columns_for(location)]

    assert keys(Location(S3, "/")) == ["name", "modified"]
    assert keys(Location(S3, "/lake/")) == ["name", "size", "files", "storage_class", "modified"]
    assert "replication" in keys(at("/"))
    assert "permission" in keys(Location(LOCAL, "/"))


def test_what_is_not_known_is_a_dash_never_a_zero() -> None:
    by_key = {column.key: column for column in columns_for(at("/"))}
    folder = Entry("d", EntryKind.FOLDER, None, None, {"permission": 0o1777})
    assert by_key["size"].text(FileRow(folder)) == "–"
    assert by_key["size"].text(FileRow(folder, FolderFacts(3, 0))) == "0\N{NO-BREAK SPACE}B"
    assert by_key["files"].text(FileRow(folder, FolderFacts(5000, 1, True))).startswith("≥ 5")
    assert by_key["modified"].text(FileRow(folder)) == "–"
    assert permission_text(folder) == "drwxrwxrwt"
    far = Entry("f", EntryKind.FILE, 1, 1e18)
    assert by_key["modified"].text(FileRow(far)) == "–"


def test_what_was_written_today_shows_its_day_as_all_do() -> None:
    by_key = {column.key: column for column in columns_for(at("/"))}
    now = datetime.now(UTC)
    text = by_key["modified"].text(FileRow(Entry("d", EntryKind.FOLDER, None, now.timestamp())))
    assert text == date_time(now, today=now, always_date=True)
    assert len(text) > len("14:32")


def test_a_prefix_has_the_time_of_its_newest_key() -> None:
    by_key = {column.key: column for column in columns_for(Location(S3, "/lake/"))}
    prefix = Entry("raw", EntryKind.FOLDER)
    for facts in (None, FolderFacts(9, 9, at_least=True)):
        assert by_key["modified"].text(FileRow(prefix, facts)) == "–"
        assert by_key["storage_class"].text(FileRow(prefix, facts)) == "–"
    counted = FileRow(prefix, FolderFacts(9, 9, newest=1_700_000_000.0))
    assert by_key["modified"].text(counted).startswith("14 Nov 2023")
    assert by_key["modified"].tooltip is not None
    assert "newest" in by_key["modified"].tooltip(counted)


def test_what_hangs_on_the_pointer_names_the_files() -> None:
    one = (at("/w/a.txt"),)
    assert drag_words(one) == "a.txt"
    assert drag_words((*one, at("/w/b"), at("/w/c"))) == "a.txt and 2 more"


def test_columns_of_numbers_are_found() -> None:
    rows = (("1", "a", "2.5", ""), ("", "2", "-3e5", ""), ("30",))
    assert numbers_in(rows) == {0, 2}
    assert numbers_in(()) == frozenset()


def test_blocks_say_what_is_wrong_with_them() -> None:
    def block(n: int, *hosts: str, corrupt: bool = False) -> BlockPlace:
        return BlockPlace(n * 100, 100, hosts, corrupt)

    fine = blocks_sentence((block(0, "a", "b"), block(1, "b", "c")), 2)
    assert fine.startswith("2 blocks of up to 100")
    assert fine.endswith("on 3 nodes · 2 copies of each")
    bad = blocks_sentence((block(0), block(1, "a"), block(2, "a", "b", corrupt=True)), 2)
    assert "1 without any copy" in bad
    assert "1 corrupt" in bad
    assert "1 with fewer copies than 2" in bad
