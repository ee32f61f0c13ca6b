"""The summary: its public keys, and what counts as a good end."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from massid_local.demo import Summary
from massid_local.demo.judging import Evidence, Judge
from massid_local.demo.outcome import Status
from massid_local.demo.progress import Run
from massid_local.demo.records import Records
from massid_local.demo.submitted import Submitted
from massid_relay.core.jsons import dumps, loads
from massid_relay.ledger.dead_letters import DeadLetter

from tests.unit.demo.conftest import TODAY

GOOD = Summary(
    submitted=25,
    closed=25,
    verified=25,
    duplicates=0,
    dead_letters=0,
    redeliveries=13,
    paced_calls_per_massid=Decimal("8.32"),
    seconds=Decimal("28.4"),
)


def test_the_summary_file_has_the_documented_keys_and_plain_numbers(tmp_path: Path) -> None:
    Records(tmp_path).summary(GOOD)
    assert loads((tmp_path / "summary.json").read_text()) == {
        "submitted": 25,
        "closed": 25,
        "verified": 25,
        "duplicates": 0,
        "deadLetters": 0,
        "redeliveries": 13,
        "pacedCallsPerMassId": Decimal("8.32"),
        "seconds": Decimal("28.4"),
    }


@pytest.mark.parametrize("change", [{"closed": 24}, {"verified": 24}, {"duplicates": 1}, {"dead_letters": 1}])
def test_the_end_is_good_only_if_all_is_verified_nothing_doubled_and_nothing_dead(change: dict[str, int]) -> None:
    assert GOOD.is_good
    assert not replace(GOOD, **change).is_good  # type: ignore[arg-type]


def test_what_an_earlier_demo_left_is_not_taken_for_new(tmp_path: Path) -> None:
    earlier = Records(tmp_path)
    earlier.summary(GOOD)
    earlier.document("old", b"{}")
    Records(tmp_path).document("new", b'{"weight": 1.50}')
    assert not (tmp_path / "summary.json").exists()
    assert [file.name for file in (tmp_path / "documents").iterdir()] == ["new.json"]
    assert (tmp_path / "documents" / "new.json").read_bytes() == b'{"weight": 1.50}'


def evidence(**changes: Any) -> Evidence:
    return replace(Evidence(runs={}, dead=(), problems={}), **changes)


def letter(external_id: str) -> DeadLetter:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return DeadLetter("1", "EventsQueue", "Rejected422", "the provider refused it", now, now, external_id)


def test_a_document_that_is_what_was_submitted_is_verified(sent: Submitted, shown: dict[str, Any]) -> None:
    sent.sent_at = 100.0
    judge = Judge(TODAY, evidence(runs={sent.external_id: Run("SUCCEEDED", 112.5)}))
    outcome = judge.judge(sent, "id", dumps(shown).encode())
    assert (outcome.status, outcome.seconds) == (Status.VERIFIED, 12.5)
    assert (outcome.events, outcome.files) == (len(sent.events), len(sent.files))
    assert outcome.problems == ()


def test_the_lifecycles_success_does_not_make_it_verified(sent: Submitted, shown: dict[str, Any]) -> None:
    shown["currentValue"] += 1
    judge = Judge(TODAY, evidence(runs={sent.external_id: Run("SUCCEEDED", 112.5)}))
    outcome = judge.judge(sent, "id", dumps(shown).encode())
    assert outcome.status is Status.NOT_VERIFIED
    assert outcome.is_closed


def test_what_the_log_shows_of_a_file_counts_too(sent: Submitted, shown: dict[str, Any]) -> None:
    judge = Judge(TODAY, evidence(problems={sent.external_id: ["attachments.f: is not the file in the bucket"]}))
    assert judge.judge(sent, "id", dumps(shown).encode()).status is Status.NOT_VERIFIED


def test_a_dead_letter_explains_why_it_is_not_closed(sent: Submitted, shown: dict[str, Any]) -> None:
    shown["status"] = "OPEN"
    dead = Judge(TODAY, evidence(dead=(letter(sent.external_id),))).judge(sent, "id", dumps(shown).encode())
    assert dead.status is Status.DEAD_LETTER
    assert dead.problems[0] == "dead letter of EventsQueue: Rejected422: the provider refused it"
    alive = Judge(TODAY, evidence(dead=(letter("another"),))).judge(sent, "id", dumps(shown).encode())
    assert alive.status is Status.OPEN


def test_a_massid_that_the_platform_does_not_know_is_absent(sent: Submitted) -> None:
    outcome = Judge(TODAY, evidence()).judge(sent, None, None)
    assert (outcome.status, outcome.seconds, outcome.passes_preflight) == (Status.ABSENT, None, False)
