"""What CLOSE and CANCEL lack comes from the timeline, never from the clock."""

from datetime import UTC, datetime

import pytest
from massid_relay.core.completion import completed
from massid_relay.core.jsons import JsonObject

LAST = datetime(2026, 3, 2, 16, tzinfo=UTC)


@pytest.mark.parametrize("name", ["CLOSE", "CANCEL"])
def test_it_takes_the_last_events_time_and_the_integrators_party(
    name: str, participant: JsonObject, address: JsonObject
) -> None:
    integrator: JsonObject = {"name": "ACTOR", "label": "Integrator", "participant": participant, "address": address}
    assert completed({"name": name, "isPublic": True}, LAST, integrator) == {
        "name": name,
        "isPublic": True,
        "externalCreatedAt": "2026-03-02T16:00:00.000Z",
        "participant": participant,
        "address": address,
    }


def test_what_it_says_itself_stays(address: JsonObject) -> None:
    close: JsonObject = {"name": "CLOSE", "externalCreatedAt": "2026-03-02T15:00:00.000Z", "participantId": "mine"}
    integrator: JsonObject = {"participantId": "integrator", "address": address}
    assert completed(close, LAST, integrator) == close | {"address": address}


def test_ids_are_as_good_as_whole_parties() -> None:
    integrator: JsonObject = {"participantId": "p", "addressId": "a"}
    assert completed({"name": "CLOSE"}, LAST, integrator).items() >= integrator.items()


def test_without_an_integrator_only_the_time_can_be_completed() -> None:
    assert completed({"name": "CLOSE"}, LAST, None) == {
        "name": "CLOSE",
        "externalCreatedAt": "2026-03-02T16:00:00.000Z",
    }
