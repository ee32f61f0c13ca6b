"""What a document waits for, in words, and how its standing is shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from massid_cli.operations.execution import Execution
from massid_cli.operations.fleet import Pause
from massid_cli.operations.order_lines import OrderLine, waits_of_orders
from massid_cli.operations.standing import Generation, Outcome, Standing
from massid_cli.operations.waiting import first_wait, waits_of
from massid_cli.status import view
from massid_relay.core.errors import Refusal
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.record import DocumentRecord, EventEntry, EventState, FileEntry, Hold, Replacement
from massid_relay.ledger.dead_letters import DeadLetter
from rich.console import Console

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LETTER = DeadLetter("letter-1", "events", "Rejected400", "refused", NOW, NOW, "load-1", "weighing")


def entry(name: str, minute: int = 0, **changes: object) -> EventEntry:
    plain = EventEntry(name, "Weighing", NOW + timedelta(minutes=minute), "hash", "dedup", "part")
    return replace(plain, **changes)  # type: ignore[arg-type]


def created(*events: EventEntry) -> DocumentRecord:
    record = DocumentRecord("load-1", document_id="doc-id", create=Operation(Stage.CONFIRMED, NOW, NOW))
    record.events = list(events)
    return record


def test_a_document_that_is_finished_waits_for_nothing() -> None:
    assert waits_of(created(entry("a", state=EventState.CONFIRMED)), []) == []


def test_every_missing_file_is_named() -> None:
    record = created(entry("a", files=("b.pdf",)))
    record.files = {name: FileEntry(name, NOW) for name in ("a.pdf", "b.pdf")}
    assert waits_of(record, []) == ["file a.pdf", "file b.pdf"]
    assert first_wait(record) == "file b.pdf", "the one that holds up the next event comes first"


def test_a_hole_is_named_with_its_dead_letter_and_its_kind() -> None:
    record = created(entry("weighing", state=EventState.DEAD), entry("later", 1))
    record.holds = [Hold("letter-1", NOW, "weighing")]
    assert waits_of(record, [LETTER]) == ["event weighing, dead letter letter-1 (Rejected400): redrive or discard it"]


def test_another_document_is_named_with_the_event_that_relates_to_it() -> None:
    record = created(entry("relation", related="load-0"))
    assert waits_of(record, []) == ["document load-0, to which event relation relates"]


def test_an_outage_comes_first_and_tells_its_reason() -> None:
    record = created(entry("a"))
    pause = Pause("2026-11-20T12:05:00.000Z", "CredentialsRefused")
    assert waits_of(record, [], [pause]) == [
        "all calls to Carrot to go on, paused until 2026-11-20T12:05:00.000Z: CredentialsRefused",
        "its turn to send",
    ]
    assert Pause(None, "").words.endswith("paused until massid resume: no reason was given")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("not placed yet", "order order-1, to be placed at Carbonext"),
        ("recorded", "order order-1, to be placed at Carbonext"),
        ("sent", "order order-1, to be answered by Carbonext"),
        ("outcome-unknown", "order order-1, whose outcome is unknown: Carbonext's list of orders is to tell"),
    ],
)
def test_a_verified_document_in_place_order_waits_for_its_order(state: str, words: str) -> None:
    """A pause of Carbonext's own timeline comes first, as Carrot's does."""
    record = created(entry("a", state=EventState.CONFIRMED))
    orders = [OrderLine("order-1", None, state, None)]
    assert list(waits_of_orders(record, orders)) == [], "an order is for a MassID that stands"
    record.verified_at = NOW
    pause = Pause("2026-11-20T12:05:00.000Z", "CredentialsRefused", "Carbonext")
    assert waits_of(record, [], [None, pause], waits_of_orders(record, orders)) == [
        "all calls to Carbonext to go on, paused until 2026-11-20T12:05:00.000Z: CredentialsRefused",
        words,
    ]


@pytest.mark.parametrize("state", ["confirmed", "refused", "left-to-a-person", "cancelled", "given-up"])
def test_an_order_that_stands_or_needs_a_person_is_waited_for_no_more(state: str) -> None:
    record = created()
    record.verified_at = NOW
    assert list(waits_of_orders(record, [OrderLine("order-1", "o-1", state, "Paid")])) == []


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (DocumentRecord("load-1"), "the document to be created"),
        (
            DocumentRecord("load-1", generation=2, replaces=Replacement(NOW, "part", cancels=1)),
            "generation 1 to be cancelled",
        ),
        (
            DocumentRecord(
                "load-1",
                create=Operation(Stage.REFUSED, NOW, NOW, refusal=Refusal("m", "Rejected400", "refused")),
            ),
            "the document, whose creation was refused",
        ),
    ],
)
def test_what_stands_before_the_creation_is_told(record: DocumentRecord, words: str) -> None:
    assert waits_of(record, [])[0] == words


def test_a_cancelled_document_waits_for_nothing_any_more() -> None:
    record = created(replace(entry("cancel", state=EventState.CONFIRMED), name="CANCEL"))
    record.files = {"a.pdf": FileEntry("a.pdf", NOW)}
    assert waits_of(record, []) == []


def test_the_picture_has_a_line_for_everything() -> None:
    whole = Standing(
        external_id="load-1",
        document_id="doc-[i]-id",
        status="open",
        waits_for="file a.pdf",
        events={"waiting": 2},
        files={"[a].pdf": "awaited"},
        run="run 1 failed, [i] don't know",
        dead_letters=[replace(LETTER, reason="no [bold] word")],
        generation=2,
        outcome=Outcome.FAILED,
        waits=["file a.pdf"],
        execution=Execution("load-1-g1-r1", "RUNNING", "Await Evidence", "2026-11-20T12:00:00.000Z"),
        replaced=[Generation(1, "old-[i]-id", "cancelled", "2026-11-20T11:00:00.000Z", "wrong weight")],
        orders=[OrderLine("order-[i]", "o-1", "confirmed", "Paid")],
    )
    console = Console(record=True, width=200)
    console.print(view(whole, "load-1"))
    assert [" ".join(line.split()) for line in console.export_text().splitlines()] == [
        "load-1 is open (run 1 failed, [i] don't know: failed)",
        "document doc-[i]-id",
        "replaced generation 1, old-[i]-id: cancelled",
        "2026-11-20T11:00:00.000Z, wrong weight",
        "events 2 waiting",
        "file [a].pdf: awaited",
        "order order-[i]: confirmed, Paid",
        "lifecycle RUNNING, in Await Evidence since 2026-11-20T12:00:00.000Z",
        "waits for file a.pdf",
        "dead letter-1 Rejected400: no [bold] word",
    ]
