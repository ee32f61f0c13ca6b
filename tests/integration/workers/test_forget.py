"""`massid forget`: what goes, what stays, and that it can be stopped anywhere (invariants 1 and 7)."""

import itertools
from typing import Any

import pytest
from massid_cli.operations.forget import (
    Choice,
    forget,
)
from massid_cli.operations.target import Target
from massid_relay.core.first_contact import parties_of

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.forgetting import as_operator, command, finish, payloads
from tests.integration.workers.payloads import (
    NAMES,
    actor,
    close,
    document_message,
    event,
    events_message,
    party,
)

NOTHING_ELSE = Choice()


@pytest.fixture
def target(bench: Bench) -> Target:
    return as_operator(bench)


@pytest.fixture
def finished(bench: Bench) -> Bench:
    return finish(bench)


def versions(bench: Bench, prefix: str) -> int:
    return len(bench.s3.list_object_versions(Bucket=bench.name, Prefix=prefix).get("Versions", []))


def party_ids(bench: Bench) -> int:
    scanned = bench.dynamodb.scan(TableName=bench.name)["Items"]
    return len([item for item in scanned if item["pk"]["S"].startswith("PARTY#")])


def text_of_ledger(bench: Bench) -> str:
    return str(bench.dynamodb.scan(TableName=bench.name)["Items"])


def test_the_payloads_go_and_the_record_stays(finished: Bench, target: Target) -> None:
    """Invariant 1: hashes and ids stay, so the same again is met with silence."""
    before = finished.record("doc")
    assert payloads(finished) == 2
    forget(target, "doc", NOTHING_ELSE)
    assert payloads(finished) == 0
    assert finished.record("doc") == before
    assert versions(finished, "evidence/doc/") == 2
    assert party_ids(finished) > 0

    finished.relay = finished.container()
    finished.carrot.calls.clear()
    finished.move(minutes=10)
    finished.send(DOCUMENTS, document_message(**party()))
    finished.send(EVENTS, events_message(actor(), event("weighing", 2, **party()), close()))
    finished.run()
    assert finished.carrot.calls == []
    assert finished.letters() == []


def test_files_go_in_all_versions_where_asked(finished: Bench, target: Target) -> None:
    forget(target, "doc", Choice(evidence=True))
    listed = finished.s3.list_object_versions(Bucket=finished.name, Prefix="evidence/doc/")
    assert not {"Versions", "DeleteMarkers"} & set(listed)
    assert versions(finished, "evidence/another/") == 1, "another document's file of the same name stays"


def test_a_deletion_mark_goes_too_since_its_key_is_the_files_name(finished: Bench, target: Target) -> None:
    finished.s3.delete_object(Bucket=finished.name, Key="evidence/doc/a.pdf")
    forget(target, "doc", Choice(evidence=True))
    listed = finished.s3.list_object_versions(Bucket=finished.name, Prefix="evidence/doc/")
    assert not {"Versions", "DeleteMarkers"} & set(listed)


def test_ids_of_parties_go_where_asked(finished: Bench, target: Target) -> None:
    assert party_ids(finished) > 0
    forget(target, "doc", Choice(parties=True))
    assert party_ids(finished) == 0


def test_a_party_that_is_being_introduced_keeps_its_claim(finished: Bench, target: Target) -> None:
    key = next(iter(target.parties.known(parties_of(party()).inline)))
    finished.dynamodb.update_item(
        TableName=finished.name,
        Key={"pk": {"S": f"PARTY#{key}"}, "sk": {"S": "PARTY"}},
        UpdateExpression="SET claim_owner = :other",
        ExpressionAttributeValues={":other": {"S": "another"}},
    )
    forget(target, "doc", Choice(parties=True))
    assert party_ids(finished) == 1


def test_forgetting_twice_is_harmless(finished: Bench, target: Target) -> None:
    everything = Choice(evidence=True, parties=True)
    forget(target, "doc", everything)
    again = forget(target, "doc", everything)
    assert (again.payloads, again.versions) == ({}, [])


@pytest.mark.parametrize("calls", range(8))
def test_stopped_anywhere_and_done_again_it_is_complete(
    finished: Bench, target: Target, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    left = itertools.count(calls, -1)

    def dying(real: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            if next(left) <= 0:
                raise KeyboardInterrupt
            return real(*arguments, **named)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(finished.dynamodb, "delete_item", dying(finished.dynamodb.delete_item))
        patched.setattr(finished.s3, "delete_objects", dying(finished.s3.delete_objects))
        try:
            forget(target, "doc", Choice(evidence=True, parties=True))
        except KeyboardInterrupt:
            assert payloads(finished) > 0, "the payloads go last: they tell whose ids to forget"
    forget(target, "doc", Choice(evidence=True, parties=True))
    assert (payloads(finished), party_ids(finished), versions(finished, "evidence/doc/")) == (0, 0, 0)


def test_after_forgetting_everything_no_personal_data_is_in_the_ledger(finished: Bench, target: Target) -> None:
    """Invariant 7: what stays is states, times, hashes and ids."""
    forget(target, "doc", Choice(evidence=True, parties=True))
    left = text_of_ledger(finished)
    assert [value for value in (*NAMES, *NAMES.values(), "Rua das Colinas Azuis") if value in left] == []


def test_the_command_says_what_went_and_what_stays(
    finished: Bench, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_told = command(monkeypatch, target, "doc", "--evidence", "--dry-run")
    assert only_told.exit_code == 0
    assert "would go   2 stored payloads" in only_told.stdout
    assert payloads(finished) == 2
    done = command(monkeypatch, target, "doc", "--parties")
    assert done.exit_code == 0
    assert "gone   2 stored payloads" in done.stdout
    assert "2 versions of its files: --evidence takes them too" in done.stdout
    assert "what stands on the network" in done.stdout


def test_two_massids_of_one_participant_leave_no_mark_behind(bench: Bench) -> None:
    """The second one's address is known under its participant's id, which went with the first one (invariant 7)."""
    for number in range(2):
        inline = party("11222333000181", f"{number + 1}00")
        bench.send(DOCUMENTS, document_message(f"m{number}", **inline))
        bench.send(EVENTS, events_message({"name": "CANCEL", "isPublic": True}, external_id=f"m{number}"))
        bench.run()
    for number in range(2):
        forget(as_operator(bench), f"m{number}", Choice(parties=True))
    items = bench.dynamodb.scan(TableName=bench.name)["Items"]
    assert [item["pk"]["S"] for item in items if item["pk"]["S"].startswith("PARTY#")] == []
