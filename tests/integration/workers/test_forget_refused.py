"""`massid forget` refuses while anything still needs the payloads, and says why."""

import pytest
from massid_cli.operations.forget import (
    Choice,
    StillNeededError,
    UnknownMassIDError,
    forget,
    look,
)
from massid_cli.operations.target import Target
from massid_relay.core.errors import RejectedByProvider
from massid_relay.core.jsons import JsonObject
from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.ledger.dead_letters import DeadLetterState
from massid_relay.ledger.runs import Run

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import APPEND, CREATE
from tests.integration.workers.forgetting import as_operator, command, finish, payloads
from tests.integration.workers.payloads import (
    actor,
    close,
    document,
    document_message,
    event,
    events_message,
    files_message,
)
from tests.integration.workers.replacements import append, create, standing_first, submit

NOTHING_ELSE = Choice()


@pytest.fixture
def target(bench: Bench) -> Target:
    return as_operator(bench)


@pytest.fixture
def finished(bench: Bench) -> Bench:
    return finish(bench)


def test_what_is_unfinished_is_refused_with_the_reason(bench: Bench, target: Target) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor()))
    bench.run()
    with pytest.raises(StillNeededError, match="close or cancel it first"):
        forget(target, "doc", Choice(evidence=True))
    bench.send(EVIDENCE, files_message("late.pdf"))
    bench.run()
    with pytest.raises(StillNeededError, match=r"waits for file late\.pdf"):
        forget(target, "doc", Choice(evidence=True))
    assert payloads(bench) == 2


def test_a_replaced_document_is_forgotten_with_its_successor_and_not_before(bench: Bench, target: Target) -> None:
    standing_first(bench)
    submit(bench, 2)
    create(bench, 2)
    bench.relay.runs.fail("doc", run_of(bench))
    with pytest.raises(StillNeededError, match="close or cancel it first"):
        forget(target, "doc", NOTHING_ELSE)
    append(bench, actor(), event("weighing", 5), close(), generation=2)
    holding = forget(target, "doc", NOTHING_ELSE)
    assert [record.generation for record in holding.records] == [1, 2]
    assert payloads(bench) == 0


def test_an_open_run_is_refused(bench: Bench, target: Target) -> None:
    bench.send(SUBMISSIONS, submission())
    bench.run()
    with pytest.raises(StillNeededError, match="run 1 of its lifecycle is open"):
        forget(target, "doc", NOTHING_ELSE)
    assert payloads(bench) == 1


def test_an_order_that_may_still_be_posted_is_refused(bench: Bench, target: Target) -> None:
    """Invariant 4: its recipient stands in the payload."""
    order = {"externalId": "order-1", "vcuAmount": 1, "targetCurrency": "BRL", "payWithBalance": True}
    bench.send(SUBMISSIONS, submission(close()) | {"order": order})
    bench.run()
    bench.relay.runs.fail("doc", run_of(bench))
    cap = bench.relay.settings.order_cap_vcus
    record = OrderRecord("order-1", "hash", "key", cap, "BRL", state=OrderState.OUTCOME_UNKNOWN)
    target.orders.save(record)
    with pytest.raises(StillNeededError, match="its order order-1 is outcome-unknown"):
        forget(target, "doc", NOTHING_ELSE)
    record.state = OrderState.CONFIRMED
    target.orders.save(record)
    forget(target, "doc", NOTHING_ELSE)
    assert payloads(bench) == 0


def test_dead_letters_go_only_where_asked_and_with_their_bodies(finished: Bench, target: Target) -> None:
    finished.send(EVENTS, events_message(event("weighing", 2, value=9)))
    finished.run()
    (letter,) = finished.letters()
    attributes = {"deadLetterId": letter.id, "queue": letter.queue, "errorType": letter.error_type}
    for other in ("of another", letter.id):
        target.queues.rest(target.dead_letter_queue_url, "{}", attributes | {"deadLetterId": other})
    assert not letter_ends(finished, letter.id), "as long as it rests, its reason does"
    with pytest.raises(StillNeededError, match="1 of its dead letters rest"):
        forget(target, "doc", NOTHING_ELSE)
    forget(target, "doc", Choice(letters=True))
    settled = target.dead_letters.get(letter.id)
    assert settled is not None
    assert (settled.state, settled.why) == (DeadLetterState.DISCARDED, "forgotten")
    assert letter_ends(finished, letter.id)
    assert resting(target) == 1
    assert payloads(finished) == 0


def test_what_lies_dead_keeps_its_document_until_it_goes_too(finished: Bench, target: Target) -> None:
    finished.carrot.next_fails(APPEND, RejectedByProvider("no", status=400))
    related = event("related", 120, "RELATED", relatedDocument={"documentId": "other"})
    finished.send(EVENTS, events_message(related))
    finished.run()
    with pytest.raises(StillNeededError, match="event related, which lies dead"):
        forget(target, "doc", NOTHING_ELSE)
    forget(target, "doc", Choice(letters=True))
    assert payloads(finished) == 0


def test_a_document_whose_creation_was_refused_is_forgotten_with_its_dead_letter(bench: Bench, target: Target) -> None:
    bench.carrot.next_fails(CREATE, RejectedByProvider("no", status=400))
    bench.send(DOCUMENTS, document_message())
    bench.run()
    holding = forget(target, "doc", Choice(letters=True))
    assert not holding.stands_on_the_network
    assert payloads(bench) == 0


def test_a_message_that_was_refused_before_anything_was_recorded_can_be_forgotten(bench: Bench, target: Target) -> None:
    bench.send(DOCUMENTS, document_message(colour="green"))
    bench.run()
    holding = forget(target, "doc", Choice(letters=True))
    assert (holding.records, len(holding.letters)) == ([], 1)


def test_an_unknown_id_is_told(target: Target) -> None:
    with pytest.raises(UnknownMassIDError):
        look(target, "never-heard-of")


def test_the_command_says_why_not(bench: Bench, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.run()
    for dry in ([], ["--dry-run"]):
        refused = command(monkeypatch, target, "doc", *dry)
        assert refused.exit_code == 1
        assert "doc can't be forgotten yet" in refused.stdout
    assert command(monkeypatch, target, "never-heard-of").exit_code == 1


def submission(*events: JsonObject) -> JsonObject:
    content = {"document": document(), "events": [actor(), *events], "evidence": []}
    return {"version": 1, "externalId": "doc", **content}


def run_of(bench: Bench) -> Run:
    run = bench.relay.runs.newest("doc")
    assert run is not None
    return run


def letter_ends(bench: Bench, letter_id: str) -> bool:
    key = {"pk": {"S": f"DEAD#{letter_id}"}, "sk": {"S": "DEAD"}}
    return "expires" in bench.dynamodb.get_item(TableName=bench.name, Key=key)["Item"]


def resting(target: Target) -> int:
    answer = target.client("sqs").get_queue_attributes(QueueUrl=target.dead_letter_queue_url, AttributeNames=["All"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
