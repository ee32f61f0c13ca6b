"""Newcomers go inline once, in rounds; everybody else by id; no two documents introduce the same one."""

import itertools
from typing import Any

import pytest
from massid_relay.core.errors import OutcomeUnknown, RejectedByProvider
from massid_relay.core.first_contact import Learnt
from massid_relay.core.jsons import JsonObject

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import APPEND, BATCH, CREATE, READ, Call
from tests.integration.workers.payloads import actor, document_message, event, events_message, party

FIRST, SECOND = "11222333000181", "19573842000160"


def inline(bench: Bench, tax_id: str) -> int:
    """How many bodies brought that participant inline."""
    bodies = [body for call in bench.carrot.calls for body in call.bodies]
    return sum(body.get("participant", {}).get("taxId") == tax_id for body in bodies)


def sent_events(bench: Bench) -> list[list[str]]:
    calls = bench.carrot.named(APPEND, BATCH)
    return [[body["externalId"] for body in call.bodies] for call in calls]


def test_a_newcomers_id_is_learnt_from_the_read_and_used_from_then_on(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message(**party(FIRST)))
    bench.run()
    bench.send(DOCUMENTS, document_message("other", **party(FIRST)))
    bench.run()

    first, second = (call.bodies[0] for call in bench.carrot.named(CREATE))
    shown = bench.carrot._with_parties(first)
    assert second["participantId"] == shown["participant"]["id"]
    assert second["addressId"] == shown["address"]["id"]
    assert inline(bench, FIRST) == 1


