"""A known participant or address that comes with other data is told once per change, and never merged silently."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from massid_cli import parties
from massid_cli.operations.target import Target
from massid_relay.core.first_contact import Learnt
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.ledger.party_changes import PartyChange

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import CREATE
from tests.integration.workers.payloads import document_message, event, events_message, party

TAX_ID = "11222333000181"
LINE = "a known party comes with other data"


def changed(**fields: Any) -> JsonObject:
    """The same participant and address, with other data."""
    known = party(TAX_ID)
    for name, value in fields.items():
        kind = "participant" if name in {"email", "businessName", "type"} or name == "company" else "address"
        known[kind][{"company": "name", "place": "name"}.get(name, name)] = value
    return known


def changes(bench: Bench) -> list[PartyChange]:
    return list(bench.container().party_changes.all())


def learn(bench: Bench) -> tuple[str, str]:
    """Participant's and address' network ids."""
    bench.send(DOCUMENTS, document_message("first", **party(TAX_ID)))
    bench.run()
    shown = bench.carrot._with_parties(bench.carrot.named(CREATE)[0].bodies[0])
    return shown["participant"]["id"], shown["address"]["id"]


def test_a_changed_name_is_told_with_its_field_and_document_and_the_known_id_goes_out(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    participant_id, _ = learn(bench)
    with caplog.at_level(logging.WARNING):
        bench.send(DOCUMENTS, document_message("second", **changed(company="Padaria Lua Nova")))
        bench.run()

    (change,) = changes(bench)
    assert (change.kind, change.party_id, change.fields) == ("participant", participant_id, ("name",))
    assert (change.document, change.item, change.refused) == ("second", None, False)
    (line,) = [record for record in caplog.records if record.message == LINE]
    assert (line.errorType, line.externalId, line.fields) == ("ChangedParty", "second", ["name"])  # type: ignore[attr-defined]
    assert bench.carrot.named(CREATE)[1].bodies[0]["participantId"] == participant_id
    assert bench.dead == []


def test_neither_the_old_nor_the_new_data_is_kept_or_told(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Invariant 7: the ledger's own items hold marks and names of fields. (Payloads lie compressed in their own.)"""
    learn(bench)
    with caplog.at_level(logging.DEBUG):
        bench.send(DOCUMENTS, document_message("second", **changed(company="Padaria Lua Nova", place="Anexo")))
        bench.run()

    told = dumps([{key: str(value) for key, value in vars(line).items()} for line in caplog.records])
    items = str([item for item in bench.dynamodb.scan(TableName=bench.name)["Items"] if "content" not in item])
    for secret in ("Lua Nova", "Estrela", "Anexo", "Colinas", TAX_ID):
        assert secret not in told
        assert secret not in items


def test_a_change_is_told_once_however_often_and_by_whichever_container_it_is_met(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    learn(bench)
    other = changed(company="Padaria Lua Nova")
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            bench.relay = bench.container()
            bench.send(DOCUMENTS, document_message(f"again-{number}", **other))
            bench.send(EVENTS, events_message(event("e", 1, **other), external_id=f"again-{number}"))
            bench.run()

    assert len(changes(bench)) == 1
    assert [record.message for record in caplog.records].count(LINE) == 1


def test_a_change_that_could_not_be_written_is_told_at_the_next_attempt(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it may stay in the container's memory before it stands in the ledger."""
    learn(bench)
    put = bench.dynamodb.put_item
    throttled: list[Any] = []

    def throttle_once(**arguments: Any) -> Any:
        if arguments["Item"].get("gpk") == {"S": "CHANGED"} and not throttled:
            throttled.append(arguments)
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")
        return put(**arguments)

    monkeypatch.setattr(bench.dynamodb, "put_item", throttle_once)
    bench.send(DOCUMENTS, document_message("second", **changed(company="Padaria Lua Nova")))
    bench.run()

    assert len(throttled) == 1
    assert [change.document for change in changes(bench)] == ["second"]


def test_another_change_is_told_again(bench: Bench) -> None:
    learn(bench)
    for number, name in enumerate(["Padaria Lua Nova", "Padaria Sol"]):
        bench.send(DOCUMENTS, document_message(f"other-{number}", **changed(company=name)))
    bench.run()
    assert len(changes(bench)) == 2


def test_another_spelling_of_the_name_is_no_change(bench: Bench) -> None:
    learn(bench)
    bench.send(DOCUMENTS, document_message("second", **changed(company="PADARIA  ESTRELA DOURADA")))
    bench.run()
    assert changes(bench) == []


def test_the_event_that_brings_the_change_is_named(bench: Bench) -> None:
    learn(bench)
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(event("a", 1, **party(TAX_ID)), event("b", 2, **changed(company="Sol"))))
    bench.run()
    (change,) = changes(bench)
    assert (change.document, change.item) == ("doc", "b")


def test_a_change_inside_the_message_that_introduces_the_party_is_noticed_too(bench: Bench) -> None:
    """The second event waits for the round in which the id is learnt, and then meets its marks."""
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(event("a", 1, **party(TAX_ID)), event("b", 2, **changed(company="Sol"))))
    bench.run()
    assert [change.item for change in changes(bench)] == ["b"]


