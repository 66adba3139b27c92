"""Hadoop's own file system shell on the simulated WebHDFS."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, WebHdfs

pytestmark = pytest.mark.real

SHELL = os.environ.get("HUE_REAL_FS_SHELL", "")


@pytest.mark.skipif(not SHELL, reason="HUE_REAL_FS_SHELL is not set")
def test_hadoops_shell_lists_puts_gets_sums_and_throws_away(
    house: HdfsRegion, web: WebHdfs, place: str, tmp_path: Path
) -> None:
    url = house.urls["webhdfs"].replace("http://", "webhdfs://")

    def shell(*args: str) -> str:
        environment = {**os.environ, "HADOOP_USER_NAME": "hadoop"}
        done = subprocess.run(
            [SHELL, *args], capture_output=True, text=True, env=environment, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    local = tmp_path / "local-file"
    local.write_bytes(bytes(range(256)) * 12_000)
    remote = f"{url}{place}/a b"
    shell("-D", "dfs.blocksize=1048576", "-put", str(local), remote)
    assert web.names(place) == ["a b"]
    listed = shell("-ls", f"{url}{place}")
    assert "hadoop hdfsadmingroup    3072000" in listed
    # What Hadoop 3.3.6 itself answers for these bytes in blocks of 1 MiB.
    assert "MD5-of-2048MD5-of-512CRC32C" in (summed := shell("-checksum", remote))
    assert summed.split()[-1] == "000002000000000000000800dd21f03c4267b08fdc7b253c21026d7e"
    back = tmp_path / "back"
    shell("-get", remote, str(back))
    assert back.read_bytes() == local.read_bytes()
    shell("-D", "fs.trash.interval=60", "-rm", remote)
    assert web.names(place) == []
    assert web.get(f"/user/hadoop/.Trash/Current{place}/a b") == local.read_bytes()
