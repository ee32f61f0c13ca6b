"""announce over a real stream: at least once, in order, and never what isn't so."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from massid_relay.core.announcements.details import DetailType
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.core.record import DocumentRecord, EventEntry, EventState
from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterState

from tests.integration.announce.bench import AnnounceBench, Killed

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def create(bench: AnnounceBench, external_id: str = "load-1") -> DocumentRecord:
    """A document that stands on the network."""
    record = DocumentRecord(external_id, document_id=f"id of {external_id}")
    record.create = Operation(Stage.CONFIRMED, NOW, NOW)
    bench.relay.documents.save(record)
    return record


def append(bench: AnnounceBench, record: DocumentRecord, *names: str) -> None:
    """Events that were confirmed together."""
    for name in names:
        entry = EventEntry(name, "Pick-up", NOW, "hash", "dedup", "part", state=EventState.CONFIRMED)
        record.events.append(entry)
    bench.relay.documents.save(record)


def bury(bench: AnnounceBench, **changes: str) -> DeadLetter:
    whole: dict[str, object] = {
        "id": "letter",
        "queue": "events",
        "error_type": "InvalidMessage",
        "reason": "wrong",
        "external_id": "load-1",
        "generation": 1,
    }
    letter = DeadLetter(**{**whole, **changes}, at=NOW, first_attempt=NOW)  # type: ignore[arg-type]
    bench.relay.dead_letters.put(letter)
    return letter


def test_what_the_ledger_took_is_told_in_order_with_the_documents_ids(bench: AnnounceBench) -> None:
    record = create(bench)
    append(bench, record, "a", "b")
    bury(bench)
    run = bench.relay.runs.open_next("load-1", None, "part", 1, NOW)
    bench.relay.runs.fail("load-1", run)
    assert bench.announce() == []
    kinds = [kind for kind, _ in bench.bus.told]
    assert kinds == [DetailType.CONFIRMED, DetailType.CONFIRMED, DetailType.DEAD, DetailType.FAILED]
    assert {detail["documentId"] for _, detail in bench.bus.told} == {"id of load-1"}
    assert [part["externalId"] for part in bench.bus.told[1][1]["operations"]] == ["a", "b"]
    assert bench.bus.taken[0]["Resources"][0].endswith(f"table/{bench.relay.settings.ledger_table}")


def test_the_sample_of_a_batch_is_announced(bench: AnnounceBench) -> None:
    """events/ledger-changes.json, as Lambda hands it over."""
    event = json.loads((Path(__file__).parents[3] / "events" / "ledger-changes.json").read_text(encoding="utf-8"))
    assert bench.announce(event) == []
    assert [kind for kind, _ in bench.bus.told] == [DetailType.CONFIRMED, DetailType.DEAD, DetailType.FAILED]
    assert bench.sqs.messages == []


def test_payloads_pacing_and_parties_tell_nothing(bench: AnnounceBench) -> None:
    """They are kept out by the mapping's filter; here they would be harmless too."""
    bench.relay.parts.put("load-1", {"document": {"name": "Ana"}})
    bench.dynamodb.put_item(
        TableName=bench.relay.settings.ledger_table, Item={"pk": {"S": "PACING#x"}, "sk": {"S": "TIMELINE"}}
    )
    assert bench.announce() == []
    assert bench.bus.calls == []


def test_a_worker_killed_between_publishing_and_checkpoint_repeats_under_the_same_ids(bench: AnnounceBench) -> None:
    append(bench, create(bench), "a")
    bench.bus.kills = True
    with pytest.raises(Killed):
        bench.announce()
    assert bench.announce() == []
    assert bench.bus.ids[:2] == bench.bus.ids[2:]
    assert len(set(bench.bus.ids)) == 2


def test_more_than_ten_go_in_several_calls(bench: AnnounceBench) -> None:
    record = create(bench)
    for number in range(22):
        append(bench, record, f"e{number}")
    assert bench.announce() == []
    assert bench.bus.calls == [10, 10, 3]
    assert len(set(bench.bus.ids)) == 23


