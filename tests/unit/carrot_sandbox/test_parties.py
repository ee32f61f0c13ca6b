"""How inline participants and addresses get their ids (docs.carrot.eco, guides/submitting-a-mass-id)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, Refused, SandboxOf


def ids(document: dict[str, Any]) -> tuple[str, str]:
    return document["primaryParticipant"]["id"], document["primaryAddress"]["id"]


def test_a_participant_is_recognised_by_country_and_tax_identity_and_keeps_its_first_name(api: Caller) -> None:
    first = api.read(api.create())
    second = api.read(api.create(participant={**api.document()["participant"], "name": "Another Name"}))
    third = api.read(api.create(participant={**api.document()["participant"], "taxId": "22222222222222"}))
    assert first["primaryParticipant"] == second["primaryParticipant"]
    assert first["primaryParticipant"]["id"] != third["primaryParticipant"]["id"]


def test_a_repeated_address_of_the_same_participant_has_the_same_id(api: Caller) -> None:
    assert ids(api.read(api.create())) == ids(api.read(api.create()))


def test_the_same_address_of_another_participant_is_another_one(api: Caller) -> None:
    first = api.read(api.create())
    other = api.read(api.create(participant={**api.document()["participant"], "taxId": "22222222222222"}))
    assert first["primaryAddress"]["id"] != other["primaryAddress"]["id"]
    assert other["primaryAddress"]["participantId"] == other["primaryParticipant"]["id"]


def test_a_repeated_address_can_get_a_new_id_each_time(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(repeated_inline_address="new")
    first, second = api.read(api.create()), api.read(api.create())
    assert first["primaryParticipant"]["id"] == second["primaryParticipant"]["id"]
    assert first["primaryAddress"]["id"] != second["primaryAddress"]["id"]


def test_a_repeated_participant_can_get_a_new_id_each_time(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(repeated_inline_participant="new")
    assert api.read(api.create())["primaryParticipant"]["id"] != api.read(api.create())["primaryParticipant"]["id"]


def test_ids_can_be_sent_in_place_of_objects(api: Caller) -> None:
    participant_id, address_id = ids(api.read(api.create()))
    document = api.create(participant=None, address=None, participantId=participant_id, addressId=address_id)
    assert ids(api.read(document)) == (participant_id, address_id)


def test_an_object_with_a_known_id_means_that_one_and_with_an_unknown_id_is_new(api: Caller) -> None:
    """The event reference shows an ACTOR whose participant object has an `id`."""
    participant_id, address_id = ids(api.read(api.create()))
    inline = api.document()
    known = api.create(
        participant={**inline["participant"], "taxId": "33333333333333", "id": participant_id},
        address={**inline["address"], "number": "1", "id": address_id},
    )
    assert ids(api.read(known)) == (participant_id, address_id)
    foreign = "00000000-0000-4000-8000-00000000000a"
    new = api.read(api.create(participant={**inline["participant"], "taxId": "44444444444444", "id": foreign}))
    assert new["primaryParticipant"]["id"] not in (foreign, participant_id)


def test_an_unknown_id_is_404_or_400(api: Caller, refused: Refused) -> None:
    document_id = api.create()
    for field in ("participantId", "addressId"):
        assert refused(api.append(document_id, **{field: "unknown"}))[:2] == (404, "objectNotFound")
    api.switch(unknown_reference_status=400)
    assert refused(api.append(document_id, participantId="unknown"))[:2] == (400, "validationError")


def test_a_refused_request_leaves_no_participant_behind(api: Caller) -> None:
    answer = api.call("POST", "/documents", api.document(address=None, addressId="unknown"))
    assert answer.status_code == 404
    before = api.read(api.create(participant={**api.document()["participant"], "name": "First To Stay"}))
    assert before["primaryParticipant"]["name"] == "First To Stay"


def test_answers_can_tell_the_ids(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(ids_in_answers=True)
    answer = api.call("POST", "/documents", api.document()).json()
    assert (answer["participantId"], answer["addressId"]) == ids(api.read(answer["id"]))
    event = api.append(answer["id"]).json()
    assert event["participantId"] == answer["participantId"]


def test_test_and_production_share_no_participants(sandbox_of: SandboxOf) -> None:
    credentials = [{"client_id": "test"}, {"client_id": "prod", "data_set": "PROD"}]
    api = sandbox_of(credentials=[{}, *credentials])
    api.log_in("test")
    test_ids = ids(api.read(api.create()))
    api.log_in("prod")
    production = api.read(api.create())
    assert production["dataSetName"] == "PROD"
    assert ids(production) != test_ids
