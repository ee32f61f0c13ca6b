"""Newcomers go inline once, everybody else by id."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.first_contact import (
    Learnt,
    address_key_by_id,
    newcomers_of,
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


@given(st.text("0123456789ABXYZ", min_size=1, max_size=14), st.lists(st.sampled_from([".", "/", "-", " "]), max_size=4))
def test_punctuation_and_case_of_a_tax_id_never_make_another_participant(tax_id: str, marks: list[str]) -> None:
    spelt = tax_id.lower()
    for number, mark in enumerate(marks):
        spelt = spelt[: number * 3] + mark + spelt[number * 3 :]
    assert parties_of({"participant": participant(tax_id)}) == parties_of({"participant": participant(spelt)})


@given(st.text("0123456789", min_size=1, max_size=6), st.text("0123456789", min_size=1, max_size=6))
def test_two_tax_ids_or_countries_are_two_participants(first: str, second: str) -> None:
    same = parties_of({"participant": participant(first)}) == parties_of({"participant": participant(second)})
    assert same == (first == second)
    abroad = participant(first) | {"countryCode": "PT"}
    assert parties_of({"participant": participant(first)}) != parties_of({"participant": abroad})


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
    newcomers, learnt, from_event = plan_round([payload], {}).newcomers, Learnt(), Learnt()
    learnt.document(payload, remote, newcomers)
    from_event.event(payload, remote.events[0], newcomers)
    assert learnt == from_event
    assert plan_round([payload, payload], learnt.ids).size == 2
    assert plan_round([payload, payload], learnt.ids).newcomers == []


def test_who_is_no_newcomer_is_not_learnt() -> None:
    """It went out as an id: what the platform shows there is its own business."""
    remote = read_document({"primaryParticipant": {"id": "p-1"}, "primaryAddress": {"id": "a-1"}})
    learnt = Learnt()
    learnt.document(event("1", "10"), remote, [])
    assert learnt == Learnt()


def by_id(participant_id: str, number: str) -> dict[str, Any]:
    return {"name": "ACTOR", "participantId": participant_id, "address": address(number)}


def learnt_of(payload: dict[str, Any], participant_id: str, address_id: str) -> dict[str, str]:
    learnt = Learnt()
    learnt.parties(payload, participant_id, address_id, plan_round([payload], {}).newcomers)
    return learnt.ids


def test_an_address_learnt_beside_a_tax_id_is_known_when_its_participant_comes_as_an_id() -> None:
    ids = learnt_of(event("1", "10"), "p-1", "a-1")
    assert with_ids(by_id("p-1", "10"), ids)["addressId"] == "a-1"


def test_an_address_learnt_beside_an_id_is_known_by_a_second_key_when_its_participant_comes_inline() -> None:
    ids = learnt_of(by_id("p-1", "10"), "p-1", "a-1")
    inline = event("1", "10")
    assert ids[address_key_by_id(inline, {str(parties_of(inline).participant): "p-1"}) or ""] == "a-1"


def test_a_new_address_of_a_known_participant_is_claimed_under_both_its_keys() -> None:
    """Another document may be introducing it under either."""
    inline, named = event("1", "10"), by_id("p-1", "10")
    known = {str(parties_of(inline).participant): "p-1"}
    assert newcomers_of(inline, known) == [parties_of(inline).address, parties_of(named).address]
    assert newcomers_of(inline, known | {str(parties_of(inline).address): "a-1"}) == []


def test_one_round_introduces_an_address_once_whichever_way_its_participant_is_named() -> None:
    inline, named = event("1", "10"), by_id("p-1", "10")
    known = {str(parties_of(inline).participant): "p-1"}
    assert plan_round([inline, named], known).size == 1
    assert plan_round([named, inline], known).size == 1


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
