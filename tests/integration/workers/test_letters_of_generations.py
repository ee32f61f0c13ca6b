"""A dead letter keeps the generation that it was about, whatever replaces it later."""

from massid_relay.core.errors import RejectedByProvider
from massid_relay.ledger.dead_letters import DeadLetter

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import CREATE
from tests.integration.workers.payloads import document_message, event, events_message
from tests.integration.workers.replacements import standing_first, submit


def test_an_event_that_died_with_a_replaced_document_names_that_one(bench: Bench) -> None:
    standing_first(bench)
    bench.send(EVENTS, events_message(event("weighing", 5, description="other")))
    bench.run()
    submit(bench, 2)

    assert [letter.generation for letter in bench.letters()] == [1]


def test_a_creation_that_is_refused_names_the_new_one(bench: Bench) -> None:
    standing_first(bench)
    bench.carrot.next_fails(CREATE, RejectedByProvider("no", status=422))
    submit(bench, 2)

    assert [letter.generation for letter in bench.letters()] == [2]


def test_the_index_tells_whose_a_letter_is(bench: Bench) -> None:
    """`massid status --watch` looks every second: it reads no other document's letters."""
    for name in ("doc", "doc-2"):
        bench.send(DOCUMENTS, {**document_message(name), "document": None})
    bench.run()
    reads: list[str] = []
    index = bench.container().dead_letters
    get = index.get

    def counted(dead_letter_id: str) -> DeadLetter | None:
        reads.append(dead_letter_id)
        return get(dead_letter_id)

    index.get = counted  # type: ignore[method-assign]

    (letter,) = index.resting_of("doc")
    assert letter.external_id == "doc"
    assert reads == [letter.id]
    assert index.resting_of("do") == []
    assert len(index.resting()) == 2
