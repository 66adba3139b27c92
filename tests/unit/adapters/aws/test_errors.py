"""What goes wrong on the way to AWS, as a person is told."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from hue_desktop.adapters.aws.emr import AwsEmr
from hue_desktop.adapters.aws.identity import AwsIdentity
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.changes import Terminate
from hue_desktop.core.errors import (
    AccessDenied,
    ConfigurationError,
    CredentialsError,
    HueError,
    NotFound,
    ProtocolError,
    Refused,
    ServiceError,
    Throttled,
    Unreachable,
)
from tests.recorded_server import DROP, RecordedServer

Connect = Callable[..., AwsSession]


@pytest.mark.parametrize(
    ("recording", "kind", "says"),
    [
        ("error_no_cluster", NotFound, "is not valid"),
        ("error_refused", Refused, "termination protected"),
        ("error_expired", CredentialsError, "have expired"),
        ("error_unrecognized", CredentialsError, "does not accept"),
        ("error_denied", AccessDenied, "may not do ListClusters"),
        ("garbage_page", ProtocolError, "not AWS"),
        ("garbage_text", ProtocolError, "not AWS"),
        ("garbage_not_found", ProtocolError, "not AWS"),
    ],
)
def test_an_answer_that_no_retry_helps_is_asked_for_once(
    connect: Connect,
    recorded: RecordedServer,
    recording: str,
    kind: type[HueError],
    says: str,
) -> None:
    recorded.answer("*", recording)
    with pytest.raises(kind, match=says) as raised:
        AwsEmr(connect(recorded.endpoint_url)).list_clusters()
    assert len(recorded.requests) == 1
    assert not raised.value.retryable


@pytest.mark.parametrize(
    ("recording", "kind"),
    [
        ("error_throttled", Throttled),
        ("error_internal", ServiceError),
        ("error_gateway", Unreachable),
    ],
)
def test_a_read_is_sent_again_after_what_may_pass(
    connect: Connect, recorded: RecordedServer, recording: str, kind: type[HueError]
) -> None:
    recorded.answer("ListClusters", recording, "list_clusters_page_2")
    assert len(AwsEmr(connect(recorded.endpoint_url)).list_clusters()) == 1
    assert recorded.count("ListClusters") == 2
    recorded.answer("ListClusters", recording)
    with pytest.raises(kind) as raised:
        AwsEmr(connect(recorded.endpoint_url)).list_clusters()
    assert raised.value.retryable


@pytest.mark.parametrize("recording", ["error_internal", "error_gateway", DROP])
def test_a_change_is_never_sent_again_when_it_may_have_happened(
    connect: Connect, recorded: RecordedServer, recording: str
) -> None:
    recorded.answer("*", recording)
    with pytest.raises(HueError) as raised:
        AwsEmr(connect(recorded.endpoint_url)).perform(Terminate("j-1"))
    assert recorded.count("TerminateJobFlows") == 1
    assert "look before you try again" in raised.value.remedy


def test_a_change_that_reached_nobody_says_so(connect: Connect) -> None:
    with pytest.raises(Unreachable) as raised:
        AwsEmr(connect("http://127.0.0.1:9")).perform(Terminate("j-1"))
    assert "Check the network" in raised.value.remedy


def test_throttling_of_another_service_does_not_slow_emr_down(
    connect: Connect, recorded: RecordedServer
) -> None:
    recorded.answer("*", "error_throttled")
    session = connect(recorded.endpoint_url)
    with pytest.raises(Throttled):
        session.call("pricing", "GetProducts", {"ServiceCode": "AmazonEC2"})
    assert session.meter.usage().throttled_until is None


def test_a_throttled_change_is_sent_again(connect: Connect, recorded: RecordedServer) -> None:
    recorded.answer("TerminateJobFlows", "error_throttled", "policies")
    AwsEmr(connect(recorded.endpoint_url)).perform(Terminate("j-1"))
    assert recorded.count("TerminateJobFlows") == 2


@pytest.mark.parametrize("recording", ["garbage_json", "garbage_text", "garbage_page"])
def test_garbage_is_told_from_an_answer(
    connect: Connect, recorded: RecordedServer, recording: str
) -> None:
    recorded.answer("*", recording)
    emr = AwsEmr(connect(recorded.endpoint_url))
    reads: tuple[Callable[[], object], ...] = (
        emr.list_clusters,
        emr.release_labels,
        lambda: emr.describe_cluster("j-1"),
        lambda: emr.list_instances("j-1"),
        lambda: emr.list_steps("j-1"),
        lambda: emr.list_groups("j-1"),
        lambda: emr.list_fleets("j-1"),
    )
    for read in reads:
        with pytest.raises(ProtocolError):
            read()


def test_expired_credentials_say_how_to_renew_them(
    connect: Connect, recorded: RecordedServer
) -> None:
    recorded.answer("*", "error_expired")
    with pytest.raises(CredentialsError) as raised:
        AwsEmr(connect(recorded.endpoint_url)).list_clusters()
    assert raised.value.expired
    assert "aws sso login --profile hue-test" in raised.value.remedy


def test_an_endpoint_that_is_down_is_named(connect: Connect) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(Unreachable, match=url) as raised:
        AwsEmr(connect(url)).list_clusters()
    assert "connection “test”" in raised.value.remedy


def test_a_connection_that_is_dropped(connect: Connect, recorded: RecordedServer) -> None:
    recorded.drop("*")
    with pytest.raises(Unreachable, match="closed the connection"):
        AwsEmr(connect(recorded.endpoint_url)).list_clusters()


def test_an_unknown_profile_offers_the_nearest(connect: Connect) -> None:
    with pytest.raises(ConfigurationError, match="“hue-tset”") as raised:
        AwsEmr(connect("http://127.0.0.1:9", profile="hue-tset")).list_clusters()
    assert raised.value.remedy == "Did you mean “hue-test”?"


def test_a_region_that_is_none(connect: Connect) -> None:
    for region in ("eu central 1", "eu_central_1", ""):
        with pytest.raises(ConfigurationError, match="is not an AWS region") as raised:
            AwsEmr(connect(region=region)).list_clusters()
        if region:
            assert raised.value.remedy == "Did you mean “eu-central-1”?"


def test_a_mistyped_region_is_recognised_when_nobody_answers(connect: Connect) -> None:
    session = connect(region="eu-cenrtal-1")
    with pytest.raises(ConfigurationError, match="“eu-cenrtal-1”") as raised:
        AwsEmr(session).list_clusters()
    assert raised.value.remedy == "Did you mean “eu-central-1”?"


def test_no_credentials_at_all(connect: Connect, recorded: RecordedServer) -> None:
    with pytest.raises(CredentialsError, match="has no AWS credentials") as raised:
        AwsIdentity(connect(recorded.endpoint_url, profile="")).caller_arn()
    assert "aws configure" in raised.value.remedy
    assert not recorded.requests


def test_the_cause_is_kept_and_the_text_holds_no_key(
    connect: Connect, recorded: RecordedServer
) -> None:
    recorded.answer("*", "error_unrecognized")
    with pytest.raises(CredentialsError) as raised:
        AwsEmr(connect(recorded.endpoint_url)).list_clusters()
    assert raised.value.__cause__ is not None
    assert "AKIA" not in str(raised.value)
    assert "not-a-secret" not in str(raised.value)


def test_a_wrong_clock_is_not_taken_for_old_credentials(
    connect: Connect, recorded: RecordedServer
) -> None:
    recorded.answer("*", "error_wrong_clock")
    with pytest.raises(CredentialsError, match="the clock of this machine is wrong") as raised:
        AwsEmr(connect(recorded.endpoint_url)).list_clusters()
    assert not raised.value.expired


def test_a_profile_that_wants_a_code_does_not_wait_at_a_terminal(
    connect: Connect, recorded: RecordedServer, aws_config: Path
) -> None:
    with aws_config.open("a") as file:
        file.write(
            "[profile careful]\nrole_arn = arn:aws:iam::111122223333:role/ops\n"
            "source_profile = hue-test\nmfa_serial = arn:aws:iam::111122223333:mfa/me\n"
        )
    with pytest.raises(CredentialsError, match="wants an MFA code"):
        AwsEmr(connect(recorded.endpoint_url, profile="careful")).list_clusters()
    assert not recorded.requests


def test_a_configuration_file_that_is_gone_is_named(
    connect: Connect, recorded: RecordedServer, aws_config: Path
) -> None:
    aws_config.unlink()
    with pytest.raises(ConfigurationError, match=f"{aws_config} of “test” does not exist"):
        AwsEmr(connect(recorded.endpoint_url)).list_clusters()


def test_renewed_credentials_are_read_at_the_next_call(
    connect: Connect, recorded: RecordedServer, aws_config: Path
) -> None:
    recorded.answer("ListClusters", "error_expired", "list_clusters_page_2")
    emr = AwsEmr(connect(recorded.endpoint_url))
    with pytest.raises(CredentialsError):
        emr.list_clusters()
    aws_config.write_text(aws_config.read_text().replace("AKIAHUETEST", "AKIARENEWED"))
    assert len(emr.list_clusters()) == 1
    assert "AKIARENEWED" in recorded.requests[1].authorization


def test_a_mistyped_profile_can_be_corrected_while_running(
    connect: Connect, recorded: RecordedServer, aws_config: Path
) -> None:
    recorded.answer("*", "list_clusters_page_2")
    emr = AwsEmr(connect(recorded.endpoint_url, profile="later"))
    with pytest.raises(ConfigurationError):
        emr.list_clusters()
    aws_config.write_text(aws_config.read_text().replace("hue-test", "later"))
    assert len(emr.list_clusters()) == 1
