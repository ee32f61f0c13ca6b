"""A newcomer of unknown outcome stays with its document, however long nobody can look (docs/parties.md, "First contact")."""

from datetime import timedelta

import pytest
from massid_relay.core.errors import NeverSent, OutcomeUnknown

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import APPEND, BATCH
from tests.integration.workers.payloads import document_message, event, events_message, party


@pytest.mark.parametrize("takes_effect", [True, False])
def test_no_other_document_introduces_it_after_an_outage(bench: Bench, takes_effect: bool) -> None:
    """Never inline twice: a platform that gives a new id each time would have two ids for one participant."""
    for name in ("first", "second"):
        bench.send(DOCUMENTS, document_message(name))
    bench.run()
    bench.carrot.next_fails(BATCH, OutcomeUnknown("no answer"), takes_effect=takes_effect)
    bench.send(EVENTS, events_message(event("e1", 2, **party()), event("e2", 3), external_id="first"))
    bench.work(EVENTS)
    bench.carrot.down = lambda _: NeverSent("an outage")
    bench.run(ends=bench.clock.now() + timedelta(hours=3))
    bench.carrot.down = lambda _: None
    bench.send(EVENTS, events_message(event("f1", 2, **party()), external_id="second"))
    bench.run()

    stand = [body for call in bench.carrot.named(APPEND, BATCH) for body in call.bodies if "participant" in body]
    assert {body["externalId"] for body in stand} == {"e1"}
    assert bench.dead == []
