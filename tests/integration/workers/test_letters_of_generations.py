"""A dead letter keeps the generation that it was about, whatever replaces it later."""

import pytest
from massid_relay.core.errors import RejectedByProvider
from massid_relay.core.jsons import JsonObject
from massid_relay.ledger.dead_letters import DeadLetter

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import CREATE
from tests.integration.workers.payloads import document_message, event, events_message
from tests.integration.workers.replacements import create, standing_first, submit


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


@pytest.mark.parametrize(("said", "holds"), [({}, 0), ({"generation": 1}, 0), ({"generation": 2}, 1)])
def test_an_unreadable_message_of_a_replaced_document_holds_nothing_of_the_newest(
    bench: Bench, said: JsonObject, holds: int
) -> None:
    """Where none is named the first is meant, as in a readable message (docs/messages.md)."""
    standing_first(bench)
    submit(bench, 2)
    create(bench, 2)
    bench.send(EVENTS, events_message(event("a", 1)) | {"typo": 1} | said)
    bench.run()

    assert (bench.dead, len(bench.record("doc").holds)) == (["InvalidMessage"], holds)


def test_what_is_no_json_may_be_about_the_newest(bench: Bench) -> None:
    standing_first(bench)
    submit(bench, 2)
    create(bench, 2)
    bench.send(EVENTS, "{not json", group="doc")
    bench.run()

    assert len(bench.record("doc").holds) == 1