@pytest.mark.parametrize(
    ("fields", "named", "spelling"),
    [
        ({"street": "RUA DAS COLINAS AZUIS"}, ("street",), True),
        ({"zipCode": "08575-720"}, ("zipCode",), True),
        ({"street": "R. das Colinas Azuis"}, ("street",), False),
        ({"city": "Campinas"}, ("city",), False),
        ({"place": "Portaria 2", "latitude": -23}, ("name", "latitude"), False),
        ({"complement": "Apto. 50"}, ("complement",), False),
    ],
)
def test_an_address_that_looks_like_a_known_one_goes_out_as_a_newcomer_and_is_told(
    bench: Bench, fields: JsonObject, named: tuple[str, ...], spelling: bool
) -> None:
    """Auditors compare address ids, and nobody but the integrator knows whether the two are one place."""
    participant_id, address_id = learn(bench)
    bench.send(DOCUMENTS, document_message("second", **changed(**fields)))
    bench.run()

    (change,) = changes(bench)
    assert (change.kind, change.party_id, change.fields, change.spelling) == ("address", address_id, named, spelling)
    sent = bench.carrot.named(CREATE)[1].bodies[0]
    assert sent["participantId"] == participant_id
    assert "address" in sent


ELSEWHERE: list[JsonObject] = [{"number": "101"}, {"zipCode": "08575721"}, {"number": "7", "street": "Rua do Sol"}]


@pytest.mark.parametrize("fields", ELSEWHERE)
def test_an_address_elsewhere_of_another_name_is_simply_another_one(bench: Bench, fields: JsonObject) -> None:
    learn(bench)
    bench.send(DOCUMENTS, document_message("second", **changed(place="Depósito", **fields)))
    bench.run()
    assert changes(bench) == []


@pytest.mark.parametrize("fields", ELSEWHERE)
def test_an_address_elsewhere_of_a_known_name_is_told(bench: Bench, fields: JsonObject) -> None:
    """Its participant may have moved: the tax id is known and comes with another address."""
    _, address_id = learn(bench)
    bench.send(DOCUMENTS, document_message("second", **changed(**fields)))
    bench.run()
    (change,) = changes(bench)
    assert (change.party_id, change.elsewhere, set(change.fields)) == (address_id, True, set(fields))
    assert "address" in bench.carrot.named(CREATE)[1].bodies[0]


def test_a_name_that_two_addresses_bear_marks_neither(bench: Bench) -> None:
    """Else each new collection point of a hauler would be told, and nobody would read of those that matter."""
    learn(bench)
    for number in range(3):
        bench.send(DOCUMENTS, document_message(f"load-{number}", **changed(number=f"20{number}")))
        bench.run()
    assert [change.document for change in changes(bench)] == ["load-0"]


def test_an_address_is_compared_when_its_participant_comes_as_an_id(bench: Bench) -> None:
    participant_id, _ = learn(bench)
    bench.send(DOCUMENTS, document_message())
    address = changed(city="Campinas")["address"]
    by_id = event("a", 1) | {"participantId": participant_id, "address": address}
    del by_id["addressId"]
    bench.send(EVENTS, events_message(by_id))
    bench.run()
    assert [(change.kind, change.fields) for change in changes(bench)] == [("address", ("city",))]


def test_who_is_known_and_unchanged_costs_no_further_request(bench: Bench) -> None:
    """The marks come with the ids in one read, and a container remembers both."""
    learn(bench)
    relay = bench.container()
    asked = count_requests(bench, lambda: bench.send(DOCUMENTS, document_message("second", **party(TAX_ID))), relay)
    assert asked.count("BatchGetItem") == 1
    asked = count_requests(bench, lambda: bench.send(DOCUMENTS, document_message("third", **party(TAX_ID))), relay)
    assert "BatchGetItem" not in asked


