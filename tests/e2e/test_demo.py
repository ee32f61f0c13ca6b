"""`massid demo` on the real stack, over real HTTP."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from massid_cli.main import app
from massid_local.carrot_sandbox import SandboxSettings
from massid_local.demo import Demo, DemoOptions, Progress, Result
from massid_local.demo.outcome import Status
from massid_local.stack import LocalStack, NoStackError, running_stack
from massid_relay.core.jsons import loads
from typer.testing import CliRunner

from tests.e2e.conftest import TODAY

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
IMPATIENT = {
    "CarrotCallTimeoutSeconds": "2",
    "CarrotUploadTimeoutSeconds": "2",
    "VisibilityDelaySeconds": "1",
    "BackoffCapSeconds": "2",
}
"""The waits are the template's parameters; shorter ones take nothing from what the tests show."""
Run = Callable[..., Result]

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("demo")]


@pytest.fixture
def steps() -> list[Progress]:
    return []


@pytest.fixture
def run(tmp_path: Path, steps: list[Progress]) -> Run:
    """A demo with other settings of the sandbox or the template than the command's."""

    def run_demo(count: int, *, faults: bool = False, sandbox: SandboxSettings | None = None) -> Result:
        options = DemoOptions(count, 1, TODAY, faults, folder=tmp_path / "demo", called_at=time.time())
        demo = Demo(options, steps.append)
        with LocalStack(
            TEMPLATE,
            options.parameters() | IMPATIENT,
            run_dir=tmp_path / "massid",
            sandbox=sandbox or options.sandbox(),
        ) as stack:
            return demo.run(stack)

    return run_demo


def test_every_massid_ends_closed_and_verified_and_the_files_tell_so(tmp_path: Path) -> None:
    """Invariants 1 to 3 on the whole path."""
    out, run_dir = tmp_path / "out", tmp_path / "massid"
    places = ("--template", str(TEMPLATE), "--out", str(out), "--run-dir", str(run_dir))
    answer = CliRunner().invoke(app, ["demo", "--count", "3", "--today", TODAY.isoformat(), *places])
    assert answer.exit_code == 0, answer.output
    summary = loads((out / "summary.json").read_text())
    assert {name: summary[name] for name in ("submitted", "closed", "verified", "duplicates", "deadLetters")} == {
        "submitted": 3,
        "closed": 3,
        "verified": 3,
        "duplicates": 0,
        "deadLetters": 0,
    }
    assert summary["pacedCallsPerMassId"] > 0
    for number in (1, 2, 3):
        document = loads((out / "documents" / f"recycling-{TODAY:%Y%m%d}-1-{number:04d}.json").read_text())
        assert document["status"] == "CLOSED"
        assert document["id"] in answer.output
    assert "nothing fails for 3 of 3 final documents" in answer.output
    with pytest.raises(NoStackError):
        running_stack(run_dir)


def test_faults_delay_but_double_and_lose_nothing(run: Run) -> None:
    """Invariants 1, 2 and 5."""
    result = run(4, faults=True)
    assert result.summary.is_good, result
    assert len(result.faults) > 10
    assert result.summary.redeliveries > 0


def test_the_demos_own_checks_see_what_the_workers_do_not_look_at(run: Run) -> None:
    """A platform that adds up values where the last one counts: the workers only ask for a value above 0."""
    result = run(1, sandbox=SandboxSettings(value_semantics="add"))
    (outcome,) = result.outcomes
    assert outcome.status is Status.NOT_VERIFIED
    assert outcome.problems == ("currentValue: is not the last value submitted",)
    assert (result.summary.closed, result.summary.verified, result.summary.is_good) == (1, 0, False)


def test_what_the_platform_refuses_is_a_dead_letter_with_its_reason(run: Run, steps: list[Progress]) -> None:
    result = run(1, sandbox=SandboxSettings(events_per_document=5))
    (outcome,) = result.outcomes
    assert outcome.status is Status.DEAD_LETTER
    assert outcome.problems
    assert result.summary.dead_letters > 0
    assert (result.summary.closed, result.summary.is_good) == (0, False)
    assert steps[-1].failed == 1
