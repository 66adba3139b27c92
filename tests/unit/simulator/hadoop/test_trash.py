"""The trash emptier: checkpoints by the clock."""

from __future__ import annotations

from hue_desktop.simulator.hadoop.identity import caller_of
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, WebHdfs


def thrown_away(house: HdfsRegion, web: WebHdfs) -> None:
    """Move a file to the trash as Hadoop's clients do."""
    web.put("/user/hadoop/old", b"old")
    web.ask("PUT", "/user/hadoop/.Trash/Current/user/hadoop", "MKDIRS", permission="700")
    answer = web.ask(
        "PUT",
        "/user/hadoop/old",
        "RENAME",
        destination="/user/hadoop/.Trash/Current/user/hadoop/old",
        renameoptions="TO_TRASH",
    )
    assert answer.status == 200


def test_what_was_thrown_away_becomes_a_checkpoint_and_goes_an_hour_later(
    house: HdfsRegion, web: WebHdfs
) -> None:
    thrown_away(house, web)
    assert web.names("/user/hadoop/.Trash") == ["Current"]
    house.region.jump(minutes=60)
    (checkpoint,) = web.names("/user/hadoop/.Trash")
    assert checkpoint.isdigit()
    assert web.get(f"/user/hadoop/.Trash/{checkpoint}/user/hadoop/old") == b"old"
    house.region.jump(minutes=60)
    assert web.names("/user/hadoop/.Trash") == []


def test_a_long_sleep_empties_all_of_it_and_frees_the_bytes(
    house: HdfsRegion, web: WebHdfs
) -> None:
    thrown_away(house, web)
    with house.hdfs.session() as hdfs:
        trash = hdfs.status(caller_of("hadoop"), "/user/hadoop/.Trash/Current/user/hadoop/old")
        (block,) = trash.blocks  # type: ignore[attr-defined]
        path = hdfs.files.path(block.id)
    assert path.read_bytes() == b"old"
    house.region.jump(days=3)
    assert web.names("/user/hadoop/.Trash") == []
    assert not path.exists()