def test_an_entry_that_is_refused_for_a_moment_goes_out_at_once(bench: AnnounceBench) -> None:
    append(bench, create(bench), "a")
    bench.bus.refused = {1: 2}
    assert bench.announce() == []
    assert bench.bus.calls == [2, 1, 1]


def test_from_the_first_failure_on_everything_comes_again(bench: AnnounceBench) -> None:
    record = create(bench)
    append(bench, record, "a")
    append(bench, record, "b")
    bench.bus.refused = {1: 100}
    (failed,) = bench.announce()
    event = bench.event()
    numbers = [change["dynamodb"]["SequenceNumber"] for change in event["Records"]]
    assert failed == numbers[1]
    bench.bus.refused = {}
    assert bench.announce({"Records": event["Records"][1:]}) == []
    assert len(set(bench.bus.ids)) == 3


def test_a_bus_that_is_down_loses_nothing(bench: AnnounceBench) -> None:
    append(bench, create(bench), "a")
    bench.bus.down = 1
    (failed,) = bench.announce()
    assert failed == bench.event()["Records"][0]["dynamodb"]["SequenceNumber"]
    assert bench.announce() == []
    assert len(bench.bus.ids) == 2


def test_a_change_that_cannot_be_read_is_set_aside_and_stops_no_other(bench: AnnounceBench) -> None:
    """Invariant 10, for our own images: one of an older or newer version of the code."""
    create(bench)
    event = bench.event()
    strange = {**event["Records"][0]["dynamodb"], "NewImage": {"body": {"B": "bm90IHppcHBlZA=="}}}
    broken = {**event["Records"][0], "dynamodb": strange}
    assert bench.announce({"Records": [broken, *event["Records"]]}) == []
    assert len(bench.bus.ids) == 1
    (aside,) = bench.sqs.messages
    assert (aside["pk"], aside["sk"], aside["errorType"]) == ("DOC#load-1", "GEN#00001", "error")


def test_a_letter_that_was_sent_back_or_given_up_is_told(bench: AnnounceBench) -> None:
    letter = bury(bench)
    for state in (DeadLetterState.REDRIVEN, DeadLetterState.DISCARDED):
        bench.relay.dead_letters.settle(DeadLetter(letter.id, "events", "E", "r", NOW, NOW, state=state), NOW)
    bench.announce()
    assert [kind for kind, _ in bench.bus.told] == [DetailType.DEAD, DetailType.REDRIVEN, DetailType.DISCARDED]


def test_an_order_is_told_with_the_massid_that_it_is_for(bench: AnnounceBench) -> None:
    create(bench)
    record = OrderRecord("order-1", "hash", "key", Decimal(1), "BRL", document_external_id="load-1")
    bench.relay.orders.save(record)
    record.state, record.order_id = OrderState.CONFIRMED, "o-1"
    bench.relay.orders.save(record)
    bench.announce()
    _, placed, status = bench.bus.told
    assert (placed[1]["documentId"], placed[1]["operations"][0]["kind"]) == ("id of load-1", "order")
    assert (status[0], status[1]["order"]["state"]) == (DetailType.ORDER, "confirmed")


def test_a_deleted_item_tells_nothing(bench: AnnounceBench) -> None:
    """A dead letter that was dealt with leaves the ledger after a year."""
    letter = bury(bench)
    key = {"pk": {"S": f"DEAD#{letter.id}"}, "sk": {"S": "DEAD"}}
    bench.dynamodb.delete_item(TableName=bench.relay.settings.ledger_table, Key=key)
    bench.announce()
    assert [kind for kind, _ in bench.bus.told] == [DetailType.DEAD]


def test_a_letter_that_is_given_up_after_a_replacement_names_the_replaced_document(bench: AnnounceBench) -> None:
    create(bench)
    letter = bury(bench)
    new = DocumentRecord("load-1", 2, document_id="id of its successor", create=Operation(Stage.CONFIRMED, NOW, NOW))
    bench.relay.documents.save(new)
    bench.relay.dead_letters.settle(replace(letter, state=DeadLetterState.DISCARDED), NOW)
    bench.announce()
    kind, detail = bench.bus.told[-1]
    assert (kind, detail["generation"], detail["documentId"]) == (DetailType.DISCARDED, 1, "id of load-1")
