"""WebHDFS over HTTP: answers and refusals as a Hadoop 3.3.6 NameNode and DataNode give them."""

from __future__ import annotations

import http.client
import json
import urllib.parse

import pytest

from hue_desktop.simulator.hadoop.identity import caller_of
from tests.unit.simulator.hadoop.webhdfs import Answer, HdfsRegion, WebHdfs

ODD_NAMES = [
    "sp ace",
    "pl+us",
    "per%cent",
    "ünï",
    "q?mark",
    "ha#sh",
    "semi;colon",
    "amp&er",
    "back\\slash",
    'quote"s',
    "new\nline",
    "a%2Fb",
    "tab\t",
    "日本",
    "😀",
]


def test_a_file_comes_back_as_it_was_written(web: WebHdfs, place: str) -> None:
    data = bytes(range(256)) * 20_000
    web.put(f"{place}/file", data)
    assert web.get(f"{place}/file") == data
    assert web.get(f"{place}/file", offset=1000, length=300) == data[1000:1300]
    status = web.status(f"{place}/file")
    assert (status["length"], status["type"], status["replication"]) == (len(data), "FILE", 2)
    assert (status["owner"], status["permission"]) == ("hadoop", "644")


def test_the_namenode_sends_bytes_to_datanodes_by_their_private_names(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    host = house.hdfs.namenode_host()
    address = house.region.front.servers.hadoop.address_of(host, 9870)
    assert address is not None
    named = WebHdfs(f"http://{address[0]}:{address[1]}")
    location = named.location("PUT", f"{place}/new", "CREATE")
    parts = urllib.parse.urlsplit(location)
    hosts = {node["host"] for node in house.state()["datanodes"]}
    assert (parts.hostname, parts.port) == (parts.hostname, 9864)
    assert parts.hostname in hosts
    assert f"namenoderpcaddress={host}:8020" in parts.query
    direct = urllib.parse.urlsplit(web.location("PUT", f"{place}/new", "CREATE"))
    assert direct.hostname == "127.0.0.1"


def test_a_datanode_answers_to_its_private_name(house: HdfsRegion, place: str) -> None:
    house.web().put(f"{place}/file", b"by name")
    node = house.state()["datanodes"][0]
    address = house.region.front.servers.hadoop.address_of(node["host"], 9864)
    assert address is not None
    connection = http.client.HTTPConnection(*address, timeout=10)
    target = house.web().target(f"{place}/file", "OPEN")
    connection.request("GET", target, headers={"Host": f"{node['host']}:9864"})
    assert connection.getresponse().read() == b"by name"
    connection.request("GET", target, headers={"Host": "evil.example:9864"})
    assert connection.getresponse().status == 403
    connection.close()


def test_nothing_listens_where_a_machine_has_no_server(house: HdfsRegion) -> None:
    hadoop = house.region.front.servers.hadoop
    primary, node = house.hdfs.namenode_host(), house.state()["datanodes"][0]["host"]
    assert hadoop.address_of(primary, 9864) is None
    assert hadoop.address_of(node, 9870) is None
    assert hadoop.address_of(primary, 14000) is not None
    assert hadoop.address_of("ip-1-2-3-4.ec2.internal", 9870) is None


def test_odd_names_survive_and_are_listed_in_hdfs_order(web: WebHdfs, place: str) -> None:
    for name in ODD_NAMES:
        web.put(f"{place}/{name}", name.encode())
    listed = web.names(place)
    assert listed == sorted(
        ODD_NAMES, key=lambda name: [b - 256 * (b > 127) for b in name.encode()]
    )
    assert [web.get(f"{place}/{name}") for name in listed] == [name.encode() for name in listed]


def test_a_listing_comes_in_batches(house: HdfsRegion, web: WebHdfs, place: str) -> None:
    with house.hdfs.session() as hdfs:
        caller = caller_of("hadoop")
        for number in range(1203):
            hdfs.mkdirs(caller, f"{place}/{number:05d}")
    first = web.ask("GET", place, "LISTSTATUS_BATCH").json["DirectoryListing"]
    names = [item["pathSuffix"] for item in first["partialListing"]["FileStatuses"]["FileStatus"]]
    assert (len(names), first["remainingEntries"]) == (1000, 203)
    rest = web.ask("GET", place, "LISTSTATUS_BATCH", startAfter=names[-1]).json
    left = rest["DirectoryListing"]["partialListing"]["FileStatuses"]["FileStatus"]
    assert [item["pathSuffix"] for item in left] == [f"{n:05d}" for n in range(1000, 1203)]
    assert rest["DirectoryListing"]["remainingEntries"] == 0


@pytest.mark.parametrize(
    ("method", "path", "op", "params", "status", "exception", "message"),
    [
        ("GET", "/zz", "GETFILESTATUS", {}, 404, "FileNotFoundException",
         "File does not exist: {}/zz"),
        ("GET", "/zz", "LISTSTATUS", {}, 404, "FileNotFoundException",
         "File {}/zz does not exist."),
        ("GET", "/zz", "OPEN", {}, 404, "FileNotFoundException", "File {}/zz not found."),
        ("GET", "/f", "OPEN", {"offset": 99}, 403, "IOException",
         "Offset=99 out of the range [0, 4); OPEN, path={}/f"),
        ("GET", "/f", "OPEN", {"offset": "x"}, 400, "IllegalArgumentException",
         'Invalid value for webhdfs parameter "offset": Failed to parse "x" as a radix-10 long '
         "integer."),
        ("GET", "/f", "FOO", {}, 400, "IllegalArgumentException",
         'Invalid value for webhdfs parameter "op": FOO is not a valid GET operation.'),
        ("PUT", "/a:b", "MKDIRS", {}, 400, "InvalidPathException",
         "Invalid path name Invalid file name: {}/a:b"),
        ("PUT", "/f", "MKDIRS", {}, 403, "FileAlreadyExistsException",
         "Path is not a directory: {}/f"),
        ("PUT", "/f/x", "MKDIRS", {}, 403, "ParentNotDirectoryException",
         "{}/f (is not a directory)"),
        ("DELETE", "/d", "DELETE", {}, 403, "PathIsNotEmptyDirectoryException",
         "`{}/d is non empty': Directory is not empty"),
        ("PUT", "/f", "RENAME", {"destination": "rel"}, 400, "IllegalArgumentException",
         'Invalid value for webhdfs parameter "destination": Invalid parameter value: '
         'destination = "rel" is not an absolute path.'),
        ("PUT", "/zz", "RENAME", {"destination": "/q", "renameoptions": "NONE"}, 404,
         "FileNotFoundException", "rename source {}/zz is not found."),
        ("PUT", "/f", "SETREPLICATION", {"replication": 9999}, 403, "IOException",
         "Requested replication factor of 9999 exceeds maximum of 512 for {}/f"),
        ("POST", "/f", "TRUNCATE", {"newlength": 70}, 400, "HadoopIllegalArgumentException",
         "Cannot truncate to a larger file size. Current size: 4, truncate size: 70."),
        ("GET", "/f/.snapshot", "LISTSTATUS", {}, 404, "FileNotFoundException",
         "File {}/f/.snapshot does not exist."),
    ],
)  # fmt: skip
def test_refusals_are_hadoops_own(
    web: WebHdfs,
    place: str,
    method: str,
    path: str,
    op: str,
    params: dict[str, object],
    status: int,
    exception: str,
    message: str,
) -> None:
    web.put(f"{place}/f", b"data")
    web.ask("PUT", f"{place}/d/e", "MKDIRS")
    answer = web.ask(method, place + path, op, **params)
    assert (answer.status, answer.exception) == (status, exception)
    assert answer.message == message.format(place)


def test_what_a_datanode_refuses_carries_a_stack_trace(web: WebHdfs, place: str) -> None:
    web.put(f"{place}/f", b"one")
    answer = web.ask("PUT", f"{place}/f", "CREATE", b"two")
    assert (answer.status, answer.exception) == (403, "FileAlreadyExistsException")
    assert answer.message.startswith(f"{place}/f for client 127.0.0.1 already exists\n\tat org.")
    assert web.ask("PUT", f"{place}/f", "CREATE", b"two", overwrite="true").status == 201
    assert web.get(f"{place}/f") == b"two"


def test_permissions_hold_for_those_who_are_not_superusers(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    eve = house.web("eve")
    web.put(f"{place}/secret", b"x", permission="600")
    denied = eve.ask("GET", f"{place}/secret", "OPEN")
    assert (denied.status, denied.exception) == (403, "AccessControlException")
    assert denied.message == (
        f'Permission denied: user=eve, access=READ, inode="{place}/secret":'
        "hadoop:hdfsadmingroup:-rw-------"
    )
    assert eve.ask("PUT", f"{place}/new", "MKDIRS").status == 403
    assert eve.ask("DELETE", f"{place}/secret", "DELETE").status == 403
    web.ask("PUT", f"{place}/closed", "MKDIRS", permission="700")
    assert "access=EXECUTE" in eve.ask("GET", f"{place}/closed/x", "GETFILESTATUS").message
    web.ask("PUT", f"{place}/sticky", "MKDIRS", permission="1777")
    house.web("bob").put(f"{place}/sticky/bobs", b"")
    assert "sticky bit" in eve.ask("DELETE", f"{place}/sticky/bobs", "DELETE").message
    assert house.web("hdfs").get(f"{place}/secret") == b"x"


def test_who_acts_for_whom(house: HdfsRegion) -> None:
    def home(user: str, **params: object) -> Answer:
        return house.web(user).ask("GET", "/", "GETHOMEDIRECTORY", **params)

    assert home("hue", doas="eve").json == {"Path": "/user/eve"}
    assert home("").json == {"Path": "/user/dr.who"}
    refused = house.web("bob").ask("GET", "/", "GETHOMEDIRECTORY", doas="eve")
    assert (refused.status, refused.exception) == (403, "AuthorizationException")


def test_renaming(web: WebHdfs, place: str) -> None:
    web.put(f"{place}/a", b"a")
    web.put(f"{place}/b", b"b")
    web.ask("PUT", f"{place}/dir", "MKDIRS")

    def rename(source: str, target: str, options: str = "") -> object:
        more = {"renameoptions": options} if options else {}
        answer = web.ask(
            "PUT", f"{place}/{source}", "RENAME", destination=f"{place}/{target}", **more
        )
        return answer.json if answer.body else answer.status

    assert rename("a", "dir") == {"boolean": True}  # into a directory
    assert rename("dir/a", "b") == {"boolean": False}  # never over a file
    assert rename("dir/a", "no/where") == {"boolean": False}
    assert rename("dir", "dir/inside") == {"boolean": False}
    assert rename("b", "b") == {"boolean": True}
    assert rename("dir/a", "b", "OVERWRITE") == 200
    assert web.get(f"{place}/b") == b"a"
    assert web.names(place) == ["b", "dir"]


def test_appending_cutting_and_joining(web: WebHdfs, place: str) -> None:
    for name in ("one", "two", "three"):
        web.put(f"{place}/{name}", name.encode() * 1000)
    assert web.ask("POST", f"{place}/one", "APPEND", b"tail").status == 200
    assert web.get(f"{place}/one") == b"one" * 1000 + b"tail"
    assert web.ask("POST", f"{place}/one", "TRUNCATE", newlength=7).json == {"boolean": False}
    sources = f"{place}/two,{place}/three"
    assert web.ask("POST", f"{place}/one", "CONCAT", sources=sources).status == 200
    assert web.get(f"{place}/one") == b"oneoneo" + b"two" * 1000 + b"three" * 1000
    assert web.names(place) == ["one"]


def test_attributes(house: HdfsRegion, place: str) -> None:
    web = house.web("hdfs")
    web.put(f"{place}/f", b"x")
    web.ask("PUT", f"{place}/f", "SETOWNER", owner="ana", group="staff")
    web.ask("PUT", f"{place}/f", "SETPERMISSION", permission="1640")
    web.ask("PUT", f"{place}/f", "SETTIMES", modificationtime=1000, accesstime=2000)
    assert web.ask("PUT", f"{place}/f", "SETREPLICATION", replication=3).json == {"boolean": True}
    status = web.status(f"{place}/f")
    assert (status["owner"], status["group"], status["permission"]) == ("ana", "staff", "1640")
    assert (status["modificationTime"], status["accessTime"]) == (1000, 2000)
    assert status["replication"] == 3
    ana = house.web("ana")
    assert "non-super user" in ana.ask("PUT", f"{place}/f", "SETOWNER", owner="eve").message


def test_extended_attributes(web: WebHdfs, place: str) -> None:
    web.put(f"{place}/f", b"x")
    named = {"xattr.name": "user.k"}
    set_it = web.ask(
        "PUT", f"{place}/f", "SETXATTR", **named, **{"xattr.value": '"v"', "flag": "CREATE"}
    )
    assert set_it.status == 200
    shown = web.ask("GET", f"{place}/f", "GETXATTRS", **named, encoding="base64")
    assert shown.json == {"XAttrs": [{"name": "user.k", "value": "0sdg=="}]}
    assert web.ask("GET", f"{place}/f", "LISTXATTRS").json == {"XAttrNames": '["user.k"]'}
    web.ask("PUT", f"{place}/f", "REMOVEXATTR", **named)
    assert web.ask("GET", f"{place}/f", "LISTXATTRS").json == {"XAttrNames": "[]"}


def test_access_control_lists(house: HdfsRegion, web: WebHdfs, place: str) -> None:
    directory = f"{place}/acl"
    web.ask("PUT", directory, "MKDIRS")
    web.ask("PUT", directory, "MODIFYACLENTRIES", aclspec="user:ana:rwx,default:user:ana:r-x")
    acl = web.ask("GET", directory, "GETACLSTATUS").json["AclStatus"]
    assert acl["entries"] == [
        "user:ana:rwx",
        "group::r-x",
        "default:user::rwx",
        "default:user:ana:r-x",
        "default:group::r-x",
        "default:mask::r-x",
        "default:other::r-x",
    ]
    assert acl["permission"] == "775"
    assert house.web("ana").ask("PUT", f"{directory}/in", "MKDIRS").status == 200
    assert house.web("eve").ask("PUT", f"{directory}/no", "MKDIRS").status == 403
    web.put(f"{directory}/file", b"")
    inherited = web.ask("GET", f"{directory}/file", "GETACLSTATUS").json["AclStatus"]
    assert (inherited["entries"], inherited["permission"]) == (
        ["user:ana:r-x", "group::r-x"],
        "644",
    )
    assert web.status(f"{directory}/file")["aclBit"] is True
    web.ask("PUT", directory, "REMOVEACL")
    plain = web.ask("GET", directory, "GETACLSTATUS").json["AclStatus"]
    assert (plain["entries"], plain["permission"]) == ([], "755")


def test_quotas(house: HdfsRegion, place: str) -> None:
    web = house.web("hdfs")
    web.ask("PUT", place, "SETQUOTA", namespacequota=3, storagespacequota=1_000_000)
    assert web.ask("PUT", f"{place}/1", "MKDIRS").status == 200
    usage = web.ask("GET", place, "GETQUOTAUSAGE").json["QuotaUsage"]
    assert (usage["fileAndDirectoryCount"], usage["quota"], usage["spaceQuota"]) == (
        2,
        3,
        1_000_000,
    )
    full = web.ask("PUT", f"{place}/f", "CREATE", b"data")
    assert (full.status, full.exception) == (403, "DSQuotaExceededException")
    assert full.message.startswith(
        f"The DiskSpace quota of {place} is exceeded: quota = 1000000 B = 976.56 KB but diskspace "
        "consumed = 268435456 B = 256 MB"
    )
    many = web.ask("PUT", f"{place}/2/3", "MKDIRS")
    assert many.exception == "NSQuotaExceededException"
    assert house.web("eve").ask("PUT", place, "SETQUOTA", namespacequota=9).status == 403


def test_snapshots(house: HdfsRegion, place: str) -> None:
    web = house.web("hdfs")
    web.put(f"{place}/kept", b"as it was")
    assert web.ask("PUT", place, "CREATESNAPSHOT", snapshotname="s").exception == (
        "SnapshotException"
    )
    web.ask("PUT", place, "ALLOWSNAPSHOT")
    made = web.ask("PUT", place, "CREATESNAPSHOT", snapshotname="s").json
    assert made == {"Path": f"{place}/.snapshot/s"}
    web.ask("POST", f"{place}/kept", "APPEND", b", and more")
    web.put(f"{place}/new", b"new")
    assert web.get(f"{place}/.snapshot/s/kept") == b"as it was"
    web.ask("POST", f"{place}/kept", "TRUNCATE", newlength=2)
    web.ask("DELETE", f"{place}/kept", "DELETE")
    assert web.names(f"{place}/.snapshot") == ["s"]
    assert web.get(f"{place}/.snapshot/s/kept") == b"as it was"
    refused = web.ask("DELETE", f"{place}/.snapshot/s/kept", "DELETE")
    assert refused.exception == "SnapshotAccessControlException"
    diff = web.ask("GET", place, "GETSNAPSHOTDIFF", oldsnapshotname="s", snapshotname="")
    assert diff.json["SnapshotDiffReport"]["diffList"] == [
        {"sourcePath": "", "type": "MODIFY"},
        {"sourcePath": "new", "type": "CREATE"},
        {"sourcePath": "kept", "type": "DELETE"},
    ]
    assert web.ask("DELETE", place, "DELETE", recursive="true").exception == "SnapshotException"
    web.ask("DELETE", place, "DELETESNAPSHOT", snapshotname="s")
    assert web.ask("PUT", place, "DISALLOWSNAPSHOT").status == 200
    assert web.ask("DELETE", place, "DELETE", recursive="true").json == {"boolean": True}


def test_summaries_and_locations(house: HdfsRegion, web: WebHdfs, place: str) -> None:
    web.put(f"{place}/f", b"x" * 3_000_000, blocksize=1 << 20)
    summary = web.ask("GET", place, "GETCONTENTSUMMARY").json["ContentSummary"]
    assert (summary["fileCount"], summary["directoryCount"]) == (1, 1)
    assert (summary["length"], summary["spaceConsumed"]) == (3_000_000, 6_000_000)
    found = web.ask("GET", f"{place}/f", "GETFILEBLOCKLOCATIONS").json["BlockLocations"]
    blocks = found["BlockLocation"]
    assert [(block["offset"], block["length"]) for block in blocks] == [
        (0, 1 << 20),
        (1 << 20, 1 << 20),
        (2 << 20, 3_000_000 - (2 << 20)),
    ]
    hosts = {node["host"] for node in house.state()["datanodes"]}
    assert all(
        len(set(block["hosts"])) == 2 and hosts.issuperset(block["hosts"]) for block in blocks
    )
    located = web.ask("GET", f"{place}/f", "GET_BLOCK_LOCATIONS", offset=1 << 20, length=5).json
    assert [item["startOffset"] for item in located["LocatedBlocks"]["locatedBlocks"]] == [1 << 20]


def test_small_questions(web: WebHdfs, place: str) -> None:
    assert web.ask("GET", place, "GETTRASHROOT").json == {"Path": "/user/hadoop/.Trash"}
    defaults = web.ask("GET", "/", "GETSERVERDEFAULTS").json["FsServerDefaults"]
    assert (defaults["blockSize"], defaults["replication"]) == (128 << 20, 2)
    policies = web.ask("GET", "/", "GETALLSTORAGEPOLICY").json["BlockStoragePolicies"]
    assert len(policies["BlockStoragePolicy"]) == 7
    web.ask("PUT", place, "SETSTORAGEPOLICY", storagepolicy="COLD")
    web.put(f"{place}/f", b"")
    policy = web.ask("GET", f"{place}/f", "GETSTORAGEPOLICY").json["BlockStoragePolicy"]
    assert policy["name"] == "COLD"
    assert web.ask("GET", place, "CHECKACCESS", fsaction="rwx").status == 200


def test_jmx_and_fsck(house: HdfsRegion, web: WebHdfs, place: str) -> None:
    web.put(f"{place}/f", b"x" * 1000)
    connection = http.client.HTTPConnection(web.netloc, timeout=10)
    connection.request("GET", "/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo")
    (info,) = json.loads(connection.getresponse().read())["beans"]
    assert len(json.loads(info["LiveNodes"])) == 3
    assert json.loads(info["DeadNodes"]) == {}
    connection.request("GET", f"/fsck?ugi=hadoop&path={place}&files=1")
    text = connection.getresponse().read().decode()
    assert f"{place}/f 1000 bytes" in text
    assert f"The filesystem under path '{place}' is HEALTHY" in text
    connection.close()
