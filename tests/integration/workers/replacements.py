"""What the tests of replacing share: submissions of a generation, the lifecycle's step messages, and what stands in the end."""

from typing import Any

from massid_relay.core.jsons import JsonObject

from tests.integration.workers.bench import DOCUMENTS, EVENTS, SUBMISSIONS, Bench
from tests.integration.workers.payloads import actor, document, event

WHY = "the wrong truck was weighed"


def submission(*events: JsonObject, generation: int = 1, **document_changes: Any) -> JsonObject:
    """A submission of that generation."""
    message: JsonObject = {
        "version": 1,
        "externalId": "doc",
        "document": document(**document_changes),
        "events": list(events) or [actor()],
    }
    return message | ({"generation": generation, "replaceReason": WHY} if generation > 1 else {})


def submit(bench: Bench, generation: int = 1, *events: JsonObject, **document_changes: Any) -> None:
    """Submit it, and let everything settle."""
    bench.send(SUBMISSIONS, submission(*events, generation=generation, **document_changes))
    bench.run()


def create_step(bench: Bench, generation: int = 1, token: str | None = None) -> JsonObject:
    """What the lifecycle's `Create Document` sends, with the reference that its input holds."""
    given = newest_input(bench, generation)
    message: JsonObject = {"version": 1, "externalId": "doc", "generation": generation}
    return message | {"submissionRef": given["submissionRef"]} | ({"taskToken": token} if token else {})


def newest_input(bench: Bench, generation: int) -> JsonObject:
    """The input of the newest execution of that generation."""
    return [given for given in bench.steps.executions.values() if given["generation"] == generation][-1]


def create(bench: Bench, generation: int = 1, token: str | None = None) -> None:
    """Have the document of that generation created, as its lifecycle does."""
    bench.send(DOCUMENTS, create_step(bench, generation, token))
    bench.run()


def append(bench: Bench, *events: JsonObject, generation: int = 1, token: str | None = None) -> None:
    """Have these events appended to the document of that generation."""
    message: JsonObject = {"version": 1, "documentExternalId": "doc", "generation": generation, "events": list(events)}
    bench.send(EVENTS, message | ({"taskToken": token} if token else {}))
    bench.run()


def standing_first(bench: Bench) -> None:
    """The first generation, created, with its Integrator and a weighing."""
    submit(bench)
    create(bench)
    append(bench, actor(), event("weighing", 5))


def names(bench: Bench) -> list[list[str]]:
    """The event names of every document on the platform, oldest document first."""
    return [[body["name"] for _, body in stored.events] for stored in bench.carrot.documents.values()]


def never_two_alive(bench: Bench) -> None:
    """From now on: whenever a document is created, every other one is cancelled."""

    def look(call: Any) -> None:
        if call.name == "POST /documents":
            known = call.bodies[0]["deduplicationId"] in {one.body["deduplicationId"] for one in _all(bench)}
            assert known or all("CANCEL" in [b["name"] for _, b in one.events] for one in _all(bench))

    bench.carrot.before = look


def _all(bench: Bench) -> list[Any]:
    return list(bench.carrot.documents.values())
