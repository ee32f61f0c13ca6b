"""`massid dead-letters`, `redrive`, `discard` and their like from outside: what they refuse, and what they print."""

from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from massid_cli import corrections, evidence, forget, operate, orders, parties, status
from massid_cli.main import app
from massid_cli.operations.target import Target
from massid_relay.core.errors import FieldProblem, Refusal
from massid_relay.core.orders.record import OrderRecord
from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterState
from massid_relay.ledger.party_changes import PartyChange
from typer.testing import CliRunner

from tests.integration.operations.test_operations import NOW, bury, count, target

__all__ = ["target"]  # the fixture


@pytest.fixture(autouse=True)
def stack(target: Target, monkeypatch: pytest.MonkeyPatch) -> Target:
    for command in (corrections, evidence, forget, operate, orders, parties, status):
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
def test_nothing_is_given_up_without_a_reason(stack: Target, tmp_path: Path, why: str) -> None:
    bury(stack, "known")
    file = tmp_path / "replacement.json"
    file.write_text("{}")
    commands: list[tuple[str | Path, ...]] = [
        ("discard", "known"),
        ("orders", "settle", "order-1", "--give-up"),
        ("cancel", "doc"),
        ("replace", "doc", file),
        ("pause",),
    ]
    assert {massid(*words, "--why", why) for words in commands} == {(1, "--why must not be empty\n")}
    letter = stack.dead_letters.get("known")
    assert letter is not None
    assert letter.state is DeadLetterState.RESTING


@pytest.mark.parametrize("order_id", ["", "  "])
def test_an_order_is_not_settled_under_an_empty_id(order_id: str) -> None:
    words = ("orders", "settle", "order-1", "--why", "seen there", "--placed", order_id)
    assert massid(*words) == (1, "--placed must not be empty\n")


PROBLEM = "must be 1"


@pytest.mark.parametrize(
    ("reason", "fields", "lines"),
    [
        ("version must be 1", [("version", PROBLEM)], []),
        ("version must be 1; massid migrate mends it", [("version", PROBLEM)], []),
        ("the file is empty", [("fileNames.a.pdf", "is empty")], ["at fileNames.a.pdf"]),
        ("CLOSE comes last", [("events.0.name", PROBLEM)], [f"events.0.name: {PROBLEM}"]),
        (
            "version must be 1 (and 1 more)",
            [("version", PROBLEM), ("events", "is required")],
            [f"version: {PROBLEM}", "events: is required"],
        ),
    ],
)
def test_what_the_reason_says_is_not_said_again(
    stack: Target, reason: str, fields: list[tuple[str, str]], lines: list[str]
) -> None:
    problems = tuple(FieldProblem(path, problem) for path, problem in fields)
    stack.dead_letters.put(DeadLetter("letter", "events", "InvalidMessage", reason, NOW, NOW, "doc", fields=problems))
    code, output = massid("dead-letters")
    assert code == 0
    assert output.splitlines() == [
        "letter  events  doc",
        f"  2026-03-01T00:00:00.000Z  InvalidMessage: {reason}",
        *(f"    {line}" for line in lines),
        "1 dead letters",
    ]


def test_dead_letters_are_shown_with_their_brackets(stack: Target) -> None:
    """An id or a name may look like a style of the terminal's."""
    fields = (FieldProblem("fileNames.[red].pdf", "is [bold] no"), FieldProblem("[i]", "is [/] no"))
    letter = DeadLetter("[b]1", "events", "[E]", "is [/x] no", NOW, NOW, "[red]doc", "[i]a.pdf", fields, "[v]")
    stack.dead_letters.put(letter)
    assert massid("dead-letters")[1].splitlines() == [
        "[b]1  events  [red]doc · [i]a.pdf",
        "  2026-03-01T00:00:00.000Z  [E]: is [/x] no",
        "    fileNames.[red].pdf: is [bold] no",
        "    [i]: is [/] no",
        "    the provider's error id: [v]",
        "1 dead letters",
    ]


ID = "[red]a[/x]"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("orders", "show", ID), f"no order {ID} is recorded"),
        (("orders", "settle", ID, "--give-up", "--why", "w"), f"the outcome of {ID} is not left to a person"),
        (("cancel", ID, "--why", "w"), f"{ID}: the ledger does not know it"),
        (("adopt", ID, "--absent"), "the external id must be 1 to 64 of A-Z a-z 0-9 . _ -"),
        (("forget", ID), f"the stack does not know {ID}"),
        (("status", ID), f"the ledger does not know {ID}"),
        (("evidence", ID), f"the ledger does not know {ID}"),
        (("announcements", "--run-dir", ID), f"no stack has run from {ID}: start one with `massid local`"),
    ],
)
def test_an_id_is_shown_with_its_brackets(words: tuple[str, ...], says: str) -> None:
    assert massid(*words) == (1, f"{says}\n")


def test_an_order_is_shown_with_its_brackets(stack: Target) -> None:
    refusal = Refusal("m", "Rejected400", "no [/x]")
    order = OrderRecord(ID, "hash", f"key-{ID}", Decimal(1), "BRL", order_id=f"order-{ID}", refusal=refusal)
    stack.orders.save(order, look_at=None)
    output = massid("orders", "show", ID)[1]
    assert f"key        key-{ID}\n" in output
    assert f"order id   order-{ID}\n" in output
    assert "reason     no [/x]\n" in output


def test_what_is_forgotten_is_shown_with_its_brackets(stack: Target) -> None:
    stack.dead_letters.put(DeadLetter("letter", "events", "Rejected400", "no", NOW, NOW, ID))
    assert massid("forget", ID)[1].splitlines()[0] == f"{ID} can't be forgotten yet:"
    assert massid("forget", ID, "--dead-letters", "--dry-run")[1].splitlines()[0] == ID


def test_a_changed_party_is_shown_with_its_brackets(stack: Target) -> None:
    change = PartyChange("c", "participant", f"p-{ID}", ("[i]name",), True, False, ID, "[i]e", NOW, refused=False)
    stack.party_changes.note(change)
    assert massid("changed-parties")[1].splitlines() == [
        f"{ID} · [i]e  2026-03-01T00:00:00.000Z  sent",
        f"  participant p-{ID} differs in spelling: [i]name",
        "1 changes",
    ]


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
