"""How the stack comes up and goes down: no orphan, no real credential, nothing silently left out."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from massid_local.stack import LocalStack, NoStackError, StackRunningError, TemplateError, running_stack

pytestmark = pytest.mark.stack

SYSTEM = Path(__file__).parent / "system" / "template.yaml"
Eventually = Callable[[Callable[[], Any]], Any]


def is_alive(pid: int) -> bool:
    """Whether it runs. One that nobody has buried yet doesn't."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "State:\tZ" in status.read_text(encoding="utf-8"))


@contextmanager
def massid_local(run_dir: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`massid local` in a process of its own, up."""
    command = [sys.executable, "-c", "from massid_cli.main import app; app()", "local", "--port", "0"]
    process = subprocess.Popen(  # noqa: S603
        [*command, "--template", str(SYSTEM), "--run-dir", str(run_dir), *options], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("curl"):  # the last line it prints
                break
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def processes_of(run_dir: Path) -> list[int]:
    """Emulator and workers. One worker is started for it."""
    state = running_stack(run_dir)
    request = json.dumps({})
    script = (
        "import sys, urllib.request as u; "
        "u.urlopen(sys.argv[1] + '/2015-03-31/functions/Echo/invocations', data=sys.argv[2].encode()).read(); "
        "print(u.urlopen(sys.argv[1]).read().decode())"
    )
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script, state["controlUrl"], request], capture_output=True, text=True, check=True
    )
    described = json.loads(told.stdout)
    return [described["emulatorPid"], *(pid for pids in described["workers"].values() for pid in pids)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_stack_and_all_its_processes(tmp_path: Path, number: int) -> None:
    with massid_local(tmp_path) as process:
        pids = processes_of(tmp_path)
        assert len(pids) == 2
        assert all(map(is_alive, pids))
        process.send_signal(number)
        assert process.wait() == 0
        assert [pid for pid in pids if is_alive(pid)] == []
        assert not (tmp_path / "stack.json").exists()


def test_a_killed_stack_leaves_no_orphan(tmp_path: Path, eventually: Eventually) -> None:
    with massid_local(tmp_path) as process:
        pids = processes_of(tmp_path)
        process.kill()
        process.wait()
        assert eventually(lambda: not any(map(is_alive, pids)))
    with pytest.raises(NoStackError):
        running_stack(tmp_path)


def test_a_second_stack_needs_a_folder_of_its_own(tmp_path: Path) -> None:
    with LocalStack(SYSTEM, run_dir=tmp_path, polling=False):
        with pytest.raises(StackRunningError, match=str(os.getpid())):
            LocalStack(SYSTEM, run_dir=tmp_path).__enter__()
        assert running_stack(tmp_path)["pid"] == os.getpid()


def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="Greeting must be one of"):
        LocalStack(SYSTEM, {"Greeting": "howdy"}, run_dir=tmp_path).__enter__()
    with LocalStack(SYSTEM, run_dir=tmp_path, polling=False) as stack:
        assert stack.resource("Table")


GENUINE = {
    "AWS_ACCESS_KEY_ID": "AKIAGENUINE",
    "AWS_SECRET_ACCESS_KEY": "genuine",
    "AWS_SESSION_TOKEN": "a-genuine-session",
    "AWS_PROFILE": "a-genuine-profile",
    "AWS_DEFAULT_PROFILE": "a-genuine-profile",
    "AWS_REGION": "genuine-region",
    "AWS_ROLE_ARN": "arn:aws:iam::210987654321:role/genuine",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere/genuine-token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/genuine",
    "AWS_ENDPOINT_URL": "https://genuine.example.com",
    "CARROT_CLIENT_SECRET": "genuine",
}


def test_real_credentials_of_the_environment_are_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile doesn't exist and the configuration can't be parsed: whoever reads them fails."""
    broken = tmp_path / "genuine"
    broken.write_text("[profile genuine\ncredential_process = false", encoding="utf-8")
    files = {"AWS_CONFIG_FILE": str(broken), "AWS_SHARED_CREDENTIALS_FILE": str(broken)}
    for name, value in (GENUINE | files).items():
        monkeypatch.setenv(name, value)
    with LocalStack(SYSTEM, run_dir=tmp_path) as stack:
        environment = stack.invoke("Echo", {})["environment"]
        emulator = _environment_of(stack.describe()["emulatorPid"])
        for seen in (environment, emulator):
            assert not [name for name, value in seen.items() if "genuine" in value.lower()]
            assert seen["AWS_ACCESS_KEY_ID"] == "local"
            assert seen["AWS_CONFIG_FILE"] == os.devnull
        credentials = stack.client("sqs")._request_signer._credentials
        assert (credentials.access_key, credentials.token) == ("local", None)


def _environment_of(pid: int) -> Mapping[str, str]:
    """Linux only; elsewhere what the worker says must do."""
    file = Path(f"/proc/{pid}/environ")
    if not file.exists():
        return {"AWS_ACCESS_KEY_ID": "local", "AWS_CONFIG_FILE": os.devnull}
    return dict(pair.split("=", 1) for pair in file.read_text(encoding="utf-8").split("\0") if pair)


def test_a_service_can_be_served_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    with LocalStack(SYSTEM, run_dir=tmp_path / "elsewhere", stack_name="elsewhere", polling=False) as elsewhere:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", elsewhere.endpoints["dynamodb"])
        with LocalStack(SYSTEM, run_dir=tmp_path / "here", stack_name="here", polling=False) as here:
            assert here.endpoints["sqs"] != elsewhere.endpoints["sqs"]
            environment = here.invoke("Echo", {})["environment"]
            assert environment["AWS_ENDPOINT_URL_DYNAMODB"] == elsewhere.endpoints["dynamodb"]
        tables = elsewhere.client("dynamodb").list_tables()["TableNames"]
        assert tables == ["elsewhere-table", "here-table"]


def test_the_repositorys_template_comes_up_whole(tmp_path: Path) -> None:
    """Invariant 8: every resource of the template that CloudFormation would make is there."""
    template = Path(__file__).parents[3] / "template.yaml"
    with LocalStack(template, run_dir=tmp_path, polling=False) as stack:
        assert stack.carrot.url == stack.functions.specs["CreateDocument"].environment["CARROT_BASE_URL"]
        secret = stack.client("secretsmanager").get_secret_value(SecretId=stack.outputs["CarrotCredentialsArn"])
        assert json.loads(secret["SecretString"])["clientId"] == "sandbox-client"
        assert set(stack.describe()["outputs"]) >= {"SubmissionsQueueUrl", "EvidenceBucketName", "LedgerTable"}
        bucket = stack.outputs["EvidenceBucketName"]
        assert stack.client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
