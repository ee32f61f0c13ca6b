"""Newcomers go inline once, everybody else by id."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.first_contact import (
    learn_from_document,
    learn_from_event,
    parties_of,
    plan_round,
    with_ids,
)
from massid_relay.core.reading import read_document


def participant(tax_id: str = "11222333000181") -> dict[str, Any]:
    return {"countryCode": "BR", "name": "Acme", "taxId": tax_id, "taxIdType": "CNPJ", "type": "COMPANY"}


def address(number: str = "1000") -> dict[str, Any]:
    return {"street": "Rua das Colinas", "number": number, "city": "São Paulo", "countryCode": "BR"}


def event(tax_id: str, number: str) -> dict[str, Any]:
    return {"name": "ACTOR", "participant": participant(tax_id), "address": address(number)}


def test_a_participant_is_recognised_by_its_tax_id_whatever_the_spelling() -> None:
    spelled = participant("11.222.333/0001-81") | {"name": "Acme Ltda"}
    assert parties_of({"participant": participant()}) == parties_of({"participant": spelled})


def test_the_same_text_is_another_address_for_another_participant() -> None:
    first, second = parties_of(event("1", "10")), parties_of(event("2", "10"))
    assert first.address != second.address


def test_spaces_and_accents_composed_otherwise_are_the_same_address() -> None:
    other = address() | {"street": " Rua  das Colinas ", "city": "São Paulo"}
    own = {"participant": participant(), "address": address()}
    assert parties_of(own) == parties_of({"participant": participant(), "address": other})


def test_no_key_shows_a_tax_id() -> None:
    """Invariant 7."""
    assert "11222333000181" not in "".join(parties_of(event("11222333000181", "1")).inline)


def test_known_parties_go_out_as_ids_and_newcomers_inline() -> None:
    payload = event("1", "10")
    key = parties_of(payload).participant
    assert key is not None
    sent = with_ids(payload, {key: "participant-id"})
    assert sent["participantId"] == "participant-id"
    assert "participant" not in sent
    assert sent["address"] == payload["address"]


def test_an_inline_participant_that_carries_its_id_goes_out_as_that_id() -> None:
    payload = {"participant": participant() | {"id": "known"}, "address": address()}
    assert with_ids(payload, {})["participantId"] == "known"


def test_a_round_ends_before_a_newcomer_is_needed_twice() -> None:
    payloads = [event("1", "10"), event("2", "20"), event("1", "10"), event("3", "30")]
    plan = plan_round(payloads, {})
    assert plan.size == 2
    assert len(plan.newcomers) == 4


def test_the_next_round_sends_what_was_learnt_as_ids() -> None:
    payload = event("1", "10")
    remote = read_document(
        {
            "primaryParticipant": {"id": "p-1"},
            "primaryAddress": {"id": "a-1"},
            "externalEvents": [{"id": "e", "participant": {"id": "p-1"}, "address": {"id": "a-1"}}],
        }
    )
    learnt = learn_from_document(payload, remote)
    assert learnt == learn_from_event(payload, remote.events[0])
    assert plan_round([payload, payload], learnt).size == 2
    assert plan_round([payload, payload], learnt).newcomers == []


@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from("12")), min_size=1, max_size=12))
def test_rounds_always_come_to_an_end_and_introduce_each_newcomer_once(people: list[tuple[str, str]]) -> None:
    payloads = [event(tax_id, number) for tax_id, number in people]
    ids: dict[str, str] = {}
    introduced: list[str] = []
    sent = 0
    while sent < len(payloads):
        plan = plan_round(payloads[sent:], ids)
        assert plan.size > 0
        introduced += plan.newcomers
        ids |= {key: f"id-{key}" for key in plan.newcomers}
        sent += plan.size
    assert len(introduced) == len(set(introduced))