def test_a_document_of_known_parties_needs_no_read(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.run()

    assert [call.name for call in bench.carrot.calls] == [CREATE]


def test_two_documents_never_introduce_the_same_newcomer(bench: Bench) -> None:
    """The second waits for the first one's read, although it came while that was at work."""
    second: list[int] = []

    def meanwhile(call: Call) -> None:
        if not second:
            second.append(0)
            bench.send(DOCUMENTS, document_message("other", **party(FIRST)))
            second.append(bench.work(DOCUMENTS, relay=bench.container()))

    bench.carrot.before = meanwhile
    bench.send(DOCUMENTS, document_message(**party(FIRST)))
    bench.run()

    assert second[1] == 1
    assert inline(bench, FIRST) == 1
    assert len(bench.carrot.documents) == 2
    assert bench.dead == []


def test_newcomers_are_claimed_all_or_none(bench: Bench) -> None:
    """One transaction: a claim that fails leaves no other claim behind."""
    seen: list[Any] = []

    def meanwhile(call: Call) -> None:
        if not seen:
            seen.append(0)
            bench.send(EVENTS, events_message(event("e", 1, **party(SECOND)), event("f", 2, **party(FIRST))))
            bench.work(EVENTS, relay=bench.container())
            seen.append(claims(bench))

    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.carrot.before = meanwhile
    bench.send(DOCUMENTS, document_message("other", **party(FIRST)))
    bench.work(DOCUMENTS)

    assert set(seen[1].values()) == {"other"}
    bench.run()
    assert (inline(bench, FIRST), inline(bench, SECOND)) == (1, 1)


def claims(bench: Bench) -> dict[str, str]:
    items = bench.dynamodb.scan(TableName=bench.name)["Items"]
    return {item["pk"]["S"]: item["claim_owner"]["S"] for item in items if "claim_owner" in item}


def test_events_go_in_rounds_so_that_no_newcomer_is_inline_twice(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.carrot.calls.clear()
    events = [event("a", 1, **party(FIRST)), event("b", 2, **party(SECOND)), event("c", 3, **party(FIRST))]
    bench.send(EVENTS, events_message(*events))
    bench.run()

    assert sent_events(bench) == [["a", "b"], ["c"]]
    assert [call.name for call in bench.carrot.calls] == [BATCH, READ, APPEND]
    assert (inline(bench, FIRST), inline(bench, SECOND)) == (1, 1)


def test_the_create_call_is_a_round_too(bench: Bench) -> None:
    bench.send(EVENTS, events_message(event("a", 1, **party(FIRST))))
    bench.send(DOCUMENTS, document_message(**party(FIRST)))
    bench.run()

    assert inline(bench, FIRST) == 1
    assert bench.carrot.document.event_ids == ["a"]


def test_ids_that_do_not_show_yet_are_waited_for_and_nothing_goes_inline_meanwhile(bench: Bench) -> None:
    """Invariant 3: waiting is no attempt."""
    bench.carrot.shows_parties = False
    bench.send(DOCUMENTS, document_message(**party(FIRST), token="token-1"))
    bench.send(EVENTS, events_message(event("a", 1, **party(FIRST))))
    bench.run(until=lambda: len(bench.carrot.named(READ)) >= 3)
    assert inline(bench, FIRST) == 1
    assert bench.steps.answers == []

    bench.carrot.shows_parties = True
    bench.run()

    assert bench.carrot.document.event_ids == ["a"]
    assert inline(bench, FIRST) == 1
    assert bench.steps.answers == [("token-1", "succeeded")]
    assert bench.dead == []


def test_a_final_no_releases_its_claims_at_once(bench: Bench) -> None:
    bench.carrot.next_fails(CREATE, RejectedByProvider("422", status=422))
    bench.send(DOCUMENTS, document_message(**party(FIRST)))
    bench.run()
    assert claims(bench) == {}

    bench.send(DOCUMENTS, document_message("other", **party(FIRST)))
    before = bench.clock.now()
    bench.run()

    assert bench.record("other").created
    assert (bench.clock.now() - before).total_seconds() < 60


def test_a_refused_event_releases_its_claims_at_once(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.carrot.refuses = {"a"}
    bench.send(EVENTS, events_message(event("a", 1, **party(FIRST))))
    bench.run()

    assert claims(bench) == {}


def test_of_a_refused_batch_the_ids_of_those_that_went_through_are_learnt(bench: Bench) -> None:
    """They went out inline: whoever comes next must use their ids."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.carrot.refuses = {"b"}
    bench.send(EVENTS, events_message(event("a", 1, **party(FIRST)), event("b", 2, **party(SECOND))))
    bench.run()
    bench.carrot.refuses = set()
    bench.move(hours=1)

    bench.send(DOCUMENTS, document_message("other", **party(FIRST)))
    bench.run()

    assert accepted_inline(bench, FIRST) == 1


@pytest.mark.parametrize("write", range(4))
def test_a_worker_killed_between_any_two_writes_of_what_it_learnt_loses_nothing(bench: Bench, write: int) -> None:
    """Place, address under both names, participant: the read is made again, and the first id learnt stays."""
    left = itertools.count(-write)

    def kill(params: Any, **_: Any) -> None:
        if "PARTY#" in str(params["body"]) and next(left) == 0:
            raise KilledError

    bench.send(DOCUMENTS, document_message(**party(FIRST)))
    event_name = "before-call.dynamodb.UpdateItem"
    bench.dynamodb.meta.events.register(event_name, kill)
    with pytest.raises(KilledError):
        bench.work(DOCUMENTS, relay=bench.container())
    bench.dynamodb.meta.events.unregister(event_name, kill)
    bench.run()
    bench.relay = bench.container()
    changed = party(FIRST)
    changed["participant"]["name"] = "Another Name"
    bench.send(DOCUMENTS, document_message("other", **changed))
    bench.run()

    assert inline(bench, FIRST) == 1
    assert claims(bench) == {}
    assert [change.fields for change in bench.relay.party_changes.all()] == [("name",)]


class KilledError(BaseException):
    """What no worker survives."""


def test_a_newcomer_of_close_is_claimed_and_learnt_like_any_other(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor(), event("close", 90, "CLOSE", **party(FIRST))))
    bench.run()
    bench.send(DOCUMENTS, document_message("other", **party(FIRST)))
    bench.run()

    assert inline(bench, FIRST) == 1
    assert claims(bench) == {}
    assert bench.record("doc").verified_at is not None


def accepted_inline(bench: Bench, tax_id: str) -> int:
    bodies: list[JsonObject] = [body for doc in bench.carrot.documents.values() for _, body in doc.events]
    bodies += [doc.body for doc in bench.carrot.documents.values()]
    return sum(body.get("participant", {}).get("taxId") == tax_id for body in bodies)


def test_every_attempt_of_a_create_names_its_parties_as_the_first_did(bench: Bench) -> None:
    """Invariant 1: the same body under the same id, although the party's id was learnt meanwhile."""
    bench.carrot.next_fails(CREATE, OutcomeUnknown("timeout"))
    bench.send(DOCUMENTS, document_message(**party(FIRST)))
    bench.work(DOCUMENTS)
    first = bench.carrot.calls[0].bodies[0]
    key = bench.record("doc").newcomers[0]
    bench.container().parties.learn(Learnt(ids={key: "participant-9"}))

    bench.run()

    assert bench.carrot.named(CREATE)[1].bodies[0] == first


def test_a_claim_of_a_document_that_never_went_out_ends_by_itself(bench: Bench) -> None:
    bench.carrot.down = lambda name: OutcomeUnknown("503", status=503)
    bench.send(DOCUMENTS, document_message(**party(FIRST)))
    bench.work(DOCUMENTS)
    (lost,) = bench.waiting(DOCUMENTS)
    bench.queues.delete(lost.receipts[-1])  # its message died unseen
    bench.carrot.down = lambda name: None

    bench.move(minutes=16)
    bench.send(DOCUMENTS, document_message("other", **party(FIRST)))
    bench.run()

    assert bench.record("other").created
