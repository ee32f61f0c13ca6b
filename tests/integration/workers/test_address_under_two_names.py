"""A participant is named by tax id or by network id; its address is one all the same."""

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import APPEND, CREATE
from tests.integration.workers.payloads import document_message, event, events_message, party
from tests.integration.workers.test_changed_parties import TAX_ID, count_requests, learn


def test_learnt_inline_it_is_known_by_id(bench: Bench) -> None:
    participant_id, address_id = learn(bench)
    body = document_message("second")
    body["document"] |= {"participantId": participant_id, "address": party(TAX_ID)["address"]}
    del body["document"]["addressId"]
    bench.send(DOCUMENTS, body)
    bench.run()
    assert bench.carrot.named(CREATE)[1].bodies[0]["addressId"] == address_id


def test_learnt_by_id_it_is_known_inline(bench: Bench) -> None:
    """One read more, once: from then on it is recorded under both names."""
    participant_id, _ = learn(bench)
    other = party(TAX_ID, number="200")
    body = document_message("second")
    body["document"] |= {"participantId": participant_id, "address": other["address"]}
    del body["document"]["addressId"]
    bench.send(DOCUMENTS, body)
    bench.run()
    for number in range(2):
        bench.relay = bench.container()
        bench.send(DOCUMENTS, document_message(f"inline-{number}", **other))
        bench.run()

    second, *inline = [call.bodies[0] for call in bench.carrot.named(CREATE)[1:]]
    address_id = bench.carrot._with_parties(second)["address"]["id"]
    assert [sent["addressId"] for sent in inline] == [address_id, address_id]
    relay = bench.container()
    asked = count_requests(bench, lambda: bench.send(DOCUMENTS, document_message("last", **other)), relay)
    assert asked.count("BatchGetItem") == 1


def test_two_documents_never_introduce_it_under_one_name_each(bench: Bench) -> None:
    participant_id, _ = learn(bench)
    other = party(TAX_ID, number="200")
    seen: list[int] = []
    by_id = document_message("by-id")
    by_id["document"] |= {"participantId": participant_id, "address": other["address"]}
    del by_id["document"]["addressId"]

    def meanwhile(_: object) -> None:
        if not seen:
            seen.append(0)
            bench.send(DOCUMENTS, by_id)
            bench.work(DOCUMENTS, relay=bench.container())

    bench.carrot.before = meanwhile
    bench.send(DOCUMENTS, document_message("inline", **other))
    bench.run()
    bodies = [call.bodies[0] for call in bench.carrot.named(CREATE)[1:]]
    assert sum("address" in body for body in bodies) == 1
    assert len(bench.carrot.documents) == 3


def test_close_by_the_integrators_id_takes_its_address_as_an_id_too(bench: Bench) -> None:
    """The guide's own CLOSE names the participant by id and no address; what it lacks is the Integrator's."""
    integrator = event("actor", 1, "ACTOR", label="Integrator", **party(TAX_ID))
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(integrator))
    bench.run()
    shown = bench.carrot._with_parties(bench.carrot.named(APPEND)[0].bodies[0])
    end = event("close", 90, "CLOSE") | {"participantId": shown["participant"]["id"]}
    del end["addressId"]
    bench.send(EVENTS, events_message(end))
    bench.run()

    sent = bench.carrot.named(APPEND)[-1].bodies[0]
    assert (sent["name"], sent["addressId"]) == ("CLOSE", shown["address"]["id"])
    assert bench.record("doc").verified_at is not None
