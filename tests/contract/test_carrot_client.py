"""The Carrot client against the sandbox over real HTTP: every exchange keeps to the sandbox's OpenAPI description.

The payloads are those of docs.carrot.eco, integrations/guides/submitting-a-mass-id, as they stand there.
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from massid_local.carrot_sandbox.fault_kinds import FAULT_KINDS, Fault
from massid_local.carrot_sandbox.settings import Credential
from massid_relay.core.errors import (
    CredentialsRefused,
    EndpointMissing,
    EvidenceRefused,
    NotReady,
    OutcomeUnknown,
    RejectedByProvider,
    RelayError,
    Throttled,
    TransientFailure,
)
from massid_relay.core.vendor_policy import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from massid_relay.carrot.client import CarrotClient
    from massid_relay.core.jsons import JsonObject

    from tests.contract.conftest import OpenPermit, Sandbox

    RunSandbox = Callable[..., Sandbox]

ADDRESS = {
    "name": "Main Facility",
    "street": "Rua das Colinas",
    "number": "500",
    "neighborhood": "Centro",
    "city": "São Paulo",
    "countryState": "São Paulo",
    "countryCode": "BR",
    "zipCode": "08575720",
    "latitude": Decimal("-23.5489"),
    "longitude": Decimal("-46.6388"),
}
DOCUMENT: JsonObject = {
    "category": "MassID",
    "type": "YOUR_WASTE_TYPE",
    "measurementUnit": "kg",
    "externalCreatedAt": "2026-03-01T10:00:00.000Z",
    "isPublic": True,
    "isPubliclySearchable": True,
    "participant": {
        "countryCode": "BR",
        "name": "Example Company",
        "taxId": "11111111111111",
        "taxIdType": "CNPJ",
        "type": "COMPANY",
    },
    "address": ADDRESS,
    "externalId": "your-internal-tracking-id",
    "deduplicationId": "unique-id-generated-before-first-attempt",
}
ACTOR: JsonObject = {
    "name": "ACTOR",
    "label": "YOUR_ROLE_LABEL",
    "externalCreatedAt": "2026-03-01T10:05:00.000Z",
    "isPublic": True,
    "participant": {
        "countryCode": "BR",
        "name": "Participant Name",
        "taxId": "22222222222",
        "taxIdType": "CPF",
        "type": "PERSON",
    },
    "address": ADDRESS | {"name": "Collection Site"},
}
CUSTOM: JsonObject = {
    "name": "YOUR_EVENT_NAME",
    "externalCreatedAt": "2026-03-01T11:00:00.000Z",
    "isPublic": True,
    "metadata": {"attributes": [{"name": "YOUR_ATTRIBUTE_NAME", "value": "attribute-value"}]},
    "value": Decimal("150.5"),
}
CLOSE: JsonObject = {"name": "CLOSE", "externalCreatedAt": "2026-03-02T16:00:00.000Z", "isPublic": True}


def fresh(payload: JsonObject) -> JsonObject:
    """The payload under a deduplication id of its own."""
    return payload | {"deduplicationId": str(uuid.uuid4())}


def new_document(client: CarrotClient, permit: OpenPermit) -> str:
    return client.create_document(fresh(DOCUMENT), permit).document_id


def test_the_guide_s_whole_path_goes_through(run_sandbox: RunSandbox, permit: OpenPermit) -> None:
    sandbox = run_sandbox()
    client = sandbox.client()

    document_id = client.create_document(DOCUMENT, permit).document_id
    client.append_event(document_id, fresh(ACTOR), permit)
    primary = client.get_document(document_id, permit)
    parties = {"participantId": primary.primary_participant_id, "addressId": primary.primary_address_id}
    client.append_events(document_id, [fresh(CUSTOM | parties)], permit)
    client.append_event(document_id, fresh(CLOSE | {"participantId": parties["participantId"]}), permit)

    document = client.get_document(document_id, permit)
    ours = [event for event in document.events if event.deduplication_id]
    assert [event.name for event in ours] == ["ACTOR", "YOUR_EVENT_NAME", "CLOSE"]
    assert (document.id, document.external_id) == (document_id, "your-internal-tracking-id")
    assert (document.status, document.current_value) == ("CLOSED", Decimal("150.5"))
    assert document.events_shown
    assert all(parties.values())
    assert [attribute.name for attribute in ours[1].attributes] == ["YOUR_ATTRIBUTE_NAME"]
    assert (ours[1].participant_id, ours[1].address_id) == (parties["participantId"], parties["addressId"])
    assert len(permit.entered) == len(sandbox.recorder.exchanges) == 7  # one token among them
    sandbox.check_exchanges()


@pytest.mark.parametrize("mode", ["batch", "one-by-one"])
def test_several_events_of_one_document_are_appended_in_order(
    run_sandbox: RunSandbox, permit: OpenPermit, mode: str
) -> None:
    sandbox = run_sandbox()
    client = sandbox.client(batch_mode=mode)
    document_id = new_document(client, permit)

    events = [fresh(ACTOR | {"externalId": f"actor-{number}"}) for number in range(3)]
    appended = client.append_events(document_id, events, permit)

    shown = {event.external_id: event.id for event in client.get_document(document_id, permit).events}
    assert [shown[f"actor-{number}"] for number in range(3)] == [event.event_id for event in appended]
    sandbox.check_exchanges()


@pytest.mark.parametrize("field", ["documentId", "targetDocumentId"])
def test_the_batch_s_document_field_is_a_setting_on_both_sides(
    run_sandbox: RunSandbox, permit: OpenPermit, field: str
) -> None:
    sandbox = run_sandbox(batch_document_field=field)
    client = sandbox.client(batch_document_field=field)

    assert len(client.append_events(new_document(client, permit), [fresh(ACTOR)], permit)) == 1
    sandbox.check_exchanges()


def test_a_file_is_attached_and_comes_back(run_sandbox: RunSandbox, permit: OpenPermit) -> None:
    sandbox = run_sandbox()
    client = sandbox.client()
    document_id = new_document(client, permit)
    content = b"%PDF-1.7 evidence"

    target = client.request_upload(document_id, "mtr 1+ç.pdf", "application/pdf", len(content), permit)
    client.upload(target, [content[:4], content[4:]], "application/pdf", len(content))
    event = ACTOR | {
        "attachments": [
            {"attachmentId": target.attachment_id, "contentLength": len(content), "isPublic": True, "label": "MTR"}
        ]
    }
    client.append_event(document_id, fresh(event), permit)

    url = client.attachment_url(document_id, "mtr 1+ç.pdf", permit)
    assert httpx.get(url, trust_env=False).content == content
    assert client.stored_digest(document_id, "mtr 1+ç.pdf", permit) == sha256(content).hexdigest()
    assert client.stored_digest(document_id, "other.pdf", permit) is None
    document = client.get_document(document_id, permit)
    assert [item.file_name for item in document.attachments] == ["mtr 1+ç.pdf"]
    assert [item.id for event in document.events for item in event.attachments] == [target.attachment_id]
    (upload,) = [request for request, _ in sandbox.recorder.exchanges if request.content == content]
    assert "Authorization" not in upload.headers
    sandbox.check_exchanges()


def test_a_file_of_another_type_than_agreed_is_not_taken(run_sandbox: RunSandbox, permit: OpenPermit) -> None:
    client = run_sandbox().client()
    target = client.request_upload(new_document(client, permit), "mtr.pdf", "application/pdf", 4, permit)

    with pytest.raises((EvidenceRefused, TransientFailure)):
        client.upload(target, [b"%PDF"], "image/png", 4)


def test_a_url_past_its_time_asks_for_a_new_one(run_sandbox: RunSandbox, permit: OpenPermit) -> None:
    sandbox = run_sandbox()
    client = sandbox.client()
    target = client.request_upload(new_document(client, permit), "mtr.pdf", "application/pdf", 4, permit)

    sandbox.state.advance(3_000)

    with pytest.raises(TransientFailure):
        client.upload(target, [b"%PDF"], "application/pdf", 4)


def test_a_repeated_deduplication_id_gets_the_first_answer(run_sandbox: RunSandbox, permit: OpenPermit) -> None:
    """Invariant 1 rests on this: docs.carrot.eco, integrations/guides/error-handling."""
    client = run_sandbox().client()

    assert new_document(client, permit) != new_document(client, permit)
    assert client.create_document(DOCUMENT, permit) == client.create_document(DOCUMENT, permit)


def test_a_token_past_its_end_is_replaced_without_anybody_noticing(run_sandbox: RunSandbox, permit: OpenPermit) -> None:
    sandbox = run_sandbox()
    client = sandbox.client()
    new_document(client, permit)

    sandbox.state.advance(4_000)
    new_document(client, permit)

    assert sandbox.recorder.statuses == [200, 201, 200, 201]


def test_a_token_that_the_provider_no_longer_takes_is_replaced_once(
    run_sandbox: RunSandbox, permit: OpenPermit
) -> None:
    sandbox = run_sandbox()
    client = sandbox.client()
    new_document(client, permit)

    sandbox.state.tokens.revoke_all()
    new_document(client, permit)

    assert sandbox.recorder.statuses == [200, 201, 401, 200, 201]
    sandbox.check_exchanges()


def test_wrong_credentials_are_nobody_s_message(run_sandbox: RunSandbox, permit: OpenPermit) -> None:
    client = run_sandbox().client(secret="wrong")

    with pytest.raises(CredentialsRefused):
        new_document(client, permit)
    assert permit.entered == ["POST /oauth2/token"]


UNKNOWN = "00000000-0000-4000-8000-000000000000"
WITHOUT_NAME: JsonObject = {key: value for key, value in ACTOR.items() if key != "name"}
BAD_TAX_ID: JsonObject = DOCUMENT | {"participant": DOCUMENT["participant"] | {"taxId": 11111111111111}}


def create_twice_differently(client: CarrotClient, document_id: str, permit: OpenPermit) -> object:
    client.create_document(DOCUMENT, permit)
    return client.create_document(DOCUMENT | {"type": "Organic"}, permit)


def append_after_close(client: CarrotClient, document_id: str, permit: OpenPermit) -> object:
    client.append_event(document_id, fresh(ACTOR), permit)
    client.append_event(document_id, fresh(CLOSE), permit)
    return client.append_event(document_id, fresh(ACTOR | {"externalCreatedAt": "2026-03-03T10:00:00.000Z"}), permit)


@pytest.mark.parametrize(
    ("call", "status", "path"),
    [
        pytest.param(
            lambda api, _, permit: api.create_document(BAD_TAX_ID, permit), 400, "participant.taxId", id="field"
        ),
        pytest.param(lambda api, doc, permit: api.append_event(doc, WITHOUT_NAME, permit), 400, "name", id="missing"),
        pytest.param(
            lambda api, doc, permit: api.append_events(doc, [ACTOR, WITHOUT_NAME], permit),
            400,
            "events.1.name",
            id="batch",
        ),
        pytest.param(lambda api, _, permit: api.get_document(UNKNOWN, permit), 404, None, id="no document"),
        pytest.param(lambda api, _, permit: api.append_event(UNKNOWN, ACTOR, permit), 404, None, id="event of none"),
        pytest.param(lambda api, _, permit: api.append_events(UNKNOWN, [ACTOR], permit), 404, None, id="batch of none"),
        pytest.param(lambda api, doc, permit: api.attachment_url(doc, "none.pdf", permit), 404, None, id="no file"),
        pytest.param(create_twice_differently, 409, None, id="conflict"),
        pytest.param(append_after_close, None, None, id="closed"),
    ],
)
def test_what_the_provider_refuses_is_final_and_names_the_field(
    run_sandbox: RunSandbox, permit: OpenPermit, call: Any, status: int | None, path: str | None
) -> None:
    """Invariants 5 and 10."""
    sandbox = run_sandbox()
    client = sandbox.client()
    document_id = new_document(client, permit)

    with pytest.raises(RejectedByProvider) as caught:
        call(client, document_id, permit)

    assert type(caught.value) is RejectedByProvider
    assert status in (None, caught.value.status)
    assert caught.value.vendor_error_id
    assert caught.value.code in {row.code for row in TABLE}
    assert path is None or path in {problem.path for problem in caught.value.fields}
    sandbox.check_exchanges(requests=False)


def test_a_restricted_caller_is_refused(run_sandbox: RunSandbox, permit: OpenPermit) -> None:
    client = run_sandbox(credentials=(Credential(restricted=True),)).client()

    with pytest.raises(RejectedByProvider) as caught:
        new_document(client, permit)

    assert (caught.value.status, caught.value.code) == (403, "restrictedResource")


def test_a_document_that_is_still_processing_is_not_ready(run_sandbox: RunSandbox, permit: OpenPermit) -> None:
    sandbox = run_sandbox(processing_seconds=30)
    client = sandbox.client()
    document_id = new_document(client, permit)

    with pytest.raises(NotReady) as caught:
        client.append_event(document_id, fresh(ACTOR), permit)

    assert caught.value.retry_after is not None
    assert 2 <= caught.value.retry_after <= 5
    sandbox.state.advance(31)
    client.append_event(document_id, fresh(ACTOR), permit)
    sandbox.check_exchanges()


@pytest.mark.parametrize("seconds", [None, 3])
def test_above_the_limit_calls_are_throttled(run_sandbox: RunSandbox, permit: OpenPermit, seconds: int | None) -> None:
    sandbox = run_sandbox(requests_per_second=Decimal("0.001"), burst=1, retry_after_header=seconds)
    client = sandbox.client()
    new_document(client, permit)

    with pytest.raises(Throttled) as caught:
        new_document(client, permit)

    assert caught.value.retry_after == seconds
    assert permit.throttles == [seconds]
    sandbox.check_exchanges()


def test_a_provider_without_batches_says_so(run_sandbox: RunSandbox, permit: OpenPermit) -> None:
    sandbox = run_sandbox(batch="missing")
    document_id = new_document(sandbox.client(), permit)

    with pytest.raises(EndpointMissing):
        sandbox.client().append_events(document_id, [fresh(ACTOR)], permit)

    assert len(sandbox.client(batch_mode="one-by-one").append_events(document_id, [fresh(ACTOR)], permit)) == 1


@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_the_path_prefix_is_a_setting_on_both_sides(run_sandbox: RunSandbox, permit: OpenPermit, prefix: str) -> None:
    sandbox = run_sandbox(path_prefix=prefix)

    new_document(sandbox.client(path_prefix=prefix), permit)

    assert sandbox.recorder.exchanges[-1][0].url.path == f"{prefix}/documents"
    sandbox.check_exchanges()
    with pytest.raises(EndpointMissing):
        new_document(sandbox.client(path_prefix="/v9"), permit)


def expected_of(fault: Fault) -> type[RelayError] | None:
    """What the client makes of a fault; None if it gets through all the same."""
    special: dict[str, type[RelayError] | None] = {
        "slow": None,
        "unauthorized": None,
        "pending": NotReady,
        "throttled": Throttled,
    }
    return special.get(fault.name, OutcomeUnknown)


@pytest.mark.parametrize("fault", FAULT_KINDS.values(), ids=FAULT_KINDS.keys())
def test_every_fault_has_its_meaning_and_a_repeat_makes_one_document(
    run_sandbox: RunSandbox, permit: OpenPermit, fault: Fault
) -> None:
    """Invariants 1 and 5: whatever happens on the way, the same deduplication id ends in one effect."""
    held = fault.act == "hold"
    sandbox = run_sandbox(hold_seconds=30) if held else run_sandbox()
    sandbox.fault_next("POST", "/documents", fault.name)
    client = sandbox.client(call_timeout=2 if held else 20)
    expected = expected_of(fault)

    if expected is not None:
        with pytest.raises(RelayError) as caught:
            client.create_document(DOCUMENT, permit)
        assert type(caught.value) is expected

    document_id = client.create_document(DOCUMENT, permit).document_id
    assert client.get_document(document_id, permit).external_id == "your-internal-tracking-id"
    assert len(sandbox.state.documents) == 1
