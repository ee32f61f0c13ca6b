"""Stored payloads get their end once their document is finished; without them the document lives on (invariants 1 and 7)."""

from datetime import datetime
from typing import Any

import pytest
from massid_relay.core.errors import RejectedByProvider
from massid_relay.core.jsons import JsonObject
from massid_relay.core.retention import is_finished

from tests.integration.workers.bench import DOCUMENTS, EVENTS, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import APPEND, CREATE
from tests.integration.workers.payloads import (
    actor,
    close,
    document,
    document_message,
    event,
    events_message,
    party,
)
from tests.integration.workers.replacements import append, create, standing_first, submit
from tests.integration.workers.replacements import submission as replacement


def stored(bench: Bench, external_id: str = "doc") -> list[dict[str, Any]]:
    """The items of its payloads."""
    answer = bench.dynamodb.query(
        TableName=bench.name,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :part)",
        ExpressionAttributeValues={":pk": {"S": f"DOC#{external_id}"}, ":part": {"S": "PART#"}},
    )
    found: list[dict[str, Any]] = answer["Items"]
    return found


def ends(bench: Bench) -> set[int | None]:
    """When DynamoDB may delete them, in seconds of the epoch."""
    return {int(item["expires"]["N"]) if "expires" in item else None for item in stored(bench)}


def forget(bench: Bench) -> None:
    """Their end has come, and every container that had them in its memory is gone."""
    relay = bench.container()
    relay.parts.remove("doc", relay.parts.stored("doc"))
    bench.relay = bench.container()


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


@pytest.fixture
def finished(bench: Bench) -> Bench:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor(), event("weighing", 2)))
    bench.run()
    assert ends(bench) == {None}, "as long as it is open, CLOSE will need them"
    bench.send(EVENTS, events_message(close()))
    bench.run()
    assert is_finished(bench.record("doc"))
    return bench


def related(**changes: Any) -> JsonObject:
    return event("related", 120, "RELATED", relatedDocument={"documentId": "other"}, **changes)


def test_payloads_of_a_closed_and_verified_document_get_their_end(finished: Bench) -> None:
    (end,) = ends(finished)
    assert end == seconds(finished.clock.now() + finished.relay.settings.payload_retention)
    assert len(stored(finished)) == 3


def test_a_cancelled_documents_payloads_get_theirs_too(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor(), event("cancel", 9, "CANCEL")))
    bench.run()
    assert None not in ends(bench)


def test_the_end_is_a_setting_in_days(new_bench: Any) -> None:
    bench = new_bench(PAYLOAD_RETENTION_DAYS="400")
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor(), event("weighing", 2), close()))
    bench.run()
    assert {(end or 0) - seconds(bench.clock.now()) for end in ends(bench)} == {400 * 86_400}


def test_an_end_that_was_set_stays_and_what_comes_later_gets_its_own(finished: Bench) -> None:
    (first,) = ends(finished)
    finished.move(days=3)
    finished.send(EVENTS, events_message(related()))
    finished.run()
    assert ends(finished) == {first, (first or 0) + 3 * 86_400}


def test_a_worker_that_died_before_the_end_was_set_is_made_up_for_when_its_message_comes_again(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor(), event("weighing", 2), close()))
    dying = bench.container()
    dying.parts.expire = _die  # type: ignore[method-assign]
    bench.work(DOCUMENTS)
    with pytest.raises(KeyboardInterrupt):
        bench.work(EVENTS, relay=dying)
    assert ends(bench) == {None}
    bench.run()
    assert None not in ends(bench)


def _die(external_id: str, at: datetime) -> None:
    raise KeyboardInterrupt


def test_what_was_sent_before_is_still_met_with_silence_when_its_payload_is_gone(finished: Bench) -> None:
    """Invariant 1: hashes stay."""
    forget(finished)
    finished.carrot.calls.clear()
    finished.send(DOCUMENTS, document_message())
    finished.send(EVENTS, events_message(actor(), event("weighing", 2), close()))
    finished.run()
    assert finished.carrot.calls == []
    assert finished.letters() == []
    assert stored(finished) == [], "what nobody needs is not stored again"


def test_other_content_under_a_known_id_is_still_a_conflict_when_the_payload_is_gone(finished: Bench) -> None:
    """Invariant 1."""
    forget(finished)
    finished.send(DOCUMENTS, document_message(title="another"))
    finished.send(EVENTS, events_message(event("weighing", 2, value=5)))
    finished.run()
    assert finished.dead == ["PayloadConflict", "PayloadConflict"]


def test_related_still_follows_close_when_all_else_is_forgotten(finished: Bench) -> None:
    """It brings its own payload, a newcomer in it too: the read that shows the newcomer's id needs nothing older."""
    forget(finished)
    finished.send(EVENTS, events_message(related(**party())))
    finished.run()
    assert finished.carrot.document.event_ids[-1] == "related"
    assert finished.record("doc").newcomers == []
    assert finished.letters() == []


def test_a_submission_sent_again_goes_through_and_is_stored_for_its_retention_again(bench: Bench) -> None:
    whole = submission(actor(), event("weighing", 2), close())
    bench.send(SUBMISSIONS, whole)
    bench.run()
    for select in ("timeline", "closing"):
        bench.send(EVENTS, reference(bench, select))
    bench.send(DOCUMENTS, {"version": 1, "externalId": "doc", "submissionRef": part_of(bench)})
    bench.run()
    assert is_finished(bench.record("doc"))
    forget(bench)
    bench.steps.status["doc-g1-r1"] = "SUCCEEDED"
    bench.move(minutes=10)
    bench.send(SUBMISSIONS, whole)
    bench.run()
    bench.carrot.calls.clear()
    bench.send(EVENTS, reference(bench, "timeline"))
    bench.run()
    assert bench.carrot.calls == []
    assert len(stored(bench)) == 1
    assert None not in ends(bench)


