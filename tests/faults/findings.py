"""What an oracle finds."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """The promise that was broken. The first three are what the world outside would see."""

    LOST = "lost"
    DOUBLED = "doubled"
    OUT_OF_ORDER = "out of order"
    OTHER_ID = "another deduplication id"
    FALSE_DEATH = "dead without reason"
    UNRECORDED = "attempted before it was recorded"
    IN_FLIGHT_TWICE = "two attempts in flight"
    DELETED_EARLY = "deleted before its effect was confirmed"
    OVER_A_HOLE = "event sent over a hole"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise: about what, and where in the trace (0: in the final state)."""

    fault: Fault
    what: str
    number: int = 0

    def __str__(self) -> str:
        place = f" (happening {self.number})" if self.number else ""
        return f"{self.fault}: {self.what}{place}"
