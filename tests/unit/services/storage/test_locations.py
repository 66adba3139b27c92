"""What a person writes, and what it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterState, ClusterSummary
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.services.fleet.values import ConnectionState, ConnectionStatus, FleetSnapshot
from hue_desktop.services.storage.completing import complete
from hue_desktop.services.storage.locations import Locations, display
from hue_desktop.services.storage.locations import home as user_home
from hue_desktop.services.storage.service import StorageService

CONNECTIONS = (
    Connection("dev", regions=("eu-central-1",)),
    Connection("prod", regions=("us-east-1",)),
)
HERE = Location(LOCAL, "/data/in/")
PROD_S3 = StoreId(StoreKind.S3, "prod", "us-west-2")
HDFS = StoreId(StoreKind.HDFS, "prod", "us-east-1", "j-AAA")


def cluster(
    name: str, cluster_id: str, connection: str = "prod", state: ClusterState = ClusterState.WAITING
) -> ClusterSnapshot:
    summary = ClusterSummary(cluster_id, name, state)
    return ClusterSnapshot(ClusterRef(connection, "us-east-1", cluster_id), summary)


def locations(*clusters: ClusterSnapshot) -> Locations:
    fleet = FleetSnapshot(clusters={each.ref: each for each in clusters})
    return Locations(lambda: fleet, lambda: CONNECTIONS)


ONE = locations(cluster("analytics", "j-AAA"))
TWO = locations(cluster("analytics", "j-AAA"), cluster("etl", "j-BBB", "dev"))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/var/log", "/var/log"),
        ("/var/log/", "/var/log/"),
        ("/var//log/../x", "/var/x"),
        ("sub/file", "/data/in/sub/file"),
        ("../up/", "/data/up/"),
        (".", "/data/in/"),
        ("file:///with%20space/100%25", "/with space/100%"),
        ("name with spaces ", "/data/in/name with spaces "),
        ("", "/data/in/"),
    ],
)
def test_local_paths(text: str, path: str) -> None:
    assert ONE.parse(text, HERE) == Location(LOCAL, path)


def test_the_home_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/marta")
    assert ONE.parse("~/x/", HERE) == Location(LOCAL, "/home/marta/x/")
    assert display(Location(LOCAL, "/home/marta/x/")) == "~/x/"
    assert display(Location(LOCAL, "/home/marta")) == "~"
    assert display(Location(LOCAL, "/home/martha/x")) == "/home/martha/x"
    assert ONE.parse("~", HERE).as_folder() == user_home()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("s3://lake", "/lake/"),
        ("s3://lake/raw/", "/lake/raw/"),
        ("s3://lake//leading//double", "/lake//leading//double"),
        ("s3a://lake/a b%20c+d", "/lake/a b%20c+d"),
        ("s3://lake/../x", "/lake/../x"),
        ("s3://", "/"),
    ],
)
def test_keys_are_taken_verbatim(text: str, path: str) -> None:
    found = ONE.parse(text, HERE)
    assert found == Location(StoreId(StoreKind.S3, "dev", "eu-central-1"), path)
    near = Location(PROD_S3, "/other/")
    assert ONE.parse(text, near) == Location(PROD_S3, path)
    assert ONE.parse(display(found), found) == found


def test_relative_keys() -> None:
    near = Location(PROD_S3, "/lake/raw/events/")
    assert ONE.parse("x/../y", near).path == "/lake/raw/events/x/../y"
    assert ONE.parse("../z/", near).path == "/lake/raw/z/"
    assert ONE.parse("../../../..", near).path == "/"


def test_s3_of_a_cluster_is_its_connections() -> None:
    found = ONE.parse("s3://lake/", Location(HDFS, "/"))
    assert found.store == StoreId(StoreKind.S3, "prod", "us-east-1")


def test_hdfs_of_clusters() -> None:
    assert ONE.parse("hdfs:///warehouse", HERE) == Location(HDFS, "/warehouse")
    assert TWO.parse("hdfs://etl/x/", HERE).store.cluster_id == "j-BBB"
    assert TWO.parse("hdfs://j-AAA", HERE) == Location(HDFS, "/")
    assert TWO.parse("/user/../tmp", Location(HDFS, "/warehouse/")) == Location(HDFS, "/tmp")
    assert TWO.parse("sub", Location(HDFS, "/warehouse/")) == Location(HDFS, "/warehouse/sub")
    assert TWO.parse("hdfs:///x", Location(PROD_S3, "/lake/")).store == HDFS
    assert display(Location(HDFS, "/warehouse/")) == "hdfs:///warehouse/"


def test_locations_tell_which_cluster_where_there_are_several() -> None:
    here = Location(HDFS, "/warehouse/")
    assert locations().display(here) == "hdfs:///warehouse/", "no cluster is known yet"
    assert ONE.display(here) == "hdfs:///warehouse/"
    assert TWO.display(here) == "hdfs://analytics/warehouse/"
    assert TWO.display(here, own=HDFS) == "hdfs:///warehouse/"
    assert TWO.display(Location(PROD_S3, "/lake/")) == "s3://lake/"
    assert TWO.display(Location(LOCAL, "/var/")) == "/var/"
    ended = Location(StoreId(StoreKind.HDFS, "prod", "us-east-1", "j-GONE"), "/x")
    assert ONE.display(ended) == "hdfs://j-GONE/x"
    assert ONE.parse("hdfs://j-GONE/y", ended).store == ended.store


@pytest.mark.parametrize("name", ["analytics", "two words", "a/b", "a:8020", " x", "", "etl"])
def test_what_is_shown_of_a_cluster_means_that_cluster(name: str) -> None:
    same = cluster("etl", "j-CCC", state=ClusterState.TERMINATED)
    several = locations(
        cluster(name, "j-AAA"), cluster("etl", "j-BBB", "dev"), cluster("etl", "j-DDD"), same
    )
    for snapshot in ("j-AAA", "j-BBB", "j-DDD"):
        connection = "dev" if snapshot == "j-BBB" else "prod"
        location = Location(StoreId(StoreKind.HDFS, connection, "us-east-1", snapshot), "/a b/c")
        shown = several.display(location)
        assert several.parse(shown, HERE) == location
    assert several.display(Location(HDFS, "/")) == (
        f"hdfs://{name}/" if name in ("analytics", "two words") else "hdfs://j-AAA/"
    )


def test_a_cluster_that_came_up_is_told_from_then_on() -> None:
    first = cluster("analytics", "j-AAA")
    fleet = [FleetSnapshot(clusters={first.ref: first})]
    growing = Locations(lambda: fleet[0], lambda: CONNECTIONS)
    assert growing.display(Location(HDFS, "/x")) == "hdfs:///x"
    second = cluster("etl", "j-BBB")
    fleet[0] = FleetSnapshot(clusters={first.ref: first, second.ref: second})
    assert growing.display(Location(HDFS, "/x")) == "hdfs://analytics/x"


def test_namenodes_by_address() -> None:
    store = StoreId(StoreKind.HDFS, authority="nn.example:8020", protocol="hdfs")
    assert ONE.parse("hdfs://nn.example:8020/a/", HERE) == Location(store, "/a/")
    web = StoreId(StoreKind.HDFS, authority="10.0.0.1:9870", protocol="webhdfs")
    assert ONE.parse("webhdfs://10.0.0.1:9870", HERE) == Location(web, "/")
    assert str(ONE.parse("webhdfs://10.0.0.1:9870/x", HERE)) == "webhdfs://10.0.0.1:9870/x"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("gs://bucket/x", "gs://"),
        ("hdfs:///x", "analytics, etl"),
        ("hdfs://nobody/x", "nobody"),
        ("webhdfs://host/x", "host and port"),
        ("hdfs://host.example:99999/", "host and port"),
    ],
)
def test_what_cannot_be_opened_says_why(text: str, word: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        TWO.parse(text, HERE)
    assert word in str(wrong.value)


def test_places() -> None:
    titles = [place.title for place in TWO.places()]
    assert titles[0] == "Home"
    assert titles[1:] == ["S3 of dev", "S3 of prod", "HDFS of analytics", "HDFS of etl"]


def test_a_place_says_that_it_does_not_answer() -> None:
    states = {"dev": ConnectionState.EXPIRED, "prod": ConnectionState.FAILED}
    statuses = tuple(
        ConnectionStatus(each, each.regions[0], states[each.name]) for each in CONNECTIONS
    )
    there = Locations(lambda: FleetSnapshot(connections=statuses), lambda: CONNECTIONS)
    assert [place.note for place in there.places()[1:]] == [
        "credentials have expired",
        "does not answer",
    ]
    assert [place.note for place in ONE.places()[1:3]] == ["eu-central-1", "us-east-1"]


def test_clusters_are_completed_by_name() -> None:
    def nothing(_location: Location) -> FileSystem:
        raise AssertionError("no store is asked")

    assert complete("hdfs://a", None, TWO, nothing) == ("hdfs://analytics/",)
    assert complete("hdfs://", None, TWO, nothing) == ("hdfs://analytics/", "hdfs://etl/")
    assert complete("webhdfs://10.", None, TWO, nothing) == ()


def test_completion(storage: StorageService, home: Location) -> None:
    root = Path(home.path)
    for name in ("report.csv", "reports", "Readme", ".hidden"):
        (root / name).mkdir() if name == "reports" else (root / name).write_text("x")
    assert storage.complete("~/re") == ("~/reports/", "~/Readme", "~/report.csv")
    assert storage.complete(f"{home.path}rep") == (f"{home.path}reports/", f"{home.path}report.csv")
    assert storage.complete("rep", home) == ("reports/", "report.csv")
    assert storage.complete("~/.h") == ("~/.hidden",)
    assert storage.complete("/missing/x") == ()
    assert storage.complete("gs://x") == ()
