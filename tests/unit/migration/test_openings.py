"""Nothing is guessed: an OPEN becomes the Pick-up only where no other message of its document can hold one."""

from itertools import permutations
from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration import Openings, Upgrade, upgrade

TRUCK: JsonObject = {"metadata": {"attributes": [{"name": "vehicle-type", "value": "Truck"}]}}


def event(name: str, hour: int = 10, **fields: Any) -> JsonObject:
    return {"name": name, "externalCreatedAt": f"2026-03-01T{hour}:00:00Z", **fields}


OPEN = event("OPEN", **TRUCK)
DROP_OFF = event("Drop-off", 12)
MOVED = event("MOVE", 11, **{"move-type": "Pick-up"})


def granular(*events: JsonObject, of: str = "load-1", **fields: Any) -> JsonObject:
    return {"version": 1, "documentExternalId": of, "events": list(events), **fields}


def submission(*events: JsonObject, of: str = "load-1", **fields: Any) -> JsonObject:
    return {"version": 1, "externalId": of, "document": {}, "events": list(events), **fields}


def of_file(*messages: JsonObject) -> list[Upgrade]:
    among = Openings(messages)
    return [upgrade(message, among) for message in messages]


def left(done: Upgrade) -> list[str]:
    return [item.path for item in done.left]


def opened(done: Upgrade) -> bool:
    return any(change.old == "OPEN" for change in done.changes)


@pytest.mark.parametrize(
    "other",
    [
        event("Pick-up", 11),
        event("PICK_UP", 11),
        MOVED,
        event("OPEN", 11),
        event("OPEN", 11, **TRUCK),
        event("Pick-up", externalId="mine"),
        event("Pick-up", label="Hauler"),
    ],
    ids=["Pick-up", "PICK_UP", "MOVE", "OPEN", "OPEN with data", "another id", "another label"],
)
@pytest.mark.parametrize("second", [granular, submission])
def test_another_message_of_the_document_may_hold_the_pick_up(second: Any, other: JsonObject) -> None:
    for first, next_ in permutations([granular(OPEN), second(other)]):
        done = of_file(first, granular(OPEN, of="load-2"), next_)
        assert "events.0.name" in [path for one in (done[0], done[2]) for path in left(one)]
        assert not opened(done[0])
        assert not opened(done[2])
        assert opened(done[1])


@pytest.mark.parametrize("time", ["2026-03-01T10:00:00Z", "2026-03-01T07:00:00.000-03:00"])
@pytest.mark.parametrize("name", ["OPEN", "Pick-up"])
def test_the_same_event_sent_again_is_no_other(name: str, time: str) -> None:
    again = OPEN | {"name": name, "externalCreatedAt": time}
    done = of_file(submission(OPEN), granular(again), submission(again, DROP_OFF))
    assert not any(map(left, done))
    assert opened(done[0])


def test_another_generation_is_another_document() -> None:
    assert all(map(opened, of_file(granular(OPEN), granular(event("OPEN", 11, **TRUCK), generation=2))))


def test_messages_without_an_external_id_are_judged_each_by_itself() -> None:
    nameless = {"events": [OPEN]}
    assert all(map(opened, of_file(nameless, {"events": [event("OPEN", 11, **TRUCK)]})))


def test_a_worker_sees_one_message_and_takes_the_open_of_a_submission_that_says_where_the_load_went() -> None:
    assert opened(upgrade(submission(OPEN, DROP_OFF)))
    assert opened(upgrade(submission(OPEN, event("MOVE", 12, **{"move-type": "Drop-off"}))))


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(granular(OPEN), id="of an events message"),
        pytest.param(granular(OPEN, DROP_OFF), id="of an events message with the Drop-off"),
        pytest.param(submission(OPEN), id="of a submission that ends there"),
        pytest.param(submission(OPEN, event("Drop-off", 9)), id="with a Drop-off before it"),
        pytest.param(submission(OPEN, DROP_OFF, event("Pick-up", 11)), id="with a Pick-up beside it"),
        pytest.param(submission(OPEN, DROP_OFF, event("OPEN", 11)), id="with another OPEN"),
        pytest.param(submission({"name": "OPEN", **TRUCK}, DROP_OFF), id="without a time"),
        pytest.param(submission(event("OPEN"), DROP_OFF), id="without the Pick-up's data"),
    ],
)
def test_a_worker_leaves_every_other_open(message: JsonObject) -> None:
    done = upgrade(message)
    assert "events.0.name" in left(done)
    assert not opened(done)
