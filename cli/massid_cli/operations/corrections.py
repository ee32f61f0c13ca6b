"""Correcting a MassID: its CANCEL, or its next generation. Both are asked for by a message; the workers do the rest.

What is refused here is only what can be seen beforehand, so that a person is told at once. The workers check it again.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from massid_relay.core.clock import iso
from massid_relay.core.errors import FieldProblem, Forgotten, InvalidMessage, NotReady, PermanentFailure
from massid_relay.core.generations import WHAT_REMAINS, Standing, require_next, standing, to_be_seen_off
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import Submission, parse_events_message, submission_of
from massid_relay.core.messages.parsing import read_object
from massid_relay.core.operation import Stage
from massid_relay.core.record import DocumentRecord, EventState
from massid_relay.core.timeline import CANCEL
from massid_relay.work.source import QueueName
from massid_relay.work.stored import content_of

from massid_cli.operations.target import Target

_ENVELOPE = ("generation", "replaceReason")
_WHY = "--why"


class NotToBeCorrectedError(Exception):
    """It can't be cancelled or replaced as it is; says why, and what remains possible."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Why one generation took the place of the one before. `why` is gone once the payloads are forgotten."""

    at: str
    why: str | None


def cancel(target: Target, external_id: str, why: str) -> int:
    """Put a CANCEL into the document's FIFO group; the generation that it is for. Raises NotToBeCorrectedError."""
    record = _to_be_cancelled(target, external_id)
    if record.version == 0:
        raise NotToBeCorrectedError("the ledger does not know it")
    if record.cancelling_event is not None:
        raise NotToBeCorrectedError("it is cancelled already")
    if record.closing_event is not None:
        raise NotToBeCorrectedError(f"it is closed and can't be cancelled; {WHAT_REMAINS}")
    if record.create is not None and record.create.stage is Stage.REFUSED and record.create.unknown_since is None:
        raise NotToBeCorrectedError("its creation was refused: nothing of it stands on the network")
    if any(entry.name == CANCEL and entry.state is EventState.DEAD for entry in record.events):
        raise NotToBeCorrectedError("its CANCEL lies dead: redrive it")
    body: JsonObject = {
        "version": 1,
        "documentExternalId": external_id,
        "generation": record.generation,
        "events": [_cancellation(record)],
        "reason": why,
    }
    try:
        parse_events_message(dumps(body))
    except InvalidMessage as error:
        raise NotToBeCorrectedError(_words(error, {"reason": _WHY})) from None
    target.queues.send(target.queue_url(QueueName.EVENTS), body, group=external_id, fresh_id=uuid.uuid4().hex)
    return record.generation


def _cancellation(record: DocumentRecord) -> JsonObject:
    """One that was given up needs an external id of its own: the same again would be a repetition."""
    given_up = sum(entry.name == CANCEL and entry.state is EventState.DISCARDED for entry in record.events)
    named: JsonObject = {"externalId": f"cancel-{given_up + 1}"} if given_up else {}
    return {"name": CANCEL, "isPublic": True} | named


def _to_be_cancelled(target: Target, external_id: str) -> DocumentRecord:
    """The newest generation; or the one that it waits for, whose CANCEL then is tried once more."""
    newest = target.documents.load(external_id)
    older = to_be_seen_off(newest)
    replaced = target.documents.load(external_id, older) if older is not None else newest
    return replaced if standing(replaced) is Standing.STANDS else newest


def replace(target: Target, external_id: str, text: str | bytes, why: str) -> int:
    """Submit what replaces the newest generation; the generation that it becomes. The same again asks for the same one.
    Raises NotToBeCorrectedError."""
    newest = target.documents.load(external_id)
    try:
        message = read_object(text)
        submission = _submission(message, newest.generation + 1, why)
        if submission.external_id != external_id:
            raise InvalidMessage("another MassID", fields=[FieldProblem("externalId", "is another one")])
        if _is_there(target, newest, submission):
            submission = _submission(message, newest.generation, why)
        known = newest.version > 0 or target.runs.newest(external_id) is not None
        require_next(newest, submission.generation, known=known)
    except (PermanentFailure, NotReady) as error:
        raise NotToBeCorrectedError(_words(error, {"replaceReason": _WHY})) from None
    target.queues.send(target.queue_url(QueueName.SUBMISSIONS), submission.to_payload())
    return submission.generation


def _submission(message: JsonObject, generation: int, why: str) -> Submission:
    """The message as a replacement. A generation that it names itself stays."""
    return submission_of({"generation": generation, **message, "replaceReason": why})


def _is_there(target: Target, newest: DocumentRecord, submission: Submission) -> bool:
    """Whether the newest generation came of this very submission: then it is asked for once more, and not a further one."""
    if newest.replaces is None:
        return False
    try:
        stored = target.parts.get(newest.external_id, newest.replaces.part)
    except Forgotten:
        return False
    return _content(stored) == _content(content_of(submission))


def _content(stored: JsonObject) -> JsonObject:
    return {name: value for name, value in stored.items() if name not in _ENVELOPE}


def _words(error: PermanentFailure | NotReady, options: Mapping[str, str]) -> str:
    """The fields alone where they say it all. `options`: by what name on the command line a field was given."""
    fields = error.fields if isinstance(error, PermanentFailure) else ()
    told = [f"{options.get(field.path, field.path)} {field.problem}" for field in fields]
    says_it_all = bool(told) and isinstance(error, InvalidMessage)
    return "; ".join(told if says_it_all else [str(error), *told])


def lineage(target: Target, record: DocumentRecord) -> Lineage | None:
    """Why that generation took the place of the one before; None for a first one."""
    if record.replaces is None:
        return None
    try:
        why = target.parts.get(record.external_id, record.replaces.part).get("replaceReason")
    except Forgotten:
        why = None
    return Lineage(iso(record.replaces.at), why)
