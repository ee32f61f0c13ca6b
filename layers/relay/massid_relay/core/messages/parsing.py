"""From text to a model, or to an InvalidMessage that names every field at fault (invariant 10)."""

import re
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from massid_relay.core.errors import FieldProblem, InvalidMessage, OldMessageForm
from massid_relay.core.jsons import DoubledName, JsonObject, loads
from massid_relay.core.messages.base import UNNAMED, WHOLE
from massid_relay.core.messages.bulk import BulkContinuation, BulkFile, read_bulk_notification
from massid_relay.core.messages.doubled import doubled
from massid_relay.core.messages.envelopes import (
    DocumentMessage,
    EventsMessage,
    EvidenceRequest,
    Submission,
    SubmissionReference,
    WakeMessage,
)
from massid_relay.core.messages.notification import EvidenceObjects, is_notification, read_notification
from massid_relay.core.messages.orders import ORDER_MESSAGES, OrderAction, OrderMessage
from massid_relay.core.messages.parties import KnownParties
from massid_relay.core.migration import OldForms, Upgrade, upgrade

_Model = TypeVar("_Model", bound=BaseModel)

_BUILDING = threading.Lock()

_FIELD_NAME = re.compile(r"(?=.{1,64}\Z)([a-z]|[A-Z][a-z]+(?=[A-Z]))[A-Za-z]*[0-9]?[A-Za-z]*([-_][A-Za-z]+)*", re.ASCII)
"""camelCase, PascalCase of two words, snake_case, kebab-case: all that a misspelt field looks like. Left out is what
looks like a person's or a company's name, a tax id, a plate or an e-mail address."""
HINT = "massid migrate rewrites it, and with OldMessageForms=upgrade the stack does"
"""For a message that is refused for its older form alone."""
Tell = Callable[[Upgrade], None]
"""Hears of every message that was upgraded."""
_PROBLEMS_TOLD = 50
"""A dead letter's reason has to fit into one item of the ledger."""

_SENTENCES = {
    "missing": "is required",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "must not be blank",
    "string_unicode": "holds characters that are no Unicode text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "too_short": "must not be empty",
    "too_long": "holds too many",
}
"""Our own words for pydantic's error types: its own would quote what was sent (invariant 7)."""


def parse_submission(
    text: str | bytes, old: OldForms = OldForms.REFUSE, tell: Tell | None = None
) -> Submission | SubmissionReference:
    """A message of the submissions queue. Raises InvalidMessage."""
    message = read_object(text)
    if "submissionRef" in message:
        return _model(SubmissionReference, message)
    return _upgraded(Submission, message, old, tell)


def parse_document_message(
    text: str | bytes, old: OldForms = OldForms.REFUSE, tell: Tell | None = None
) -> DocumentMessage:
    """A message of the documents queue. Raises InvalidMessage."""
    return _upgraded(DocumentMessage, read_object(text), old, tell)


def parse_events_message(
    text: str | bytes, old: OldForms = OldForms.REFUSE, tell: Tell | None = None
) -> EventsMessage | WakeMessage:
    """A message of the events queue. Raises InvalidMessage."""
    message = read_object(text)
    if "wake" in message:
        return _model(WakeMessage, message)
    return _upgraded(EventsMessage, message, old, tell)


def parse_evidence_message(text: str | bytes) -> EvidenceRequest | EvidenceObjects:
    """A message of the evidence queue: ours, or S3's own notification. Raises InvalidMessage."""
    message = read_object(text)
    return read_notification(message) if is_notification(message) else _model(EvidenceRequest, message)


def parse_bulk_message(text: str | bytes) -> list[BulkFile]:
    """A message of the bulk queue: S3's own notification, or ours to go on. Raises InvalidMessage."""
    message = read_object(text)
    if is_notification(message):
        return read_bulk_notification(message)
    going_on = _model(BulkContinuation, message)
    return [BulkFile(going_on.file, going_on.object_version)]


