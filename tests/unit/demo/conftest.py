"""A submitted MassID, and the document that an honest platform shows for it."""

import hashlib
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from massid_local.demo.links import Links
from massid_local.demo.submitted import DroppedFile, Submitted
from massid_local.samples import generate

TODAY = date(2026, 11, 20)


def submitted(index: int = 0) -> Submitted:
    """A sample whose files lie in the bucket."""
    one = Submitted.of(generate(index + 1, 1, TODAY)[index])
    for file in one.files:
        content = file.render()
        one.dropped[file.name] = DroppedFile(file.name, len(content), hashlib.sha256(content).hexdigest())
    return one


def shown_of(one: Submitted) -> dict[str, Any]:
    """The stored form: parties resolved to ids, file names to attachment ids, an event of the platform's own in between."""
    body = deepcopy(one.submission)
    document = body["document"]
    events = [_event(event, one) for event in body["events"]]
    system = {
        "id": "system",
        "name": "ACTOR",
        "label": "Integrator",
        "externalCreatedAt": document["externalCreatedAt"],
    }
    values = [event["value"] for event in events if "value" in event]
    return {
        **{name: value for name, value in document.items() if name not in ("participant", "address")},
        "id": f"document-{one.external_id}",
        "externalId": one.external_id,
        "status": "CLOSED",
        "currentValue": values[-1],
        "primaryParticipant": _party(document["participant"]),
        "primaryAddress": _place(document),
        "attachments": [
            {"id": f"id of {file.name}", "fileName": file.name, "contentLength": file.length}
            for file in one.dropped.values()
        ],
        "externalEvents": [system, *events],
    }


def _event(event: dict[str, Any], one: Submitted) -> dict[str, Any]:
    shown = {
        **event,
        "id": f"id of {event['externalId']}",
        "participant": _party(event["participant"]),
        "address": _place(event),
    }
    if "attachments" in event:
        shown["attachments"] = [
            {
                "attachmentId": f"id of {item['fileName']}",
                "contentLength": one.dropped[item["fileName"]].length,
                "isPublic": item["isPublic"],
                "label": item["label"],
            }
            for item in event["attachments"]
        ]
    return shown


def _party(participant: dict[str, Any]) -> dict[str, Any]:
    return {**participant, "id": f"participant {participant['taxId']}"}


def _place(bearer: dict[str, Any]) -> dict[str, Any]:
    address = bearer["address"]
    return {**address, "id": f"address of {bearer['participant']['taxId']} in {address['street']} {address['number']}"}


@pytest.fixture
def sent() -> Submitted:
    return submitted()


@pytest.fixture
def shown(sent: Submitted) -> dict[str, Any]:
    return shown_of(sent)


@pytest.fixture
def links() -> Links:
    return Links()


@pytest.fixture
def pair() -> Callable[[int], tuple[Submitted, dict[str, Any]]]:
    """The submission and the document of the MassID with that number."""

    def both(index: int) -> tuple[Submitted, dict[str, Any]]:
        one = submitted(index)
        return one, shown_of(one)

    return both


@pytest.fixture
def event(shown: dict[str, Any]) -> Callable[[str], dict[str, Any]]:
    """One of the shown events, by the end of its external id."""

    def found(name: str) -> dict[str, Any]:
        return next(
            shown_event
            for shown_event in shown["externalEvents"]
            if str(shown_event.get("externalId")).endswith(f".{name}")
        )

    return found
