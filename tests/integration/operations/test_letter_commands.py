"""`massid redrive` and `massid discard` from outside: what they refuse, and what they print."""

from pathlib import Path
from uuid import uuid4

import pytest
from massid_cli import corrections, operate, orders, parties
from massid_cli.main import app
from massid_cli.operations.target import Target
from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterState
from typer.testing import CliRunner

from tests.integration.operations.test_operations import NOW, bury, count, target

__all__ = ["target"]  # the fixture


@pytest.fixture(autouse=True)
def stack(target: Target, monkeypatch: pytest.MonkeyPatch) -> Target:
    for command in (corrections, operate, orders, parties):
        monkeypatch.setattr(command, "target_of", lambda *_: target)
    return target


def massid(*words: str | Path) -> tuple[int, str]:
    """Run the command; exit code and output."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


def test_a_redrive_of_an_unknown_id_sends_nothing_at_all(stack: Target) -> None:
    bury(stack, "known")
    code, output = massid("redrive", "known", "nope", "[nor]")
    assert (code, output) == (1, "there is no dead letter nope\nthere is no dead letter [nor]\n")
    assert count(stack, "DeadLetterQueue") == 1


def test_a_redrive_done_again_is_no_error(stack: Target) -> None:
    bury(stack, "known")
    assert massid("redrive", "known")[0] == 0
    assert massid("redrive", "known") == (0, "Nothing to do.\n")


@pytest.mark.parametrize("words", [("redrive",), ("redrive", "known", "--all")])
def test_a_redrive_is_told_either_ids_or_all(stack: Target, words: tuple[str, ...]) -> None:
    bury(stack, "known")
    assert massid(*words)[0] == 2
    assert count(stack, "DeadLetterQueue") == 1


@pytest.mark.parametrize("command", [("redrive",), ("discard", "--why", "sent twice")])
def test_ids_can_be_copied_from_a_narrow_terminal(
    stack: Target, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    letter_id, external_id = str(uuid4()), f"[load]-{'9' * 60}"
    letter = DeadLetter(letter_id, "events", "Rejected400", "no", NOW, NOW, external_id)
    stack.dead_letters.put(letter)
    code, output = massid(*command, letter_id)
    assert code == 0
    assert f"{letter_id}  {external_id}: " in output


@pytest.mark.parametrize("why", ["", "  "])
def test_nothing_is_given_up_without_a_reason(stack: Target, why: str) -> None:
    bury(stack, "known")
    assert massid("discard", "known", "--why", why) == (1, "--why must not be empty\n")
    assert massid("orders", "settle", "order-1", "--give-up", "--why", why) == (1, "--why must not be empty\n")
    letter = stack.dead_letters.get("known")
    assert letter is not None
    assert letter.state is DeadLetterState.RESTING


def test_a_discard_of_an_unknown_id_says_so() -> None:
    assert massid("discard", "nope", "--why", "sent twice") == (1, "there is no dead letter nope\n")


def test_parties_that_are_not_in_utf_8_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "parties.ndjson"
    file.write_bytes('{"participant": {"name": "João"}}'.encode("latin-1"))
    assert massid("adopt-parties", file) == (1, f"{file} is not UTF-8\n")


def test_a_replacement_is_a_file_of_json(tmp_path: Path) -> None:
    assert massid("replace", "load-1", tmp_path, "--why", "wrong weight")[0] == 2
    file = tmp_path / "replacement.json"
    file.write_bytes('{"title": "João"}'.encode("latin-1"))
    assert massid("replace", "load-1", file, "--why", "wrong weight") == (1, "load-1: message is not JSON\n")