def test_a_message_that_needs_a_forgotten_payload_says_so(bench: Bench) -> None:
    """Invariant 10: a state with a name, no crash, and no endless coming back."""
    bench.send(SUBMISSIONS, submission(actor()))
    bench.run()
    message = {"version": 1, "externalId": "doc", "submissionRef": part_of(bench)}
    forget(bench)
    bench.send(DOCUMENTS, message)
    bench.send(
        EVENTS,
        {"version": 1, "documentExternalId": "doc", "submissionRef": message["submissionRef"], "select": "timeline"},
    )
    bench.run()
    assert bench.dead == ["Forgotten", "Forgotten"]
    assert "doc is not stored any more" in bench.letters()[0].reason


def test_an_event_whose_payload_is_lost_dies_and_can_be_sent_again(bench: Bench) -> None:
    """`massid forget` leaves what waits alone; whoever deletes items by hand meets this."""
    bench.send(EVENTS, events_message(actor()))
    bench.run()
    forget(bench)
    bench.send(DOCUMENTS, document_message())
    bench.run()
    (letter,) = bench.letters()
    assert (letter.error_type, letter.item) == ("Forgotten", "actor")
    bench.move(minutes=10)
    bench.send(EVENTS, events_message(actor()))
    bench.run()
    assert bench.carrot.document.event_ids == ["actor"]


def test_a_reference_to_what_never_was_is_an_invalid_message(bench: Bench) -> None:
    bench.send(DOCUMENTS, {"version": 1, "externalId": "doc", "submissionRef": "never"})
    bench.run()
    (letter,) = bench.letters()
    assert (letter.error_type, letter.fields[0].path) == ("InvalidMessage", "submissionRef")


def test_a_refused_creation_keeps_its_payload_for_the_redrive(bench: Bench) -> None:
    bench.carrot.next_fails(CREATE, RejectedByProvider("no", status=400))
    bench.send(DOCUMENTS, document_message())
    bench.run()
    assert bench.dead == ["Rejected400"]
    assert ends(bench) == {None}


def test_a_dead_event_after_close_keeps_the_payloads_until_it_is_settled(finished: Bench) -> None:
    finished.carrot.next_fails(APPEND, RejectedByProvider("no", status=400))
    finished.send(EVENTS, events_message(related()))
    finished.run()
    assert finished.dead == ["Rejected400"]
    assert None in ends(finished)


def submission(*events: JsonObject) -> JsonObject:
    return {"version": 1, "externalId": "doc", "document": document(), "events": list(events), "evidence": []}


def part_of(bench: Bench) -> str:
    run = bench.relay.runs.newest("doc")
    assert run is not None
    return run.part


def reference(bench: Bench, select: str) -> JsonObject:
    return {"version": 1, "documentExternalId": "doc", "submissionRef": part_of(bench), "select": select}


def test_a_submission_that_is_refused_leaves_no_payload_behind(bench: Bench) -> None:
    """Invariant 7: nothing would ever delete it. Its dead letter holds the message, for the redrive and for 14 days."""
    refused = submission(actor(), close()) | {"methodology": "bold-recycling", "preflight": "refuse"}
    bench.send(SUBMISSIONS, refused)
    bench.run()
    assert bench.dead == ["RefusedByPreflight"]
    assert stored(bench) == []


class TestReplacedDocuments:
    def test_the_payloads_of_a_replaced_document_stay_until_its_successor_is_finished(self, bench: Bench) -> None:
        standing_first(bench)
        submit(bench, 2)
        create(bench, 2)
        assert ends(bench) == {None}, "the generations share their payloads, and the new one is open"
        append(bench, actor(), event("weighing", 5), close(), generation=2)
        assert is_finished(bench.record("doc"))
        assert None not in ends(bench)

    def test_what_had_its_end_set_by_the_older_one_stays_for_the_newer(self, bench: Bench) -> None:
        standing_first(bench)
        append(bench, event("cancel", 9, "CANCEL"))
        assert None not in ends(bench), "cancelled, it was finished"
        submit(bench, 2)
        create(bench, 2)
        bench.relay = bench.container()
        append(bench, actor(), event("weighing", 5), generation=2)
        part = bench.record("doc").part
        assert [item for item in stored(bench) if item["sk"]["S"] == f"PART#{part}" and "expires" in item] == []

    def test_a_payload_whose_end_was_set_while_it_was_being_taken_up_is_kept(self, bench: Bench) -> None:
        """Between storing a replacement and marking the older document, that one's last turn may give all payloads their end."""
        standing_first(bench)
        append(bench, event("cancel", 9, "CANCEL"))
        relay = bench.container()
        put = relay.parts.put

        def put_and_retire(external_id: str, content: JsonObject) -> str:
            name = put(external_id, content)
            relay.parts.expire(external_id, relay.now() + relay.settings.payload_retention)
            return name

        relay.parts.put = put_and_retire  # type: ignore[method-assign]
        bench.send(SUBMISSIONS, replacement(generation=2))
        bench.work(SUBMISSIONS, relay=relay)
        part = part_of(bench)
        assert [item for item in stored(bench) if item["sk"]["S"] == f"PART#{part}" and "expires" in item] == []