def parse_order_message(text: str | bytes) -> OrderMessage:
    """A message of the orders queue. Raises InvalidMessage."""
    message = read_object(text)
    return _model(ORDER_MESSAGES[_model(OrderAction, message).action], message)


def parse_known_parties(text: str | bytes) -> KnownParties:
    """A participant and an address with their network ids. Raises InvalidMessage."""
    return _model(KnownParties, read_object(text))


def submission_of(stored: JsonObject) -> Submission:
    """A stored submission, parsed again."""
    return _model(Submission, stored)


def read_object(text: str | bytes) -> JsonObject:
    """The message's JSON object."""
    try:
        message = loads(text, once=True)
    except DoubledName:
        raise _invalid(doubled(text)) from None
    except (ValueError, RecursionError):
        raise _invalid([FieldProblem(WHOLE, "is not JSON")]) from None
    if not isinstance(message, dict):
        raise _invalid([FieldProblem(WHOLE, "must be a JSON object")])
    return message


def _upgraded(model: type[_Model], message: JsonObject, old: OldForms, tell: Tell | None) -> _Model:
    """The message in today's form. What is wrong with it is named by the paths that it came with, older forms first."""
    today = upgrade(message)
    refused = today.problems(old)
    named = {problem.path for problem in refused}
    read = _validated(model, today.message)
    if isinstance(read, list):
        others = [FieldProblem(today.as_sent(problem.path), problem.problem) for problem in read]
        raise _invalid([*refused, *(problem for problem in others if problem.path not in named)])
    if refused:
        raise _invalid(refused) if today.left else _old_form(refused)
    if today.old_forms and tell is not None:
        tell(today)
    return read


def _model(model: type[_Model], message: JsonObject) -> _Model:
    read = _validated(model, message)
    if isinstance(read, list):
        raise _invalid(read)
    return read


def _validated(model: type[_Model], message: JsonObject) -> _Model | list[FieldProblem]:
    """The model, or all that is wrong with the message."""
    _require_built(model)
    try:
        return model.model_validate(message)
    except ValidationError as error:
        return [_problem(item) for item in error.errors(include_url=False, include_input=False)]
    except RecursionError:
        return [FieldProblem(WHOLE, "is nested too deeply")]


def _require_built(model: type[BaseModel]) -> None:
    """A model is built at its first use (core/messages/base.py). Two threads that build one at once would disturb each other."""
    if not model.__pydantic_complete__:
        with _BUILDING:
            model.model_rebuild()


def _problem(item: Any) -> FieldProblem:
    context = item.get("ctx") or {}
    path = [_step(part) for part in item["loc"]]
    if isinstance(context.get("field"), str):
        path.append(context["field"])
    return FieldProblem(".".join(path) or WHOLE, _sentence(item, context))


def _step(part: str | int) -> str:
    """One step of a path. An unknown field's name is the sender's own text; where name and value were swapped it is
    personal data, so it is told only if it looks like a field's name (invariant 7)."""
    if isinstance(part, int) or _FIELD_NAME.fullmatch(part):
        return str(part)
    return UNNAMED


def _sentence(item: Any, context: dict[str, Any]) -> str:
    if item["type"] == "relay":
        return str(item["msg"])
    if item["type"] == "literal_error":
        return f"must be {context['expected']}"
    if item["type"] == "extra_forbidden":
        return "is not a known field"
    return _SENTENCES.get(item["type"], "is not valid")


def _invalid(problems: Sequence[FieldProblem]) -> InvalidMessage:
    return InvalidMessage(_summary(problems), fields=problems[:_PROBLEMS_TOLD])


def _old_form(problems: Sequence[FieldProblem]) -> OldMessageForm:
    return OldMessageForm(f"{_summary(problems)}; {HINT}", fields=problems[:_PROBLEMS_TOLD])


def _summary(problems: Sequence[FieldProblem]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0].path} {problems[0].problem}{more}"
