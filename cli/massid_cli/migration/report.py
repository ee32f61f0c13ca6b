"""One record brought up to date and read by the real parsers; and what is to be said of all."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from massid_relay.core.errors import FieldProblem, InvalidMessage
from massid_relay.core.identity import is_external_id
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import (
    DocumentMessage,
    parse_document_message,
    parse_events_message,
    parse_evidence_message,
    parse_order_message,
    parse_submission,
)
from massid_relay.core.messages.doubled import doubled
from massid_relay.core.migration import Change, Left, Openings, Upgrade, upgrade

from massid_cli.migration.files import Record

Parse = Callable[[str], object]
_PARSERS: dict[str, Parse] = {
    "action": parse_order_message,
    "fileNames": parse_evidence_message,
    "Records": parse_evidence_message,
    "wake": parse_events_message,
    "documentExternalId": parse_events_message,
}
"""By a field that only messages of its kind have; looked for in this order."""
_NUMBER = re.compile(r"\.\d+")
UNKNOWN = FieldProblem("message", "is none of massid-relay's: it holds neither a document nor events nor an action")


@dataclass(frozen=True, slots=True)
class Migrated:
    """One record after its upgrade. `problems`: what the relay would still refuse, by paths of the record as it was."""

    record: Record
    external_id: str | None
    changes: tuple[Change, ...] = ()
    left: tuple[Left, ...] = ()
    problems: tuple[FieldProblem, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        """Whether the relay would refuse it."""
        return bool(self.left or self.problems)


@dataclass(frozen=True, slots=True)
class Report:
    """All records of a file."""

    records: Sequence[Migrated]

    @property
    def changed(self) -> int:
        """How many were changed."""
        return sum(bool(one.changes) for one in self.records)

    @property
    def needs_a_person(self) -> int:
        """How many the relay would refuse."""
        return sum(one.needs_a_person for one in self.records)

    def kinds_of_changes(self) -> Counter[tuple[str, str, str]]:
        """Field (its numbers as *), old and new form, and how often."""
        changes = (change for one in self.records for change in one.changes)
        return Counter((_NUMBER.sub(".*", change.path), change.old, change.new) for change in changes)

    def left(self) -> Iterator[tuple[str, str, str]]:
        """Record, field and what is the matter."""
        for one in self.records:
            place = " ".join(part for part in (one.record.place, one.external_id) if part)
            for problem in (*(item.problem for item in one.left), *one.problems):
                yield place, problem.path, problem.problem

    def to_json(self) -> JsonObject:
        """For programs: counts, and every record of which there is something to say."""
        told = [one for one in self.records if one.changes or one.needs_a_person]
        return {
            "read": len(self.records),
            "changed": self.changed,
            "left": self.needs_a_person,
            "records": [_json(one) for one in told],
        }


def migrated(records: Sequence[Record]) -> list[Migrated]:
    """Upgrade a file's records, each by all messages of its document, and have them read by the parsers of their kinds."""
    among = Openings(record.message for record in records if record.message is not None)
    return [_migrated(record, among) for record in records]


def _migrated(record: Record, among: Openings) -> Migrated:
    if record.message is None:
        problem = "must be a JSON object" if record.is_json else "is not JSON"
        return Migrated(record, None, problems=(FieldProblem("message", problem),))
    if twice := doubled(record.text):
        return Migrated(record, _external_id(record.message), problems=tuple(twice))
    done = upgrade(record.message, among)
    return Migrated(
        record=record.holding(done.message),
        external_id=_external_id(record.message),
        changes=done.changes,
        left=done.left,
        problems=tuple(_problems(done)),
    )


def _problems(done: Upgrade) -> list[FieldProblem]:
    """What the parser says beyond what was left anyway."""
    parse = _parser_of(done.message)
    if parse is None:
        return [UNKNOWN]
    named = {item.path for item in done.left}
    try:
        parse(dumps(done.message))
    except InvalidMessage as error:
        found = [FieldProblem(done.as_sent(problem.path), problem.problem) for problem in error.fields]
        return [problem for problem in found if problem.path not in named]
    return []


def _parser_of(message: JsonObject) -> Parse | None:
    """A document's message may be a submission's beginning, and what both may hold is read as the former."""
    for field, parse in _PARSERS.items():
        if field in message:
            return parse
    if message.keys().isdisjoint({"document", "submissionRef"}):
        return None
    of_document = {field.alias for field in DocumentMessage.model_fields.values()}
    return parse_document_message if message.keys() <= of_document else parse_submission


def _external_id(message: JsonObject) -> str | None:
    names = (message.get(field) for field in ("externalId", "documentExternalId"))
    return next((name for name in names if isinstance(name, str) and is_external_id(name)), None)


def _json(one: Migrated) -> dict[str, Any]:
    return {
        "place": one.record.place,
        "externalId": one.external_id,
        "changes": [{"path": change.path, "old": change.old, "new": change.new} for change in one.changes],
        "left": [asdict(item) for item in one.left],
        "problems": [asdict(problem) for problem in one.problems],
    }
