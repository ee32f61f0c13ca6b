"""What a run came to: one outcome per MassID, and the summary over all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from massid_relay.core.jsons import JsonObject


class Status(StrEnum):
    """What the demo itself found, reading the document at the end."""

    VERIFIED = "verified"
    """CLOSED, and all six checks hold."""
    NOT_VERIFIED = "not verified"
    """CLOSED, but it isn't what was submitted."""
    OPEN = "open"
    """Not CLOSED."""
    DEAD_LETTER = "dead letter"
    """Not CLOSED, because something of it lies dead."""
    ABSENT = "absent"
    """The platform knows no live document of that external id."""


@dataclass(frozen=True, slots=True)
class MassidOutcome:
    """One line of the table. `seconds` runs from the submission to the end of its lifecycle; None if it never ended."""

    external_id: str
    status: Status
    document_id: str | None
    events: int
    files: int
    seconds: float | None
    problems: tuple[str, ...] = ()
    passes_preflight: bool = False

    @property
    def is_closed(self) -> bool:
        """The platform shows it as CLOSED."""
        return self.status in (Status.VERIFIED, Status.NOT_VERIFIED)


@dataclass(frozen=True, slots=True)
class Summary:
    """What `summary.json` holds (docs/demo.md)."""

    submitted: int
    closed: int
    verified: int
    duplicates: int
    dead_letters: int
    redeliveries: int
    paced_calls_per_massid: Decimal
    seconds: Decimal

    @property
    def is_good(self) -> bool:
        """Everything closed and verified, nothing doubled, nothing dead."""
        whole = self.submitted == self.closed == self.verified
        return whole and self.duplicates == 0 and self.dead_letters == 0

    def to_json(self) -> JsonObject:
        """The summary under its public keys."""
        return {
            "submitted": self.submitted,
            "closed": self.closed,
            "verified": self.verified,
            "duplicates": self.duplicates,
            "deadLetters": self.dead_letters,
            "redeliveries": self.redeliveries,
            "pacedCallsPerMassId": self.paced_calls_per_massid,
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """All outcomes in the order of submission, the summary, and what the terminal tells besides."""

    outcomes: Sequence[MassidOutcome]
    summary: Summary
    first_submission_seconds: float
    refused_by_limit: int
    most_calls_in_a_second: int
    faults: dict[str, int]

    @property
    def passing_preflight(self) -> int:
        """How many final documents nothing known makes the auditor refuse."""
        return sum(outcome.passes_preflight for outcome in self.outcomes)
