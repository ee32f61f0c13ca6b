"""`--stack NAME`: whatever keeps a command from a deployed stack is told in one sentence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)
from massid_cli import operate
from massid_cli.main import app
from massid_cli.operations import target as targets
from massid_cli.operations.refusals import sentence
from massid_cli.operations.target import Target
from moto import mock_aws
from typer.testing import CliRunner, Result

A_RESOURCE = {"Type": "AWS::SQS::Queue"}
SECRET = "session-token-of-somebody"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without region, credentials and profiles."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


@pytest.fixture
def account(bare: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client: Any = boto3.Session(region_name="sa-east-1").client("cloudformation")
        for name, resource in (("ours", "Ledger"), ("another", "Queue")):
            client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {resource: A_RESOURCE}}))
        yield client


def massid(*words: str) -> Result:
    return CliRunner().invoke(app, [*words])


def told_once(result: Result) -> str:
    """The one line that it told, without a traceback."""
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    (line,) = result.output.splitlines()
    return line


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("words", [("dead-letters",), ("status", "load-1"), ("evidence", "load-1"), ("pause",)])
def test_without_a_region_it_says_what_to_set(words: tuple[str, ...]) -> None:
    assert told_once(massid(*words, "--stack", "ours")) == (
        "the stack ours can't be reached: no region is set: set AWS_REGION, or a profile that has one"
    )


@pytest.mark.usefixtures("bare")
def test_without_credentials_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "sa-east-1")
    assert "there are no credentials: set AWS_PROFILE" in told_once(massid("dead-letters", "--stack", "ours"))


@pytest.mark.usefixtures("bare")
def test_a_profile_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "(nobody) could not be found" in told_once(massid("dead-letters", "--stack", "ours"))


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("name", "words"),
    [("nope", "Stack with id nope does not exist"), ("another", "is not one of massid-relay: it has no ledger")],
)
def test_a_wrong_name_is_told(monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> None:
    monkeypatch.setenv("AWS_REGION", "sa-east-1")
    assert words in told_once(massid("dead-letters", "--stack", name))


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    "regions",
    [{"AWS_REGION": "sa-east-1"}, {"AWS_DEFAULT_REGION": "sa-east-1", "AWS_REGION": "us-east-1"}],
)
def test_the_region_may_come_by_either_name(monkeypatch: pytest.MonkeyPatch, regions: dict[str, str]) -> None:
    for name, region in regions.items():
        monkeypatch.setenv(name, region)
    assert targets.deployed_target("ours").client("sqs").meta.region_name == "sa-east-1"


def refused(*, text: str = "not for you") -> ClientError:
    return ClientError({"Error": {"Code": "AccessDenied", "Message": text}}, "Query")


def failing(error: Exception) -> Target:
    def client(_name: str) -> Any:
        raise error

    return Target(client, {"Ledger": "ledger"})


@pytest.mark.parametrize("error", [refused(), EndpointConnectionError(endpoint_url="https://sqs")])
def test_a_later_call_that_fails_is_told_in_one_line_too(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(operate, "deployed_target", lambda _name: failing(error))
    assert told_once(massid("dead-letters", "--stack", "ours")).startswith("the stack did not do it: ")


def test_what_a_stack_of_ones_own_says_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise refused()

    monkeypatch.setattr("massid_cli.local.LocalStack", broken)
    assert isinstance(massid("local").exception, ClientError)


@pytest.mark.parametrize(
    "error",
    [
        refused(text=f"The signature does not match.\nThe request was: x-amz-security-token:{SECRET}"),
        CredentialRetrievalError(provider="custom-process", error_msg=SECRET),
    ],
)
def test_no_secret_is_told(error: BotoCoreError | ClientError) -> None:
    assert SECRET not in sentence(error)


@pytest.mark.parametrize("error", [NoRegionError(), NoCredentialsError(), refused(), ClientError({}, "Query")])
def test_it_is_one_line(error: BotoCoreError | ClientError) -> None:
    assert len(sentence(error).splitlines()) == 1
