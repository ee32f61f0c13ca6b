"""Bulk files from outside: what would be refused, handing one in, and how far it has come."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from massid_relay.bulk_files import BulkFiles
from massid_relay.core.bulk.entries import Entry, OpenAt, Position, Refused
from massid_relay.core.bulk.files import bulk_key, format_of
from massid_relay.core.bulk.reading import entries_of
from massid_relay.core.bulk.run import BulkRun
from massid_relay.core.errors import InvalidMessage, PermanentFailure
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages import Submission, parse_submission
from massid_relay.core.migration import OldForms
from massid_relay.core.orders.policy import OrderPolicy, TaxIdPolicy
from massid_relay.core.orders.rules import valid_order
from massid_relay.ledger.bulk import BulkStore
from massid_relay.work.burial import named_external_id

from massid_cli.operations.target import Target

READERS = 16
"""Runs that are looked up at the same time."""
_ANY_STACKS = OrderPolicy(Decimal("Infinity"), Decimal("Infinity"), decimals=12, tax_ids=TaxIdPolicy.OFF)
"""What no stack's settings allow more than."""
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class BulkStanding:
    """A bulk run, and what became by now of the submissions that it fed: how many, by `completed`, `failed`, `running` and
    `not taken up yet`."""

    run: BulkRun
    submissions: dict[str, int]

    def to_json(self) -> JsonObject:
        """For programs."""
        return self.run.to_json() | {"submissions": self.submissions}


def checked(path: Path, old: OldForms = OldForms.REFUSE) -> Iterator[Refused | None]:
    """Each submission of a file on disk, in order: None if any stack would feed it, else what is wrong. Raises BulkRefused."""
    lines: dict[str, int] = {}
    for entry in entries_of(format_of(path.name), _opener(path), Position()):
        if entry.problems:
            yield Refused(entry.line, entry.problems, entry.external_id)
        elif entry.text is not None:
            yield _refused(entry, entry.text, old, lines)


def _refused(entry: Entry, text: str, old: OldForms, lines: dict[str, int]) -> Refused | None:
    """`lines`: the external ids of good submissions so far, with the line of each."""
    try:
        submission = parse_submission(text, old)
        if not isinstance(submission, Submission):
            raise InvalidMessage("a bulk file holds whole submissions")
        if submission.order is not None:
            valid_order(submission.order, _ANY_STACKS)
    except PermanentFailure as error:
        return Refused.because(entry, error, named_external_id(text))
    first = lines.setdefault(submission.external_id, entry.line)
    return None if first == entry.line else Refused.repeated(entry, submission.external_id, first)


def submit(target: Target, path: Path) -> str:
    """Hand a file in under its name; the version that it became. Raises BulkRefused for a name that tells no format."""
    format_of(path.name)
    with path.open("rb") as content:
        answer = target.client("s3").put_object(
            Bucket=target.resources["EvidenceBucket"], Key=bulk_key(path.name), Body=content
        )
    return str(answer["VersionId"])


def standing_of(target: Target, name: str) -> BulkStanding | None:
    """The newest run of a file of that name; None if there is none."""
    store = BulkStore(target.client("dynamodb"), target.table)
    runs = store.runs(name)
    if not runs:
        return None
    with ThreadPoolExecutor(READERS) as threads:
        states = threads.map(lambda external_id: _became(target, external_id), store.fed(runs[-1].id))
        return BulkStanding(runs[-1], dict(Counter(states)))


def refused_of(target: Target, run: BulkRun) -> Iterator[JsonObject]:
    """All refused lines of a run."""
    return BulkFiles(target.client("s3"), target.resources["EvidenceBucket"]).refused(run)


def _became(target: Target, external_id: str) -> str:
    run = target.runs.newest(external_id)
    if run is None:
        return "not taken up yet"
    return {"open": "running", "ended": "completed", "failed": "failed"}.get(run.state.value, run.state.value)


def _opener(path: Path) -> OpenAt:
    def open_at(offset: int) -> Iterator[bytes]:
        with path.open("rb") as file:
            file.seek(offset)
            while piece := file.read(_PIECE):
                yield piece

    return open_at