def count_requests(bench: Bench, ask: Callable[[], object], relay: Any) -> list[str]:
    """Names of the requests to DynamoDB that one look of that container at the documents queue makes."""
    names: list[str] = []

    def note(model: Any, **_: Any) -> None:
        names.append(model.name)

    bench.dynamodb.meta.events.register("before-call.dynamodb", note)
    try:
        ask()
        bench.work(DOCUMENTS, relay=relay)
    finally:
        bench.dynamodb.meta.events.unregister("before-call.dynamodb", note)
    return names


class TestRefusing:
    """`ChangedPartyPolicy=refuse`: a changed party is an invalid message that names the field, and nothing is sent."""

    @pytest.fixture
    def strict(self, new_bench: Callable[..., Bench]) -> Bench:
        return new_bench(CHANGED_PARTY_POLICY="refuse")

    def test_a_document(self, strict: Bench) -> None:
        learn(strict)
        strict.send(DOCUMENTS, document_message("second", token="t", **changed(company="Sol", city="Campinas")))
        strict.run()

        (letter,) = strict.letters()
        assert (letter.error_type, letter.external_id) == ("InvalidMessage", "second")
        assert [field.path for field in letter.fields] == ["document.participant.name", "document.address.city"]
        assert strict.steps.answers == [("t", "InvalidMessage")]
        assert len(strict.carrot.named(CREATE)) == 1
        assert changes(strict)[0].refused

    def test_an_event_dies_and_holds_what_follows_while_what_precedes_it_goes_out(self, strict: Bench) -> None:
        """Invariant 3."""
        learn(strict)
        strict.send(DOCUMENTS, document_message())
        events = [event("a", 1), event("b", 2, **changed(company="Sol")), event("c", 3)]
        strict.send(EVENTS, events_message(*events))
        strict.run()

        document = strict.carrot.documents[strict.record("doc").document_id or ""]
        assert document.event_ids == ["a"]
        (letter,) = strict.letters()
        assert (letter.error_type, letter.item) == ("InvalidMessage", "b")
        assert [field.path for field in letter.fields] == ["events.b.participant.name"]

    def test_it_is_refused_each_time_though_told_once(self, strict: Bench) -> None:
        learn(strict)
        for number in range(2):
            strict.send(DOCUMENTS, document_message(f"again-{number}", **changed(company="Sol")))
        strict.run()
        assert len(strict.letters()) == 2
        assert len(changes(strict)) == 1

    def test_a_second_place_of_one_name_passes_and_is_told(self, strict: Bench) -> None:
        """It may be a second place by right."""
        learn(strict)
        strict.send(DOCUMENTS, document_message("second", **changed(number="999")))
        strict.run()
        assert strict.dead == []
        assert [change.refused for change in changes(strict)] == [False]

    def test_who_is_unchanged_or_new_passes(self, strict: Bench) -> None:
        learn(strict)
        strict.send(DOCUMENTS, document_message("second", **party(TAX_ID)))
        strict.send(DOCUMENTS, document_message("third", **party("19573842000160")))
        strict.run()
        assert strict.dead == []


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command_lists_them_by_field_without_what_they_say(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    participant_id, _ = learn(bench)
    bench.send(DOCUMENTS, document_message("second", **changed(company="Padaria Lua Nova")))
    bench.run()
    target = Target(lambda _service: bench.dynamodb, {"Ledger": bench.name})
    monkeypatch.setattr(parties, "target_of", lambda _stack, _run_dir: target)
    parties.changed(as_json=as_json)

    shown = capsys.readouterr().out
    if as_json:
        (one,) = loads(shown)
        assert (one["document"], one["party_id"], one["fields"]) == ("second", participant_id, ["name"])
    else:
        assert f"participant {participant_id} differs in content: name" in shown
        assert shown.endswith("1 changes\n")
    assert "Lua" not in shown


def test_new_addresses_of_one_name_in_one_message_are_told_once(bench: Bench) -> None:
    learn(bench)
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(*[event(f"e{n}", n + 1, **changed(number=f"20{n}")) for n in range(5)]))
    bench.run()
    assert [change.item for change in changes(bench)] == ["e0"]


@pytest.mark.parametrize(("kept", "most"), [("named-", 2), ("place-", 200)])
def test_what_is_remembered_of_one_name_or_place_is_bounded(bench: Bench, kept: str, most: int) -> None:
    """An item of DynamoDB holds 400 KB; a hauler has thousands of collection points."""
    store, address = bench.container().parties, party(TAX_ID)["address"]
    for number in range(most + 5):
        learnt = Learnt()
        learnt.address(None, address | {"complement": f"door {number}"}, f"address-{number}", "participant-1")
        (place,) = [place for place in learnt.places if place.startswith(kept)]
        store.learn(Learnt(places={place: learnt.places[place]}))
    assert len(store.at([place])[place]) == most
